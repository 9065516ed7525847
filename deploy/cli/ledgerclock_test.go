package cli_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sekisho/handlers"
	"sekisho/store/boltdb"
)

// A ledger that has seen the year after next takes the machine's time again.
func TestLedgerResetClock(t *testing.T) {
	path := ledger(t)
	ahead := time.Now().AddDate(2, 0, 0).UTC()
	db, err := boltdb.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := handlers.ResetClock(t.Context(), db, ahead); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{ahead.Format(time.RFC3339), time.Now().UTC().Format("2006-01-02")} {
		code, out, errOut := run("ledger", "reset-clock", "--ledger", path)
		if code != 0 || errOut != "" || !strings.HasPrefix(out, path+" had seen "+want) {
			t.Errorf("exit %d, want %s\n%s%s", code, want, out, errOut)
		}
	}
	if code, _, errOut := run("ledger", "reset-clock", "--ledger", filepath.Join(t.TempDir(), "none")); code != 1 || !strings.Contains(errOut, "there is no ledger") {
		t.Errorf("exit %d: %s", code, errOut)
	}
}

// Beside a running bot it says so, and changes nothing.
func TestLedgerResetClockInUse(t *testing.T) {
	path := ledger(t)
	use(t, path)
	if code, out, errOut := run("ledger", "reset-clock", "--ledger", path); code != 1 || out != "" || !strings.Contains(errOut, path) {
		t.Errorf("exit %d\n%s%s", code, out, errOut)
	}
}
