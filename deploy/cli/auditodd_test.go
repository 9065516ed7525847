package cli

import (
	"bufio"
	"strings"
	"testing"
	"time"

	"sekisho/handlers/audit"
	"sekisho/store"
)

// A row of a credential report that cannot be read is named, on the report and as an error, and ends with exit code 1.
func TestAuditNamesOddRows(t *testing.T) {
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	found := audit.Surveyed{Accounts: []store.Audited{{Account: "123456789012", AccountName: "production", Made: at, Odd: []store.OddRow{
		{Line: 7, User: "svc\x1b[31m", Why: `mfa_active is "maybe"`}, {Line: 9, Why: "it names no user"}}}}}
	var out strings.Builder
	auditText(&out, time.UTC, found, nil, at)
	w := bufio.NewWriter(&out)
	if err := auditJSON(w, time.UTC, found, nil); err != nil {
		t.Fatal(err)
	}
	_ = w.Flush()
	for _, text := range []string{
		`production (123456789012): line 7 of the credential report, user "svc\x1b[31m", is not judged: mfa_active is "maybe"`,
		`production (123456789012): line 9 of the credential report is not judged: it names no user`,
		`"line":7,"user":"svc\u001b[31m","why":"mfa_active is \"maybe\""`,
	} {
		if !strings.Contains(out.String(), text) {
			t.Errorf("it does not say %q:\n%s", text, out.String())
		}
	}
	err := odd(found.Accounts)
	if err == nil || strings.Contains(out.String()+err.Error(), "\x1b") || !strings.Contains(err.Error(), "audit production: line 9") {
		t.Errorf("the error is %q", err)
	}
	if err := odd([]store.Audited{{Account: "123456789012"}}); err != nil {
		t.Errorf("nothing is odd: %v", err)
	}
}
