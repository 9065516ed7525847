package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"sekisho/deploy/app"
	"sekisho/deploy/config"
	"sekisho/handlers/audit"
	"sekisho/store"
	"sekisho/store/boltdb"
)

type auditCommand struct {
	Config string `required:"" type:"existingfile" placeholder:"FILE" help:"The configuration."`
	Ledger string `env:"SEKISHO_LEDGER" placeholder:"FILE" help:"The ledger, also while the bot is at work on it: which keys the bot has issued, or is rotating, and what is kept until a date."`
	Format string `enum:"text,json,csv" default:"text" help:"text; json: one object; or csv, with a header."`
	BOM    bool   `help:"Begin with a byte-order mark, by which Excel knows that a csv is UTF-8."`
}

// Validate finds flags that do not go together.
func (c auditCommand) Validate() error {
	if c.BOM && c.Format != "csv" {
		return errors.New("--bom is for Excel: say --format csv as well")
	}
	return nil
}

// Run looks at all accounts and prints what is stale. It changes nothing.
func (c auditCommand) Run(ctx context.Context, s streams) error {
	conf, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	survey, err := app.Survey(ctx, conf, os.Getenv, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	var notes []string
	if c.Ledger == "" {
		notes = append(notes, "keys that the bot has issued count as the users' own, and nothing is known to be kept: say --ledger FILE")
	} else {
		ledger, err := (&ledgerCommands{Path: c.Ledger}).open(ctx, s)
		if err != nil {
			return err
		}
		defer func() { _ = ledger.Close() }() // a copy
		survey.DB = readOnly{ledger}
	}
	now := time.Now()
	found, err := survey.Take(ctx, now)
	if ctx.Err() != nil {
		return errInterrupted
	}
	switch {
	case survey.Directory == nil:
		notes = append(notes, "who has left Slack is not judged: set "+app.BotToken)
	case found.Unjudged:
		notes = append(notes, "who has left Slack is not judged: Slack did not say")
	}
	return errors.Join(c.write(s.out, conf, found, notes, now), err, odd(found.Accounts))
}

// readOnly is a ledger that is looked at.
type readOnly struct{ *boltdb.Reader }

func (readOnly) Put(context.Context, ...store.Doc) error { return errors.ErrUnsupported }

// odd is an error that names the rows of credential reports that could not be read, or nil.
func odd(accounts []store.Audited) error {
	var errs []error
	for _, a := range accounts {
		for _, o := range a.Odd {
			errs = append(errs, fmt.Errorf("audit %s: %s", cmp.Or(a.AccountName, a.Account), oddRow(o)))
		}
	}
	return errors.Join(errs...)
}

func oddRow(o store.OddRow) string {
	if o.User == "" {
		return fmt.Sprintf("line %d of the credential report is not judged: %s", o.Line, o.Why)
	}
	return fmt.Sprintf("line %d of the credential report, user %+q, is not judged: %s", o.Line, o.User, o.Why)
}

func (c auditCommand) write(w io.Writer, conf config.Config, found audit.Surveyed, notes []string, now time.Time) error {
	out := bufio.NewWriter(w)
	var err error
	switch c.Format {
	case "json":
		err = auditJSON(out, conf.Zone, found, notes)
	case "csv":
		err = auditCSV(out, conf.Zone, found, c.BOM)
	default:
		auditText(out, conf.Zone, found, notes, now)
	}
	return errors.Join(err, unwritten(out.Flush()))
}

func auditText(w io.Writer, zone *time.Location, found audit.Surveyed, notes []string, now time.Time) {
	for _, a := range found.Accounts {
		where := a.AccountName + " (" + a.Account + ")"
		if a.Trouble != "" {
			line(w, "%s: could not be read: %s", where, a.Trouble)
			continue
		}
		line(w, "%s: credential report of %s, %s old", where, offset(a.Made, zone), now.Sub(a.Made).Round(time.Minute))
		for _, o := range a.Odd {
			line(w, "%s: %s", where, oddRow(o))
		}
	}
	for _, note := range notes {
		line(w, "%s", note)
	}
	line(w, "")
	if len(found.Findings) == 0 {
		line(w, "nothing found in what could be read")
		return
	}
	rows := [][]string{{"FINDING", "ACCOUNT", "USER", "KEY", "SINCE", "REMEDY", ""}}
	for _, f := range found.Findings {
		rows = append(rows, []string{string(f.Kind), cmp.Or(f.AccountName, f.Account), f.User, f.Key, offset(f.Since, zone), string(f.Cure), auditDetail(f, zone)})
	}
	table(w, rows)
	line(w, "")
	total := number(len(found.Findings), "finding")
	if kept := keptOf(found.Findings); kept > 0 {
		total += fmt.Sprintf(", %d of them kept until a date", kept)
	}
	line(w, "%s", total)
}

// keptOf is how many findings are not reported until a date.
func keptOf(found []store.Finding) int {
	kept := 0
	for _, f := range found {
		if f.Kept != nil {
			kept++
		}
	}
	return kept
}

// auditDetail is what a finding has that others have not.
func auditDetail(f store.Finding, zone *time.Location) string {
	var parts []string
	if f.Rotation != "" {
		parts = append(parts, "rotation "+f.Rotation)
	}
	if len(f.Policies) > 0 {
		parts = append(parts, strings.Join(f.Policies, ", "))
	}
	if f.Kept != nil {
		parts = append(parts, fmt.Sprintf("kept until %s by %s: %s", f.Kept.Until.In(zone).Format(time.DateOnly), f.Kept.By, f.Kept.Why))
	}
	return strings.Join(parts, "; ")
}

func auditJSON(w io.Writer, zone *time.Location, found audit.Surveyed, notes []string) error {
	for i := range found.Findings {
		f := &found.Findings[i]
		for _, at := range []*time.Time{&f.Since, &f.Made, &f.Used, &f.UserMade} {
			*at = at.Truncate(time.Second).In(zone)
		}
		if f.Kept != nil {
			f.Kept = &store.Keeping{By: f.Kept.By, At: f.Kept.At.Truncate(time.Second).In(zone), Until: f.Kept.Until.In(zone), Why: f.Kept.Why}
		}
	}
	for i := range found.Accounts {
		found.Accounts[i].Made = found.Accounts[i].Made.Truncate(time.Second).In(zone)
	}
	return writeJSON(w, struct {
		Accounts []store.Audited `json:"accounts"`
		Notes    []string        `json:"notes,omitempty"`
		Findings []store.Finding `json:"findings"`
	}{found.Accounts, notes, append([]store.Finding{}, found.Findings...)})
}

// auditCSV has a row for each finding, with the age of what it is known by. An account that could not be read has none.
func auditCSV(w *bufio.Writer, zone *time.Location, found audit.Surveyed, bom bool) error {
	made := map[string]time.Time{}
	for _, a := range found.Accounts {
		made[a.Account] = a.Made
	}
	write := cells(w, bom)
	err := write("finding", "account", "account_name", "user", "person", "key", "policies", "since", "remedy", "rotation", "report_made",
		"kept_until", "kept_by", "kept_why")
	for _, f := range found.Findings {
		kept := store.Keeping{}
		if f.Kept != nil {
			kept = *f.Kept
		}
		err = errors.Join(err, write(string(f.Kind), f.Account, f.AccountName, f.User, f.Person.Account(), f.Key, strings.Join(f.Policies, ", "),
			offset(f.Since, zone), string(f.Cure), f.Rotation, offset(made[f.Account], zone),
			offset(kept.Until, zone), kept.By, kept.Why))
	}
	return err
}

// offset writes a time by ISO 8601 in a zone, or nothing for none.
func offset(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format(time.RFC3339)
}
