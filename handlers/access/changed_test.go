package access_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/store"
)

// forge replaces a text in the facts of a record, as somebody does who can write to the file.
func (w *world) forge(id, was, is string) {
	w.t.Helper()
	last := len(id) - 1
	doc, err := w.db.(store.Whole).Next(w.t.Context(), id[:last]+string(id[last]-1)+"~")
	if err != nil || doc.ID != id || !bytes.Contains(doc.Facts, []byte(was)) {
		w.t.Fatalf("%s has no %s: %s, %v", doc.ID, was, doc.Facts, err)
	}
	doc.Facts, doc.Entries = bytes.Replace(doc.Facts, []byte(was), []byte(is), 1), nil
	if err := w.db.Put(w.t.Context(), doc); err != nil {
		w.t.Fatal(err)
	}
}

// told fails unless one alert about a record stands, with a note.
func (w *world) told(id, note string) {
	w.t.Helper()
	all := w.tampered()
	if len(all) == 0 || slices.ContainsFunc(all, func(a store.Alert) bool {
		return a.Target != id || a.Note != note || !a.Raised.Equal(all[0].Raised)
	}) {
		w.t.Errorf("told %d times, want %s: %s", len(all), id, note)
	}
}

// Whatever was changed in a live grant, the user who has the access loses it in time, by what the entries say, and security hears of it once.
func TestAChangedGrantEndsByItsEntries(t *testing.T) {
	for name, c := range map[string]struct{ was, is string }{
		"who":         {`"user_id":"AIDA`, `"user_id":"AIDX`},
		"the group":   {`"target":"jit-ops"`, `"target":"jit-other"`},
		"the account": {`"account":"`, `"account":"9`},
		"member":      {`"was_member":"false"`, `"was_member":"true"`},
		"the end":     {`"until":"2000-`, `"until":"2001-`},
		"the latest":  {`"max":"2000-`, `"max":"2001-`},
		"the state":   {`"state":"active"`, `"state":"ended"`},
		"the kind":    {`"kind":"iam-group"`, `"kind":"nothing"`},
		"planned":     {`"planned":true`, `"planned":false`},
		"no facts":    {`{`, `[`},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.approved()
				until := w.grant("1").Until
				w.stop()
				w.forge("login-1", c.was, c.is)
				w.keeper = w.newKeeper()
				w.run()
				w.wait(time.Until(until) + 15*time.Second)
				w.is("1", store.Ended, false)
				w.told("login-1", store.IsRebuilt)
				if g := w.grant("1"); g.Outcome != store.Rebuild || !g.Until.Equal(until) {
					t.Errorf("it ended by %s, and was to end %s", g.Outcome, g.Until)
				}
				if err := store.Sound(t.Context(), w.db, "login-1"); err != nil {
					t.Error(err)
				}
				w.wait(time.Hour)
				w.told("login-1", store.IsRebuilt)
			})
		})
	}
}

// A request that was changed gives nothing, whoever approves it.
func TestAChangedRequestGivesNothing(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.forge("login-1", `"steps":[`, `"steps":null,"x":[`)
		if refusal := w.press("U0SATO", store.Approve); refusal != access.Late {
			t.Errorf("approved: %q", refusal)
		}
		w.is("1", store.Denied, false)
		w.told("login-1", store.IsRebuilt)
	})
}

// Where no entry fits there is nothing to go by: security is told, nobody can decide on it, and nothing is touched.
func TestARecordOfWhichNothingFits(t *testing.T) {
	inWorld(t, func(w *world) {
		w.approved()
		w.stop()
		doc, err := w.db.(store.Whole).Next(t.Context(), "login-0~")
		if err != nil || doc.ID != "login-1" {
			t.Fatal(doc.ID, err)
		}
		for i := range doc.Entries {
			doc.Entries[i].By = "U0EVIL"
		}
		if err := w.db.Put(t.Context(), doc); err != nil {
			t.Fatal(err)
		}
		w.keeper = w.newKeeper()
		w.run()
		if refusal := w.press("U0YAMADA", store.Finish); refusal != handlers.Unusable {
			t.Errorf("finished: %q", refusal)
		}
		w.wait(5 * time.Hour)
		w.told("login-1", store.DoesNotFit)
		if !w.member() {
			t.Error("the access was touched")
		}
	})
}
