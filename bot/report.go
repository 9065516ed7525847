package bot

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"sekisho/store"
)

// Report implements handlers.Voice.
func (v *Voice) Report(ctx context.Context, r store.Report, rows []store.Alert) (store.Card, error) {
	pace := v.paceOf(r.Card, v.security)
	if err := pace.wait(ctx); err != nil {
		return r.Card, err
	}
	card, err := v.draw(ctx, pace, r.Card, v.security, v.pen.Report(r, rows))
	return card, wrap(err, "draw %s", r.ID)
}

// ReportThread implements handlers.Voice.
func (v *Voice) ReportThread(ctx context.Context, r store.Report, a store.Alert, e store.Entry) error {
	m, ok := v.pen.RowSaid(a, e)
	if !ok {
		return nil
	}
	return wrap(v.reply(ctx, r.Card, m), "post entry %d of %s", e.Seq, a.ID)
}

// Report draws what the daily audit has found: each kind with what is to be done, and the first of it in a row each, with its
// remedy and what has become of it. Only one report at a time has remedies to press.
func (p Pen) Report(r store.Report, rows []store.Alert) Message {
	title := p.Words.Say("report.clean", nil)
	switch n := r.Total(); {
	case n > 0:
		title = p.Words.Say("report.title", data{"N": n})
	case slices.ContainsFunc(r.Accounts, func(a store.Audited) bool { return a.Trouble != "" || len(a.Odd) > 0 }):
		title = p.Words.Say("report.incomplete", nil) // which is no good news
	}
	blocks := []slack.Block{slack.NewHeaderBlock(plain("🔎 " + title))}
	if r.State == store.Passed {
		blocks = append(blocks, slack.NewSectionBlock(markdown(p.Words.Say("report.passed", nil)), nil, nil))
	}
	text := []string{title}
	for _, kind := range store.Findings {
		if n := r.Counts[kind]; n > 0 {
			text = append(text, p.Words.Say("report.kind."+string(kind), data{"N": n}))
			blocks = append(blocks, p.kind(r, kind, rows)...)
		}
	}
	return Message{Text: strings.Join(text, "\n"), Blocks: append(blocks, slack.NewContextBlock("", p.audited(r)...))}
}

// kind draws the findings of a kind: how many, what is to be done about them, and those that the report shows.
func (p Pen) kind(r store.Report, kind store.FindingKind, rows []store.Alert) []slack.Block {
	var blocks []slack.Block
	few := 0
	for i, f := range r.Findings {
		if f.Kind == kind {
			few++
			covered := slices.ContainsFunc(rows, func(a store.Alert) bool { return a.Report == r.ID && a.Covers(f) })
			blocks = append(blocks, p.row(r, f, rows[i], covered)...)
		}
	}
	head := "*" + p.Words.Say("report.kind."+string(kind), data{"N": r.Counts[kind]}) + "*\n" + p.Words.Say("report.cure."+string(kind), nil)
	if more := r.Counts[kind] - few; more > 0 {
		head += "\n" + p.Words.Say("report.more", data{"N": more})
	}
	return append([]slack.Block{slack.NewSectionBlock(markdown(head), nil, nil)}, blocks...)
}

// finding is one row: who, where, what, since when.
func (p Pen) finding(f store.Finding) string {
	parts := []string{codeOf(f.User, 64) + " (" + name(f.AccountName, f.Account) + ")"}
	if f.Key != "" {
		parts = append(parts, codeOf(f.Key, reportKey))
	}
	if len(f.Policies) > 0 {
		parts = append(parts, codeOf(strings.Join(f.Policies, ", "), reportPolicies))
	}
	if !f.Since.IsZero() {
		parts = append(parts, p.Words.Say("report.since."+string(f.Kind), data{"At": day(f.Since, p.Zone)}))
	}
	if !f.Used.IsZero() && f.Kind != store.IdleKey {
		parts = append(parts, p.Words.Say("report.used", data{"At": day(f.Used, p.Zone)}))
	}
	if f.Rotation != "" {
		parts = append(parts, p.Words.Say("report.rotation", data{"Rotation": codeOf(f.Rotation, 64)}))
	}
	return strings.Join(parts, " · ")
}

// Runes of a row.
const (
	reportKey      = 32
	reportKeys     = 64 // both that a user can have
	reportPolicies = 80 // the names of a user's policies
)

// audited says of which credential reports all this is, and what is not in it.
func (p Pen) audited(r store.Report) []slack.MixedElement {
	var read, unread, odd []string
	for _, a := range r.Accounts {
		switch where := name(a.AccountName, a.Account); {
		case a.Trouble != "":
			unread = append(unread, where+" "+codeOf(a.Trouble, 40))
		default:
			read = append(read, where+" "+when(a.Made, p.Zone))
			for _, o := range a.Odd {
				odd = append(odd, where+" "+p.oddRow(o))
			}
		}
	}
	var out []slack.MixedElement
	add := func(key string, list []string) {
		if more := len(list) - reportAccounts; more > 0 {
			list = append(list[:reportAccounts:reportAccounts], p.Words.Say("report.more_accounts", data{"N": more}))
		}
		out = append(out, markdown(p.Words.Say(key, data{"Accounts": strings.Join(list, ", ")})))
	}
	if len(unread) > 0 {
		add("report.unread", unread)
	}
	if len(odd) > 0 {
		add("report.odd", odd)
	}
	if r.Unjudged {
		out = append(out, markdown(p.Words.Say("report.unjudged", nil)))
	}
	if r.Kept > 0 {
		out = append(out, markdown(p.Words.Say("report.kept_count", data{"N": r.Kept})))
	}
	if len(read) > 0 {
		add("report.made", read)
	}
	return append(out, markdown(code(r.ID)))
}

// oddRow names a row of a credential report that could not be read.
func (p Pen) oddRow(o store.OddRow) string {
	user := ""
	if o.User != "" {
		user = " " + codeOf(o.User, 64)
	}
	return p.Words.Say("report.odd_line", data{"N": o.Line}) + user + " " + codeOf(o.Why, 120)
}

const reportAccounts = 5 // that are named

// dayLayout is a date with the zone whose day it is.
const dayLayout = "2006-01-02 MST"

// day is a date without a time: nothing here is known to the hour.
func day(t time.Time, zone *time.Location) string { return "`" + t.In(zone).Format(dayLayout) + "`" }
