package access_test

import (
	"slices"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/store"
)

// unreadable are the messages about groups that cannot be read, in their order.
func (w *world) unreadable() (out []store.Alert) {
	w.voice.settle()
	for _, a := range w.voice.alerts {
		if a.Kind == store.Unreadable {
			out = append(out, a)
		}
	}
	return out
}

// wantUnreadable checks the alert as it was drawn last, and how often it was drawn.
func (w *world) wantUnreadable(drawn int, state store.State, why, name string) {
	w.t.Helper()
	all := w.unreadable()
	if len(all) != drawn {
		w.t.Fatalf("drawn %d times, want %d: %+v", len(all), drawn, all)
	}
	if drawn == 0 {
		return
	}
	a := all[drawn-1]
	if a.State != state || a.Note != why || a.Effects[store.FactName] != name || a.Account != account || a.Target != group {
		w.t.Errorf("drawn as %s, %s, name %q of %s; want %s, %s, name %q", a.State, a.Note, a.Effects[store.FactName], a.Target, state, why, name)
	}
}

// restart has another process go on with the ledger.
func (w *world) restart() {
	w.stop()
	w.keeper = w.newKeeper()
	w.run()
	w.wait(0)
}

// A managed group whose name means nothing any more is told once, with its new name, also across restarts, and until it can
// be read again.
func TestAManagedGroupIsRenamed(t *testing.T) {
	inWorld(t, func(w *world) {
		w.wait(aLook)
		w.wantUnreadable(0, "", "", "")
		w.aws.RenameGroup(account, group, newGroup)
		w.wait(aLook)
		w.wantUnreadable(1, store.Raised, "NoSuchEntity", newGroup)
		for range 3 {
			w.restart()
			w.wait(aLook)
		}
		w.wantUnreadable(1, store.Raised, "NoSuchEntity", newGroup)
		w.aws.RenameGroup(account, newGroup, "third")
		w.wait(aLook)
		w.wantUnreadable(2, store.Raised, "NoSuchEntity", "third")
		first := w.unreadable()[0]
		w.aws.RenameGroup(account, "third", group)
		w.wait(aLook)
		w.wantUnreadable(3, store.Gone, "NoSuchEntity", "third")
		w.aws.DeleteGroup(account, group)
		w.wait(aLook)
		w.wantUnreadable(4, store.Raised, "NoSuchEntity", "")
		if again := w.unreadable()[3]; again.ID != first.ID || again.Raised.Equal(first.Raised) {
			t.Errorf("%s since %s", again.ID, again.Raised)
		}
		w.aws.AddGroup(account, group)
		w.wait(aLook)
		w.wantUnreadable(5, store.Gone, "NoSuchEntity", "")
	})
}

// What comes again is told by a new message: an old one that changes rings no bell.
func TestAnAlertComesAgainByANewMessage(t *testing.T) {
	inWorld(t, func(w *world) {
		for range 2 {
			w.aws.RenameGroup(account, group, newGroup)
			w.wait(aLook)
			w.aws.RenameGroup(account, newGroup, group)
			w.wait(aLook)
		}
		w.voice.settle()
		if from := w.voice.alertsAt; len(from) != 4 || from[0].TS != "" || from[1].TS == "" || from[2].TS != "" || from[3].TS == "" {
			t.Errorf("drawn on %+v; want a new message, the same, a new one, the same", from)
		}
	})
}

// AWS's word is told at once; no usable answer only after a while, as a blip is no news.
func TestAManagedGroupIsNotShown(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault fakeaws.Failure
		looks int // until it is told
		why   string
	}{
		{"denied", fakeaws.Failure{Code: "AccessDenied"}, 1, "AccessDenied"},
		{"throttled", fakeaws.Failure{Code: "Throttling"}, 3, "Throttling"},
		{"broken", fakeaws.Failure{Code: "ServiceFailure"}, 3, "ServiceFailure"},
		{"no answer", fakeaws.Failure{Hang: true}, 3, "Timeout"},
	} {
		t.Run(c.name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.wait(time.Minute)
				w.aws.Fault(failing("GetGroup", c.fault))
				for look := range c.looks {
					w.wantUnreadable(0, "", "", "")
					w.wait(aLook + 20*time.Second)
					if look == 0 && c.looks > 1 { // nobody counts in memory
						w.restart()
					}
				}
				w.wantUnreadable(1, store.Raised, c.why, "")
				w.wait(time.Hour)
				w.wantUnreadable(1, store.Raised, c.why, "")
				w.aws.Fault(nil)
				w.wait(aLook + 20*time.Second)
				w.wantUnreadable(2, store.Gone, c.why, "")
				w.aws.Fault(failing("GetGroup", c.fault)) // for one look, which is a blip again
				w.wait(lookEvery)
				w.aws.Fault(nil)
				w.wait(time.Hour)
				if drawn := len(w.unreadable()); c.looks > 1 && drawn != 2 {
					t.Errorf("a blip was told: drawn %d times", drawn)
				}
			})
		})
	}
}

const lookEvery = 5 * time.Minute

// What AWS says later of a group that is told already changes the message, and what it does not say does not.
func TestWhyAManagedGroupIsNotShownChanges(t *testing.T) {
	inWorld(t, func(w *world) {
		w.wait(time.Minute)
		w.aws.Fault(failing("GetGroup", fakeaws.Failure{Code: "AccessDenied"}))
		w.wait(aLook)
		w.aws.Fault(failing("GetGroup", fakeaws.Failure{Code: "ServiceFailure"}))
		w.wait(time.Hour)
		w.wantUnreadable(1, store.Raised, "AccessDenied", "")
		w.aws.Fault(nil)
		w.aws.RenameGroup(account, group, newGroup)
		w.wait(aLook)
		w.wantUnreadable(2, store.Raised, "NoSuchEntity", newGroup)
	})
}

// Nothing is pressed on such an alert: it is mended in IAM or in the configuration.
func TestNothingIsPressedOnAGroupThatCannotBeRead(t *testing.T) {
	inWorld(t, func(w *world) {
		w.aws.RenameGroup(account, group, newGroup)
		w.wait(aLook)
		for _, verb := range []store.Verb{store.Remedy, store.Keep, store.Restore} {
			if refusal := w.pressAlert("U0CHIEF", verb); refusal != handlers.Gone {
				t.Errorf("%s: %q", verb, refusal)
			}
		}
	})
}

// The configuration follows a rename, or gives a group up: no alert is left that nobody can ever close.
func TestTheConfigurationFollowsARename(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(*world)
		open int // alerts about members
	}{
		{"it follows", func(w *world) {
			w.govern(func(p *access.Settings) { p.Entitlements[0].Target = newGroup })
		}, 2},
		{"it gives the group up", func(w *world) {
			w.govern(func(p *access.Settings) { p.Entitlements = nil })
		}, 0},
		{"it names another group", func(w *world) {
			w.aws.AddGroup(account, "third")
			w.govern(func(p *access.Settings) { p.Entitlements[0].Target = "third" })
		}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				for _, name := range []string{"stays", "goes"} {
					w.aws.AddUser(account, name, nil)
					w.aws.Join(account, name, group)
				}
				w.wait(aLook)
				raised := len(w.voice.alerts)
				w.keeps(w.voice.alerts[raised-1])
				w.aws.RenameGroup(account, group, newGroup)
				w.wait(aLook)
				w.wantUnreadable(1, store.Raised, "NoSuchEntity", newGroup)
				if got := w.openMembers(); got != 2 {
					t.Errorf("%d alerts about members of a group that cannot be read", got)
				}
				c.do(w)
				w.wait(aLook)
				w.wantUnreadable(2, store.Gone, "NoSuchEntity", newGroup)
				if got := w.openMembers(); got != c.open {
					t.Errorf("%d alerts about members are open, want %d", got, c.open)
				}
				w.wait(time.Hour)
				for _, a := range w.voice.alerts[raised:] {
					if a.Kind == store.Unknown && a.State == store.Raised {
						t.Errorf("%s in %s is told anew", a.Subject.User, a.Target)
					}
				}
			})
		})
	}
}

// keeps has security keep what an alert is about.
func (w *world) keeps(a store.Alert) {
	w.t.Helper()
	w.n++
	p := store.Press{ID: "press-keep-" + a.ID, By: "U0CHIEF", Verb: store.Keep, On: a.ID, Terms: a.Terms(), Card: a.Card,
		Note: "It is watched.", Until: time.Now().Add(3 * aDay)}
	if refusal := w.pressed(p); refusal != "" {
		w.t.Error(refusal)
	}
}

// openMembers counts the alerts about members that have not come to an end.
func (w *world) openMembers() int {
	w.t.Helper()
	all, err := store.AllMemberAlerts(w.t.Context(), w.db)
	if err != nil {
		w.t.Fatal(err)
	}
	return len(all)
}

// An account that does not answer may hide the group that an alert knows: its alerts stand.
func TestAlertsOutliveAnOutage(t *testing.T) {
	inWorld(t, func(w *world) {
		w.aws.AddUser(account, "intruder", nil)
		w.aws.Join(account, "intruder", group)
		w.wait(aLook)
		w.aws.RenameGroup(account, group, newGroup)
		w.aws.Fault(failing("GetGroup", fakeaws.Failure{Code: "ServiceFailure"}))
		w.govern(func(p *access.Settings) { p.Entitlements[0].Target = newGroup })
		w.wait(time.Hour)
		if got := w.openMembers(); got != 1 {
			t.Errorf("%d alerts are open", got)
		}
	})
}

// A member who was renamed is the same member, and is removed under the new name, from the group under its new name.
func TestAnUnknownMemberIsRenamed(t *testing.T) {
	inWorld(t, func(w *world) {
		w.aws.AddUser(account, "intruder", nil)
		w.aws.Join(account, "intruder", group)
		w.wait(aLook)
		w.aws.RenameUser(account, "intruder", "somebody")
		w.wait(time.Hour)
		if len(w.voice.alerts) != 1 {
			t.Errorf("told %d times", len(w.voice.alerts))
		}
		told := w.voice.alerts[0]
		w.aws.RenameGroup(account, group, newGroup)
		w.n++
		if refusal := w.pressed(store.Press{ID: "press-remove", By: "U0CHIEF", Verb: store.Remedy, On: told.ID, Terms: told.Terms(), Card: told.Card}); refusal != "" {
			t.Error(refusal)
		}
		w.wait(10 * time.Second)
		if a, err := store.LoadAlert(w.t.Context(), w.db, told.ID); err != nil || a.State != store.Acted || a.Effects["user"] != "" {
			t.Errorf("%+v, %v", a, err)
		}
		if got := w.aws.Members(account, newGroup); len(got) > 0 {
			t.Errorf("members: %v", got)
		}
	})
}

// Another group that takes the name is another one: its members are not those of the old one.
func TestAGroupIsMadeAnew(t *testing.T) {
	inWorld(t, func(w *world) {
		w.approved()
		w.aws.AddUser(account, "intruder", nil)
		w.aws.Join(account, "intruder", group)
		w.wait(aLook)
		before := w.voice.alerts[0]
		w.keeps(before)
		w.aws.RenameGroup(account, group, newGroup)
		w.aws.AddGroup(account, group)
		w.aws.Join(account, "intruder", group)
		w.aws.Join(account, "t.yamada", group) // whom the live grant puts into the other one
		told := len(w.voice.alerts)
		w.wait(2 * aLook)
		var users []string
		for _, a := range w.voice.alerts[told:] {
			if a.State == store.Raised && a.GroupID == w.aws.GroupID(account, group) {
				users = append(users, a.Subject.User)
			}
		}
		slices.Sort(users)
		if !slices.Equal(users, []string{"intruder", "t.yamada"}) {
			t.Errorf("told of %v", users)
		}
	})
}

// A group that was renamed in IAM and in the configuration is the same group: what a live grant gives is not given twice, what is
// left of an ended one was not there before, and the one does not take what the other gives.
func TestOneGroupUnderTwoNames(t *testing.T) {
	inWorld(t, func(w *world) {
		follow := func() {
			w.aws.RenameGroup(account, group, newGroup)
			w.govern(func(p *access.Settings) { p.Entitlements[0].Target = newGroup })
		}
		w.approved()
		follow()
		w.signIn("2")
		if refusal := w.press("U0SATO", store.Approve); refusal != "" {
			t.Error(refusal)
		}
		w.wait(5 * time.Second)
		if g := w.grant("2"); g.State != store.Ended || g.Note != access.GroupHeld {
			t.Errorf("given twice: %s, %s", g.State, g.Note)
		}
		member := func() bool { return slices.Contains(w.aws.Members(account, newGroup), "t.yamada") }
		if g := w.grant("1"); g.State != store.Active || !member() {
			t.Fatalf("%s, member %t", g.State, member())
		}
		w.wait(6 * time.Minute) // the groups are looked at: what is given under the old name explains the member
		if w.voice.settle(); len(w.voice.alerts) > 0 {
			t.Errorf("reported: %+v", w.voice.alerts)
		}
		w.pressOn(w.voice.cardOf("login-1"), "U0SATO", store.Revoke)
		w.wait(5 * time.Second)
		if member() {
			t.Error("not taken back")
		}
		w.aws.Join(account, "t.yamada", newGroup) // a call that was given up lands
		w.signIn("3")
		w.press("U0SATO", store.Approve)
		w.wait(5 * time.Second)
		if g := w.grant("3"); g.State != store.Active || g.AlreadyHeld() {
			t.Errorf("%s, already held %t", g.State, g.AlreadyHeld())
		}
		w.wait(11 * time.Minute) // the one before is looked at twice
		if g := w.grant("3"); g.State != store.Active || !member() {
			t.Errorf("%s, member %t", g.State, member())
		}
		w.wait(4 * time.Hour)
		if g := w.grant("3"); g.State != store.Ended || member() {
			t.Errorf("%s, member %t", g.State, member())
		}
	})
}
