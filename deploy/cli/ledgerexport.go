package cli

import (
	"bufio"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"sekisho/store"
)

type exportCommand struct {
	Format string `enum:"jsonl,csv" default:"jsonl" help:"jsonl: one object a line; or csv, with a header."`
	Since  moment `placeholder:"TIME" help:"Only what happened at this time or later, such as 2026-11-01T00:00:00+09:00."`
	Until  moment `placeholder:"TIME" help:"Only what happened before this time."`
	BOM    bool   `help:"Begin with a byte-order mark, by which Excel knows that a csv is UTF-8."`
}

// Validate finds flags that do not go together.
func (c exportCommand) Validate() error {
	switch {
	case c.BOM && c.Format != "csv":
		return errors.New("--bom is for Excel: say --format csv as well")
	case !c.Until.IsZero() && !c.Since.Before(c.Until.Time):
		return fmt.Errorf("--since %s is not before --until %s: nothing lies between them", c.Since.Format(time.RFC3339), c.Until.Format(time.RFC3339))
	}
	return nil
}

// Run writes the entries of a copy of the ledger, record by record in the order of their ids, as the ledger has them, and
// each record's oldest first. It holds one record at a time.
func (c exportCommand) Run(ctx context.Context, s streams, l *ledgerCommands) (err error) {
	ledger, err := l.open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ledger.Close()) }()
	out := bufio.NewWriter(s.out)
	e := exporter{exportCommand: c, put: toJSON(out), say: s.err, told: time.Now()}
	if c.Format == "csv" {
		if e.put, err = toCSV(out, c.BOM); err != nil {
			return unwritten(err)
		}
	}
	err = each(ctx, ledger, e.record)
	if err := errors.Join(err, unwritten(out.Flush())); err != nil {
		return err
	}
	if e.unread > 0 {
		return fmt.Errorf("%s cannot be read and what happened to them is not exported: see sekisho ledger verify", number(e.unread, "record"))
	}
	return nil
}

// moment is a time that somebody typed.
type moment struct{ time.Time }

// UnmarshalText wants the offset too: a day is not the same hours everywhere.
func (m *moment) UnmarshalText(text []byte) (err error) {
	if m.Time, err = time.Parse(time.RFC3339, string(text)); err != nil {
		return fmt.Errorf("%q is no time: write date, time and offset, such as 2026-11-01T00:00:00+09:00", text)
	}
	return nil
}

// happening is an entry with what its record says now of whom and what it is about.
type happening struct {
	Record      string            `json:"record"`
	Seq         uint64            `json:"seq"`
	At          string            `json:"at"`
	Verb        store.Verb        `json:"verb"`
	State       store.State       `json:"state"`
	By          string            `json:"by"`
	Account     string            `json:"account"`
	AccountName string            `json:"account_name,omitempty"`
	User        string            `json:"user"`
	Person      string            `json:"person,omitempty"`
	Target      string            `json:"target,omitempty"`
	Rule        string            `json:"rule,omitempty"`
	Until       string            `json:"until,omitempty"`
	Duration    string            `json:"duration,omitempty"` // that an approval allows, where that is less than was asked for
	Note        string            `json:"note,omitempty"`
	Facts       map[string]string `json:"facts,omitempty"`
	AlreadyHeld bool              `json:"already_held,omitempty"` // the user had it before: nothing was given, and it stays
}

// exporter hands on what happened within a time.
type exporter struct {
	exportCommand
	put    func(happening) error
	say    io.Writer
	told   time.Time
	count  int
	unread int // records
}

// record hands on what happened to one record. Grants and alerts name what they are about in the same words; a task is
// about a secret, and each entry of an offboarding about something else.
func (x *exporter) record(doc store.Doc, unread error) error {
	var about struct {
		Account     string        `json:"account"`
		AccountName string        `json:"account_name"`
		Subject     store.Subject `json:"subject"`
		Target      string        `json:"target"`
		Entitlement string        `json:"entitlement"`

		User   string `json:"user"` // of a task, as all that follows
		Secret string `json:"secret"`
		Rule   string `json:"rule"`

		Person store.Person `json:"person"` // of an offboarding

		Effects map[string]string `json:"effects"` // of a grant
	}
	if unread != nil || json.Unmarshal(doc.Facts, &about) != nil {
		x.unread++
		return nil
	}
	planned := false
	for _, e := range doc.Entries {
		planned = planned || e.Verb == store.Plan
		if e.At.Before(x.Since.Time) || !x.Until.IsZero() && !e.At.Before(x.Until.Time) {
			continue
		}
		var held store.Holding
		if doc.Kind == store.KindOffboarding {
			held = store.HoldingOf(e.Facts)
		}
		err := x.put(happening{Record: doc.ID, Seq: e.Seq, At: exact(e.At), Verb: e.Verb, State: e.State, By: e.By,
			Account: cmp.Or(about.Account, held.Account), AccountName: cmp.Or(about.AccountName, held.AccountName),
			User: cmp.Or(about.Subject.User, about.User, held.User), Person: cmp.Or(about.Subject.Person, about.Person).Account(),
			Target: cmp.Or(about.Target, about.Secret, held.Name), Rule: cmp.Or(about.Entitlement, about.Rule), Until: exact(e.Until), Duration: length(e.Duration), Note: e.Note, Facts: e.Facts,
			AlreadyHeld: planned && doc.Kind == store.KindGrant && store.Grant{Effects: about.Effects}.AlreadyHeld()})
		if err != nil {
			return unwritten(err)
		}
		x.count++
	}
	if time.Since(x.told) >= time.Second {
		x.told = time.Now()
		line(x.say, "exported %d entries", x.count)
	}
	return nil
}

// length writes a length of time, or nothing for none.
func length(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

// exact writes a time by RFC 3339 in UTC, always as long, so that texts sort as times do; or nothing for none.
func exact(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z07:00")
}

func unwritten(err error) error {
	if err != nil {
		return fmt.Errorf("write what is exported: %w: it is not whole, so make room and begin anew", err)
	}
	return nil
}

func toJSON(w io.Writer) func(happening) error {
	return func(h happening) error {
		body, err := json.Marshal(h)
		if err == nil {
			_, err = io.WriteString(w, visible(string(body))+"\n")
		}
		return err
	}
}

// cells returns what writes a row of CSV. Its writer needs no flush of its own: csv passes each row on to the buffer that it
// is given.
func cells(w *bufio.Writer, bom bool) func(row ...string) error {
	if bom {
		_, _ = w.WriteString("\ufeff") // what fails here fails again below
	}
	rows := csv.NewWriter(w)
	return func(row ...string) error {
		for i, cell := range row {
			row[i] = harmless(cell)
		}
		return rows.Write(row)
	}
}

// toCSV writes the header, and returns what writes a row.
func toCSV(w *bufio.Writer, bom bool) (func(happening) error, error) {
	write := cells(w, bom)
	return func(h happening) error {
			facts, err := json.Marshal(h.Facts)
			if err != nil {
				return err
			}
			if len(h.Facts) == 0 {
				facts = nil
			}
			held := ""
			if h.AlreadyHeld {
				held = "true"
			}
			return write(h.Record, strconv.FormatUint(h.Seq, 10), h.At, string(h.Verb), string(h.State), h.By, h.Account,
				h.AccountName, h.User, h.Person, h.Target, h.Rule, h.Until, h.Note, string(facts), h.Duration, held)
		}, write("record", "seq", "at", "verb", "state", "by", "account",
			"account_name", "user", "person", "target", "rule", "until", "note", "facts", "duration", "already_held")
}

// formula has what begins a formula in a spreadsheet, by half and by full width.
const formula = "=+-@＝＋－＠"

// harmless is a cell that shows all that is in it and does nothing: an apostrophe makes text of what would be a formula.
// Its lines stay lines, which csv quotes.
func harmless(cell string) string {
	lines := strings.Split(cell, "\n")
	for i := range lines {
		lines[i] = visible(lines[i])
	}
	cell = strings.Join(lines, "\n")
	if strings.IndexAny(strings.TrimSpace(cell), formula) == 0 {
		return "'" + cell
	}
	return cell
}
