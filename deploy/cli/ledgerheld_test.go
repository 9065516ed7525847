package cli_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"sekisho/store"
	"sekisho/store/boltdb"
)

// found is a grant that found its access there before, after these verbs.
func found(t *testing.T, id, user string, verbs ...store.Verb) store.Grant {
	t.Helper()
	g := lived(id, user, noon, store.Receive, store.Ask, store.Approve)
	for _, verb := range append([]store.Verb{store.Plan, store.Apply}, verbs...) {
		e := store.Entry{Verb: verb, By: store.Self, At: noon}
		if verb == store.Plan {
			e.Facts = map[string]string{store.FactHeld: "true"}
		}
		var err error
		if g, err = g.After(e); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

// TestLedgerTellsWhatWasThereBefore: a membership from before is told as no access that was given, or ended.
func TestLedgerTellsWhatWasThereBefore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	db, err := boltdb.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	active, ended := found(t, "login-1", "t.yamada"), found(t, "login-3", "h.sato", store.Expire, store.Undo)
	if err := errors.Join(store.Save(t.Context(), db, &active, &ended), db.Close()); err != nil {
		t.Fatal(err)
	}
	_, out, _ := run("ledger", "show", "--ledger", path)
	for _, want := range []string{"  was there before and stays\n", "  expire, was there before and stays\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	_, out, _ = run("ledger", "show", "login-3", "--ledger", path)
	if !strings.Contains(out, "nothing was given, the request ends 2026-11-22T13:02:00Z at the latest, and what was there stays") {
		t.Errorf("the story of one:\n%s", out)
	}
	_, out, _ = run("ledger", "export", "--ledger", path, "--format", "csv")
	for line := range strings.Lines(out) {
		planned := strings.Contains(line, ",plan,") || strings.Contains(line, ",apply,") || strings.Contains(line, ",expire,") || strings.Contains(line, ",undo,")
		if strings.HasPrefix(line, "login-") && strings.HasSuffix(line, ",true\n") != planned {
			t.Errorf("exported as %q", line)
		}
	}
}
