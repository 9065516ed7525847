package access_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// bench is a press of Approve by Sato on an open request of Yamada's: everything about it is right.
func bench() access.Bench {
	g := store.Grant{ID: "login-1", State: store.Asked, Kind: "iam-group", Entitlement: rule, Account: account, Target: group, Origin: store.SignIn,
		Steps:   []store.Step{{By: []string{"usergroup:S0LEADS", "U0CHIEF"}, Count: 1}},
		Subject: store.Subject{User: "t.yamada", UserID: "AIDA1", Person: "U0YAMADA"}, Duration: 4 * time.Hour, Longest: 12 * time.Hour,
		Lapses: start.Add(time.Hour), Telling: store.Telling{Card: store.Card{Channel: "C1", TS: "1"}}}
	return access.Bench{Policy: oneRule(), Grant: g, Approver: true, Steps: []int{1}, Now: start,
		Press: store.Press{By: "U0SATO", Verb: store.Approve, On: g.ID, Terms: g.Terms(), Card: g.Card}}
}

// judged is what comes of the press, where all who approved before still count.
func judged(b access.Bench) (store.Entry, string) {
	for _, a := range b.Grant.Approvals {
		b.Votes = append(b.Votes, policy.Vote{By: a.By, Steps: a.Steps})
	}
	return b.Judge()
}

// need changes how many approvals the rule and the grant need.
func need(b *access.Bench, n int) {
	b.Policy.Entitlements[0].Steps[0].Count = n
	b.Grant.Steps = slices.Clone(b.Policy.Entitlements[0].Steps)
	b.Press.Terms = b.Grant.Terms()
}

// twoSteps makes it a rule of two, of which the presser can approve the first.
func twoSteps(b *access.Bench) {
	b.Policy.Entitlements[0].Steps = []store.Step{{By: []string{"usergroup:S0LEADS"}, Count: 1}, {By: []string{"U0CHIEF"}, Count: 1}}
	need(b, 1)
}

// active is the same grant once it was given.
func active(b *access.Bench) {
	b.Grant.State, b.Grant.Until = store.Active, start.Add(time.Hour)
	b.Press.Terms = b.Grant.Terms()
}

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*access.Bench)
		want   string // the refusal, or the verb
	}{
		{"all is right", func(*access.Bench) {}, "approve"},
		{"not in the rule", func(b *access.Bench) { b.Approver = false }, policy.NotApprover},
		{"nobody knows the presser", func(b *access.Bench) { b.Press.By = "U0STRANGER" }, policy.NoPerson},
		{"the holder", func(b *access.Bench) { b.Press.By = "U0YAMADA" }, policy.Own},
		{"the holder's other account", func(b *access.Bench) { b.Press.By = "U0YAMADA2" }, policy.Own},
		{"the user belongs to nobody", func(b *access.Bench) { b.Grant.Subject.Person = ""; b.Press.Terms = b.Grant.Terms() }, policy.NoHolder},
		{"old terms", func(b *access.Bench) { b.Press.Terms = "0" }, access.Changed},
		{"no terms", func(b *access.Bench) { b.Press.Terms = "" }, access.Changed},
		{"another message", func(b *access.Bench) { b.Press.Card.TS = "2" }, access.Moved},
		{"another channel", func(b *access.Bench) { b.Press.Card.Channel = "C2" }, access.Moved},
		{"a card not yet recorded", func(b *access.Bench) { b.Grant.Card = store.Card{} }, "approve"},
		{"the moment before the limit", func(b *access.Bench) { b.Now = b.Grant.Lapses.Add(-1) }, "approve"},
		{"the time limit", func(b *access.Bench) { b.Now = b.Grant.Lapses }, access.Over},
		{"denied before", func(b *access.Bench) { b.Grant.State = store.Denied }, access.Late},
		{"active already", active, access.Late},
		{"the rule is gone", func(b *access.Bench) { b.Policy.Entitlements = nil }, policy.RuleGone},
		{"another group", func(b *access.Bench) { b.Policy.Entitlements[0].Target = "admins" }, policy.RuleChanged},
		{"another account", func(b *access.Bench) { b.Policy.Entitlements[0].Account = "999999999999" }, policy.RuleChanged},
		{"another kind", func(b *access.Bench) { b.Policy.Entitlements[0].Kind = "x" }, policy.RuleChanged},
		{"shorter now", func(b *access.Bench) { b.Policy.Entitlements[0].Duration = time.Hour }, policy.RuleChanged},
		{"shorter in all", func(b *access.Bench) { b.Policy.Entitlements[0].Longest = 4 * time.Hour }, policy.RuleChanged},
		{"longer now", func(b *access.Bench) { b.Policy.Entitlements[0].Longest = 24 * time.Hour }, "approve"},
		{"two needed now", func(b *access.Bench) { b.Policy.Entitlements[0].Steps[0].Count = 2 }, policy.RuleChanged},
		{"first of two", func(b *access.Bench) { need(b, 2) }, "vote"},
		{"second of two", func(b *access.Bench) {
			need(b, 2)
			b.Grant.Approvals = []store.Approval{{By: "U0KATO", Steps: []int{1}}}
		}, "approve"},
		{"the same twice", func(b *access.Bench) {
			need(b, 2)
			b.Grant.Approvals = []store.Approval{{By: "U0SATO", Steps: []int{1}}}
		}, policy.Voted},
		{"approvals of others now", func(b *access.Bench) { b.Policy.Entitlements[0].Steps[0].By = []string{"U0SATO"} }, policy.RuleChanged},
		{"more harm now", func(b *access.Bench) { b.Policy.Entitlements[0].Risk = store.High }, policy.RuleChanged},
		{"asked outside of the hours", func(b *access.Bench) {
			need(b, 2)
			b.Policy.Entitlements[0].Steps[0].Count, b.Policy.Entitlements[0].Hours = 1, &policy.Hours{More: 1}
		}, "vote"},
		{"for no step", func(b *access.Bench) { b.Steps = nil }, policy.NotApprover},
		{"for a step that others have approved", func(b *access.Bench) {
			twoSteps(b)
			b.Grant.Approvals = []store.Approval{{By: "U0KATO", Steps: []int{1}}}
		}, policy.Enough},
		{"for a step that another can leave", func(b *access.Bench) {
			twoSteps(b)
			b.Grant.Approvals = []store.Approval{{By: "U0KATO", Steps: []int{1, 2}}}
		}, "approve"},
		{"for both steps, and the other is missing", func(b *access.Bench) { twoSteps(b); b.Steps = []int{1, 2} }, "vote"},
		{"deny", func(b *access.Bench) { b.Press.Verb = store.Deny }, "deny"},
		{"deny by anybody", func(b *access.Bench) { b.Press.Verb = store.Deny; b.Approver = false }, policy.NotApprover},
		{"deny an old card", func(b *access.Bench) { b.Press.Verb = store.Deny; b.Press.Card.TS = "2" }, access.Moved},
		{"revoke", func(b *access.Bench) { active(b); b.Press.Verb = store.Revoke }, "revoke"},
		{"revoke from an old card", func(b *access.Bench) { active(b); b.Press.Verb = store.Revoke; b.Press.Card.TS = "2" }, "revoke"},
		{"revoke by anybody", func(b *access.Bench) { active(b); b.Press.Verb = store.Revoke; b.Approver = false }, policy.NotApprover},
		{"revoke by security", func(b *access.Bench) { active(b); b.Press.Verb, b.Approver, b.Security = store.Revoke, false, true }, "revoke"},
		{"revoke by security, the rule is gone", func(b *access.Bench) {
			active(b)
			b.Press.Verb, b.Approver, b.Security, b.Policy.Entitlements = store.Revoke, false, true, nil
		}, "revoke"},
		{"approve by security", func(b *access.Bench) { b.Approver, b.Security = false, true }, policy.NotApprover},
		{"a guest", func(b *access.Bench) { b.Account.Guest = true }, people.Guest},
		{"a stranger", func(b *access.Bench) { b.Account.Stranger = true }, people.Stranger},
		{"somebody who has left", func(b *access.Bench) { b.Account.Deleted = true }, people.Guest},
		{"that was me", func(b *access.Bench) { b.Press.Verb, b.Press.By = store.Mine, "U0YAMADA" }, "mine"},
		{"that was me, of another sign-in", func(b *access.Bench) { b.Press.Verb, b.Press.By, b.Press.Terms = store.Mine, "U0YAMADA", "0" }, access.Changed},
		{"not me, of another sign-in", func(b *access.Bench) { b.Press.Verb, b.Press.By, b.Press.Terms = store.NotMine, "U0YAMADA", "0" }, "not_mine"},
		{"not me, by a person known by a tag alone", func(b *access.Bench) {
			b.Press.Verb, b.Press.By, b.Grant.Subject.Person = store.NotMine, "U0TAGGED", "U0TAGGED"
		}, "not_mine"},
		{"not me, by an approver", func(b *access.Bench) { b.Press.Verb = store.NotMine }, access.NotYours},
		{"revoke what is not given", func(b *access.Bench) { b.Press.Verb = store.Revoke }, access.Late},
		{"finish", func(b *access.Bench) { active(b); b.Press.Verb = store.Finish; b.Press.By = "U0YAMADA" }, "finish"},
		{"finish by the other account", func(b *access.Bench) { active(b); b.Press.Verb = store.Finish; b.Press.By = "U0YAMADA2" }, "finish"},
		{"finish by an approver", func(b *access.Bench) { active(b); b.Press.Verb = store.Finish }, access.NotYours},
		{"finish by a stranger of nobody's user", func(b *access.Bench) {
			active(b)
			b.Press.Verb, b.Press.By, b.Grant.Subject.Person = store.Finish, "U0STRANGER", ""
		}, access.NotYours},
		{"revoke after the end", func(b *access.Bench) { active(b); b.Press.Verb = store.Revoke; b.Now = b.Grant.Until }, access.Over},
		{"a verb that is nobody's button", func(b *access.Bench) { b.Press.Verb = store.Lapse }, handlers.Gone},
		{"a verb that does not exist", func(b *access.Bench) { b.Press.Verb = "own" }, access.Late},
	} {
		b := bench()
		c.change(&b)
		e, refusal := judged(b)
		if got := refusal; got != c.want && (refusal != "" || string(e.Verb) != c.want) {
			t.Errorf("%s: %s %q, want %s", c.name, e.Verb, refusal, c.want)
		}
		if refusal == "" && e.Verb == store.Approve && !e.Until.Equal(b.Now.Add(4*time.Hour)) {
			t.Errorf("%s: until %s", c.name, e.Until)
		}
	}
}

// Whoever shares accounts with whom: an approval that is accepted comes from another human being than the holder, and
// no two approvals from the same.
// TestMay asks the rules alone, without what a press is asked beside: an approval of nobody, of the holder by any account or
// IAM user, or for a holder whom the configuration does not know, cannot stand.
func TestMay(t *testing.T) {
	for _, c := range []struct {
		by     string
		change func(*store.Grant)
		want   string
	}{
		{"U0SATO", nil, ""},
		{"U0NOBODY", nil, policy.NoPerson},
		{"", nil, policy.NoPerson},
		{"U0YAMADA", nil, policy.Own},
		{"U0YAMADA2", nil, policy.Own},
		{"U0YAMADA", func(g *store.Grant) { g.Subject.Person = "U0SATO" }, policy.Own}, // the IAM user is theirs
		{"U0SATO", func(g *store.Grant) { g.Subject.Person = "U0SATO" }, policy.Own},
		{"U0SATO", func(g *store.Grant) { g.Subject.Person = "" }, policy.NoHolder},
		{"U0SATO", func(g *store.Grant) { g.Subject.Person = "U0NOBODY" }, policy.NoHolder},
	} {
		b := bench()
		if c.change != nil {
			c.change(&b.Grant)
		}
		holder := policy.Holder{Person: b.Grant.Subject.Person, Login: people.Login{Account: b.Grant.Account, User: b.Grant.Subject.User}}
		granted := policy.Granted{Rule: b.Grant.Entitlement, Kind: b.Grant.Kind, Account: b.Grant.Account, Target: b.Grant.Target, Risk: b.Grant.Risk,
			Duration: b.Grant.Duration, Longest: b.Grant.Longest, Steps: b.Grant.Steps}
		if got := b.Policy.May(c.by, holder, granted); got != c.want {
			t.Errorf("%q for %+v: %q, want %q", c.by, b.Grant.Subject, got, c.want)
		}
	}
}

func TestFourEyes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		owner := map[string]int{} // Slack account -> human being
		var persons []people.Person
		for i := range 4 {
			p := people.Person{IAM: []people.Login{{Account: account, User: fmt.Sprint("user", i)}}}
			for range rapid.IntRange(1, 3).Draw(rt, "accounts") {
				id := fmt.Sprintf("U%d", len(owner))
				owner[id], p.Slack = i, append(p.Slack, id)
			}
			persons = append(persons, p)
		}
		b := bench()
		b.Policy.People = people.New(persons)
		holder := rapid.IntRange(0, 3).Draw(rt, "holder")
		b.Grant.Subject.Person = b.Policy.People.Owner(persons[holder].IAM[0])
		need(&b, rapid.IntRange(1, 3).Draw(rt, "need"))
		approved := map[int]bool{}
		for range 8 {
			b.Press.By = fmt.Sprintf("U%d", rapid.IntRange(0, len(owner)).Draw(rt, "presser")) // one of them is unknown
			e, refusal := judged(b)
			if refusal != "" {
				continue
			}
			who, known := owner[b.Press.By]
			if !known || who == holder || approved[who] {
				rt.Fatalf("%s may approve: known %t, human %d, holder %d, approved %v", b.Press.By, known, who, holder, approved)
			}
			approved[who] = true
			if e.Verb == store.Approve {
				if len(approved) != b.Grant.Need() {
					rt.Fatalf("approved after %d of %d", len(approved), b.Grant.Need())
				}
				return
			}
			b.Grant.Approvals = append(b.Grant.Approvals, store.Approval{By: b.Press.By, Steps: e.Steps})
		}
	})
}

func TestWhoseUserItIs(t *testing.T) {
	p := oneRule().People
	for _, c := range []struct{ account, user, want string }{
		{account, "t.yamada", "U0YAMADA"},
		{account, "T.Yamada", "U0YAMADA"}, // IAM does not tell names apart by case
		{account, "new", ""},
		{"999999999999", "t.yamada", ""},
	} {
		if got := p.Owner(people.Login{Account: c.account, User: c.user}).Account(); got != c.want {
			t.Errorf("%s in %s is %q's, want %q", c.user, c.account, got, c.want)
		}
	}
}

func TestTheFirstMatchingEntitlement(t *testing.T) {
	p := oneRule()
	p.Entitlements = append([]policy.Entitlement{
		{ID: "not-on-login", Account: account}, {ID: "elsewhere", Account: "999999999999", OnLogin: true},
	}, append(p.Entitlements, policy.Entitlement{ID: "second", Account: account, OnLogin: true})...)
	if found := p.OnLogin(account); len(found) != 2 || found[0].ID != rule || found[1].ID != "second" {
		t.Errorf("a sign-in can ask for %+v", found)
	}
	if found := p.OnLogin("111111111111"); len(found) > 0 {
		t.Errorf("a sign-in to an unknown account can ask for %+v", found)
	}
}
