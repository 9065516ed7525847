package access_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/aws/identity"
	"sekisho/store"
)

// reads is how often AWS was asked who a user is.
func (w *world) reads() (n int) {
	for _, c := range w.aws.Calls() {
		if c.Action == "GetUser" {
			n++
		}
	}
	return n
}

// A sign-in that waits for access to end is woken when it has ended, and looks by itself only now and then.
func TestASignInThatWaitsForASlot(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.aws.Fault(failing("RemoveUserFromGroup", fakeaws.Failure{Code: "AccessDenied"}))
		w.wait(4*time.Hour + time.Minute)
		w.is("1", store.Ending, true)
		before := w.reads()
		w.wait(30 * time.Minute)
		alone := w.reads() - before // by the attempts to take it back
		w.signIn("2")
		before = w.reads()
		w.wait(30 * time.Minute)
		reads, writes := w.reads()-before-alone, w.grant("2").Version
		t.Logf("in half an hour of waiting %d reads of IAM and %d writes", reads, writes)
		if reads > 20 || writes > 20 {
			t.Errorf("%d reads of IAM and %d writes", reads, writes)
		}
		w.is("2", store.Received, true)
		w.aws.Fault(nil)
		for w.grant("1").State != store.Ended {
			w.wait(time.Second)
		}
		w.wait(time.Second)
		w.is("2", store.Asked, false)
	})
}

// If nobody wakes what waits, as after a crash, it finds out by itself.
func TestAnUnwokenSignInFindsTheSlotFree(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.aws.Fault(failing("RemoveUserFromGroup", fakeaws.Failure{Code: "AccessDenied"}))
		w.wait(4*time.Hour + time.Minute)
		w.signIn("2")
		w.stop()
		g := w.grant("1")
		g, err := g.After(store.Entry{Verb: store.Undo, By: store.Self, At: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Save(t.Context(), w.db, &g); err != nil {
			t.Fatal(err)
		}
		w.aws.Fault(nil)
		w.run()
		w.wait(6 * time.Minute)
		if g := w.grant("2"); g.State != store.Asked {
			t.Errorf("it is %s", g.State)
		}
	})
}

// What begins access is tried ever more seldom while AWS denies it, and what is asked for ends by its age. What ends access is tried as
// often as ever.
func TestRetriesFitTheirUrgency(t *testing.T) {
	inWorld(t, func(w *world) {
		w.aws.Fault(failing("GetUser", fakeaws.Failure{Code: "AccessDenied"}))
		w.signIn("1")
		w.wait(30 * 24 * time.Hour)
		g := w.grant("1")
		t.Logf("a sign-in that IAM denies for a month: %d writes, %d reads, %s", g.Version, w.reads(), g.State)
		if g.State.Open() || g.Version > 60 || w.reads() > 60 {
			t.Errorf("%d writes and %d reads until it is %s", g.Version, w.reads(), g.State)
		}
		w.aws.Fault(failing("AddUserToGroup", fakeaws.Failure{Code: "AccessDenied"}))
		w.signIn("2")
		w.press("U0SATO", store.Approve)
		w.wait(3 * time.Hour)
		if g = w.grant("2"); g.State != store.Approved || g.Version > 3*120 {
			t.Errorf("%d writes in three hours, %s", g.Version, g.State)
		}
		t.Logf("approved access that IAM denies for three hours: %d writes", g.Version)
		w.aws.Fault(nil)
		w.wait(2*time.Minute + 10*time.Second)
		w.is("2", store.Active, true)
		w.aws.Fault(failing("RemoveUserFromGroup", fakeaws.Failure{Code: "AccessDenied"}))
		w.wait(24 * time.Hour)
		w.aws.Fault(nil)
		w.wait(15 * time.Second)
		w.is("2", store.Ended, false)
	})
}

// An outage that has many names is told once, as any other; and the try goes on.
func TestTroubleWithManyNames(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		codes := []string{"ServiceFailure", "Throttling", "ServiceUnavailable"}
		w.aws.Fault(func(c fakeaws.Call) *fakeaws.Failure {
			if c.Action != "RemoveUserFromGroup" {
				return nil
			}
			return &fakeaws.Failure{Code: codes[int(time.Now().Unix()/600)%len(codes)]}
		})
		w.wait(28 * time.Hour)
		w.is("1", store.Ending, true)
		if n := w.happened("1", store.Fail); n != 1 {
			t.Errorf("told %d times in a day", n)
		}
	})
}

// listing counts the rows that are read of a ledger's indexes.
type listing struct {
	store.DB
	rows atomic.Int64
}

func (l *listing) List(ctx context.Context, index, from string, limit int) ([]store.Row, error) {
	rows, err := l.DB.List(ctx, index, from, limit)
	l.rows.Add(int64(len(rows)))
	return rows, err
}

func (l *listing) Due(ctx context.Context, queue string, now time.Time, limit int) ([]store.Row, error) {
	rows, err := l.DB.Due(ctx, queue, now, limit)
	l.rows.Add(int64(len(rows)))
	return rows, err
}

// The cost of a lane grows with what rests, and not with its square: ends that wait for AWS are listed again by time, and not each time that
// one of them is put off.
func TestWhatRestsIsNotListedWithEachThatIsDue(t *testing.T) {
	const n = 300
	inWorld(t, func(w *world) {
		db := &listing{DB: w.db}
		w.stop()
		w.db = db
		for i := range n {
			g := store.Grant{ID: fmt.Sprintf("login-%03d", i), Origin: store.SignIn, Kind: identity.KindGroup, Entitlement: rule, Account: account, Target: group,
				Subject: store.Subject{User: "t.yamada", UserID: fmt.Sprint("AIDA", i), Person: "U0YAMADA"}}
			w.given(g, map[string]string{"was_member": "false"})
		}
		w.keeper = w.newKeeper()
		w.run()
		w.aws.Fault(failing("", fakeaws.Failure{Code: "ServiceUnavailable", Status: 503}))
		w.wait(aDay - time.Second)
		before := db.rows.Load()
		w.wait(21 * time.Second) // all are over, and held
		rows := db.rows.Load() - before
		t.Logf("%d rows listed until %d ends wait for AWS", rows, n)
		if most := int64(n) * 100; rows > most { // the lanes look every two seconds; with each that is put off it would be a multiple of that
			t.Errorf("%d rows are listed, more than %d", rows, most)
		}
	})
}

// Grants that are overdue in an account that does not answer find that out together: one of them tries every five seconds, however many
// there are.
func TestOverdueGrantsFindOutTogether(t *testing.T) {
	const n, lasts = 30, 10 * time.Minute
	inWorld(t, func(w *world) {
		w.stop()
		for i := range n {
			g := store.Grant{ID: fmt.Sprintf("login-%03d", i), Origin: store.SignIn, Kind: identity.KindGroup, Entitlement: rule, Account: account, Target: group,
				Subject: store.Subject{User: "t.yamada", UserID: fmt.Sprint("AIDA", i), Person: "U0YAMADA"}}
			w.given(g, map[string]string{"was_member": "false"})
		}
		w.keeper = w.newKeeper()
		w.run()
		w.aws.Fault(failing("", fakeaws.Failure{Code: "ServiceUnavailable", Status: 503}))
		w.wait(aDay + time.Minute)
		before := len(w.aws.Calls())
		w.wait(lasts)
		calls := 0
		for _, c := range w.aws.Calls()[before:] {
			if c.Action != "GetGroup" { // of the reconcile
				calls++
			}
		}
		t.Logf("%d calls in %s for %d grants", calls, lasts, n)
		if most := int(lasts/(5*time.Second)) + n; calls == 0 || calls > most {
			t.Errorf("%d calls in %s, want some and at most %d", calls, lasts, most)
		}
	})
}
