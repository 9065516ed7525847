package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"sekisho/deploy/app"
	"sekisho/deploy/config"
	"sekisho/handlers"
	"sekisho/store"
	"sekisho/store/boltdb"
)

type auditCommand struct {
	Config string `required:"" type:"existingfile" placeholder:"FILE" help:"The configuration."`
	Ledger string `env:"SEKISHO_LEDGER" placeholder:"FILE" help:"The ledger, also while the bot is at work on it: which keys the bot has issued, or is rotating."`
	Format string `enum:"text,json,csv" default:"text" help:"text; json: one object; or csv, with a header."`
	BOM    bool   `help:"Begin with a byte-order mark, by which Excel knows that a csv is UTF-8."`
}

// Run looks at all accounts and prints what is stale. It changes nothing.
func (c auditCommand) Run(ctx context.Context, s streams) error {
	if c.BOM && c.Format != "csv" {
		return errors.New("--bom is for Excel: say --format csv as well")
	}
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
		notes = append(notes, "keys that the bot has issued count as the users' own: say --ledger FILE")
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
	return errors.Join(c.write(s.out, conf, found, notes, now), err)
}

// readOnly is a ledger that is looked at.
type readOnly struct{ *boltdb.Reader }

func (readOnly) Put(context.Context, ...store.Doc) error { return errors.ErrUnsupported }

func (c auditCommand) write(w io.Writer, conf config.Config, found handlers.Surveyed, notes []string, now time.Time) error {
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

func auditText(w io.Writer, zone *time.Location, found handlers.Surveyed, notes []string, now time.Time) {
	for _, a := range found.Accounts {
		where := a.AccountName + " (" + a.Account + ")"
		if a.Trouble != "" {
			line(w, "%s: could not be read: %s", where, a.Trouble)
			continue
		}
		line(w, "%s: credential report of %s, %s old", where, offset(a.Made, zone), now.Sub(a.Made).Round(time.Minute))
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
		rows = append(rows, []string{string(f.Kind), cmp.Or(f.AccountName, f.Account), f.User, f.Key, offset(f.Since, zone), string(f.Cure), auditDetail(f)})
	}
	table(w, rows)
	line(w, "")
	line(w, "%s", number(len(found.Findings), "finding"))
}

// auditDetail is what a finding has that others have not.
func auditDetail(f store.Finding) string {
	if f.Rotation != "" {
		return "rotation " + f.Rotation
	}
	return strings.Join(f.Policies, ", ")
}

func auditJSON(w io.Writer, zone *time.Location, found handlers.Surveyed, notes []string) error {
	for i := range found.Findings {
		found.Findings[i].Since = found.Findings[i].Since.Truncate(time.Second).In(zone)
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
func auditCSV(w *bufio.Writer, zone *time.Location, found handlers.Surveyed, bom bool) error {
	made := map[string]time.Time{}
	for _, a := range found.Accounts {
		made[a.Account] = a.Made
	}
	write := cells(w, bom)
	err := write("finding", "account", "account_name", "user", "person", "key", "policies", "since", "remedy", "rotation", "report_made")
	for _, f := range found.Findings {
		err = errors.Join(err, write(string(f.Kind), f.Account, f.AccountName, f.User, f.Person, f.Key, strings.Join(f.Policies, ", "),
			offset(f.Since, zone), string(f.Cure), f.Rotation, offset(made[f.Account], zone)))
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
