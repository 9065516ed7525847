package store_test

import (
	"testing"
	"time"

	"sekisho/store"
)

// found is a row of a report, as it stands when it was found first.
func found() store.Alert {
	f := store.Finding{Kind: store.OwnKey, Account: "123456789012", User: "t.yamada", Key: "AKIA1", Made: noon.Add(-time.Hour), Cure: store.DeactivateKey}
	return happen(store.Alert{ID: f.ID(), Kind: store.Stale, Account: f.Account, Finding: &f}, noon, store.Raise)
}

// inState is a row that has come to a state.
func inState(s store.State) store.Alert {
	switch s {
	case "":
		return store.Alert{ID: found().ID, Kind: store.Stale, Finding: found().Finding}
	case store.Acting:
		return happen(found(), noon, store.Remedy)
	case store.Acted:
		return done(happen(found(), noon, store.Remedy, store.Plan))
	case store.Kept:
		return happen(found(), noon, store.Keep)
	case store.Gone:
		return happen(found(), noon, store.Vanish)
	case store.Restoring:
		return happen(inState(store.Acted), noon, store.Restore)
	}
	return found()
}

func done(a store.Alert) store.Alert {
	a, err := a.After(store.Entry{Verb: store.Done, By: store.Self, At: noon, Facts: map[string]string{store.FactKeys: "AKIA1"}})
	if err != nil {
		panic(err)
	}
	return a
}

// Every pair of a state and a verb: where it leads, or that there is no such step.
func TestRowStates(t *testing.T) {
	want := map[store.State]map[store.Verb]store.State{
		"":              {store.Raise: store.Raised},
		store.Raised:    {store.Remedy: store.Acting, store.Keep: store.Kept, store.Vanish: store.Gone},
		store.Acting:    {store.Plan: store.Acting, store.Fail: store.Acting, store.Done: store.Acted, store.Refuse: store.Raised, store.Vanish: store.Gone},
		store.Acted:     {store.Raise: store.Raised, store.Restore: store.Restoring},
		store.Kept:      {store.Restore: store.Raised, store.Lapse: store.Raised, store.Vanish: store.Gone},
		store.Gone:      {store.Raise: store.Raised},
		store.Restoring: {store.Fail: store.Restoring, store.Restored: store.Raised, store.Vanish: store.Gone},
	}
	verbs := append([]store.Verb{store.Plan, store.Refuse, store.Lapse, store.Restore, store.Restored, store.PutBack}, alertVerbs...)
	for from, steps := range want {
		for _, v := range verbs {
			a := inState(from)
			next, err := a.After(store.Entry{Verb: v, By: "U9", At: noon})
			to, ok := steps[v]
			if (err == nil) != ok || ok && next.State != to || !ok && next.State != from {
				t.Errorf("%s in %q: %s, %v, want %q", v, from, next.State, err, to)
			}
			_, due := next.Due(store.Take)
			if acts := next.State == store.Acting || next.State == store.Restoring; due != acts {
				t.Errorf("%s: due to act is %t", next.State, due)
			}
		}
		if a := raised(); from != "" { // an unknown member is kept in the same way, and has nothing else of it
			for _, v := range []store.Verb{store.Plan, store.Refuse, store.Lapse, store.Restore, store.Restored} {
				a.State = from
				kept := from == store.Kept && (v == store.Lapse || v == store.Restore)
				if _, err := a.After(store.Entry{Verb: v, At: noon}); (err == nil) != kept {
					t.Errorf("%s an unknown member that is %s: %v", v, from, err)
				}
			}
		}
	}
}

// What can be undone is what was done: a password that was deleted is gone.
func TestUndoable(t *testing.T) {
	for state, want := range map[store.State]bool{store.Raised: false, store.Acting: false, store.Acted: true, store.Kept: true, store.Restoring: false, store.Gone: false} {
		if got := inState(state).Undoable(); got != want {
			t.Errorf("%s: %t", state, got)
		}
	}
	a, err := inState(store.Acting).After(store.Entry{Verb: store.Done, At: noon, Facts: map[string]string{store.FactPassword: "true"}})
	if err != nil || a.Undoable() {
		t.Errorf("a password: %v, %t", err, a.Undoable())
	}
}

// What was done about one finding has dealt with another about the same key, or the same password, and with nothing else; what
// is undone has not.
func TestCovers(t *testing.T) {
	a := inState(store.Acted)
	other := *a.Finding
	other.Kind = store.OldKey
	byReport := other
	byReport.Key = "access_key_1"
	another, elsewhere, password := other, other, other
	another.Key, another.Made = "AKIA2", noon
	elsewhere.User = "x"
	password.Kind = store.NoMFA
	for name, c := range map[string]struct {
		f    store.Finding
		want bool
	}{"the same key": {other, true}, "by the report's name": {byReport, true}, "another key": {another, false},
		"another user's": {elsewhere, false}, "a password": {password, false}, "itself": {*a.Finding, false}} {
		if got := a.Covers(c.f); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
	if happen(a, noon, store.Restore).Covers(other) {
		t.Error("it is being undone")
	}
}

// A row is bound to what it shows: another key, another date, another time that it was raised.
func TestRowTerms(t *testing.T) {
	base := found()
	for name, change := range map[string]func(*store.Alert){
		"key":          func(a *store.Alert) { a.Finding.Key = "AKIA2" },
		"last use":     func(a *store.Alert) { a.Finding.Used = noon },
		"cure":         func(a *store.Alert) { a.Finding.Cure = store.RotateKey },
		"raised again": func(a *store.Alert) { *a = happen(*a, noon.Add(time.Hour), store.Vanish, store.Raise) },
	} {
		a := found()
		if change(&a); a.Terms() == base.Terms() {
			t.Errorf("another %s, the same terms", name)
		}
	}
	if a := happen(base, noon, store.Remedy, store.Fail); a.Terms() != base.Terms() {
		t.Error("a try changed the terms")
	}
}

// A key is the same to an audit that knows its id and to one that knows only when it was made.
func TestFindingID(t *testing.T) {
	f := *found().Finding
	byReport := f
	if byReport.Key = "access_key_1"; f.ID() != byReport.ID() {
		t.Errorf("%s and %s", f.ID(), byReport.ID())
	}
	for name, change := range map[string]func(*store.Finding){
		"account": func(f *store.Finding) { f.Account = "210987654321" }, "user": func(f *store.Finding) { f.User = "x" },
		"kind": func(f *store.Finding) { f.Kind = store.OldKey }, "key": func(f *store.Finding) { f.Made = noon },
	} {
		other := f
		if change(&other); other.ID() == f.ID() {
			t.Errorf("another %s, the same id", name)
		}
	}
}

func TestKeepable(t *testing.T) {
	for name, c := range map[string]struct {
		until time.Time
		want  bool
	}{
		"none": {time.Time{}, false}, "now": {noon, false}, "tomorrow": {noon.Add(24 * time.Hour), true},
		"a year": {noon.AddDate(1, 0, 0), true}, "more than a year": {noon.AddDate(1, 0, 1), false},
	} {
		if store.Keepable(c.until, noon) != c.want {
			t.Errorf("%s: %t", name, !c.want)
		}
	}
}

// Audits look at all rows that have not come to an end, however many, and at no others.
func TestStaleAlerts(t *testing.T) {
	db := &store.Mem{}
	for i := range 250 {
		f := *found().Finding
		f.Made = noon.Add(time.Duration(i) * time.Second)
		a := happen(store.Alert{ID: f.ID(), Kind: store.Stale, Finding: &f}, noon, store.Raise)
		switch {
		case i%10 == 1:
			a = happen(a, noon, store.Vanish)
		case i%10 == 2:
			a = happen(a, noon, store.Remedy, store.Done)
			a.Settled = true
		}
		if err := store.Save(t.Context(), db, &a); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := store.StaleAlerts(t.Context(), db)
	if err != nil || len(rows) != 200 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}
