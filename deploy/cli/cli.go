// Package cli is the command line: one file a command. It reads flags and files, and calls what does the work.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"syscall"
	_ "time/tzdata" // zones for machines that have none

	"github.com/alecthomas/kong"
)

// commands is the whole command line.
type commands struct {
	Demo   demoCommand `cmd:"" help:"Play the main job against a made-up Slack and AWS: no account, no token."`
	Config struct {
		Check checkCommand `cmd:"" help:"Say what a configuration means, or every mistake in it: where it is and what to write instead."`
	} `cmd:"" help:"Look at the configuration."`
	Policy policyCommands `cmd:"" help:"Try the rules of a configuration before they are trusted."`
	Audit  auditCommand   `cmd:"" help:"List the IAM users' passwords, keys and policies that are stale, with what to do about each."`
	Serve  serveCommand   `cmd:"" help:"Run the bot against a Slack workspace and AWS accounts."`
	Ledger ledgerCommands `cmd:"" help:"Look at the ledger, also while the bot is at work on it."`
	Events struct {
		Explain explainCommand `cmd:"" help:"Say for each CloudTrail record, EventBridge event or program's request in files, or on standard input, what the bot would do. Exits with 1 if one could not be read."`
		Redrive redriveCommand `cmd:"" help:"Move sign-ins from the dead-letter queue back to theirs. What is no sign-in stays."`
	} `cmd:"" help:"Look at events, and move them back."`
	Version versionCommand `cmd:"" help:"Say which version this is, and which Go built it."`
	Help    struct{}       `cmd:"" help:"Show this help, or that of the command behind it."` // see helped

	VersionFlag kong.VersionFlag `name:"version" hidden:"" help:"The same as the command."`
}

// streams are what a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// Run does what the arguments say and returns the exit code: 0, 1 for what went wrong, 2 for what cannot be understood.
func Run(args []string, in io.Reader, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // so that a second signal ends the program at once, as operators expect
	exit := -1
	parser, err := kong.New(&commands{}, kong.Name("sekisho"),
		kong.Description("Just-in-time AWS access, asked for and approved in Slack."),
		kong.Writers(out, errOut), kong.Exit(func(code int) { exit = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.Help(printHelp), kong.Vars{"version": version()},
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(streams{in, out, errOut}))
	if err != nil {
		_, _ = fmt.Fprintln(errOut, "sekisho:", err)
		return 2
	}
	call, err := parser.Parse(helped(args))
	if exit >= 0 { // --help
		return exit
	}
	if err != nil {
		_, _ = fmt.Fprintln(errOut, "sekisho:", err, "(sekisho --help)")
		return 2
	}
	if err := call.Run(); err != nil && !errors.Is(err, context.Canceled) {
		_, _ = fmt.Fprintln(errOut, "sekisho:", err)
		return 1
	}
	return 0
}
