package access_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sekisho/store"
)

// suit changes a text in the facts of a record, and all its rows to suit: nothing makes it due before what it says.
func (w *world) suit(id, was, is string) {
	w.t.Helper()
	w.forge(id, was, is)
	doc, err := w.db.Get(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := store.Decode(doc)
	if err != nil {
		w.t.Fatal(err)
	}
	suited, err := store.Encode(r)
	if err != nil {
		w.t.Fatal(err)
	}
	if doc.Keys = suited.Keys; w.db.Put(w.t.Context(), doc) != nil {
		w.t.Fatal(id)
	}
}

// An end that was moved by a year while the bot did not run, with all that goes with it, is found after the start, and one that is moved
// while it runs within the hour. Access ends then, by what the entries say.
func TestAnEndThatWasMovedIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		runs   bool
		within time.Duration
	}{"while it did not run": {false, 15 * time.Second}, "while it ran": {true, time.Hour}} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.approved()
				until := w.grant("1").Until
				if !c.runs {
					w.stop()
				}
				w.suit("login-1", `"until":"2000-`, `"until":"2001-`)
				began := time.Now()
				if !c.runs {
					w.keeper = w.newKeeper()
					w.run()
				}
				for w.member() && time.Since(began) < 25*time.Hour {
					w.wait(5 * time.Second)
				}
				took := time.Since(began)
				t.Logf("found after %s", took)
				if took > c.within {
					t.Errorf("found after %s, want %s", took, c.within)
				}
				w.wait(time.Minute)
				w.is("1", store.Ended, false)
				w.told("login-1", store.IsRebuilt)
				if g := w.grant("1"); g.Outcome != store.Rebuild || !g.Until.Equal(until) {
					t.Errorf("it ended by %s, and was to end %s, not %s", g.Outcome, g.Until, until)
				}
			})
		})
	}
}

// A grant that is live in truth, and says since the bot stopped that it has ended for good, stands in no row of what is live. It is among
// what had changed before the stop, however long the bot did not run.
func TestAGrantThatIsSaidToHaveEndedIsFound(t *testing.T) {
	for _, down := range []time.Duration{time.Minute, 30 * 24 * time.Hour} {
		t.Run(down.String(), func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.approved()
				w.wait(2 * time.Hour)
				w.stop()
				w.suit("login-1", `"state":"active"`, `"ended":"2000-01-01T02:00:00Z","outcome":"expire","rechecks":2,"state":"ended"`)
				time.Sleep(down)
				w.keeper = w.newKeeper()
				w.run()
				w.wait(15 * time.Second)
				w.is("1", store.Ended, false)
				w.told("login-1", store.IsRebuilt)
			})
		})
	}
}

// A live grant of which one row was removed ends in time all the same: its other rows lead to it, and put that one back.
func TestARowThatWasRemovedIsPutBack(t *testing.T) {
	for _, index := range []string{string(store.Take), store.SlotIndex, "group"} {
		t.Run(index, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.approved()
				until := w.grant("1").Until
				w.stop()
				doc, err := w.db.(store.Whole).Next(t.Context(), "login-0~")
				if err != nil || doc.ID != "login-1" {
					t.Fatal(doc.ID, err)
				}
				declared := slices.Clone(doc.Keys)
				doc.Entries, doc.Keys = nil, slices.DeleteFunc(doc.Keys, func(k store.Key) bool { return k.Index == index })
				if err := w.db.Put(t.Context(), doc); err != nil {
					t.Fatal(err)
				}
				w.keeper = w.newKeeper()
				w.run()
				w.wait(time.Second)
				if doc, err = w.db.(store.Whole).Next(t.Context(), "login-0~"); err != nil || fmt.Sprint(doc.Keys) != fmt.Sprint(declared) {
					t.Errorf("it stands under %v, %v, want %v", doc.Keys, err, declared)
				}
				w.wait(time.Until(until) + 15*time.Second)
				w.is("1", store.Ended, false)
			})
		})
	}
}
