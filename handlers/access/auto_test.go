package access_test

import (
	"cmp"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// byItself is a rule that gives to S0SRE, for as long as its own duration, or twice that with more sign-ins.
func byItself(e *policy.Entitlement) {
	e.Auto = &policy.Auto{Longest: 2 * e.Duration, Members: []string{"usergroup:S0SRE"}}
}

func inWorldByItself(t *testing.T, test func(w *world)) {
	t.Helper()
	inWorld(t, func(w *world) {
		w.leads.also("S0SRE", "U0YAMADA")
		w.ruled(byItself)
		test(w)
	})
}

// A sign-in alone gives nothing, however long nobody answers: anybody may have forged the event.
func TestASignInAloneGivesNothing(t *testing.T) {
	inWorldByItself(t, func(w *world) {
		w.signIn("1")
		w.wait(23 * time.Hour)
		if g := w.grant("1"); g.State != store.Asked || g.Auto != 8*time.Hour || w.writes() != 0 {
			t.Errorf("%s, by itself for %s, %d writes", g.State, g.Auto, w.writes())
		}
		w.wait(2 * time.Hour)
		w.is("1", store.Lapsed, false)
	})
}

// Once the person has said that it was them, the rule gives it, and no longer than it may.
func TestTheRuleGivesByItself(t *testing.T) {
	inWorldByItself(t, func(w *world) {
		begin := time.Now()
		w.signIn("1")
		for _, who := range []string{"U0SATO", "U0STRANGER", "U0OTHER"} {
			w.press(who, store.Mine)
			w.is("1", store.Asked, false)
		}
		if refusal := w.press("U0YAMADA2", store.Mine); refusal != "" {
			t.Errorf("refused: %q", refusal)
		}
		w.is("1", store.Active, true)
		g := w.grant("1")
		if len(g.Approvals) != 1 || g.Approvals[0].By != store.Rule || !g.Max.Equal(g.Start.Add(8*time.Hour)) || !g.Until.Equal(g.Start.Add(4*time.Hour)) {
			t.Errorf("approvals %v, from %s to %s, at most %s", g.Approvals, g.Start, g.Until, g.Max)
		}
		entries, err := w.db.Entries(t.Context(), g.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		if e := entries[3]; e.Verb != store.Approve || e.By != store.Rule || e.Facts["rule"] != rule {
			t.Errorf("entry %+v", e)
		}
		for range 12 {
			w.wait(time.Hour)
			w.signIn(time.Since(begin).String())
		}
		if g := w.grant("1"); g.State != store.Ended || g.Until.Sub(begin) > 8*time.Hour+time.Minute {
			t.Errorf("%s, ended after %s", g.State, g.Until.Sub(begin))
		}
	})
}

// Others decide as ever, and for as long as ever.
func TestApproversDecideAnyway(t *testing.T) {
	for verb, want := range map[store.Verb]store.State{store.Approve: store.Active, store.Deny: store.Denied} {
		inWorldByItself(t, func(w *world) {
			w.signIn("1")
			w.press("U0SATO", verb)
			w.is("1", want, want == store.Active)
			w.press("U0YAMADA", store.Mine) // too late to give anything
			if g := w.grant("1"); g.State != want || g.ByRule() || want == store.Active && g.Max.Sub(g.Start) != 12*time.Hour {
				t.Errorf("%s: %s, approvals %v, at most %s", verb, g.State, g.Approvals, g.Max.Sub(g.Start))
			}
		})
	}
}

func TestNotMeEndsWhatTheRuleWouldGive(t *testing.T) {
	inWorldByItself(t, func(w *world) {
		w.signIn("1")
		w.press("U0YAMADA", store.NotMine)
		w.press("U0YAMADA", store.Mine)
		w.is("1", store.Denied, false)
	})
}

// The rule gives nothing if it would not be asked the same way now: at the answer, and again before AWS is touched.
func TestTheRuleChangesItsMind(t *testing.T) {
	why := map[string]string{"it is excluded": policy.Excluded, "it is gone": policy.RuleGone} // else RuleChanged
	for name, change := range map[string]func(*world){
		"the person leaves the group": func(w *world) { w.leads.also("S0SRE") },
		"it is excluded":              func(w *world) { w.ruled(func(e *policy.Entitlement) { e.Excluded = []string{"U0YAMADA"} }) },
		"it gives nothing by itself":  func(w *world) { w.ruled(func(e *policy.Entitlement) { e.Auto = nil }) },
		"it gives less":               func(w *world) { w.ruled(func(e *policy.Entitlement) { e.Auto = &policy.Auto{Longest: time.Hour} }) },
		"it can do much harm":         func(w *world) { w.ruled(func(e *policy.Entitlement) { e.Risk = store.High }) },
		"it is of another group":      func(w *world) { w.ruled(func(e *policy.Entitlement) { e.Target = "admins" }) },
		"it needs others":             func(w *world) { w.ruled(leadAndChief) },
		"its hours are others": func(w *world) {
			w.ruled(func(e *policy.Entitlement) { e.Hours = &policy.Hours{Zone: time.UTC} })
		},
		"it is gone": func(w *world) { w.govern(func(p *access.Settings) { p.Entitlements = nil }) },
	} {
		inWorldByItself(t, func(w *world) { // before the answer
			w.signIn("1")
			change(w)
			w.press("U0YAMADA", store.Mine)
			if g := w.grant("1"); g.State != store.Asked || g.Answer != store.Mine || w.writes() != 0 {
				t.Errorf("%s before the answer: %s, answer %q", name, g.State, g.Answer)
			}
		})
		inWorldByItself(t, func(w *world) { // after it
			w.signIn("1")
			w.aws.Fault(failing("GetUser", fakeaws.Failure{Code: "Throttling"}))
			w.press("U0YAMADA", store.Mine)
			w.is("1", store.Approved, false)
			change(w)
			w.aws.Fault(nil)
			w.wait(time.Minute)
			if g := w.grant("1"); g.Outcome != store.Refuse || g.Note != cmp.Or(why[name], policy.RuleChanged) || w.writes() != 0 {
				t.Errorf("%s after the answer: %s, %s %q", name, g.State, g.Outcome, g.Note)
			}
		})
	}
}
