package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"sekisho/bot/fakeslack"
)

// command is one thing a person at a desk can type.
type command struct {
	name, args, help string
	do               func(d *desk, ctx context.Context, rest string) error
}

// commands is a function, since help lists them all and is one of them.
func commands() []command {
	return []command{
		{"press", "USER BUTTON [CARD|home|modal]", "press a button, by its label or action id; on the newest card that has it", (*desk).press},
		{"type", "USER TEXT", "write the rest of the line in #aws-approvals; a text that begins with / is a command", (*desk).write},
		{"fill", "[USER] KEY=VALUE ...", "enter values in the open modal", (*desk).fill},
		{"submit", "[USER]", "submit the open modal", (*desk).submit},
		{"close", "[USER]", "close the open modal", (*desk).closeModal},
		{"home", "USER", "open the app's Home tab", (*desk).home},
		{"users", "", "list the people", (*desk).users},
		{"cards", "", "list the cards", (*desk).list},
		{"wait", "TEXT [SECONDS]", "wait (10 s) until a message, modal or Home tab contains the text", (*desk).wait},
		{"connected", "[SECONDS]", "wait (10 s) until the app is connected", (*desk).connected},
		{"fault", "down|ratelimit|disconnect|off", "break Slack: no answers, only 429, one lost socket; or mend it", (*desk).fault},
		{"help", "", "list the commands", (*desk).help},
		{"quit", "", "end; nothing is kept", func(*desk, context.Context, string) error { return errQuit }},
	}
}

func (d *desk) help(context.Context, string) error {
	table := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	for _, c := range commands() {
		_, _ = fmt.Fprintf(table, "  %s %s\t%s\n", c.name, c.args, c.help)
	}
	_, _ = fmt.Fprint(table, "Quotes keep words together, except for type. A button that asks for confirmation takes the next line, y or n, for the answer.\n")
	return table.Flush()
}

func (d *desk) users(context.Context, string) error {
	for _, u := range d.ws.Users {
		var groups []string
		for _, g := range d.ws.Groups {
			if slices.Contains(g.Members, u.ID) {
				groups = append(groups, "@"+g.Handle)
			}
		}
		d.printf("  %-10s %-10s %s  %s\n", u.Name, u.ID, u.RealName, strings.Join(groups, " "))
	}
	return nil
}

func (d *desk) list(context.Context, string) error {
	for i, m := range d.cards {
		if !m.Deleted {
			d.printf("  %d  %s: %s\n", i+1, d.place(m), m.Text)
		}
	}
	return nil
}

// person finds somebody by handle or id.
func (d *desk) person(name string) (fakeslack.User, error) {
	for _, u := range d.ws.Users {
		if name == u.Name || name == u.ID {
			return u, nil
		}
	}
	return fakeslack.User{}, fmt.Errorf("no user %q: users lists them", name)
}

// write is a person typing in the channel of the cards.
func (d *desk) write(_ context.Context, rest string) error {
	name, text, _ := strings.Cut(rest, " ")
	u, err := d.person(name)
	if err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "/") {
		_, err = d.slack.Say(u.ID, approvals, text)
		return err
	}
	slash, args, _ := strings.Cut(text, " ")
	return arrived(d.slack.Slash(u.ID, approvals, slash, strings.TrimSpace(args)))
}

// arrived is the error of an action that the person sees fail.
func arrived(delivery fakeslack.Delivery, err error) error {
	if err == nil && delivery.Problem != "" {
		err = fmt.Errorf("the app did not take it: %s", delivery.Problem)
	}
	return err
}

func (d *desk) home(_ context.Context, rest string) error {
	u, err := d.person(rest)
	if err != nil {
		return err
	}
	return arrived(d.slack.OpenHome(u.ID))
}

// fault breaks Slack, or mends it.
func (d *desk) fault(_ context.Context, rest string) error {
	always := func(f fakeslack.Failure) {
		d.slack.Fault(func(fakeslack.Call) *fakeslack.Failure { return &f })
	}
	switch rest {
	case "down":
		cutOff(d.slack)
	case "ratelimit":
		always(fakeslack.Failure{RetryAfter: 5 * time.Second})
	case "disconnect":
		if !d.slack.Disconnect("refresh_requested") {
			return errors.New("the app is not connected")
		}
	case "off":
		d.slack.Fault(nil)
	default:
		return fmt.Errorf("no fault %q: down, ratelimit, disconnect or off", rest)
	}
	return nil
}

// wait takes a last word that is a number for seconds, unless it is the only one.
func (d *desk) wait(ctx context.Context, rest string) error {
	list, err := words(rest)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return errors.New("wait for which text?")
	}
	patience := ""
	if last := list[len(list)-1]; len(list) > 1 && isNumber(last) {
		list, patience = list[:len(list)-1], last
	}
	text := strings.Join(list, " ")
	return d.await(ctx, patience, fmt.Sprintf("nothing contains %q", text), func() bool { return d.shows(text) })
}

func (d *desk) connected(ctx context.Context, patience string) error {
	return d.await(ctx, patience, "the app is not connected", func() bool { return d.slack.Sockets() > 0 })
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

// await shows what happens until something has, or as many seconds have passed.
func (d *desk) await(ctx context.Context, seconds, missing string, happened func() bool) error {
	n := 10.0
	if seconds != "" {
		var err error
		if n, err = strconv.ParseFloat(seconds, 64); err != nil {
			return fmt.Errorf("read seconds: %w", err)
		}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, time.Duration(n*float64(time.Second)), fmt.Errorf("%s after %g s", missing, n))
	defer cancel()
	for {
		changed := d.slack.Changed() // before looking, so no change falls between
		d.draw()
		if happened() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// shows tells whether a text can be read anywhere now.
func (d *desk) shows(text string) bool {
	for _, m := range d.messages() {
		if !m.Deleted && strings.Contains(d.slack.Render(m), text) {
			return true
		}
	}
	for _, u := range d.ws.Users {
		for _, look := range []func(string) (fakeslack.View, bool){d.slack.Modal, d.slack.Home} {
			if v, there := look(u.ID); there && strings.Contains(d.slack.RenderView(v), text) {
				return true
			}
		}
	}
	return false
}
