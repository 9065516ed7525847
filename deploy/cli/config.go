package cli

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"sekisho/deploy/config"
	"sekisho/handlers"
)

type checkCommand struct {
	File string `arg:"" placeholder:"FILE" help:"The configuration, such as sekisho.yaml."`
}

// Run reads the file as serve would and says what it means. It asks neither AWS nor Slack.
func (c checkCommand) Run(s streams) error {
	conf, err := config.Load(c.File)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(s.out, "%s: ok\n", c.File)
	summarize(s.out, conf)
	return nil
}

// summarize says what an operator would want to see before a change goes live: what a sign-in to each account leads to.
func summarize(out io.Writer, c config.Config) {
	users := 0
	for _, p := range c.People {
		users += len(p.IAM)
	}
	_, _ = fmt.Fprintf(out, "cards     to %s, in %s, with times in %s\nsign-ins  from %s\npeople    %d, who have %d IAM users here\n",
		c.Channel, c.Language, c.Zone, c.SignIns, len(c.People), users)
	names := c.Policy.Accounts
	for _, id := range slices.SortedFunc(maps.Keys(names), func(a, b string) int { return cmp.Compare(names[a], names[b]) }) {
		_, _ = fmt.Fprintf(out, "\n%s (%s), by %s\n", names[id], id, cmp.Or(c.Roles[id], "the program's own credentials"))
		first, asks := c.Policy.OnLogin(id)
		if !asks {
			_, _ = fmt.Fprintln(out, "  a sign-in asks for nothing")
		}
		for _, e := range c.Policy.Entitlements {
			if e.Account != id {
				continue
			}
			if asks && e.ID == first.ID {
				_, _ = fmt.Fprint(out, "  a sign-in asks for ", describe(e))
			} else {
				_, _ = fmt.Fprint(out, "  not asked for by a sign-in: ", describe(e))
			}
		}
	}
}

func describe(e handlers.Entitlement) string {
	return fmt.Sprintf("%s: %s %s for %s, at most %s; %d to approve, of %s, within %s\n", e.ID, e.Kind, e.Target,
		short(e.Duration), short(e.Longest), e.Need, strings.Join(e.Approvers, " or "), short(e.Within))
}

// short writes 4h for 4h0m0s.
func short(d time.Duration) string {
	text := d.String()
	if d%time.Minute == 0 {
		text = strings.TrimSuffix(text, "0s")
	}
	if d%time.Hour == 0 {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
