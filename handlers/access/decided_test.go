package access_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// anyQuestion is one by Yamada to which everything is right, on a Sunday.
func anyQuestion() policy.Question {
	return policy.Question{Origin: store.Requested, Person: "U0YAMADA", Entitlement: rule, Reason: "deploy", When: start,
		Members: map[string][]string{"S0LEADS": {"U0SATO", "U0YAMADA2", "U0KATO"}, "S0SRE": {"U0YAMADA2"}, "S0INTERNS": {"U0OTHER"}}}
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
		p, q := oneRule(), anyQuestion()
		e := &p.Entitlements[0]
		e.Steps = nil
		for range rapid.IntRange(1, 3).Draw(rt, "steps") {
			e.Steps = append(e.Steps, store.Step{By: some("by", 1), Count: rapid.IntRange(1, 2).Draw(rt, "count")})
		}
		e.Askers, e.Excluded = some("askers", 0), some("excluded", 0)
		if rapid.Bool().Draw(rt, "auto") {
			e.Auto = &policy.Auto{Longest: time.Duration(rapid.IntRange(1, 20).Draw(rt, "hours")) * time.Hour, Members: some("members", 0)}
		}
		e.Risk = rapid.SampledFrom([]store.Risk{"", store.High}).Draw(rt, "risk")
		for _, g := range groups {
			q.Members[g[len(people.UserGroup):]] = rapid.SliceOfNDistinct(rapid.SampledFrom(accounts), 0, 4, rapid.ID[string]).Draw(rt, g)
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
		group, ok := strings.CutPrefix(id, people.UserGroup)
		return id == account || ok && slices.Contains(members[group], account)
	})
}

// everybodyApproves lets all press Approve, in any order.
func everybodyApproves(rt *rapid.T, p *access.Settings, q policy.Question, d policy.Decision, accounts []string) {
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
