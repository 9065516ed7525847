package cli_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"sekisho/store"
	"sekisho/store/boltdb"
)

// An offboarding is listed, told, counted and exported like all else; each of its entries names what it is about.
func TestLedgerKnowsOffboardings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	db, err := boltdb.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	o := store.Offboarding{ID: store.OffboardingPrefix + "1", Person: "U0YAMADA", By: "U0CHIEF", Reason: "last day"}
	staff := store.Holding{Kind: store.HeldGroup, Account: "123456789012", AccountName: "production", User: "t.yamada", Name: "staff"}
	for _, e := range []store.Entry{{Verb: store.Begin, By: "U0CHIEF", Note: o.Reason}, {Verb: store.Found, Facts: staff.Facts()},
		{Verb: store.Settled, Note: store.WasEnded, Facts: staff.Facts()}} {
		e.At = noon
		if o, err = o.After(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(store.Save(t.Context(), db, &o), db.Close()); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SEKISHO_LEDGER", path)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"show"}, "offboard-1  leaving  U0YAMADA  all"},
		{[]string{"show", o.ID}, "name=staff"},
		{[]string{"verify"}, "1 offboarding, "},
		{[]string{"export", "--format", "csv"}, "offboard-1,3,2026-11-22T12:00:00.000Z,settled,leaving,,123456789012,production,t.yamada,U0YAMADA,staff,"},
	} {
		if code, out, errOut := run(append([]string{"ledger"}, c.args...)...); code != 0 || !strings.Contains(out, c.want) {
			t.Errorf("ledger %v: exit %d, no %q in\n%s%s", c.args, code, c.want, out, errOut)
		}
	}
}
