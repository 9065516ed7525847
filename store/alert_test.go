package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sekisho/store"
)

var alertVerbs = []store.Verb{store.Raise, store.Remedy, store.Keep, store.Done, store.Vanish, store.Fail, store.Approve}

// raised is an unknown member, as it stands when its card is drawn.
func raised() store.Alert {
	a := store.Alert{ID: store.MemberAlertID("123456789012", "jit-ops", "AIDA9"), Kind: store.Unknown, Account: "123456789012",
		Target: "jit-ops", Subject: store.Subject{User: "intruder", UserID: "AIDA9"}}
	return happen(a, noon, store.Raise)
}

// happen lets verbs happen to an alert, which must be possible.
func happen(a store.Alert, at time.Time, verbs ...store.Verb) store.Alert {
	for _, v := range verbs {
		var err error
		if a, err = a.After(store.Entry{Verb: v, By: "U9", At: at, Note: "Throttling"}); err != nil {
			panic(err)
		}
	}
	return a
}

func TestAlertLife(t *testing.T) {
	for _, c := range []struct {
		name  string
		verbs []store.Verb
		want  store.State
	}{
		{"raised", nil, store.Raised},
		{"pressed", []store.Verb{store.Remedy}, store.Acting},
		{"failing", []store.Verb{store.Remedy, store.Fail, store.Fail}, store.Acting},
		{"done", []store.Verb{store.Remedy, store.Fail, store.Done}, store.Acted},
		{"kept", []store.Verb{store.Keep}, store.Kept},
		{"gone by itself", []store.Verb{store.Vanish}, store.Gone},
		{"gone after it was kept", []store.Verb{store.Keep, store.Vanish}, store.Gone},
		{"back again after it was done", []store.Verb{store.Remedy, store.Done, store.Raise}, store.Raised},
		{"back again after it was gone", []store.Verb{store.Vanish, store.Raise}, store.Raised},
		{"its time is over", []store.Verb{store.Keep, store.Lapse}, store.Raised},
		{"no longer kept", []store.Verb{store.Keep, store.Restore}, store.Raised},
	} {
		a := happen(raised(), noon.Add(time.Minute), c.verbs...)
		if a.State != c.want || a.Chain.Verify(a.Fresh()) != nil {
			t.Errorf("%s: %s, %v", c.name, a.State, a.Chain.Verify(a.Fresh()))
		}
	}
}

// An unknown member is kept until a time and for a reason, and who had kept it stays known when that is over. Other alerts
// are only seen.
func TestAMemberIsKeptUntilATime(t *testing.T) {
	keep := store.Entry{Verb: store.Keep, By: "U9", At: noon, Until: noon.Add(time.Hour), Note: "A partner."}
	kept, err := raised().After(keep)
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[time.Duration]bool{0: true, time.Hour - 1: true, time.Hour: false} {
		if got := kept.IsKept(noon.Add(at)); got != want {
			t.Errorf("kept %s later: %t", at, got)
		}
	}
	lapsed, restored, anew := happen(kept, noon.Add(time.Hour), store.Lapse), happen(kept, noon, store.Restore), happen(kept, noon, store.Vanish, store.Raise)
	if k := lapsed.Keeping; k == nil || k.By != "U9" || k.Why != "A partner." || !lapsed.Raised.Equal(noon.Add(time.Hour)) || lapsed.By != "" {
		t.Errorf("after its time: %+v", lapsed)
	}
	if restored.Keeping != nil || anew.Keeping != nil {
		t.Errorf("still kept: %+v, %+v", restored.Keeping, anew.Keeping)
	}
	if lapsed.Terms() == kept.Terms() {
		t.Error("raised again with the same terms")
	}
	notMe := happen(store.Alert{ID: "alert-not-me-1", Kind: store.NotMe}, noon, store.Raise, store.Keep)
	for _, v := range []store.Verb{store.Lapse, store.Restore} {
		if _, err := notMe.After(store.Entry{Verb: v}); !errors.Is(err, store.ErrState) || notMe.Keeping != nil || notMe.IsKept(noon) {
			t.Errorf("%s what was acknowledged: %v, %+v", v, err, notMe.Keeping)
		}
	}
}

// A member who is reported again gets another message; where the earlier one stands, which has a button, is known until that
// one says so.
func TestAnAlertRaisedAgainMoves(t *testing.T) {
	a := raised()
	a.Card = store.Card{Channel: "C9", TS: "1"}
	if got := happen(a, noon, store.Keep, store.Lapse); got.Card.TS != "" || got.Earlier != a.Card {
		t.Errorf("its time is over: at %+v, earlier at %+v", got.Card, got.Earlier)
	}
	if got := happen(a, noon, store.Vanish, store.Raise); got.Card.TS != "" || got.Earlier.TS != "" {
		t.Errorf("come again: at %+v, earlier at %+v", got.Card, got.Earlier)
	}
	if got := happen(a, noon, store.Keep, store.Restore); got.Card != a.Card || got.Earlier.TS != "" {
		t.Errorf("no longer kept: at %+v, earlier at %+v", got.Card, got.Earlier)
	}
}

// AWS is changed for an alert in one state only, and somebody's press is the only way into it.
func TestAnyAlertLife(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a := raised()
		for range rapid.IntRange(0, 20).Draw(rt, "length") {
			v := rapid.SampledFrom(alertVerbs).Draw(rt, "verb")
			next, err := a.After(store.Entry{Verb: v, By: "U9", At: noon})
			if err != nil {
				if !errors.Is(err, store.ErrState) || next.State != a.State {
					rt.Fatalf("%s in %s: %s, %v", v, a.State, next.State, err)
				}
				continue
			}
			if next.State == store.Acting && a.State != store.Acting && v != store.Remedy {
				rt.Fatalf("%s leads from %s to the act", v, a.State)
			}
			a = next
		}
		if _, due := a.Due(store.Take); due != (a.State == store.Acting) {
			rt.Fatalf("%s: due to act is %t", a.State, due)
		}
		if err := a.Chain.Verify(a.Fresh()); err != nil {
			rt.Fatal(err)
		}
	})
}

func TestAlertTerms(t *testing.T) {
	base := raised()
	for name, change := range map[string]func(*store.Alert){
		"user":         func(a *store.Alert) { a.Subject.UserID = "x" },
		"group":        func(a *store.Alert) { a.Target = "x" },
		"account":      func(a *store.Alert) { a.Account = "x" },
		"kind":         func(a *store.Alert) { a.Kind = store.NotMe },
		"raised again": func(a *store.Alert) { *a = happen(*a, noon.Add(time.Hour), store.Vanish, store.Raise) },
	} {
		a := base
		if change(&a); a.Terms() == base.Terms() {
			t.Errorf("another %s, the same terms", name)
		}
	}
	if a := happen(base, noon, store.Remedy, store.Fail); a.Terms() != base.Terms() {
		t.Error("a try changed the terms")
	}
}

// An alert about a member is found by the group while it has not come to an end.
func TestMemberIndex(t *testing.T) {
	db := &store.Mem{}
	a := raised()
	for _, c := range []struct {
		verb store.Verb
		want int
	}{{"", 1}, {store.Keep, 1}, {store.Vanish, 0}, {store.Raise, 1}, {store.Remedy, 0}, {store.Done, 0}} {
		if c.verb != "" {
			a = happen(a, noon, c.verb)
		}
		if err := store.Save(t.Context(), db, &a); err != nil {
			t.Fatal(err)
		}
		rows, err := db.List(t.Context(), store.MemberIndex, store.MemberKey("123456789012", "jit-ops", ""), 9)
		if err != nil || len(rows) != c.want {
			t.Errorf("after %q it is %s: %d rows, %v", c.verb, a.State, len(rows), err)
		}
	}
	got, err := store.LoadAlert(t.Context(), db, a.ID)
	if d := cmp.Diff(a.Chain, got.Chain); err != nil || d != "" || got.Version != a.Version {
		t.Errorf("loaded version %d of %d: %v, %s", got.Version, a.Version, err, d)
	}
}

// The grant before is found while AWS may still show it, and no longer.
func TestPrevious(t *testing.T) {
	db := &store.Mem{}
	g := after(asked(), noon, store.Approve, store.Plan, store.Apply, store.Finish)
	for _, c := range []struct {
		verb store.Verb
		want bool
	}{{"", false}, {store.Undo, true}, {store.Recheck, true}, {store.Recheck, false}} {
		if c.verb != "" {
			g = after(g, noon, c.verb)
		}
		if err := store.Save(t.Context(), db, &g); err != nil {
			t.Fatal(err)
		}
		prev, err := store.Previous(t.Context(), db, g.Slot())
		if err != nil || (prev != nil) != c.want {
			t.Errorf("after %q: %v, %v", c.verb, prev, err)
		}
	}
}

func TestMark(t *testing.T) {
	db := &store.Mem{}
	m, err := store.LoadMark(t.Context(), db, "clock")
	if err != nil || !m.At.IsZero() {
		t.Fatalf("one that was never made: %v, %v", m, err)
	}
	m.At = noon
	stale := m
	if err := store.Save(t.Context(), db, &m); err != nil {
		t.Fatal(err)
	}
	if got, err := store.LoadMark(t.Context(), db, "clock"); err != nil || !got.At.Equal(noon) {
		t.Errorf("loaded %v, %v", got, err)
	}
	if err := store.Save(t.Context(), db, &stale); !errors.Is(err, store.ErrConflict) {
		t.Errorf("saved by two: %v", err)
	}
}

// An alert about what somebody does waits for none of those that one look has found; a row of a report is no alarm.
func TestAlarmsWaitForNoFindings(t *testing.T) {
	for kind, want := range map[store.AlertKind][]store.Lane{
		store.NotMe: {store.Tell, store.Alarm}, store.Returned: {store.Tell, store.Alarm}, store.Exposed: {store.Tell, store.Alarm},
		store.Reused: {store.Tell, store.Alarm}, store.Unknown: {store.Tell, store.Warn}, store.Unreadable: {store.Tell, store.Warn},
	} {
		a := raised()
		a.Kind = kind
		if got := lanesOf(a); !slices.Equal(got, want) {
			t.Errorf("%s is due in %v, want %v", kind, got, want)
		}
		a.Told = map[string]uint64{store.OnCard: a.Chain.Seq}
		if got := lanesOf(a); len(got) > 0 {
			t.Errorf("%s is told, and due in %v", kind, got)
		}
	}
	row := raised()
	row.Kind, row.Finding = store.Stale, &store.Finding{}
	if got := lanesOf(row); !slices.Equal(got, []store.Lane{store.Tell}) {
		t.Errorf("a row is due in %v", got)
	}
}

func lanesOf(a store.Alert) (lanes []store.Lane) {
	for _, lane := range store.Lanes() {
		if _, ok := a.Due(lane); ok {
			lanes = append(lanes, lane)
		}
	}
	return lanes
}
