package cli_test

import (
	"errors"
	"net"
	"syscall"
	"testing"
	"time"

	"sekisho/store"
	"sekisho/store/boltdb"
)

// An operator who does not want to wait for an orderly stop sends a second signal, and the program ends at once. Without it the
// stop takes ten seconds at most, while AWS keeps it waiting.
func TestASecondSignalEndsAtOnce(t *testing.T) {
	for _, twice := range []bool{true, false} {
		h := newFolder(t)
		silent, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = silent.Close() })
		h.endpoint = "http://" + silent.Addr().String()
		h.holdsOverdue()
		c := h.serve()
		c.awaits(`"started"`, 30*time.Second)
		time.Sleep(time.Second) // the call that ends access is out, for five seconds
		if !twice {
			c.stopWithin(stopWithin)
			continue
		}
		for range 2 {
			if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if code := c.code(time.Second); code != -1 {
			t.Errorf("after a second SIGTERM it exits with %d, want the signal to end it", code)
		}
	}
}

// holdsOverdue leaves a grant in the ledger whose end is over.
func (h *house) holdsOverdue() {
	h.t.Helper()
	db, err := boltdb.Open(h.ledger)
	if err != nil {
		h.t.Fatal(err)
	}
	g := store.Grant{ID: "login-1", Origin: store.SignIn, Kind: "iam-group", Entitlement: "production-operator", Account: production, Target: group,
		Subject: store.Subject{User: "t.yamada", UserID: "AIDAYAMADA", Person: "U0YAMADA"}, Duration: time.Hour, Longest: time.Hour,
		Steps: []store.Step{{By: []string{"U0SATO"}, Count: 1}}, Lapses: time.Now()}
	begun := time.Now().Add(-2 * time.Hour)
	for _, e := range []store.Entry{{Verb: store.Receive}, {Verb: store.Ask}, {Verb: store.Approve, Until: begun.Add(time.Hour)},
		{Verb: store.Plan, Facts: map[string]string{store.FactHeld: "false"}}, {Verb: store.Apply}} {
		e.By, e.At, e.Steps = "U0SATO", begun, []int{1}
		if g, err = g.After(e); err != nil {
			h.t.Fatal(err)
		}
	}
	if err := errors.Join(store.Save(h.t.Context(), db, &g), db.Close()); err != nil {
		h.t.Fatal(err)
	}
}
