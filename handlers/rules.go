package handlers

import (
	"slices"
	"strings"
	"time"

	"sekisho/store"
)

// Policy says who may what, for how long. It is data and pure functions: the same question has the same answer.
type Policy struct {
	Accounts     map[string]string // twelve digits -> name
	Entitlements []Entitlement
	People       People
	MatchEmail   bool     // an IAM user whose name is an e-mail address is the Slack user who has it
	Security     []string // who may press on alerts, and revoke: Slack user ids and "usergroup:" ids
	Enforce      bool     // unknown members of managed groups are removed, not only reported
	Removals     int      // at most so many in one look at all groups
}

// Entitlement is one thing that can be asked for.
type Entitlement struct {
	ID        string
	Kind      string
	Account   string // twelve digits
	Target    string
	OnLogin   bool     // a console sign-in asks for it
	Askers    []string // who may ask: Slack user ids and "usergroup:" ids; everybody if empty
	Approvers []string // Slack user ids and "usergroup:" ids
	Need      int      // approvals
	Within    time.Duration
	Duration  time.Duration
	Longest   time.Duration
}

// UserGroup marks a Slack user group among Slack users.
const UserGroup = "usergroup:"

// Known tells whether the account is in the configuration.
func (p *Policy) Known(account string) bool { return p.Accounts[account] != "" }

// OnLogin returns what a console sign-in to the account can ask for, in the order of the configuration.
func (p *Policy) OnLogin(account string) []Entitlement {
	var out []Entitlement
	for _, e := range p.Entitlements {
		if e.OnLogin && e.Account == account {
			out = append(out, e)
		}
	}
	return out
}

// Rule returns an entitlement by its id.
func (p *Policy) Rule(id string) (Entitlement, bool) {
	i := slices.IndexFunc(p.Entitlements, func(e Entitlement) bool { return e.ID == id })
	if i < 0 {
		return Entitlement{}, false
	}
	return p.Entitlements[i], true
}

// May tells whether this Slack account's approval of the grant can stand, or why not. It is asked at the press and again
// before AWS is touched. Identities are compared, not accounts.
func (p *Policy) May(approver string, g store.Grant) string {
	switch person := p.People.Of(approver); {
	case person == "":
		return NoPerson
	case g.Subject.Person == "":
		return NoHolder
	case g.Subject.Person == person:
		return Own
	}
	rule, ok := p.Rule(g.Entitlement)
	if !ok {
		return RuleGone
	}
	if rule.Kind != g.Kind || rule.Account != g.Account || rule.Target != g.Target ||
		rule.Need > g.Need || rule.Longest < g.Longest || rule.Duration < g.Duration {
		return RuleChanged
	}
	return ""
}

// window is the end of access after another sign-in: it counts from the latest one, never beyond what the approval
// allows, and never shorter than it was. A sign-in from the future counts as now.
func window(g store.Grant, at, now time.Time) time.Time {
	if at.IsZero() || at.After(now) {
		at = now
	}
	until := at.Add(g.Duration)
	if until.Before(g.Until) {
		until = g.Until
	}
	if until.After(g.Max) {
		until = g.Max
	}
	return until
}

func groupOf(approver string) (string, bool) { return strings.CutPrefix(approver, UserGroup) }
