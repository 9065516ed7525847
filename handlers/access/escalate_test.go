package access_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// onCall lets S0ONCALL decide too after an hour: U0OTHER, and the holder.
func (w *world) onCall(change func(*policy.Entitlement)) {
	w.leads.also("S0ONCALL", "U0OTHER", "U0YAMADA")
	w.ruled(func(e *policy.Entitlement) {
		e.Escalation = &policy.Escalation{After: time.Hour, To: []string{"usergroup:S0ONCALL"}}
		if change != nil {
			change(e)
		}
	})
}

// Whoever a request is escalated to counts from then on, and not before; the button may be an old one.
func TestEscalation(t *testing.T) {
	inWorld(t, func(w *world) {
		w.onCall(nil)
		w.signIn("1")
		old := w.voice.card()
		w.wait(time.Hour - time.Second)
		for _, verb := range []store.Verb{store.Approve, store.Deny} {
			if got := w.pressOn(old, "U0OTHER", verb); got != policy.NotApprover {
				t.Errorf("%s before its time is refused with %q", verb, got)
			}
		}
		w.wait(3 * time.Second)
		if got := w.entries("1"); !slices.Contains(got, store.Escalate) || w.voice.said(store.Escalate) != 1 || len(w.voice.card().Escalated()) == 0 {
			t.Fatalf("entries %v, told %d times, the card shows %v", got, w.voice.said(store.Escalate), w.voice.card().Escalated())
		}
		for _, own := range []string{"U0YAMADA", "U0YAMADA2"} {
			if got := w.pressOn(old, own, store.Approve); got != policy.Own {
				t.Errorf("the holder's own is refused with %q", got)
			}
		}
		if got := w.pressOn(old, "U0OTHER", store.Approve); got != "" {
			t.Errorf("refused with %q", got)
		}
		w.is("1", store.Active, true)
		if got := w.press("U0OTHER", store.Revoke); got != "" {
			t.Errorf("who has approved may not revoke: %q", got)
		}
		w.is("1", store.Ended, false)
		w.wait(24 * time.Hour)
		if n := w.voice.said(store.Escalate); n != 1 {
			t.Errorf("told %d times", n)
		}
	})
}

func TestTheEscalatedDeny(t *testing.T) {
	inWorld(t, func(w *world) {
		w.onCall(nil)
		w.signIn("1")
		w.wait(time.Hour + 3*time.Second)
		if got := w.press("U0OTHER", store.Deny); got != "" {
			t.Errorf("refused with %q", got)
		}
		w.is("1", store.Denied, false)
	})
}

// What was approved before stands, and whom it is escalated to counts for the step that is left.
func TestAnEscalationCountsForAnyStep(t *testing.T) {
	for _, first := range []string{"U0SATO", "U0CHIEF"} {
		inWorld(t, func(w *world) {
			w.leads.set(false, "U0SATO")
			w.leads.also("S0CHIEFS", "U0CHIEF")
			w.onCall(leadAndChief)
			w.signIn("1")
			if got := w.press(first, store.Approve); got != "" {
				t.Fatal(got)
			}
			w.wait(time.Hour + 3*time.Second)
			if got := w.press("U0OTHER", store.Approve); got != "" {
				t.Errorf("after %s refused with %q", first, got)
			}
			w.is("1", store.Active, true)
		})
	}
}

// Nobody is called where somebody has decided, or where the request ends before. Who was dead escalates once it lives.
func TestWhatIsNotEscalated(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(*world)
		want      int
	}{
		"decided":         {func(w *world) { w.press("U0SATO", store.Approve) }, 0},
		"no longer asked": {func(w *world) { w.stop(); time.Sleep(30 * time.Hour); w.keeper = w.newKeeper(); w.run() }, 0},
		"dead at the time": {func(w *world) {
			w.stop()
			time.Sleep(3 * time.Hour)
			w.keeper = w.newKeeper()
			w.run()
		}, 1},
	} {
		inWorld(t, func(w *world) {
			w.onCall(nil)
			w.signIn("1")
			c.meanwhile(w)
			w.wait(2 * time.Hour)
			if got := w.voice.said(store.Escalate); got != c.want {
				t.Errorf("%s: told %d times, want %d", name, got, c.want)
			}
		})
	}
}

// While Slack is down nobody is called, and what has no card is not escalated: nobody could have decided.
func TestAnEscalationWaitsForTheCard(t *testing.T) {
	inWorld(t, func(w *world) {
		w.onCall(nil)
		w.voice.setDown(true)
		w.signIn("1")
		w.wait(2 * time.Hour)
		if got := w.entries("1"); slices.Contains(got, store.Escalate) {
			t.Fatalf("entries %v without a card", got)
		}
		w.voice.setDown(false)
		w.wait(time.Minute)
		if n := w.voice.said(store.Escalate); n != 1 {
			t.Errorf("told %d times", n)
		}
	})
}

// An approval of somebody whom the rule escalates to no longer is worth nothing before AWS is touched; nor a press.
func TestAnEscalationIsUpheld(t *testing.T) {
	others := &policy.Escalation{After: time.Hour, To: []string{"U0KATO"}}
	for late, now := range map[bool]*policy.Escalation{false: nil, true: others} {
		inWorld(t, func(w *world) {
			w.onCall(nil)
			w.signIn("1")
			w.wait(time.Hour + 3*time.Second)
			if late {
				w.aws.Fault(func(fakeaws.Call) *fakeaws.Failure { return &fakeaws.Failure{Code: "Throttling"} })
				if got := w.press("U0OTHER", store.Approve); got != "" {
					t.Fatal(got)
				}
			}
			w.ruled(func(e *policy.Entitlement) { e.Escalation = now })
			if !late {
				if got := w.press("U0OTHER", store.Approve); got != policy.NotApprover {
					t.Errorf("refused with %q", got)
				}
				return
			}
			w.aws.Fault(nil)
			w.wait(time.Minute)
			if g := w.grant("1"); g.Outcome != store.Refuse || g.Note != policy.NotApprover {
				t.Errorf("%s, %s %s", g.State, g.Outcome, g.Note)
			}
			w.is("1", store.Ended, false)
		})
	}
}

// An extension that waits is not theirs to decide on.
func TestExtensionsAreNotEscalated(t *testing.T) {
	inWorld(t, func(w *world) {
		w.onCall(nil)
		w.signIn("1")
		w.wait(time.Hour + 3*time.Second)
		w.press("U0OTHER", store.Approve)
		w.onExtension("U0YAMADA", store.AskMore)
		for _, verb := range []store.Verb{store.Agree, store.Decline} {
			if got := w.onExtension("U0OTHER", verb); got != policy.NotApprover {
				t.Errorf("%s is refused with %q", verb, got)
			}
		}
	})
}

// Ten requests on one card call once, also where they were not asked for at the same time.
func TestADigestEscalatesOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		w.onCall(nil)
		w.voice.setDown(true)
		for n := range 10 {
			user := fmt.Sprintf("user-%d", n)
			w.aws.AddUser(account, user, map[string]string{"sekisho:slack-user-id": "U0CHIEF"})
			w.receive(access.Request{ID: "login-" + user, Origin: store.SignIn, Account: account, User: user, Signin: store.Signin{At: time.Now()}})
			w.wait(time.Duration(n/5) * time.Minute)
		}
		w.voice.setDown(false)
		w.wait(2 * time.Hour)
		bells := 0
		for n := range 10 {
			g := w.grant(fmt.Sprintf("user-%d", n))
			entries, err := w.db.Entries(w.t.Context(), g.ID, 0)
			at := slices.IndexFunc(entries, func(e store.Entry) bool { return e.Verb == store.Escalate })
			if err != nil || at < 0 || !g.Digest {
				t.Fatalf("%s: %v, %v", g.ID, entries, err)
			}
			if early := entries[at].At.Sub(g.Asked) - time.Hour; early < 0 || early > 3*time.Second {
				t.Errorf("%s: escalated %s after its time", g.ID, early)
			}
			if entries[at].Facts["with"] == "" {
				bells++
			}
		}
		if bells != 1 {
			t.Errorf("%d of ten ring", bells)
		}
	})
}

// Another sign-in, and a request for the same, wait on from when it was first asked for.
func TestAnEscalationGoesOnWaiting(t *testing.T) {
	inWorld(t, func(w *world) {
		w.onCall(nil)
		w.signIn("1")
		w.wait(50 * time.Minute)
		w.signIn("2")
		w.wait(10*time.Minute + 3*time.Second)
		if n := w.voice.said(store.Escalate); n != 1 {
			t.Fatalf("told %d times after an hour", n)
		}
		w.signIn("3")
		if got := w.press("U0OTHER", store.Approve); got != "" {
			t.Errorf("after another sign-in refused with %q", got)
		}
	})
}

// Who could decide once it is escalated is enough for a request to be asked for.
func TestAnEscalationIsEnoughToAsk(t *testing.T) {
	p := oneRule()
	e := &p.Entitlements[0]
	e.Steps = []store.Step{{By: []string{"U0YAMADA"}, Count: 1}}
	q := policy.Question{Origin: store.Requested, Person: "U0YAMADA", Entitlement: rule, Reason: "x"}
	if d := p.Decide(q); d.Refusal != policy.NoApprover {
		t.Errorf("nobody approves: %q", d.Refusal)
	}
	for to, want := range map[string]string{"U0SATO": "", "U0YAMADA2": policy.NoApprover} {
		e.Escalation = &policy.Escalation{After: time.Hour, To: []string{to}}
		if d := p.Decide(q); d.Refusal != want || want == "" && len(d.Steps[0].By) != 1 {
			t.Errorf("escalated to %s: %q, steps %v", to, d.Refusal, d.Steps)
		}
	}
}

// Who is in its group is looked up for that.
func TestAnEscalationToTheHolderIsNotEnoughToAsk(t *testing.T) {
	inWorld(t, func(w *world) {
		w.onCall(func(e *policy.Entitlement) { e.Steps[0].By = []string{"U0YAMADA"} })
		for i, want := range []string{"", policy.NoApprover} {
			d, err := w.keeper.Request(w.t.Context(), access.Wish{ID: fmt.Sprint(access.WishPrefix, i), By: "U0YAMADA", Entitlement: rule, Reason: "x"})
			if err != nil || d.Refusal != want {
				t.Errorf("%q, %v; want %q", d.Refusal, err, want)
			}
			w.leads.also("S0ONCALL", "U0YAMADA")
		}
	})
}

// It waits on the Home tab of whom it is escalated to, from then on.
func TestTheEscalatedFindItAtHome(t *testing.T) {
	inWorld(t, func(w *world) {
		w.onCall(nil)
		w.keeper.Open("U0OTHER", 0)
		w.signIn("1")
		w.wait(time.Second)
		if n := len(w.voice.home("U0OTHER").Waiting); n != 0 {
			t.Errorf("%d wait before", n)
		}
		w.wait(time.Hour + 3*time.Second)
		if n := len(w.voice.home("U0OTHER").Waiting); n != 1 {
			t.Errorf("%d wait after an hour", n)
		}
	})
}
