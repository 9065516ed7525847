package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"

	"sekisho/deploy/demo"
)

// demoCommand is the demo: a page to act in, stories that play themselves, or a Slack for acting by typing.
type demoCommand struct {
	Page  pageCommand  `cmd:"" default:"withargs" help:"Serve the demo as a page of the browser; with --play tell its stories in this terminal."`
	Slack slackCommand `cmd:"" help:"Serve the made-up Slack workspace on a socket, show what people see, and act in it by commands."`
}

type pageCommand struct {
	Listen string `default:"127.0.0.1:0" placeholder:"ADDRESS" help:"Where to serve the page, on this machine only; port 0 is any that is free."`
	Open   bool   `help:"Open the page in the browser."`
	Play   bool   `help:"Play the stories in the terminal and exit: 0, or 1 at the first step that did not happen."`
	Event  string `type:"existingfile" placeholder:"FILE" help:"With --play: a CloudTrail record or EventBridge event to begin the first story with, in place of the built-in sign-in."`
	Lang   string `enum:"en,ja" default:"en" help:"Language of the stories or the page, and the cards: en or ja."`
}

// Run serves the page, or plays the stories.
func (c pageCommand) Run(ctx context.Context, s streams) error {
	if c.Play {
		return c.play(ctx, s)
	}
	if c.Event != "" {
		return fmt.Errorf("--event goes with --play; on the page a record can be pasted")
	}
	return demo.Page(ctx, s.out, c.Lang, c.Listen, func(url string) error {
		if !c.Open {
			return nil
		}
		return open(ctx, url)
	})
}

// open shows an address in the browser, by the program that the system has for it.
func open(ctx context.Context, url string) error {
	program := map[string][]string{"darwin": {"open"}, "windows": {"rundll32", "url.dll,FileProtocolHandler"}}[runtime.GOOS]
	if program == nil {
		program = []string{"xdg-open"}
	}
	if err := exec.CommandContext(ctx, program[0], append(program[1:], url)...).Run(); err != nil {
		return fmt.Errorf("open the page: %w: open %s by hand, without --open", err, url)
	}
	return nil
}

func (c pageCommand) play(ctx context.Context, s streams) error {
	var event []byte
	if c.Event != "" {
		var err error
		if event, err = os.ReadFile(c.Event); err != nil {
			return fmt.Errorf("read event: %w", err)
		}
	}
	return demo.Play(ctx, s.out, c.Lang, event)
}

type slackCommand struct {
	Listen string `default:"127.0.0.1:3000" placeholder:"ADDRESS" help:"Where to serve it."`
}

// Help says how to use it.
func (slackCommand) Help() string {
	return `Point any Slack app in Socket Mode at it with the line it prints, such as sekisho serve.
It prints each card, thread line, direct message and hint as it comes or changes, and reads commands:
help lists them. From a terminal it goes on after a command that cannot be done. Otherwise the
commands are a script, for example

  printf 'connected 30\nwait "Pending approval"\npress h.sato approve\nwait Active\n' | sekisho demo slack

and the exit code is 1 at the first that cannot be done, 0 at the end.`
}

// Run serves the workspace.
func (c slackCommand) Run(ctx context.Context, s streams) error {
	return demo.Slack(ctx, c.Listen, s.in, s.out)
}
