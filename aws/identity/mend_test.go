package identity_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/aws/identity"
	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/store"
)

// stale is a row about alice with a plan.
func stale(id string, plan map[string]string) store.Alert {
	plan[store.FactUser] = id
	return store.Alert{ID: "alert-stale-1", Kind: store.Stale, Account: prod, Subject: store.Subject{User: "alice"}, State: store.Acting, Planned: true, Effects: plan}
}

// mendClauses are what is promised of remedies, as handlers.Mender has it.
var mendClauses = []clause{
	{"a remedy sees what a user has now", func(w world) {
		if _, err := w.mender().Look(w.t.Context(), prod, store.Subject{User: "nobody"}); !errors.Is(err, people.ErrNoUser) {
			w.t.Errorf("nobody: %v", err)
		}
		id, key := w.whole()
		got, err := w.mender().Look(w.t.Context(), prod, store.Subject{User: "alice"})
		if err != nil || got.ID != id || got.Made.IsZero() || !got.Password || got.PasswordSet.IsZero() || got.MFA || len(got.Keys) != 1 || got.Keys[0].ID != key || !got.Keys[0].Active {
			w.t.Errorf("%v, %+v", err, got)
		}
	}},
	{"a remedy ends what was planned however often it is done, and is undone as often", func(w world) {
		id, mine := w.whole()
		other := w.addKey(prod, "alice")
		row := stale(id, map[string]string{store.FactKeys: mine, store.FactPassword: "true"})
		for range 2 {
			facts := w.mended(func() (handlers.Result, error) {
				return w.mender().Mend(w.t.Context(), row, []string{mine, "AKIA1111111111111111"})
			})
			if facts[store.FactKeys] != mine || facts[store.FactPassword] == "" || w.holds().Password || !slices.Equal(w.active(), []string{other}) {
				w.t.Errorf("%v; left is %+v", facts, w.holds())
			}
		}
		undo := func() (handlers.Result, error) { return w.mender().Undo(w.t.Context(), row, []string{mine}) }
		for range 2 {
			if facts := w.mended(undo); facts[store.FactKeys] != mine || len(w.active()) != 2 || w.holds().Password {
				w.t.Errorf("undone: %v; left is %+v", facts, w.holds())
			}
		}
		w.deleteKey(prod, "alice", mine)
		if facts := w.mended(undo); facts[store.FactKeys] != "" || !slices.Equal(w.active(), []string{other}) {
			w.t.Errorf("a key that is gone: %v", facts)
		}
	}},
	{"a remedy leaves another user of the name alone", func(w world) {
		row := stale(w.addUser(prod, "alice", nil), map[string]string{store.FactPassword: "true"})
		w.deleteUser(prod, "alice")
		for _, there := range []bool{false, true} {
			key := "AKIA1111111111111111"
			if there {
				_, key = w.whole()
			}
			for _, step := range []func(context.Context, store.Alert, []string) (handlers.Result, error){w.mender().Mend, w.mender().Undo} {
				if r, err := step(w.t.Context(), row, []string{key}); err != nil || r.Facts[identity.UserIs] != "gone" {
					w.t.Errorf("%v, %+v", err, r)
				}
			}
			if there && (!w.holds().Password || len(w.active()) != 1) {
				w.t.Errorf("left is %+v", w.holds())
			}
		}
	}},
}

func (w world) mender() identity.Mender { return identity.Mender{Accounts: w.accounts} }

// mended repeats a step until it is done: what it has written it reads back at the next.
func (w world) mended(step func() (handlers.Result, error)) map[string]string {
	w.t.Helper()
	for range 3 {
		switch r, err := step(); {
		case err != nil:
			w.t.Fatal(err)
		case r.Again == 0:
			return r.Facts
		}
	}
	w.t.Fatal("it is never done")
	return nil
}

// active are the ids of alice's active keys.
func (w world) active() (ids []string) {
	w.t.Helper()
	for _, k := range w.holds().Keys {
		if k.Active {
			ids = append(ids, k.ID)
		}
	}
	return ids
}

// What a remedy sees is of now: all that an audit judges by.
func TestMenderLooks(t *testing.T) {
	bubble(t, fakeaws.Options{}, func(t *testing.T, _ world, a *fakeaws.AWS) {
		m := identity.Mender{Accounts: identity.Accounts{prod: identity.In(a.Config(prod))}}
		if _, err := m.Look(t.Context(), prod, store.Subject{User: "nobody"}); !errors.Is(err, people.ErrNoUser) {
			t.Errorf("nobody: %v", err)
		}
		id := a.AddUser(prod, "t.yamada", nil)
		made := time.Now()
		if c, err := m.Look(t.Context(), prod, store.Subject{User: "t.yamada"}); err != nil || c.Password || c.MFA || len(c.Keys) > 0 || !c.SignedIn.IsZero() {
			t.Errorf("a user with nothing: %v, %+v", err, c)
		}
		time.Sleep(time.Hour)
		a.AddPassword(prod, "t.yamada")
		a.SignIn(prod, "t.yamada")
		a.AddMFA(prod, "t.yamada")
		used, off := a.AddKey(prod, "t.yamada"), a.AddKey(prod, "t.yamada")
		a.UseKey(used, "s3")
		a.SetKey(prod, "t.yamada", off, false)
		c, err := m.Look(t.Context(), prod, store.Subject{User: "t.yamada"})
		if err != nil || c.ID != id || !c.Password || !c.MFA || c.Made.Unix() != made.Unix() || c.SignedIn.Before(made) || len(c.Keys) != 2 {
			t.Fatalf("%v, %+v", err, c)
		}
		for _, k := range c.Keys {
			if k.Active != (k.ID == used) || k.Used.IsZero() != (k.ID == off) || k.Made.IsZero() {
				t.Errorf("%+v", k)
			}
		}
	})
}
