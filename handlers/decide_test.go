package handlers_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sekisho/handlers"
	"sekisho/store"
)

// question is one by Yamada to which everything is right, on a Sunday.
func question() handlers.Question {
	return handlers.Question{Origin: store.Requested, Person: "U0YAMADA", Entitlement: rule, Reason: "deploy", When: start,
		Members: map[string][]string{"S0LEADS": {"U0SATO", "U0YAMADA2", "U0KATO"}, "S0SRE": {"U0YAMADA2"}, "S0INTERNS": {"U0OTHER"}}}
}

func TestDecide(t *testing.T) {
	type rules = handlers.Entitlement
	ticket := &handlers.Ticket{Pattern: regexp.MustCompile(`\A(?:OPS-[0-9]+)\z`), Example: "OPS-1"}
	none := func(*handlers.Question) {}
	signIn := func(q *handlers.Question) { q.Origin, q.Reason = store.SignIn, "" }
	closed := &handlers.Hours{Zone: time.UTC, Days: workdays, From: 9 * 60, To: 18 * 60, Refuse: true}
	more := &handlers.Hours{Zone: time.UTC, Days: workdays, From: 9 * 60, To: 18 * 60, More: 1}
	monday := func(q *handlers.Question) { q.When = start.AddDate(0, 0, 1) }
	auto := &handlers.Auto{Longest: 4 * time.Hour}
	for _, c := range []struct {
		name string
		rule func(*rules)
		ask  func(*handlers.Question)
		want string // the keys of the reasons
		need int
	}{
		{"everybody", func(*rules) {}, none, "for_all", 1},
		{"no such rule", func(e *rules) { e.ID = "x" }, none, "rule_gone", 0},
		{"a guest", func(*rules) {}, func(q *handlers.Question) { q.Account.Guest = true }, "guest", 0},
		{"a stranger", func(*rules) {}, func(q *handlers.Question) { q.Account.Stranger = true }, "stranger", 0},
		{"a bot", func(*rules) {}, func(q *handlers.Question) { q.Account.Bot = true }, "guest", 0},
		{"nobody", func(*rules) {}, func(q *handlers.Question) { q.Person = "" }, "no_person", 0},
		{"nobody's sign-in", func(e *rules) { e.Askers, e.Auto = []string{"U0SATO"}, auto }, func(q *handlers.Question) { signIn(q); q.Person = "" }, "", 1},
		{"by a group, with the other account", func(e *rules) { e.Askers = []string{"U0SATO", "usergroup:S0SRE"} }, none, "named", 1},
		{"by name", func(e *rules) { e.Askers = []string{"U0YAMADA"} }, none, "named", 1},
		{"of others", func(e *rules) { e.Askers = []string{"U0SATO", "usergroup:S0INTERNS"} }, none, "not_asker", 0},
		{"of a group that is not known", func(e *rules) { e.Askers = []string{"usergroup:S0NEW"} }, none, "not_asker", 0},
		{"excluded by the other account", func(e *rules) { e.Excluded = []string{"U0YAMADA2"} }, none, "excluded", 0},
		{"excluded, though named", func(e *rules) { e.Askers, e.Excluded = []string{"U0YAMADA"}, []string{"usergroup:S0SRE"} }, none, "excluded", 0},
		{"others are excluded", func(e *rules) { e.Excluded = []string{"usergroup:S0INTERNS"} }, none, "for_all", 1},
		{"too long", func(*rules) {}, func(q *handlers.Question) { q.Duration = 12*time.Hour + 1 }, "for_all too_long", 0},
		{"the longest", func(*rules) {}, func(q *handlers.Question) { q.Duration = 12 * time.Hour }, "for_all", 1},
		{"too short", func(*rules) {}, func(q *handlers.Question) { q.Duration = time.Minute - 1 }, "for_all too_short", 0},
		{"before it begins", func(*rules) {}, func(q *handlers.Question) { q.Duration = -time.Hour }, "for_all too_short", 0},
		{"no reason", func(e *rules) { e.ReasonRequired = true }, func(q *handlers.Question) { q.Reason = " \n\t" }, "for_all no_reason", 0},
		{"a reason that does not show", func(e *rules) { e.ReasonRequired = true }, func(q *handlers.Question) { q.Reason = "\u200b\u3164\u202e..." }, "for_all no_reason", 0},
		{"a reason in Japanese", func(e *rules) { e.ReasonRequired = true }, func(q *handlers.Question) { q.Reason = "障害対応" }, "for_all", 1},
		{"no reason wanted", func(*rules) {}, func(q *handlers.Question) { q.Reason = "" }, "for_all", 1},
		{"no ticket", func(e *rules) { e.Ticket = ticket }, none, "for_all no_ticket", 0},
		{"another ticket", func(e *rules) { e.Ticket = ticket }, func(q *handlers.Question) { q.Ticket = "OPS-1 " }, "for_all no_ticket", 0},
		{"a ticket", func(e *rules) { e.Ticket = ticket }, func(q *handlers.Question) { q.Ticket = "OPS-1" }, "for_all", 1},
		{"a sign-in, which has neither", func(e *rules) { e.ReasonRequired, e.Ticket = true, ticket }, signIn, "for_all", 1},
		{"within the hours", func(e *rules) { e.Hours = closed }, monday, "for_all within_hours", 1},
		{"outside of them", func(e *rules) { e.Hours = closed }, none, "for_all outside_hours", 0},
		{"a sign-in outside of them", func(e *rules) { e.Hours = closed }, signIn, "for_all outside_hours", 0},
		{"more outside of them", func(e *rules) { e.Hours = more }, none, "for_all more_steps", 2},
		{"not more within them", func(e *rules) { e.Hours = more }, monday, "for_all within_hours", 1},
		{"nobody could approve", func(e *rules) { e.Steps[0].By = []string{"U0YAMADA", "U0YAMADA2"} }, none, "for_all no_approver", 0},
		{"only who is not under people could", func(e *rules) { e.Steps[0].By = []string{"U0GONE"} }, none, "for_all no_approver", 0},
		{"nobody is in the group", func(e *rules) { e.Steps[0].By = []string{"usergroup:S0EMPTY"} }, func(q *handlers.Question) { q.Members["S0EMPTY"] = nil }, "for_all no_approver", 0},
		{"a group that is not known", func(e *rules) { e.Steps[0].By = []string{"usergroup:S0NEW"} }, none, "for_all", 1},
		{"two are left", func(e *rules) { e.Steps[0] = store.Step{By: []string{"usergroup:S0LEADS"}, Count: 2} }, none, "for_all", 2},
		{"two of the three are left", func(e *rules) { e.Steps[0] = store.Step{By: []string{"usergroup:S0LEADS"}, Count: 3} }, none, "for_all no_approver", 0},
		{"one for both steps", func(e *rules) {
			e.Steps = []store.Step{{By: []string{"U0SATO"}, Count: 1}, {By: []string{"U0SATO"}, Count: 1}}
		}, none, "for_all no_approver", 0},
		{"no steps", func(e *rules) { e.Steps = nil }, none, "for_all no_approver", 0},
		{"by itself", func(e *rules) { e.Auto = auto }, none, "for_all by_itself", 1},
		{"by itself, where nobody could approve", func(e *rules) { e.Auto, e.Steps[0].By = auto, []string{"U0YAMADA"} }, none, "for_all by_itself", 1},
		{"too long by itself", func(e *rules) { e.Auto = auto }, func(q *handlers.Question) { q.Duration = 4*time.Hour + 1 }, "for_all", 1},
		{"by itself for a member", func(e *rules) { e.Auto = &handlers.Auto{Longest: 4 * time.Hour, Members: []string{"usergroup:S0SRE"}} }, none, "for_all by_itself", 1},
		{"by itself for others", func(e *rules) {
			e.Auto = &handlers.Auto{Longest: 4 * time.Hour, Members: []string{"usergroup:S0INTERNS"}}
		}, none, "for_all", 1},
		{"by itself outside of the hours", func(e *rules) { e.Auto, e.Hours = auto, more }, none, "for_all more_steps", 2},
		{"by itself within the hours", func(e *rules) { e.Auto, e.Hours = auto, more }, monday, "for_all within_hours by_itself", 1},
		{"by itself for somebody known by a tag alone", func(e *rules) { e.Auto = auto }, func(q *handlers.Question) { signIn(q); q.Person = "U0TAGGED" }, "for_all", 1},
		{"by itself, with a high risk", func(e *rules) { e.Auto, e.Risk = auto, store.High }, none, "for_all", 1},
	} {
		p := policy()
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
	p := policy()
	p.Entitlements[0].Askers = []string{"usergroup:S0SRE"}
	p.Entitlements[0].Hours = &handlers.Hours{Zone: time.UTC, Days: workdays, From: 9 * 60, To: 18 * 60, Refuse: true}
	want := handlers.Decision{Rule: rule, Refusal: handlers.OutsideHours, Duration: 4 * time.Hour, Longest: 12 * time.Hour, Why: []handlers.Reason{
		{Key: handlers.Named, Facts: map[string]string{"by": "usergroup:S0SRE"}},
		{Key: handlers.OutsideHours, Facts: map[string]string{"hours": "mon-fri 09:00-18:00 UTC"}}}}
	if d := cmp.Diff(want, p.Decide(question())); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// Outside of the hours more of any who may approve are needed: in a rule of one step more of these.
func TestMoreSteps(t *testing.T) {
	e := handlers.Entitlement{Hours: &handlers.Hours{More: 2}, Steps: []store.Step{{By: []string{"A", "B"}, Count: 1}}}
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
	closed := &handlers.Hours{Zone: time.UTC, Days: workdays, From: 9 * 60, To: 18 * 60, Refuse: true}
	for _, c := range []struct {
		name    string
		first   func(*handlers.Entitlement)
		rule    string
		refusal string
	}{
		{"for everybody", func(*handlers.Entitlement) {}, "first", ""},
		{"for others", func(e *handlers.Entitlement) { e.Askers = []string{"U0SATO"} }, rule, ""},
		{"not for them", func(e *handlers.Entitlement) { e.Excluded = []string{"U0YAMADA"} }, rule, ""},
		{"closed", func(e *handlers.Entitlement) { e.Hours = closed }, "first", handlers.OutsideHours},
		{"of nobody who could approve", func(e *handlers.Entitlement) { e.Steps = nil }, "first", handlers.NoApprover},
	} {
		p := policy()
		first := p.Entitlements[0]
		first.ID = "first"
		c.first(&first)
		p.Entitlements = append([]handlers.Entitlement{first}, p.Entitlements...)
		if d := p.SignIn(account, question()); d.Rule != c.rule || d.Refusal != c.refusal {
			t.Errorf("%s: %s, %s", c.name, d.Rule, d.Refusal)
		}
	}
	if d := policy().SignIn(account, handlers.Question{Person: "U0YAMADA", Duration: 100 * time.Hour, When: start}); d.Refusal != "" || d.Duration != 4*time.Hour {
		t.Errorf("a sign-in that says for how long: %+v", d)
	}
	alone := policy()
	alone.Entitlements[0].Excluded = []string{"U0YAMADA"}
	if d := alone.SignIn(account, question()); d.Rule != rule || d.Refusal != handlers.Excluded {
		t.Errorf("excluded, and no other rule: %+v", d)
	}
	if d := policy().SignIn("999999999999", question()); d.Rule != "" || d.Refusal != handlers.NotAsker {
		t.Errorf("another account: %+v", d)
	}
}

// Whatever the rule and the question: the same question has the same answer and is left as it is. What is not refused
// can be approved by others, if they all press, and never by who asks. The rule alone gives nothing of high risk, nothing
// to nobody, and nothing for longer than it may.
func TestDecideHoldsWhatItSays(t *testing.T) {
	accounts := []string{"U0YAMADA", "U0YAMADA2", "U0SATO", "U0KATO", "U0CHIEF", "U0OTHER", "U0STRANGER"}
	groups := []string{"usergroup:S0LEADS", "usergroup:S0SRE", "usergroup:S0INTERNS"}
	rapid.Check(t, func(rt *rapid.T) {
		some := func(label string, least int) []string {
			return rapid.SliceOfNDistinct(rapid.SampledFrom(append(accounts, groups...)), least, 3, rapid.ID[string]).Draw(rt, label)
		}
		p, q := policy(), question()
		e := &p.Entitlements[0]
		e.Steps = nil
		for range rapid.IntRange(1, 3).Draw(rt, "steps") {
			e.Steps = append(e.Steps, store.Step{By: some("by", 1), Count: rapid.IntRange(1, 2).Draw(rt, "count")})
		}
		e.Askers, e.Excluded = some("askers", 0), some("excluded", 0)
		if rapid.Bool().Draw(rt, "auto") {
			e.Auto = &handlers.Auto{Longest: time.Duration(rapid.IntRange(1, 20).Draw(rt, "hours")) * time.Hour, Members: some("members", 0)}
		}
		e.Risk = rapid.SampledFrom([]store.Risk{"", store.High}).Draw(rt, "risk")
		for _, g := range groups {
			q.Members[g[len(handlers.UserGroup):]] = rapid.SliceOfNDistinct(rapid.SampledFrom(accounts), 0, 4, rapid.ID[string]).Draw(rt, g)
		}
		q.Origin = rapid.SampledFrom([]store.Origin{store.SignIn, store.Requested}).Draw(rt, "origin")
		q.Person = rapid.SampledFrom([]store.Person{"U0YAMADA", "U0SATO", "U0OTHER", ""}).Draw(rt, "person")
		q.Duration = time.Duration(rapid.IntRange(0, 14).Draw(rt, "duration")) * time.Hour
		before := q
		before.Members = maps.Clone(q.Members)

		d := p.Decide(q)
		if diff := cmp.Diff(d, p.Decide(q)); diff != "" {
			rt.Fatalf("asked again: %s", diff)
		}
		if diff := cmp.Diff(before, q); diff != "" {
			rt.Fatalf("the question was changed: %s", diff)
		}
		if d.Refusal != "" {
			if d.Steps != nil || d.Auto != 0 || d.Why[len(d.Why)-1].Key != d.Refusal {
				rt.Fatalf("refused, and yet %+v", d)
			}
			return
		}
		if d.Auto > 0 && (e.Risk == store.High || q.Person == "" || d.Duration > d.Auto || d.Auto > min(e.Auto.Longest, e.Longest)) {
			rt.Fatalf("given by itself: %+v to %q", d, q.Person)
		}
		if d.Auto == 0 && q.Person != "" {
			everybodyApproves(rt, p, q, d, accounts)
		}
	})
}

func isAmong(these []string, account string, members map[string][]string) bool {
	return slices.ContainsFunc(these, func(id string) bool {
		group, ok := strings.CutPrefix(id, handlers.UserGroup)
		return id == account || ok && slices.Contains(members[group], account)
	})
}

// everybodyApproves lets all press Approve, in any order.
func everybodyApproves(rt *rapid.T, p *handlers.Policy, q handlers.Question, d handlers.Decision, accounts []string) {
	b := bench()
	b.Policy = p
	b.Grant.Subject = store.Subject{User: "nobodys", Person: q.Person} // the configuration does not say whose it is
	b.Grant.Steps, b.Grant.Risk, b.Grant.Duration = d.Steps, d.Risk, d.Duration
	b.Grant.Origin = q.Origin
	if q.Duration > p.Entitlements[0].Duration && q.Origin == store.SignIn {
		return // no sign-in asks for more than the rule's
	}
	b.Press.Terms = b.Grant.Terms()
	persons := map[store.Person]bool{}
	for _, by := range rapid.Permutation(accounts).Draw(rt, "order") {
		b.Press.By, b.Approver, b.Steps = by, true, nil
		named := false
		for i, s := range d.Steps {
			for _, account := range p.People.Accounts(p.People.Of(by)) { // as the keeper finds out
				if can := isAmong(s.By, account, q.Members); can && !slices.Contains(b.Steps, i+1) {
					b.Steps = append(b.Steps, i+1)
				}
			}
			named = named || isAmong(s.By, by, q.Members)
		}
		if !named {
			b.Steps = nil
		}
		entry, refusal := judged(b)
		if refusal != "" {
			continue
		}
		person := p.People.Of(by)
		if person == "" || person == q.Person || persons[person] {
			rt.Fatalf("%s may approve for %s, after %v", by, q.Person, persons)
		}
		persons[person] = true
		var err error
		if b.Grant, err = b.Grant.After(entry); err != nil {
			rt.Fatal(err)
		}
		if b.Grant.State == store.Approved {
			if len(persons) != store.Need(d.Steps) {
				rt.Fatalf("%d have approved %v", len(persons), d.Steps)
			}
			return
		}
	}
	rt.Fatal(fmt.Sprintf("not refused, and yet nobody is left to approve: %v, by %v", d.Steps, persons))
}
