package access_test

import (
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// unapprovable returns the alerts about rules as they were last drawn, by rule.
func (w *world) unapprovable() map[string]store.Alert {
	out := map[string]store.Alert{}
	for _, a := range w.drawn(store.Unapprovable) {
		out[a.Target] = a
	}
	return out
}

// What nobody can approve who is there is refused to who asks by hand and to who signs in, and security has one alert about the rule.
// It is closed once somebody is there again, and nothing waits meanwhile.
func TestNobodyWhoIsThereCanApprove(t *testing.T) {
	for name, c := range map[string]struct {
		by    []string
		count int
		gone  func(w *world)
		back  func(w *world)
		away  string
	}{
		"the only one has left":   {[]string{"U0SATO"}, 1, func(w *world) { w.leads.leave("U0SATO") }, func(w *world) { w.leads.rejoin() }, "U0SATO"},
		"the only one is a guest": {[]string{"U0SATO"}, 1, func(w *world) { w.leads.become("U0SATO") }, func(w *world) { w.leads.become() }, "U0SATO"},
		"the user group is gone": {[]string{"usergroup:S0GONE"}, 1, func(w *world) { w.leads.disband("S0GONE") },
			func(w *world) { w.leads.disband(); w.leads.also("S0GONE", "U0KATO") }, "usergroup:S0GONE"},
		"the user group is empty": {[]string{"usergroup:S0GONE"}, 1, func(w *world) { w.leads.also("S0GONE") },
			func(w *world) { w.leads.also("S0GONE", "U0KATO") }, ""},
		"too few remain": {[]string{"U0SATO", "U0KATO"}, 2, func(w *world) { w.leads.leave("U0SATO") }, func(w *world) { w.leads.rejoin() }, "U0SATO"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				c.gone(w)
				w.ruled(func(e *policy.Entitlement) { e.Steps = []store.Step{{By: c.by, Count: c.count}} })
				d := w.asks(wish("1", nil))
				if d.Refusal != policy.NoApprover || d.Why[len(d.Why)-1].Facts["told"] == "" {
					t.Fatalf("by hand: %+v", d)
				}
				w.signIn("1")
				if g := w.grant("1"); g.State != store.Ignored || g.Refusal.Why != policy.NoApprover || g.Refusal.Facts["told"] == "" || len(w.voice.dms) != 1 {
					t.Errorf("signed in: %s, %+v, %d letters", g.State, g.Refusal, len(w.voice.dms))
				}
				w.wait(2 * aLook)
				told := w.drawn(store.Unapprovable)
				if len(told) != 1 || told[0].State != store.Raised || told[0].Target != rule || told[0].Effects[store.FactAway] != c.away || w.voice.posts != 0 {
					t.Errorf("security was told %+v, %d cards", told, w.voice.posts)
				}
				c.back(w)
				w.wait(aLook)
				if told := w.drawn(store.Unapprovable); len(told) != 2 || told[1].State != store.Gone {
					t.Errorf("once it can be approved again: %+v", told)
				}
				if d := w.asks(wish("2", nil)); d.Refusal != "" {
					t.Errorf("then by hand: %+v", d)
				}
			})
		})
	}
}

// What only its own holder could approve is refused to them alone, and is no alert.
func TestWhatOnlyTheHolderCouldApproveIsNoAlert(t *testing.T) {
	inWorld(t, func(w *world) {
		w.leads.leave("U0KATO")
		w.ruled(func(e *policy.Entitlement) { e.Steps = twoOf("U0SATO", "U0YAMADA2", "U0KATO") })
		if d := w.asks(wish("1", nil)); d.Refusal != policy.NoApprover || d.Why[len(d.Why)-1].Facts["told"] != "" {
			t.Errorf("%+v", d)
		}
		w.wait(time.Minute)
		if told := w.unapprovable(); len(told) > 0 {
			t.Errorf("told %+v", told)
		}
	})
}

// Of whom Slack says nothing somebody may be there: the request is taken in, and no alert is raised or closed for that.
func TestSilenceOfSlackRefusesNothing(t *testing.T) {
	inWorld(t, func(w *world) {
		w.leads.also("S0OPS", "U0KATO")
		w.ruled(func(e *policy.Entitlement) {
			e.Steps = []store.Step{{By: []string{"U0SATO", "usergroup:S0OPS"}, Count: 1}}
		})
		w.leads.silent("U0SATO", "U0KATO")
		if d := w.asks(wish("1", nil)); d.Refusal != "" {
			t.Fatalf("%+v", d)
		}
		w.leads.silent()
		w.leads.leave("U0SATO", "U0KATO")
		if d := w.asks(wish("2", nil)); d.Refusal != policy.NoApprover {
			t.Fatalf("%+v", d)
		}
		w.leads.rejoin()
		w.leads.silent("U0SATO", "U0KATO")
		w.wait(2 * aLook)
		if a := w.unapprovable()[rule]; a.State != store.Raised {
			t.Errorf("while Slack says nothing the alert is %q", a.State)
		}
	})
}

// Where those who may not are a user group that is gone, nobody knows who they are, and nobody may: not who asks, and not who approves
// what a role asks for. A group that is gone elsewhere has nobody in it, and is no outage.
func TestWhoMayNotIsAGroupThatIsGone(t *testing.T) {
	inWorld(t, func(w *world) {
		w.leads.disband("S0GONE")
		w.ruled(func(e *policy.Entitlement) { e.Excluded = []string{"usergroup:S0GONE"} })
		if d := w.asks(wish("1", nil)); d.Refusal != policy.GroupGone || d.Why[len(d.Why)-1].Facts["told"] == "" {
			t.Errorf("by hand: %+v", d)
		}
		w.signIn("1")
		if g := w.grant("1"); g.State != store.Ignored || g.Refusal.Why != policy.GroupGone {
			t.Errorf("signed in: %s, %+v", g.State, g.Refusal)
		}
		w.wait(2 * aLook)
		if a := w.unapprovable()[rule]; a.State != store.Raised || a.Note != policy.GroupGone || a.Effects[store.FactAway] != "usergroup:S0GONE" {
			t.Errorf("security was told %+v", a)
		}
		w.ruled(func(e *policy.Entitlement) { e.Excluded = nil })
		w.wait(aLook)
		if a := w.unapprovable()[rule]; a.State != store.Gone {
			t.Errorf("once the rule excludes nobody: %s", a.State)
		}
		w.ruled(func(e *policy.Entitlement) { e.Askers = []string{"usergroup:S0GONE"} })
		w.refuses("an asker by a group that is gone", wish("2", nil), policy.NotAsker)
		w.ruled(func(e *policy.Entitlement) {
			e.Askers = nil
			e.Auto = &policy.Auto{Longest: 12 * time.Hour, Members: []string{"usergroup:S0GONE"}}
		})
		if d := w.asks(wish("3", nil)); d.Refusal != "" || d.Auto != 0 {
			t.Errorf("by itself to a group that is gone: %+v", d)
		}
	})
	inBarredWorld(t, func(w *world, deployer string) {
		if d := w.asks(w.sent("1", from(deployer+"run"))); d.Refusal != "" {
			t.Fatalf("refused: %+v", d)
		}
		w.leads.disband("S0OPS")
		if refusal := w.press("U0KATO", store.Approve); refusal != policy.RoleBarred || w.member() {
			t.Errorf("approved although nobody knows who may not: %q", refusal)
		}
		if d := w.asks(w.sent("2", from(deployer+"run"))); d.Refusal != policy.NoApprover {
			t.Errorf("asked for although nobody knows who may not approve: %+v", d)
		}
		w.wait(time.Minute)
		if a := w.unapprovable()[rule]; a.State != store.Raised || a.Effects[store.FactAway] != "usergroup:S0OPS" {
			t.Errorf("security was told %+v", a)
		}
		w.leads.disband()
		w.wait(aLook)
		if a := w.unapprovable()[rule]; a.State != store.Gone {
			t.Errorf("once the group is there again: %s", a.State)
		}
	})
}

// One of two groups is gone: the other's people are asked, and decide; also who is in neither works on.
func TestOneOfTwoGroupsIsGone(t *testing.T) {
	inWorld(t, func(w *world) {
		w.leads.disband("S0GONE")
		w.govern(func(p *access.Settings) {
			p.Entitlements[0].Steps = []store.Step{{By: []string{"usergroup:S0GONE", "U0SATO"}, Count: 1}}
			p.Security = []string{"usergroup:S0GONE", "U0CHIEF"}
		})
		if d := w.asks(wish("1", nil)); d.Refusal != "" {
			t.Fatalf("%+v", d)
		}
		w.wait(time.Minute)
		if called := w.voice.called; len(called) != 1 || called[0].who != "U0SATO" {
			t.Errorf("called %+v", called)
		}
		if refusal := w.press("U0KATO", store.Approve); refusal != policy.NotApprover {
			t.Errorf("by another: %q", refusal)
		}
		if refusal := w.press("U0SATO", store.Approve); refusal != "" || !w.member() {
			t.Errorf("approved: %q, member %t", refusal, w.member())
		}
		if told := w.unapprovable(); len(told) > 0 {
			t.Errorf("told %+v", told)
		}
	})
}

// Whoever could approve leaves while a request waits: security hears of it with the next reminder, once, and the request waits on.
func TestApproversWhoLeaveWhileARequestWaits(t *testing.T) {
	inWorld(t, func(w *world) {
		w.ruled(func(e *policy.Entitlement) { e.Steps = []store.Step{{By: []string{"U0SATO"}, Count: 1}} })
		w.signIn("1")
		w.wait(time.Minute)
		w.leads.leave("U0SATO")
		w.wait(10 * time.Minute)
		if told := w.unapprovable(); len(told) > 0 {
			t.Errorf("before a reminder: %+v", told)
		}
		w.wait(2 * time.Hour)
		told := w.drawn(store.Unapprovable)
		if len(told) != 1 || told[0].State != store.Raised || told[0].Effects[store.FactAway] != "U0SATO" || w.happened("1", store.Remind) == 0 {
			t.Errorf("told %+v after %d reminders", told, w.happened("1", store.Remind))
		}
		w.is("1", store.Asked, false)
	})
	two := func(r *access.Rotation) { r.Steps = []store.Step{{By: []string{"U0KATO"}, Count: 1}} }
	inRotation(t, two, func(w *world, _ string) {
		w.rotate()
		w.leads.leave("U0KATO")
		w.wait(2 * time.Hour)
		if a := w.unapprovable()["rotation/batch"]; a.State != store.Raised {
			t.Errorf("a rotation that waits: %+v", a)
		}
	})
}

// A later end that nobody can approve is not asked for either.
func TestAnExtensionThatNobodyCanApprove(t *testing.T) {
	inWorld(t, func(w *world) {
		w.ruled(func(e *policy.Entitlement) { e.Steps[0].By = []string{"U0SATO"} })
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.is("1", store.Active, true)
		w.leads.leave("U0SATO")
		if refusal := w.onExtension("U0YAMADA", store.AskMore); refusal != policy.NoApprover {
			t.Errorf("%q", refusal)
		}
		w.wait(time.Minute)
		if a := w.unapprovable()[rule]; a.State != store.Raised {
			t.Errorf("security was told %+v", a)
		}
		w.is("1", store.Active, true)
	})
}

// A rotation that nobody can approve begins neither by hand nor by schedule, and security has an alert of its own about it.
func TestARotationThatNobodyCanApprove(t *testing.T) {
	lone := func(r *access.Rotation) {
		r.Steps, r.OlderThan = []store.Step{{By: []string{"U0KATO"}, Count: 1}}, 24*time.Hour
	}
	inRotation(t, lone, func(w *world, _ string) {
		w.leads.leave("U0KATO")
		if _, d, err := w.keeper.Rotate(w.t.Context(), "U0SATO", "batch", "leak suspected"); err != nil || d.Refusal != policy.NoApprover || d.Why[len(d.Why)-1].Facts["told"] == "" {
			t.Errorf("by hand: %+v, %v", d, err)
		}
		w.wait(4 * 24 * time.Hour)
		if len(w.voice.tasks) > 0 {
			t.Errorf("by schedule: %+v", w.voice.tasks)
		}
		told := w.drawn(store.Unapprovable)
		if len(told) != 1 || told[0].Target != "rotation/batch" || told[0].State != store.Raised {
			t.Errorf("security was told %+v", told)
		}
		w.leads.rejoin()
		w.wait(2 * 24 * time.Hour)
		if a := w.unapprovable()["rotation/batch"]; a.State != store.Gone || len(w.voice.tasks) == 0 {
			t.Errorf("once somebody is there: %s, %d tasks", a.State, len(w.voice.tasks))
		}
	})
}
