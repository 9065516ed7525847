package access_test

import (
	"slices"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// ruled changes the rule of the world.
func (w *world) ruled(change func(*policy.Entitlement)) {
	w.govern(func(p *access.Settings) { change(&p.Entitlements[0]) })
}

// leadAndChief needs one of each.
func leadAndChief(e *policy.Entitlement) {
	e.Steps = []store.Step{{By: []string{"usergroup:S0LEADS"}, Count: 1}, {By: []string{"usergroup:S0CHIEFS"}, Count: 1}}
}

// Both steps are needed. Who could count for both counts for the one that is left to them, whoever came first.
func TestTwoSteps(t *testing.T) {
	for _, c := range []struct {
		name    string
		presses []string
		refused []string
	}{
		{"a lead, then a chief", []string{"U0SATO", "U0CHIEF"}, []string{"", ""}},
		{"a chief, then a lead", []string{"U0CHIEF", "U0SATO"}, []string{"", ""}},
		{"one of both first", []string{"U0KATO", "U0SATO"}, []string{"", ""}},
		{"one of both last", []string{"U0SATO", "U0KATO"}, []string{"", ""}},
		{"two leads", []string{"U0SATO", "U0LEAD", "U0CHIEF"}, []string{"", policy.Enough, ""}},
		{"one of both twice", []string{"U0KATO", "U0KATO", "U0CHIEF"}, []string{"", policy.Voted, ""}},
	} {
		inWorld(t, func(w *world) {
			w.leads.set(false, "U0SATO", "U0KATO", "U0LEAD")
			w.leads.also("S0CHIEFS", "U0CHIEF", "U0KATO")
			w.govern(func(p *access.Settings) {
				leadAndChief(&p.Entitlements[0])
				p.People = people.New([]people.Person{{Slack: []string{"U0YAMADA"}, IAM: []people.Login{{Account: account, User: "t.yamada"}}},
					{Slack: []string{"U0SATO"}}, {Slack: []string{"U0KATO"}}, {Slack: []string{"U0LEAD"}}, {Slack: []string{"U0CHIEF"}}})
			})
			w.signIn("1")
			for i, who := range c.presses {
				w.is("1", store.Asked, false)
				if got := w.press(who, store.Approve); got != c.refused[i] {
					t.Errorf("%s: press %d is refused with %q", c.name, i+1, got)
				}
			}
			w.is("1", store.Active, true)
			if g := w.grant("1"); len(g.Approvals) != 2 || !slices.Equal(g.Approvals[0].Steps, map[string][]int{"U0SATO": {1}, "U0KATO": {1, 2}, "U0CHIEF": {2}}[c.presses[0]]) {
				t.Errorf("%s: approvals %+v", c.name, g.Approvals)
			}
		})
	}
}

// A person has one approval, and it counts where any of their accounts may, if the one that presses may at all.
func TestTwoAccountsInTwoSteps(t *testing.T) {
	inWorld(t, func(w *world) {
		w.leads.set(false, "U0KATO", "U0SATO")
		w.leads.also("S0CHIEFS", "U0KATOADM")
		w.govern(func(p *access.Settings) {
			leadAndChief(&p.Entitlements[0])
			p.People = people.New([]people.Person{{Slack: []string{"U0YAMADA"}, IAM: []people.Login{{Account: account, User: "t.yamada"}}},
				{Slack: []string{"U0SATO", "U0SATOADM"}}, {Slack: []string{"U0KATO", "U0KATOADM"}}})
		})
		w.signIn("1")
		for _, press := range [][2]string{{"U0SATOADM", policy.NotApprover}, {"U0KATO", ""}, {"U0KATOADM", policy.Voted}, {"U0SATO", ""}} {
			if got := w.press(press[0], store.Approve); got != press[1] {
				t.Errorf("%s is refused with %q", press[0], got)
			}
		}
		w.is("1", store.Active, true)
	})
}

// What the approvers are when AWS is touched counts, step by step.
func TestStepsAreUpheldBeforeTheAct(t *testing.T) {
	persons := func(p *access.Settings, more ...people.Person) {
		p.People = people.New(append(more, people.Person{Slack: []string{"U0YAMADA"}, IAM: []people.Login{{Account: account, User: "t.yamada"}}}))
	}
	for name, c := range map[string]struct {
		change func(*world)
		want   string // "" for given
	}{
		"nothing":            {func(*world) {}, ""},
		"one leaves a step":  {func(w *world) { w.leads.also("S0CHIEFS", "U0SATO") }, policy.NotApprover},
		"they change places": {func(w *world) { w.leads.set(false, "U0CHIEF"); w.leads.also("S0CHIEFS", "U0SATO") }, ""},
		"both are one person": {func(w *world) {
			w.govern(func(p *access.Settings) { persons(p, people.Person{Slack: []string{"U0SATO", "U0CHIEF"}}) })
		}, policy.Voted},
		"one is nobody now": {func(w *world) {
			w.govern(func(p *access.Settings) { persons(p, people.Person{Slack: []string{"U0SATO"}}) })
		}, policy.NoPerson},
		"the rule has another step":  {func(w *world) { w.ruled(func(e *policy.Entitlement) { e.Steps = append(e.Steps, e.Steps[0]) }) }, policy.RuleChanged},
		"the rule has one step less": {func(w *world) { w.ruled(func(e *policy.Entitlement) { e.Steps = e.Steps[:1] }) }, policy.RuleChanged},
		"a step is of others": {func(w *world) {
			w.ruled(func(e *policy.Entitlement) { e.Steps = []store.Step{e.Steps[0], {By: []string{"U0CHIEF"}, Count: 1}} })
		}, policy.RuleChanged},
		"it can do much harm now": {func(w *world) { w.ruled(func(e *policy.Entitlement) { e.Risk = store.High }) }, policy.RuleChanged},
		"the hours are over meanwhile": {func(w *world) {
			w.ruled(func(e *policy.Entitlement) { e.Hours = &policy.Hours{Zone: time.UTC, Refuse: true} })
		}, policy.OutsideHours},
		"the rule is for shorter now":     {func(w *world) { w.ruled(func(e *policy.Entitlement) { e.Longest = time.Hour }) }, policy.RuleChanged},
		"Slack does not tell for a while": {func(w *world) { w.leads.set(true); w.aws.Fault(nil); w.wait(time.Minute); w.leads.set(false, "U0SATO") }, ""},
	} {
		inWorld(t, func(w *world) {
			w.leads.set(false, "U0SATO")
			w.leads.also("S0CHIEFS", "U0CHIEF")
			w.ruled(leadAndChief)
			w.signIn("1")
			w.press("U0SATO", store.Approve)
			w.aws.Fault(failing("GetUser", fakeaws.Failure{Code: "Throttling"}))
			w.press("U0CHIEF", store.Approve)
			w.is("1", store.Approved, false)
			c.change(w)
			w.aws.Fault(nil)
			w.wait(time.Minute)
			g := w.grant("1")
			if c.want == "" && g.State != store.Active || c.want != "" && (g.Outcome != store.Refuse || g.Note != c.want || w.writes() != 0) {
				t.Errorf("%s: %s, %s %q, %d writes, want %q", name, g.State, g.Outcome, g.Note, w.writes(), c.want)
			}
		})
	}
}

// Outside of hours that refuse, a sign-in prolongs nothing, also where it stands beside access that it uses.
func TestSignInOutsideHours(t *testing.T) {
	inWorld(t, func(w *world) { // a Saturday at midnight
		begin := time.Now()
		w.ruled(func(e *policy.Entitlement) {
			e.Hours = &policy.Hours{Zone: time.UTC, Days: [7]bool{time.Saturday: true}, From: 0, To: 60, Refuse: true}
		})
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.is("1", store.Active, true)
		until := w.grant("1").Until
		w.wait(time.Hour - time.Since(begin))
		w.signIn("2")
		entries, err := w.db.Entries(t.Context(), "login-2", 0)
		if g := w.grant("2"); err != nil || g.State != store.Merged || entries[len(entries)-1].Note != policy.OutsideHours || g.Card.TS != "" {
			t.Errorf("%s: %v, card %v", g.State, entries, g.Card)
		}
		if got := w.grant("1").Until; !got.Equal(until) {
			t.Errorf("prolonged from %s to %s", until, got)
		}
	})
}

// More approvals are needed outside of the hours, and those of before do not count for a sign-in that changes them.
func TestHoursChangeWhatIsNeeded(t *testing.T) {
	inWorld(t, func(w *world) {
		begin := time.Now()
		w.ruled(func(e *policy.Entitlement) {
			e.Steps = twoOf("usergroup:S0LEADS", "U0CHIEF")
			e.Hours = &policy.Hours{Zone: time.UTC, Days: [7]bool{time.Saturday: true}, From: 0, To: 60, More: 1}
		})
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		old := w.voice.card()
		w.wait(time.Hour - time.Since(begin))
		w.signIn("2")
		if g := w.grant("1"); g.Need() != 3 || len(g.Approvals) != 0 {
			t.Errorf("%d needed, %v", g.Need(), g.Approvals)
		}
		if refusal := w.pressOn(old, "U0KATO", store.Approve); refusal != access.Changed {
			t.Errorf("the old card is answered %q", refusal)
		}
		for _, who := range []string{"U0SATO", "U0KATO", "U0CHIEF"} {
			w.is("1", store.Asked, false)
			w.press(who, store.Approve)
		}
		w.is("1", store.Active, true)
	})
}

// Approvers whom Slack does not tell are no reason to wait with a card; who may ask is.
func TestUnknownGroups(t *testing.T) {
	inWorld(t, func(w *world) {
		w.leads.set(true)
		w.signIn("1")
		w.is("1", store.Asked, false)
	})
	inWorld(t, func(w *world) {
		w.ruled(func(e *policy.Entitlement) { e.Excluded = []string{"usergroup:S0INTERNS"} })
		w.signIn("1")
		w.is("1", store.Received, false)
		w.leads.also("S0INTERNS")
		w.wait(time.Minute)
		w.is("1", store.Asked, false)
	})
}
