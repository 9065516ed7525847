package identity_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/aws/identity"
	"sekisho/handlers"
	"sekisho/store"
)

// stale is a row about t.yamada with a plan.
func stale(id string, plan map[string]string) store.Alert {
	plan[store.FactUser] = id
	return store.Alert{ID: "alert-stale-1", Kind: store.Stale, Account: prod, Subject: store.Subject{User: "t.yamada"}, State: store.Acting, Planned: true, Effects: plan}
}

// settles repeats a step until it is done, as the lanes do.
func settles(t *testing.T, step func() (handlers.Result, error)) map[string]string {
	t.Helper()
	for range 20 {
		r, err := step()
		if err != nil {
			t.Fatal(err)
		}
		if r.Again == 0 {
			return r.Facts
		}
		time.Sleep(r.Again)
	}
	t.Fatal("it is never done")
	return nil
}

// What a remedy sees is of now: all that an audit judges by.
func TestMenderLooks(t *testing.T) {
	bubble(t, fakeaws.Options{}, func(t *testing.T, _ world, a *fakeaws.AWS) {
		m := identity.Mender{Accounts: identity.Accounts{prod: identity.In(a.Config(prod))}}
		if _, err := m.Look(t.Context(), prod, "nobody"); !errors.Is(err, handlers.ErrNoUser) {
			t.Errorf("nobody: %v", err)
		}
		id := a.AddUser(prod, "t.yamada", nil)
		made := time.Now()
		if c, err := m.Look(t.Context(), prod, "t.yamada"); err != nil || c.Password || c.MFA || len(c.Keys) > 0 || !c.SignedIn.IsZero() {
			t.Errorf("a user with nothing: %v, %+v", err, c)
		}
		time.Sleep(time.Hour)
		a.AddPassword(prod, "t.yamada")
		a.SignIn(prod, "t.yamada")
		a.AddMFA(prod, "t.yamada")
		used, off := a.AddKey(prod, "t.yamada"), a.AddKey(prod, "t.yamada")
		a.UseKey(used, "s3")
		a.SetKey(prod, "t.yamada", off, false)
		c, err := m.Look(t.Context(), prod, "t.yamada")
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

// Mend and Undo have one effect however often they are done, touch nothing but what was planned, and read back while IAM settles.
func TestMendAndUndo(t *testing.T) {
	bubble(t, fakeaws.Options{}, func(t *testing.T, _ world, a *fakeaws.AWS) {
		m := identity.Mender{Accounts: identity.Accounts{prod: identity.In(a.Config(prod))}}
		id := a.AddUser(prod, "t.yamada", nil)
		a.AddPassword(prod, "t.yamada")
		mine, other := a.AddKey(prod, "t.yamada"), a.AddKey(prod, "t.yamada")
		row := stale(id, map[string]string{store.FactKeys: mine, store.FactPassword: "true"})
		for range 2 {
			facts := settles(t, func() (handlers.Result, error) { return m.Mend(t.Context(), row, []string{mine, "AKIAGONE"}) })
			if facts[store.FactKeys] != mine || facts[store.FactPassword] == "" || a.HasPassword(prod, "t.yamada") {
				t.Errorf("%v, password %t", facts, a.HasPassword(prod, "t.yamada"))
			}
		}
		on := func() string {
			var out []string
			for _, k := range a.Keys(prod, "t.yamada") {
				if k.Active {
					out = append(out, k.ID)
				}
			}
			slices.Sort(out)
			return strings.Join(out, " ")
		}
		if on() != other {
			t.Errorf("active are %s, want %s", on(), other)
		}
		for range 2 {
			if facts := settles(t, func() (handlers.Result, error) { return m.Undo(t.Context(), row, []string{mine}) }); facts[store.FactKeys] != mine {
				t.Errorf("%v", facts)
			}
		}
		if both := strings.Fields(on()); len(both) != 2 {
			t.Errorf("active are %v", both)
		}
		a.DeleteKey(prod, "t.yamada", mine)
		time.Sleep(time.Minute)
		if facts := settles(t, func() (handlers.Result, error) { return m.Undo(t.Context(), row, []string{mine}) }); facts[store.FactKeys] != "" {
			t.Errorf("a key that is gone: %v", facts)
		}
	})
}

// A user who was made anew since the plan is let be.
func TestMendLeavesAnotherUserAlone(t *testing.T) {
	bubble(t, fakeaws.Options{}, func(t *testing.T, _ world, a *fakeaws.AWS) {
		m := identity.Mender{Accounts: identity.Accounts{prod: identity.In(a.Config(prod))}}
		row := stale(a.AddUser(prod, "t.yamada", nil), map[string]string{store.FactPassword: "true"})
		a.DeleteUser(prod, "t.yamada")
		a.AddUser(prod, "t.yamada", nil)
		a.AddPassword(prod, "t.yamada")
		for name, step := range map[string]func() (handlers.Result, error){
			"mend": func() (handlers.Result, error) { return m.Mend(t.Context(), row, nil) },
			"undo": func() (handlers.Result, error) { return m.Undo(t.Context(), row, nil) },
		} {
			if r, err := step(); err != nil || r.Facts[identity.UserIs] != "gone" || !a.HasPassword(prod, "t.yamada") {
				t.Errorf("%s: %v, %+v", name, err, r)
			}
		}
	})
}
