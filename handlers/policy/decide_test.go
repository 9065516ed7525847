package policy_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sekisho/handlers/policy"
	"sekisho/store"
)

// question is one by Yamada to which everything is right, on a Sunday.
func question() policy.Question {
	return policy.Question{Origin: store.Requested, Person: "U0YAMADA", Entitlement: rule, Reason: "deploy", When: start,
		Members: map[string][]string{"S0LEADS": {"U0SATO", "U0YAMADA2", "U0KATO"}, "S0SRE": {"U0YAMADA2"}, "S0INTERNS": {"U0OTHER"}}}
}

func TestDecide(t *testing.T) {
	type rules = policy.Entitlement
	ticket := &policy.Ticket{Pattern: regexp.MustCompile(`\A(?:OPS-[0-9]+)\z`), Example: "OPS-1"}
	none := func(*policy.Question) {}
	signIn := func(q *policy.Question) { q.Origin, q.Reason = store.SignIn, "" }
	closed := &policy.Hours{Zone: time.UTC, Days: workdays, From: 9 * 60, To: 18 * 60, Refuse: true}
	more := &policy.Hours{Zone: time.UTC, Days: workdays, From: 9 * 60, To: 18 * 60, More: 1}
	monday := func(q *policy.Question) { q.When = start.AddDate(0, 0, 1) }
	auto := &policy.Auto{Longest: 4 * time.Hour}
	for _, c := range []struct {
		name string
		rule func(*rules)
		ask  func(*policy.Question)
		want string // the keys of the reasons
		need int
	}{
		{"everybody", func(*rules) {}, none, "for_all", 1},
		{"no such rule", func(e *rules) { e.ID = "x" }, none, "rule_gone", 0},
		{"a guest", func(*rules) {}, func(q *policy.Question) { q.Account.Guest = true }, "guest", 0},
		{"a stranger", func(*rules) {}, func(q *policy.Question) { q.Account.Stranger = true }, "stranger", 0},
		{"a bot", func(*rules) {}, func(q *policy.Question) { q.Account.Bot = true }, "guest", 0},
		{"nobody", func(*rules) {}, func(q *policy.Question) { q.Person = "" }, "no_person", 0},
		{"nobody's sign-in", func(e *rules) { e.Askers, e.Auto = []string{"U0SATO"}, auto }, func(q *policy.Question) { signIn(q); q.Person = "" }, "", 1},
		{"by a group, with the other account", func(e *rules) { e.Askers = []string{"U0SATO", "usergroup:S0SRE"} }, none, "named", 1},
		{"by name", func(e *rules) { e.Askers = []string{"U0YAMADA"} }, none, "named", 1},
		{"of others", func(e *rules) { e.Askers = []string{"U0SATO", "usergroup:S0INTERNS"} }, none, "not_asker", 0},
		{"of a group that is not known", func(e *rules) { e.Askers = []string{"usergroup:S0NEW"} }, none, "not_asker", 0},
		{"excluded by the other account", func(e *rules) { e.Excluded = []string{"U0YAMADA2"} }, none, "excluded", 0},
		{"excluded, though named", func(e *rules) { e.Askers, e.Excluded = []string{"U0YAMADA"}, []string{"usergroup:S0SRE"} }, none, "excluded", 0},
		{"others are excluded", func(e *rules) { e.Excluded = []string{"usergroup:S0INTERNS"} }, none, "for_all", 1},
		{"too long", func(*rules) {}, func(q *policy.Question) { q.Duration = 12*time.Hour + 1 }, "for_all too_long", 0},
		{"the longest", func(*rules) {}, func(q *policy.Question) { q.Duration = 12 * time.Hour }, "for_all", 1},
		{"too short", func(*rules) {}, func(q *policy.Question) { q.Duration = time.Minute - 1 }, "for_all too_short", 0},
		{"before it begins", func(*rules) {}, func(q *policy.Question) { q.Duration = -time.Hour }, "for_all too_short", 0},
		{"no reason", func(e *rules) { e.ReasonRequired = true }, func(q *policy.Question) { q.Reason = " \n\t" }, "for_all no_reason", 0},
		{"a reason that does not show", func(e *rules) { e.ReasonRequired = true }, func(q *policy.Question) { q.Reason = "\u200b\u3164\u202e..." }, "for_all no_reason", 0},
		{"a reason in Japanese", func(e *rules) { e.ReasonRequired = true }, func(q *policy.Question) { q.Reason = "障害対応" }, "for_all", 1},
		{"no reason wanted", func(*rules) {}, func(q *policy.Question) { q.Reason = "" }, "for_all", 1},
		{"no ticket", func(e *rules) { e.Ticket = ticket }, none, "for_all no_ticket", 0},
		{"another ticket", func(e *rules) { e.Ticket = ticket }, func(q *policy.Question) { q.Ticket = "OPS-1 " }, "for_all no_ticket", 0},
		{"a ticket", func(e *rules) { e.Ticket = ticket }, func(q *policy.Question) { q.Ticket = "OPS-1" }, "for_all", 1},
		{"a sign-in, which has neither", func(e *rules) { e.ReasonRequired, e.Ticket = true, ticket }, signIn, "for_all", 1},
		{"within the hours", func(e *rules) { e.Hours = closed }, monday, "for_all within_hours", 1},
		{"outside of them", func(e *rules) { e.Hours = closed }, none, "for_all outside_hours", 0},
		{"a sign-in outside of them", func(e *rules) { e.Hours = closed }, signIn, "for_all outside_hours", 0},
		{"more outside of them", func(e *rules) { e.Hours = more }, none, "for_all more_steps", 2},
		{"not more within them", func(e *rules) { e.Hours = more }, monday, "for_all within_hours", 1},
		{"nobody could approve", func(e *rules) { e.Steps[0].By = []string{"U0YAMADA", "U0YAMADA2"} }, none, "for_all no_approver", 0},
		{"only who is not under people could", func(e *rules) { e.Steps[0].By = []string{"U0GONE"} }, none, "for_all no_approver", 0},
		{"nobody is in the group", func(e *rules) { e.Steps[0].By = []string{"usergroup:S0EMPTY"} }, func(q *policy.Question) { q.Members["S0EMPTY"] = nil }, "for_all no_approver", 0},
		{"a group that is not known", func(e *rules) { e.Steps[0].By = []string{"usergroup:S0NEW"} }, none, "for_all", 1},
		{"two are left", func(e *rules) { e.Steps[0] = store.Step{By: []string{"usergroup:S0LEADS"}, Count: 2} }, none, "for_all", 2},
		{"two of the three are left", func(e *rules) { e.Steps[0] = store.Step{By: []string{"usergroup:S0LEADS"}, Count: 3} }, none, "for_all no_approver", 0},
		{"one for both steps", func(e *rules) {
			e.Steps = []store.Step{{By: []string{"U0SATO"}, Count: 1}, {By: []string{"U0SATO"}, Count: 1}}
		}, none, "for_all no_approver", 0},
		{"no steps", func(e *rules) { e.Steps = nil }, none, "for_all no_approver", 0},
		{"by itself", func(e *rules) { e.Auto = auto }, none, "for_all by_itself", 1},
		{"by itself, where nobody could approve", func(e *rules) { e.Auto, e.Steps[0].By = auto, []string{"U0YAMADA"} }, none, "for_all by_itself", 1},
		{"too long by itself", func(e *rules) { e.Auto = auto }, func(q *policy.Question) { q.Duration = 4*time.Hour + 1 }, "for_all", 1},
		{"by itself for a member", func(e *rules) { e.Auto = &policy.Auto{Longest: 4 * time.Hour, Members: []string{"usergroup:S0SRE"}} }, none, "for_all by_itself", 1},
		{"by itself for others", func(e *rules) {
			e.Auto = &policy.Auto{Longest: 4 * time.Hour, Members: []string{"usergroup:S0INTERNS"}}
		}, none, "for_all", 1},
		{"by itself outside of the hours", func(e *rules) { e.Auto, e.Hours = auto, more }, none, "for_all more_steps", 2},
		{"by itself within the hours", func(e *rules) { e.Auto, e.Hours = auto, more }, monday, "for_all within_hours by_itself", 1},
		{"by itself for somebody known by a tag alone", func(e *rules) { e.Auto = auto }, func(q *policy.Question) { signIn(q); q.Person = "U0TAGGED" }, "for_all", 1},
		{"by itself, with a high risk", func(e *rules) { e.Auto, e.Risk = auto, store.High }, none, "for_all", 1},
	} {
		p := oneRule()
		c.rule(&p.Entitlements[0])
		q := question()
		c.ask(&q)
		d := p.Decide(q)
		if got := d.Because(); got != c.want || store.Need(d.Steps) != c.need || (d.Refusal != "") != (c.need == 0) {
			t.Errorf("%s: %q, refusal %q, %d approvals, want %q and %d", c.name, got, d.Refusal, store.Need(d.Steps), c.want, c.need)
		}
	}
}

func TestDecideNamesFacts(t *testing.T) {
	p := oneRule()
	p.Entitlements[0].Askers = []string{"usergroup:S0SRE"}
	p.Entitlements[0].Hours = &policy.Hours{Zone: time.UTC, Days: workdays, From: 9 * 60, To: 18 * 60, Refuse: true}
	want := policy.Decision{Rule: rule, Refusal: policy.OutsideHours, Duration: 4 * time.Hour, Longest: 12 * time.Hour, Why: []policy.Reason{
		{Key: policy.Named, Facts: map[string]string{"by": "usergroup:S0SRE"}},
		{Key: policy.OutsideHours, Facts: map[string]string{"hours": "mon-fri 09:00-18:00 UTC"}}}}
	if d := cmp.Diff(want, p.Decide(question())); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// Outside of the hours more of any who may approve are needed: in a rule of one step more of these.
func TestMoreSteps(t *testing.T) {
	e := policy.Entitlement{Hours: &policy.Hours{More: 2}, Steps: []store.Step{{By: []string{"A", "B"}, Count: 1}}}
	one := []store.Step{{By: []string{"A", "B"}, Count: 3}}
	if d := cmp.Diff(one, e.StepsNow(false)); d != "" {
		t.Error(d)
	}
	e.Steps = append(e.Steps, store.Step{By: []string{"B", "C"}, Count: 1})
	two := []store.Step{{By: []string{"A", "B"}, Count: 1}, {By: []string{"B", "C"}, Count: 1}, {By: []string{"A", "B", "C"}, Count: 2}}
	if d := cmp.Diff(two, e.StepsNow(false)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(two[:2], e.StepsNow(true)); d != "" {
		t.Error(d)
	}
}

// A sign-in asks for the first entitlement whose people the person is among. What else that one says is the answer.
func TestSignInAsksForTheFirst(t *testing.T) {
	closed := &policy.Hours{Zone: time.UTC, Days: workdays, From: 9 * 60, To: 18 * 60, Refuse: true}
	for _, c := range []struct {
		name    string
		first   func(*policy.Entitlement)
		rule    string
		refusal string
	}{
		{"for everybody", func(*policy.Entitlement) {}, "first", ""},
		{"for others", func(e *policy.Entitlement) { e.Askers = []string{"U0SATO"} }, rule, ""},
		{"not for them", func(e *policy.Entitlement) { e.Excluded = []string{"U0YAMADA"} }, rule, ""},
		{"closed", func(e *policy.Entitlement) { e.Hours = closed }, "first", policy.OutsideHours},
		{"of nobody who could approve", func(e *policy.Entitlement) { e.Steps = nil }, "first", policy.NoApprover},
	} {
		p := oneRule()
		first := p.Entitlements[0]
		first.ID = "first"
		c.first(&first)
		p.Entitlements = append([]policy.Entitlement{first}, p.Entitlements...)
		if d := p.SignIn(account, question()); d.Rule != c.rule || d.Refusal != c.refusal {
			t.Errorf("%s: %s, %s", c.name, d.Rule, d.Refusal)
		}
	}
	if d := oneRule().SignIn(account, policy.Question{Person: "U0YAMADA", Duration: 100 * time.Hour, When: start}); d.Refusal != "" || d.Duration != 4*time.Hour {
		t.Errorf("a sign-in that says for how long: %+v", d)
	}
	alone := oneRule()
	alone.Entitlements[0].Excluded = []string{"U0YAMADA"}
	if d := alone.SignIn(account, question()); d.Rule != rule || d.Refusal != policy.Excluded {
		t.Errorf("excluded, and no other rule: %+v", d)
	}
	if d := oneRule().SignIn("999999999999", question()); d.Rule != "" || d.Refusal != policy.NotAsker {
		t.Errorf("another account: %+v", d)
	}
}
