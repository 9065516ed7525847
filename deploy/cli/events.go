package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"sekisho/aws/trail"
	"sekisho/deploy/app"
	"sekisho/deploy/config"
)

type explainCommand struct {
	Files  []string `arg:"" optional:"" placeholder:"FILE" help:"Files with JSON: events, log files of CloudTrail, answers of lookup-events or of receive-message; - or none: standard input."`
	Config string   `type:"existingfile" placeholder:"FILE" help:"A file whose accounts and entitlements count: the configuration, or for events one with accounts only. Without it all do."`
}

// Run prints one JSON object for each body. It asks neither AWS nor Slack. A body that could not be read is an error, once all were
// explained.
func (c explainCommand) Run(s streams) error {
	var e trail.Explainer
	var incomplete error // why the entitlements of the configuration are not known
	if c.Config != "" {
		accounts, err := config.Accounts(c.Config)
		if err != nil {
			return err
		}
		e.Account = func(account string) bool { return accounts[account] != "" }
		e.Entitlement = func(id string) bool { // is asked of programs' requests alone, as who tries an event needs no entitlements
			conf, err := config.Load(c.Config)
			if incomplete = err; err != nil {
				return false
			}
			_, ok := conf.Policy.Rule(id)
			return ok
		}
	}
	if len(c.Files) == 0 {
		return errors.Join(explainOf(s.out, s.in, e, "", "standard input"), incomplete)
	}
	var errs []error
	for _, path := range c.Files {
		errs = append(errs, explainFile(s, e, path))
	}
	return errors.Join(append(errs, incomplete)...)
}

func explainFile(s streams, e trail.Explainer, path string) error {
	if path == "-" {
		return explainOf(s.out, s.in, e, path, "standard input")
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // was read only
	return explainOf(s.out, file, e, path, path)
}

// mostUnread is how many bodies an error names.
const mostUnread = 20

func explainOf(w io.Writer, r io.Reader, e trail.Explainer, file, name string) error {
	done, err := e.Explain(w, r, file)
	unread := done.Unread
	if more := len(unread) - mostUnread; more > 0 {
		unread = append(unread[:mostUnread:mostUnread], fmt.Sprintf("and %d more", more))
	}
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", name, err)
	case done.Bodies == 0:
		return fmt.Errorf("%s has no event in it", name)
	case len(unread) > 0:
		return fmt.Errorf("%s: could not be read: %d of %d\n  %s", name, len(done.Unread), done.Bodies, strings.Join(unread, "\n  "))
	}
	return nil
}

type redriveCommand struct {
	Config string `required:"" type:"existingfile" placeholder:"FILE" help:"The configuration."`
	From   string `placeholder:"URL" help:"The dead-letter queue; if nothing is said the one that deploy/sign-ins.sh makes: that of the sign-ins, with -dead behind its name."`
}

// Validate wants a queue's URL: the SDK would ask somewhere else for any other text.
func (c redriveCommand) Validate() error {
	if c.From == "" {
		return nil
	}
	u, err := url.Parse(c.From)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.Trim(u.Path, "/") == "" {
		return fmt.Errorf("--from: %q is no URL of a queue: write one such as https://sqs.ap-northeast-1.amazonaws.com/123456789012/sekisho-sign-ins-dead", c.From)
	}
	return nil
}

// Run moves sign-ins that the bot could not take in. It may run while the bot is at work.
func (c redriveCommand) Run(ctx context.Context, s streams) error {
	conf, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	redrive, err := app.Redrive(ctx, conf, cmp.Or(c.From, conf.SignIns+"-dead"))
	if err != nil {
		return err
	}
	left := 0
	redrive.Left = func(message string, f trail.Finding) {
		left++
		line(s.out, "message %s stays: %s: %s", message, f.Class, f.Why)
	}
	moved, err := redrive.Run(ctx)
	line(s.out, "%s moved back to %s, %s left on %s", number(moved, "sign-in"), redrive.To, number(left, "message"), redrive.From)
	switch {
	case ctx.Err() != nil:
		return errInterrupted
	case errors.Is(err, trail.ErrNoQueue):
		return fmt.Errorf("%w (say with --from where the dead letters are, and run this with credentials of the queue's account)", err)
	}
	return err
}
