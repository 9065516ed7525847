package access_test

import (
	"slices"
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/handlers/offboarding"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// offboarded runs a test in which Yamada has left, and all has ended.
func offboarded(t *testing.T, test func(w *world, id string)) {
	t.Helper()
	inOffboarding(t, func(w *world) {
		id := w.offboard()
		w.wait(3 * time.Minute)
		if o := w.offboarding(id); o.State != store.Departed {
			t.Fatalf("%s: %v", o.State, results(o))
		}
		test(w, id)
	})
}

// An offboarded person is given nothing, a quarter of an hour later or a month.
func TestOffboardedPersonIsGivenNothingUntilThatIsLifted(t *testing.T) {
	offboarded(t, func(w *world, id string) {
		for i, later := range []time.Duration{15 * time.Minute, 30 * 24 * time.Hour} {
			w.wait(later)
			name := string(rune('a' + i))
			w.signIn(name)
			w.wait(5 * time.Second)
			if g := w.grant(name); g.State != store.Ignored || g.Note != people.BeingOffboarded {
				t.Errorf("a sign-in after %s is %s %s", later, g.State, g.Note)
			}
			if d := w.asks(wish(name, nil)); d.Refusal != people.BeingOffboarded {
				t.Errorf("a request after %s: %q", later, d.Refusal)
			}
		}
		w.govern(func(*access.Settings) {}) // a restart changes nothing
		for who, want := range map[string]string{"U0SATO": policy.NotSecurity, "U0CHIEF": ""} {
			l, refusal, err := w.offboarder.Leaver(t.Context(), who, "U0YAMADA2")
			if err != nil || refusal != want || want == "" && (l.Standing == nil || l.Standing.ID != id) {
				t.Errorf("%s sees %+v, %q, %v", who, l, refusal, err)
			}
		}
		for _, c := range []struct{ by, reason, want string }{{"U0SATO", "x", policy.NotSecurity}, {"U0CHIEF", " ", policy.NoReason}, {"U0CHIEF", "back from leave", ""},
			{"U0CHIEF", "again", offboarding.NoLeaver}} {
			if got, err := w.offboarder.Lift(t.Context(), c.by, "U0YAMADA2", c.reason); err != nil || got != c.want {
				t.Errorf("%s lifts for %q: %q, %v; want %q", c.by, c.reason, got, err, c.want)
			}
		}
		w.wait(time.Second)
		if o := w.offboarding(id); o.State != store.Lifted || o.Lifted.By != "U0CHIEF" || o.Lifted.Why != "back from leave" {
			t.Errorf("%s, %+v", o.State, o.Lifted)
		}
		if !slices.Contains(w.voice.lines, store.Lift) || w.voice.offboardings[len(w.voice.offboardings)-1].State != store.Lifted {
			t.Error("nobody was told")
		}
		w.signIn("z")
		w.wait(time.Second)
		if g := w.grant("z"); g.State != store.Asked {
			t.Errorf("once it is lifted a sign-in is %s", g.State)
		}
		if refusal, err := w.offboarder.Offboard(t.Context(), "U0CHIEF", "U0YAMADA", "after all"); err != nil || refusal != "" {
			t.Errorf("once more: %q, %v", refusal, err)
		}
	})
}

// A sign-in of an offboarded person is told to security, once an hour, with the remedy of any sign-in that should not be.
func TestOffboardedPersonSignsIn(t *testing.T) {
	offboarded(t, func(w *world, _ string) {
		w.aws.AddPassword(account, "t.yamada") // somebody has set a new one
		w.signIn("1")
		w.wait(time.Second)
		w.signIn("2")
		w.wait(time.Second)
		var raised []store.Alert
		for _, a := range w.voice.alerts {
			if a.Kind == store.Returned && a.State == store.Raised {
				raised = append(raised, a)
			}
		}
		if len(raised) != 1 || raised[0].Subject.User != "t.yamada" || raised[0].Signin.Address != "203.0.113.9" {
			t.Fatalf("security hears %+v", raised)
		}
		p := store.Press{ID: store.PressPrefix + "remedy", By: "U0CHIEF", Verb: store.Remedy, On: raised[0].ID, Terms: raised[0].Terms(), Card: raised[0].Card}
		if got := w.pressed(p); got != "" {
			t.Fatal(got)
		}
		w.wait(10 * time.Second)
		if w.aws.HasPassword(account, "t.yamada") {
			t.Error("the password is there")
		}
		w.wait(2 * time.Hour)
		w.signIn("3")
		w.wait(time.Second)
		if a := w.voice.alerts[len(w.voice.alerts)-1]; a.Kind != store.Returned || a.State != store.Raised {
			t.Errorf("two hours later security hears %s %s", a.Kind, a.State)
		}
	})
}

// Approvals of a leaver no longer count for what waits for others, and those are called anew.
func TestVotesOfALeaverAreVoid(t *testing.T) {
	inOffboarding(t, func(w *world) {
		w.govern(func(p *access.Settings) {
			p.Entitlements[0].Steps = twoOf("U0YAMADA", "U0YAMADA2", "U0KATO", "U0CHIEF")
		})
		w.aws.AddUser(account, "h.sato", nil)
		w.govern(func(p *access.Settings) {
			persons := []people.Person{{Slack: []string{"U0YAMADA", "U0YAMADA2"}, IAM: leaver}, {Slack: []string{"U0SATO"}, IAM: []people.Login{{Account: account, User: "h.sato"}}},
				{Slack: []string{"U0KATO"}}, {Slack: []string{"U0CHIEF"}}}
			p.People = people.New(persons)
		})
		sato := wish("1", func(x *access.Wish) { x.By = "U0SATO" })
		if d := w.asks(sato); d.Refusal != "" {
			t.Fatal(d.Refusal)
		}
		w.wait(time.Second)
		if got := w.pressOn(w.wished("1"), "U0YAMADA2", store.Approve); got != "" {
			t.Fatal(got)
		}
		w.offboard()
		w.wait(time.Second)
		if g := w.wished("1"); g.State != store.Asked || len(g.Approvals) != 0 {
			t.Fatalf("%s with approvals %+v", g.State, g.Approvals)
		}
		if !slices.Contains(w.voice.lines, store.Void) {
			t.Error("the thread does not say so")
		}
		w.wait(10 * time.Second)
		if read := w.voice.approvers["U0YAMADA2"]; len(read) != 2 || len(read[1].Approvals) != 0 {
			t.Errorf("the leaver's message was drawn %d times, the last with %+v", len(read), read[len(read)-1].Approvals)
		}
		w.pressOn(w.wished("1"), "U0KATO", store.Approve)
		if g := w.wished("1"); g.State != store.Asked || len(g.Approvals) != 1 {
			t.Errorf("%s with %d approvals", g.State, len(g.Approvals))
		}
	})
}
