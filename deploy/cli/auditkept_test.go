package cli

import (
	"bufio"
	"strings"
	"testing"
	"time"

	"sekisho/handlers/audit"
	"sekisho/store"
)

// What is kept until a date is shown as kept, by whom, until when and why, in every format.
func TestAuditShowsWhatIsKept(t *testing.T) {
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	found := audit.Surveyed{Accounts: []store.Audited{{Account: "123456789012", AccountName: "production", Made: at}}, Findings: []store.Finding{
		{Kind: store.OwnPolicy, Account: "123456789012", User: "t.yamada", Policies: []string{"by-hand"}, Cure: store.MovePolicy,
			Kept: &store.Keeping{By: "U0SATO", At: at, Until: at.AddDate(0, 2, 0), Why: "The partner\x1b[31m moves by then."}},
		{Kind: store.NoMFA, Account: "123456789012", User: "k.tanaka", Cure: store.AddMFA},
	}}
	for format, want := range map[string][]string{
		"text": {"by-hand; kept until 2027-01-22 by U0SATO: The partner", "2 findings, 1 of them kept until a date"},
		"json": {`"kept":{"by":"U0SATO"`, `"until":"2027-01-22T00:00:00Z"`},
		"csv":  {"kept_until,kept_by,kept_why", "2027-01-22T00:00:00Z,U0SATO,The partner"},
	} {
		var out strings.Builder
		w := bufio.NewWriter(&out)
		var err error
		switch format {
		case "text":
			auditText(w, time.UTC, found, nil, at)
		case "json":
			err = auditJSON(w, time.UTC, found, nil)
		case "csv":
			err = auditCSV(w, time.UTC, found, false)
		}
		if _ = w.Flush(); err != nil {
			t.Fatal(err)
		}
		for _, text := range want {
			if !strings.Contains(out.String(), text) {
				t.Errorf("%s does not say %q:\n%s", format, text, out.String())
			}
		}
		if strings.Contains(out.String(), "\x1b") {
			t.Errorf("%s lets somebody's reason act on the terminal", format)
		}
	}
}
