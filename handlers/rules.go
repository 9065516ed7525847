package handlers

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"sekisho/store"
)

// Policy says who may what, for how long. It is data and pure functions: the same question has the same answer.
type Policy struct {
	Accounts     map[string]string // twelve digits -> name
	Entitlements []Entitlement
	Rotations    []Rotation
	People       People
	MatchTag     bool     // an IAM user whose tag names a Slack account of somebody under people is theirs
	MatchEmail   bool     // so is one whose name is the e-mail address of such an account
	Security     []string // who may press on alerts, and revoke: Slack user ids and "usergroup:" ids
	Enforce      bool     // unknown members of managed groups are removed, not only reported
	Removals     int      // at most so many in one look at all groups
	Programs     []Program
	Audit        *Audit        // nil: nothing is looked for
	Keep         time.Duration // ignored sign-ins and judged presses are deleted after it; 0: never
}

// Program is an IAM role whose sessions may ask through SQS, and for which IAM users: for no others.
type Program struct {
	Account, Role string // the account's twelve digits, and the role's name
	Users         []Login
	NotBy         []string // who may not approve what it asks for: Slack user ids and "usergroup:" ids
}

// Entitlement is one thing that can be asked for, and the rule for it. Who it names, it names by Slack user ids and
// "usergroup:" ids.
type Entitlement struct {
	ID             string
	Kind           string
	Account        string // twelve digits
	Target         string
	Exclusive      bool         // the target is held by one at a time, whoever they are
	OnLogin        bool         // a console sign-in asks for it
	Askers         []string     // who may ask: everybody if empty
	Excluded       []string     // who may not, even if they are among the askers; whether they approve is up to the steps
	Steps          []store.Step // approvals that are needed
	Escalation     *Escalation  // nil: nobody else decides, however long it waits
	Hours          *Hours       // nil: always
	Auto           *Auto        // nil: somebody has to approve
	Prolong        Prolong      // what another sign-in does; "" is ProlongSame
	MFARequired    bool         // of a sign-in; a request by hand has none
	Risk           store.Risk
	AllowsIAM      bool    // the target lets its holder change IAM, and the operator says that it is meant to
	ReasonRequired bool    // of a request; a sign-in has none
	Ticket         *Ticket // that a request must name; nil: none. A sign-in has none
	Within         time.Duration
	Duration       time.Duration
	Longest        time.Duration
	Endless        bool // it is handed over once it is given, and stays: Duration is the time to give it in
}

// Auto says when a rule gives by itself what it is asked for. Beyond that it holds within the rule's hours only.
type Auto struct {
	Longest time.Duration // that it lasts, with all that prolongs it
	Members []string      // for whom: all who may ask if empty
}

// Ticket is how the number of a ticket must look.
type Ticket struct {
	Pattern *regexp.Regexp // of the whole
	Example string
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

// Approvers returns all whom a step names.
func (e Entitlement) Approvers() []string { return named(e.Steps) }

// named are all whom these steps name, each once.
func named(steps []store.Step) []string {
	var out []string
	for _, s := range steps {
		for _, who := range s.By {
			if !slices.Contains(out, who) {
				out = append(out, who)
			}
		}
	}
	return out
}

// Groups returns the Slack ids of all user groups that the rule names.
func (e Entitlement) Groups() []string {
	all := slices.Concat(e.Askers, e.Excluded, e.Deciders())
	if e.Auto != nil {
		all = append(all, e.Auto.Members...)
	}
	return groupsIn(all)
}

// groupsIn returns the Slack ids of the user groups among these, each once.
func groupsIn(all []string) []string {
	var out []string
	for _, who := range all {
		if group, ok := groupOf(who); ok && !slices.Contains(out, group) {
			out = append(out, group)
		}
	}
	return out
}

// StepsNow returns the approvals that are needed within the hours, or outside of them: more, of any who may approve.
func (e Entitlement) StepsNow(within bool) []store.Step {
	switch {
	case within || e.Hours == nil || e.Hours.More == 0:
		return e.Steps
	case len(e.Steps) == 1:
		return []store.Step{{By: e.Steps[0].By, Count: e.Steps[0].Count + e.Hours.More}}
	}
	return append(slices.Clone(e.Steps), store.Step{By: e.Approvers(), Count: e.Hours.More})
}

// May tells whether this Slack account's approval of the grant can stand, or why not. It is asked at the press and again
// before AWS is touched. Identities are compared, not accounts.
func (p *Policy) May(approver string, g store.Grant) string {
	return cmp.Or(p.fourEyes(approver, g), p.unchanged(g))
}

// fourEyes tells whether an approver is known and somebody else than the holder, or why not.
func (p *Policy) fourEyes(approver string, g store.Grant) string {
	switch person := p.People.Of(approver); {
	case person == "":
		return NoPerson
	case p.holds(person, g):
		return Own
	case !p.People.Known(g.Subject.Person): // of who is not in the configuration nobody knows the other accounts
		return NoHolder
	}
	return ""
}

// unchanged tells whether the rule still gives what the card shows, for the approvals that it shows, or why not.
func (p *Policy) unchanged(g store.Grant) string {
	rule, ok := p.Rule(g.Entitlement)
	if !ok {
		return RuleGone
	}
	if rule.Kind != g.Kind || rule.Account != g.Account || rule.Target != g.Target || rule.Risk != g.Risk ||
		rule.Endless != g.Endless || rule.AllowsIAM && !g.AllowsIAM || rule.Longest < g.Longest || g.Origin == store.SignIn && (rule.Duration < g.Duration || !rule.OnLogin) ||
		!sameSteps(rule.StepsNow(true), g.Steps) && !sameSteps(rule.StepsNow(false), g.Steps) {
		return RuleChanged
	}
	return ""
}

func sameSteps(a, b []store.Step) bool {
	return slices.EqualFunc(a, b, func(a, b store.Step) bool { return a.Count == b.Count && slices.Equal(a.By, b.By) })
}

// window is the end of access that another sign-in can give: it counts from the latest one, never beyond what the approval
// allows, and never shorter than it was. A sign-in from the future counts as now.
func window(g store.Grant, at, now time.Time) time.Time {
	if at.IsZero() || at.After(now) {
		at = now
	}
	until := at.Add(g.Allowed())
	if until.Before(g.Until) {
		until = g.Until
	}
	if until.After(g.Max) {
		until = g.Max
	}
	return until
}

func groupOf(approver string) (string, bool) { return strings.CutPrefix(approver, UserGroup) }
