package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"sekisho/store"
	"sekisho/store/boltdb"
)

type showCommand struct {
	ID     string `arg:"" optional:"" help:"The record to tell about."`
	Limit  limit  `placeholder:"50" help:"List at most so many requests, the newest first; 0 lists all. 50 unless said."`
	Format string `enum:"text,json" default:"text" help:"text, or json: one object a line."`
}

// limit is how many requests somebody wants to see.
type limit struct {
	requests int
	given    bool
}

// Decode takes what stands behind the flag whatever it begins with: -3 is a mistake in a number, not a flag.
func (l *limit) Decode(ctx *kong.DecodeContext) (err error) {
	token := ctx.Scan.Pop()
	if token.IsEOL() {
		return errors.New("no number: " + limits)
	}
	if l.requests, err = strconv.Atoi(token.String()); err != nil || l.requests < 0 {
		return fmt.Errorf("%q is no number of requests: %s", token, limits)
	}
	l.given = true
	return nil
}

const limits = "give how many to list, such as 50, or 0 for all"

// most returns how many are listed, or 0 for all.
func (l limit) most() int {
	if !l.given {
		return 50
	}
	return l.requests
}

// Validate wants no limit on one record.
func (c showCommand) Validate() error {
	if c.ID != "" && c.Limit.given {
		return fmt.Errorf("--limit is for the list, and %s is one record: leave one of them away", c.ID)
	}
	return nil
}

// Run reads a copy of the ledger.
func (c showCommand) Run(ctx context.Context, s streams, l *ledgerCommands) (err error) {
	ledger, err := l.open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ledger.Close()) }()
	if c.ID != "" {
		return c.one(ctx, s, l, ledger)
	}
	return c.list(ctx, s, ledger)
}

// request is a grant, a rotation or an offboarding in the list.
type request struct {
	ID          string      `json:"id"`
	State       store.State `json:"state"`
	User        string      `json:"user"`
	Account     string      `json:"account,omitempty"`
	AccountName string      `json:"account_name,omitempty"`
	Target      string      `json:"target,omitempty"`
	Asked       time.Time   `json:"asked,omitzero"`
	Start       time.Time   `json:"start,omitzero"`
	Until       time.Time   `json:"until,omitzero"`
	Outcome     store.Verb  `json:"outcome,omitempty"`
	AlreadyHeld bool        `json:"already_held,omitempty"` // nothing was given, and what was there before stays
}

// outcome says what ended it. What was there before was not given, and has not ended.
func (r request) outcome() string {
	if !r.AlreadyHeld {
		return string(r.Outcome)
	}
	return strings.TrimPrefix(string(r.Outcome)+", was there before and stays", ", ")
}

// who is the IAM user and its account; of an offboarding the person, who may have some in several.
func (r request) who() string {
	if where := cmp.Or(r.AccountName, r.Account); where != "" {
		return r.User + " (" + where + ")"
	}
	return r.User
}

func (c showCommand) list(ctx context.Context, s streams, ledger *boltdb.Reader) error {
	found, unread, err := requests(ctx, ledger)
	if err != nil {
		return err
	}
	slices.SortFunc(found, func(a, b request) int { return cmp.Or(b.Asked.Compare(a.Asked), cmp.Compare(a.ID, b.ID)) })
	if most := c.Limit.most(); most > 0 {
		found = found[:min(most, len(found))]
	}
	rows := [][]string{{"ID", "STATE", "WHO", "TARGET", "START", "UNTIL", "OUTCOME"}}
	for _, r := range found {
		if c.Format == "json" {
			if err := writeJSON(s.out, r); err != nil {
				return err
			}
		}
		rows = append(rows, []string{r.ID, string(r.State), r.who(), r.Target,
			iso(r.Start), iso(r.Until), r.outcome()})
	}
	if c.Format == "text" {
		table(s.out, rows)
	}
	if unread > 0 {
		return fmt.Errorf("%d records cannot be read and are not listed: see sekisho ledger verify", unread)
	}
	return nil
}

// requests returns all that are listed, and how many of them cannot be read.
func requests(ctx context.Context, ledger *boltdb.Reader) (found []request, unread int, err error) {
	err = each(ctx, ledger, func(doc store.Doc, err error) error {
		r, listed, known := listing(doc)
		switch {
		case err != nil || !known:
			unread++
			return nil
		case !listed:
			return nil
		}
		if len(doc.Entries) > 0 {
			r.Asked = doc.Entries[0].At
		}
		found = append(found, r)
		return nil
	})
	return found, unread, err
}

// listing is a record in the list, if it is of a kind that is listed, and can be read.
func listing(doc store.Doc) (r request, listed, known bool) {
	switch doc.Kind {
	case store.KindGrant:
		var g store.Grant
		known = json.Unmarshal(doc.Facts, &g) == nil
		r = request{ID: doc.ID, State: g.State, User: g.Subject.User, Account: g.Account, AccountName: g.AccountName,
			Target: g.Target, Start: g.Start, Until: g.Until, Outcome: g.Outcome, AlreadyHeld: g.AlreadyHeld()}
		return r, true, known
	case store.KindTask:
		var t store.Task
		known = json.Unmarshal(doc.Facts, &t) == nil
		r = request{ID: doc.ID, State: t.State, User: t.User, Account: t.Account, AccountName: t.AccountName, Target: t.Secret, Outcome: t.Outcome}
		return r, true, known
	case store.KindOffboarding:
		var o store.Offboarding
		known = json.Unmarshal(doc.Facts, &o) == nil
		return request{ID: doc.ID, State: o.State, User: o.Person.Account(), Target: "all"}, true, known
	case store.KindPress, store.KindAlert, store.KindReport, store.KindSeal, store.KindMark:
		return r, false, true
	}
	return r, false, false
}

// each goes through all records in the order of their ids. One that cannot be read comes with the error.
func each(ctx context.Context, ledger *boltdb.Reader, do func(store.Doc, error) error) error {
	for id := ""; ; {
		doc, err := ledger.Next(ctx, id)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return nil
		case ctx.Err() != nil:
			return errInterrupted
		case err != nil && doc.ID == "":
			return err
		}
		if err := do(doc, err); err != nil {
			return err
		}
		id = doc.ID
	}
}

// one tells a record and its entries, in the order in which they happened.
func (c showCommand) one(ctx context.Context, s streams, l *ledgerCommands, ledger *boltdb.Reader) error {
	doc, err := ledger.Get(ctx, c.ID)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("ledger %s has no record %q: sekisho ledger show lists them", l.Path, c.ID)
	}
	entries, err2 := ledger.Entries(ctx, c.ID, 0)
	if err := errors.Join(err, err2); err != nil {
		return fmt.Errorf("%w: see sekisho ledger verify", err)
	}
	if c.Format == "json" {
		return writeJSON(s.out, struct {
			Record   json.RawMessage `json:"record"`
			Progress json.RawMessage `json:"progress"`
			Chain    store.Chain     `json:"chain"`
			Entries  []store.Entry   `json:"entries"`
		}{doc.Facts, doc.Progress, doc.Chain, entries})
	}
	var facts [][]string
	for _, body := range [][]byte{doc.Facts, doc.Progress} {
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.UseNumber()
		if facts, err = flat(decoder, "", facts); err != nil {
			return fmt.Errorf("read record %s: %w: see sekisho ledger verify", c.ID, err)
		}
	}
	if r, _, known := listing(doc); known && r.AlreadyHeld {
		facts = append(facts, []string{"(so)", "the user had this before: nothing was given, the request ends " + iso(r.Until) + " at the latest, and what was there stays"})
	}
	table(s.out, facts)
	if len(entries) == 0 {
		return nil
	}
	line(s.out, "")
	rows := [][]string{{"", "TIME", "VERB", "STATE", "BY", ""}}
	for _, e := range entries {
		rows = append(rows, []string{strconv.FormatUint(e.Seq, 10), iso(e.At), string(e.Verb), string(e.State), e.By, details(e)})
	}
	table(s.out, rows)
	return nil
}

// flat returns the next JSON value as rows of a name, such as subject.user, and a value, in their order.
func flat(d *json.Decoder, name string, rows [][]string) ([][]string, error) {
	token, err := d.Token()
	if err != nil {
		return rows, err
	}
	open, nested := token.(json.Delim)
	if !nested {
		return append(rows, []string{name, value(name, token)}), nil
	}
	for i := 0; d.More(); i++ {
		child := strconv.Itoa(i)
		if open == '{' {
			if token, err = d.Token(); err != nil {
				return rows, err
			}
			child = fmt.Sprint(token)
		}
		if rows, err = flat(d, strings.TrimPrefix(name+"."+child, "."), rows); err != nil {
			return rows, err
		}
	}
	_, err = d.Token() // its end
	return rows, err
}

// lengths are the names of the lengths of time in a record.
var lengths = []string{"duration", "longest", "auto", "proof", "grace"}

// value writes a JSON value for people: lengths of time are nanoseconds in a record.
func value(name string, token json.Token) string {
	if n, ok := token.(json.Number); ok && slices.Contains(lengths, name[strings.LastIndexByte(name, '.')+1:]) {
		if length, err := n.Int64(); err == nil {
			return time.Duration(length).String()
		}
	}
	return fmt.Sprint(token)
}

// details is what an entry says beyond who did what.
func details(e store.Entry) string {
	var parts []string
	if !e.Until.IsZero() {
		parts = append(parts, "until "+iso(e.Until))
	}
	if e.Duration > 0 {
		parts = append(parts, "for "+e.Duration.String())
	}
	if e.Note != "" {
		parts = append(parts, strconv.Quote(e.Note))
	}
	if len(e.Steps) > 0 {
		parts = append(parts, "for step "+strings.Trim(fmt.Sprint(e.Steps), "[]"))
	}
	for _, k := range slices.Sorted(maps.Keys(e.Facts)) {
		parts = append(parts, k+"="+e.Facts[k])
	}
	return strings.Join(parts, ", ")
}

// iso writes a time by ISO 8601, in UTC, or nothing for none.
func iso(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}
