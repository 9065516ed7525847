package access_test

import (
	"slices"
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/store"
)

// spoil has a record stand in the ledger so that nobody can read it, under all its keys.
func (w *world) spoil(id string) {
	w.t.Helper()
	last := len(id) - 1
	doc, err := w.db.(store.Whole).Next(w.t.Context(), id[:last]+string(id[last]-1)+"~") // what stands just before it
	if err != nil || doc.ID != id {
		w.t.Fatal(doc.ID, err)
	}
	doc.Facts, doc.Entries = []byte("{"), nil
	if err := w.db.Put(w.t.Context(), doc); err != nil {
		w.t.Fatal(err)
	}
}

// tampered is what was told of records that cannot be used, in its order, each once however often it was drawn.
func (w *world) tampered() []store.Alert {
	w.voice.settle()
	var out []store.Alert
	for _, a := range w.voice.alerts {
		if a.Kind == store.Tampered {
			out = append(out, a)
		}
	}
	return slices.CompactFunc(out, func(a, b store.Alert) bool { return a.ID == b.ID && a.Chain == b.Chain })
}

// A record that cannot be read is told of once, by its id, and everything else goes on: other access ends, strangers are found, and
// the program starts, whoever had claimed the record.
func TestARecordThatCannotBeRead(t *testing.T) {
	inWorld(t, func(w *world) {
		w.aws.AddUserAs(account, "k.ito", "AIDAITO")
		w.aws.TagUser(account, "k.ito", "sekisho:slack-user-id", "U0OTHER")
		w.aws.AddUserAs(account, "stranger", "AIDASTRANGER")
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.receive(access.Request{ID: "login-2", Origin: store.SignIn, Account: account, User: "k.ito", Signin: store.Signin{At: time.Now(), Principal: "AIDAITO"}})
		w.press("U0SATO", store.Approve)
		w.is("1", store.Active, true)
		w.stop()
		g := w.grant("2")
		g.Claim = store.Claim{Owner: "keeper-dead", End: time.Now().Add(time.Minute).UTC()}
		if err := store.Save(t.Context(), w.db, &g); err != nil {
			t.Fatal(err)
		}
		w.spoil("login-2")
		for range 2 {
			w.keeper = w.newKeeper()
			if err := w.keeper.Recover(t.Context()); err != nil {
				t.Fatalf("the program does not start: %v", err)
			}
			w.run()
			w.wait(10 * time.Minute)
			w.stop()
		}
		w.aws.Join(account, "stranger", group)
		w.run()
		w.wait(4 * time.Hour)
		w.is("1", store.Ended, false)
		told := w.tampered()
		if len(told) == 0 || told[0].Target != "login-2" || told[0].State != store.Raised || told[0].Note != store.IsRebuilt {
			t.Errorf("told %+v", told)
		}
		w.is("2", store.Ended, false)
		if !slices.ContainsFunc(w.voice.alerts, func(a store.Alert) bool { return a.Kind == store.Unknown && a.Subject.User == "stranger" }) {
			t.Error("nobody is told of the stranger")
		}
	})
}

// A request that is nobody's membership is told of when it is due, once, and again only after it could be read meanwhile.
func TestARequestThatCannotBeRead(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.stop()
		w.spoil("login-1")
		w.run()
		w.wait(25 * time.Hour)
		w.told("login-1", store.IsRebuilt)
		w.is("1", store.Denied, false)
	})
}

// An alert that cannot be read keeps no other from being closed.
func TestAnAlertThatCannotBeRead(t *testing.T) {
	inWorld(t, func(w *world) {
		for _, name := range []string{"a", "b"} {
			w.aws.AddUserAs(account, name, "AIDA"+name)
			w.aws.Join(account, name, group)
		}
		w.wait(aLook)
		w.spoil(store.MemberAlertID(account, group, "AIDAa"))
		w.aws.Leave(account, "b", group)
		w.wait(aLook)
		told := w.tampered()
		if len(told) != 1 || told[0].Target != store.MemberAlertID(account, group, "AIDAa") {
			t.Errorf("told %+v", told)
		}
		if a, err := store.LoadAlert(t.Context(), w.db, store.MemberAlertID(account, group, "AIDAb")); err != nil || a.State != store.Gone {
			t.Errorf("the other is %s, %v", a.State, err)
		}
	})
}

// A press that cannot be read does nothing, and is told of when it is due, once: to be judged, or to be answered.
func TestAPressThatCannotBeRead(t *testing.T) {
	for name, c := range map[string]struct {
		by   string
		hold func(w *world, held bool)
	}{
		"judged":   {"U0SATO", func(w *world, held bool) { w.leads.set(held, "U0SATO") }},
		"answered": {"U0GUEST", func(w *world, held bool) { w.voice.setDown(held) }},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.signIn("1")
				g := w.voice.card()
				c.hold(w, true)
				if err := w.keeper.Press(t.Context(), store.Press{ID: store.PressPrefix + "1", By: c.by, Verb: store.Approve, On: g.ID, Terms: g.Terms(), Card: g.Card}); err != nil {
					t.Fatal(err)
				}
				w.wait(time.Minute)
				w.spoil(store.PressPrefix + "1") // while the bot runs: a start would look at all that changed before it
				c.hold(w, false)
				w.wait(time.Hour)
				w.told(store.PressPrefix+"1", store.CannotBeRead)
				w.is("1", store.Asked, false)
			})
		})
	}
}
