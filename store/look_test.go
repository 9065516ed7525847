package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sekisho/store"
)

// keyed is a grant of an access key after some verbs. With the key it has a grace time.
func keyed(t *testing.T, grace time.Duration, verbs ...store.Verb) store.Grant {
	t.Helper()
	g := asked()
	g.Kind, g.Exclusive, g.Endless = "access-key", true, grace == 0
	for _, v := range verbs {
		e := store.Entry{Verb: v, By: "U9", At: noon, Steps: []int{1}}
		switch v {
		case store.Approve:
			_, e.Until = g.Term(noon)
		case store.Apply, store.HandOver:
			e.Facts = map[string]string{store.FactKey: "AKIA1"}
		case store.Undo:
			e.Until = noon.Add(grace)
		}
		var err error
		if g, err = g.After(e); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

// An issued key is looked at every five minutes while it stands, and while it rests after its end, however short the grace
// time is; what it has left is cleared away on time, and what lands late is looked for before and after.
func TestAKeyIsLookedAt(t *testing.T) {
	given := []store.Verb{store.Approve, store.Plan, store.Apply}
	ended := append(given[:3:3], store.Finish, store.Undo)
	soon, in := noon.Add(store.LookEvery), func(d time.Duration) time.Time { return noon.Add(d) }
	for name, c := range map[string]struct {
		g          store.Grant
		look, take time.Time
	}{
		"before it is issued":        {keyed(t, time.Hour, given[:2]...), time.Time{}, in(4 * time.Hour)},
		"stands":                     {keyed(t, time.Hour, given...), soon, in(4 * time.Hour)},
		"handed over":                {keyed(t, 0, store.Approve, store.Plan, store.HandOver), soon, time.Time{}},
		"ending":                     {keyed(t, time.Hour, append(given[:3:3], store.Finish)...), time.Time{}, noon},
		"rests":                      {keyed(t, time.Hour, ended...), soon, in(time.Minute)},
		"rests, rechecked":           {keyed(t, time.Hour, append(ended, store.Recheck, store.Recheck)...), soon, in(time.Hour)},
		"rests for two minutes":      {keyed(t, 2*time.Minute, append(ended, store.Recheck)...), soon, in(2 * time.Minute)},
		"cleared away after two":     {keyed(t, 2*time.Minute, append(ended, store.Recheck, store.Clear)...), time.Time{}, in(10 * time.Minute)},
		"cleared away and rechecked": {keyed(t, time.Minute, append(ended, store.Recheck, store.Clear, store.Recheck)...), time.Time{}, time.Time{}},
		"found to work again":        {keyed(t, time.Hour, append(ended, store.Drift)...), time.Time{}, noon},
	} {
		got, want := map[store.Lane]time.Time{}, map[store.Lane]time.Time{}
		for lane, at := range map[store.Lane]time.Time{store.Look: c.look, store.Take: c.take} {
			if !at.IsZero() {
				want[lane] = at
			}
			if at, ok := c.g.Due(lane); ok {
				got[lane] = at
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	rests := keyed(t, 2*time.Minute, ended...)
	if rests.ToClear(in(2*time.Minute-1)) || !rests.ToClear(in(2*time.Minute)) {
		t.Error("the grace time of two minutes is not two minutes")
	}
}

// That others could read a secret is said once, until they cannot any more, and only of a key that stands.
func TestASecretIsExposedOnce(t *testing.T) {
	for _, g := range []store.Grant{keyed(t, time.Hour, store.Approve, store.Plan, store.Apply), keyed(t, 0, store.Approve, store.Plan, store.HandOver)} {
		for _, step := range []struct {
			verb store.Verb
			want error
		}{{store.Protect, store.ErrExposure}, {store.Expose, nil}, {store.Expose, store.ErrExposure}, {store.Protect, nil}, {store.Expose, nil}} {
			next, err := g.After(store.Entry{Verb: step.verb, By: store.Self, At: noon})
			if !errors.Is(err, step.want) {
				t.Fatalf("%s: %v, want %v", step.verb, err, step.want)
			}
			if err == nil && next.Exposed.IsZero() == (step.verb == store.Expose) {
				t.Errorf("%s: exposed since %s", step.verb, next.Exposed)
			}
			g = next
		}
		if g.State == store.Active {
			if g = after(g, noon, store.Finish, store.Undo); !g.Exposed.IsZero() {
				t.Error("exposed after its end")
			}
		}
	}
	ended := keyed(t, time.Hour, store.Approve, store.Plan, store.Apply, store.Finish, store.Undo)
	if _, err := ended.After(store.Entry{Verb: store.Expose, By: store.Self, At: noon}); !errors.Is(err, store.ErrExposure) {
		t.Errorf("a key that rests: %v", err)
	}
	if _, err := after(asked(), noon, store.Approve, store.Apply).After(store.Entry{Verb: store.Expose, At: noon}); !errors.Is(err, store.ErrExposure) {
		t.Errorf("a grant without a key: %v", err)
	}
}

// A key that works again after its end is ended whoever has the slot by then. Others wait for the slot as before.
func TestAKeyThatWorksAgainNeedsNoSlot(t *testing.T) {
	db := &store.Mem{}
	old := keyed(t, time.Hour, store.Approve, store.Plan, store.Apply, store.Finish, store.Undo)
	other := another(keyed(t, time.Hour, store.Approve, store.Plan, store.Apply), func(g *store.Grant) { g.ID = "request-2" })
	if err := store.Save(t.Context(), db, &old, &other); err != nil {
		t.Fatal(err)
	}
	old = after(old, noon, store.Drift)
	if err := store.Save(t.Context(), db, &old); err != nil {
		t.Fatalf("ended again: %v", err)
	}
	if id, err := store.Holder(t.Context(), db, other.Slot()); id != other.ID || err != nil {
		t.Errorf("the slot is held by %q, %v", id, err)
	}
	third := another(keyed(t, time.Hour, store.Approve, store.Plan), func(g *store.Grant) { g.ID = "request-3" })
	if err := store.Save(t.Context(), db, &third); !errors.Is(err, store.ErrTaken) {
		t.Errorf("a second holder: %v", err)
	}
}
