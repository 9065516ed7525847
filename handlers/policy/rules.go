package policy

import (
	"cmp"
	"regexp"
	"slices"
	"time"

	"sekisho/handlers/people"
	"sekisho/store"
)

// Policy says who may what, for how long. It is data and pure functions: the same question has the same answer.
type Policy struct {
	Accounts     map[string]string // twelve digits -> name
	Entitlements []Entitlement
	People       people.Registry
	MatchTag     bool     // an IAM user whose tag names a Slack account of somebody under people is theirs
	MatchEmail   bool     // so is one whose name is the e-mail address of such an account
	Security     []string // who may press on alerts, and revoke: Slack user ids and "usergroup:" ids
	Programs     []Program
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

// Prolong says what another sign-in does to access that a sign-in has asked for.
type Prolong string

// The settings of [Entitlement].Prolong. Without one it is ProlongSame.
const (
	ProlongSame   Prolong = "same"   // it prolongs the access if its address and MFA are as they were approved, else it asks for that
	ProlongAsk    Prolong = "ask"    // it asks, whatever its address and MFA are
	ProlongAlways Prolong = "always" // it prolongs the access
)

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
func (e Entitlement) Approvers() []string { return NamedIn(e.Steps) }

// NamedIn returns all whom these steps name, each once.
func NamedIn(steps []store.Step) []string {
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
	return people.GroupsIn(all)
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

// Holder is a person who gets access, and the IAM user by which they get it.
type Holder struct {
	Person store.Person
	Login  people.Login
}

// Bars returns why a Slack account, by what Slack says of it, can begin nothing at all, or "".
func (p *Policy) Bars(by string, account people.Account) string {
	switch refusal := account.Refusal(); {
	case refusal != "":
		return refusal
	case p.People.Of(by) == "":
		return NoPerson
	}
	return ""
}

// Holds reports whether a holder is a person: they asked for it, or the IAM user is theirs by the configuration now.
func (p *Policy) Holds(person store.Person, h Holder) bool {
	return p.People.Same(person, h.Person) || p.People.Same(person, p.People.Owner(h.Login))
}

// Granted is what a rule gave: as a card showed it, and as it was approved.
type Granted struct {
	Rule, Kind, Account, Target string
	SignIn                      bool // a sign-in asked for it
	Endless                     bool
	AllowsIAM                   bool // the card says that the target lets its holder change IAM
	Risk                        store.Risk
	Duration, Longest           time.Duration
	Steps                       []store.Step
}

// May returns why this Slack account's approval cannot stand, or "". It is asked at the press and again before AWS is touched. It
// compares persons, not accounts.
func (p *Policy) May(approver string, h Holder, g Granted) string {
	return cmp.Or(p.FourEyes(approver, h), p.Unchanged(g))
}

// FourEyes returns why an approver is not known to be another person than the holder, or "".
func (p *Policy) FourEyes(approver string, h Holder) string {
	switch person := p.People.Of(approver); {
	case person == "":
		return NoPerson
	case p.Holds(person, h):
		return Own
	case !p.People.Known(h.Person): // nobody knows the other accounts of a person who is not in the configuration
		return NoHolder
	}
	return ""
}

// Unchanged returns why the rule does not give any more what it gave, for the same approvals, or "".
func (p *Policy) Unchanged(g Granted) string {
	rule, ok := p.Rule(g.Rule)
	if !ok {
		return RuleGone
	}
	if rule.Kind != g.Kind || rule.Account != g.Account || rule.Target != g.Target || rule.Risk != g.Risk ||
		rule.Endless != g.Endless || rule.AllowsIAM && !g.AllowsIAM || rule.Longest < g.Longest || g.SignIn && (rule.Duration < g.Duration || !rule.OnLogin) ||
		!SameSteps(rule.StepsNow(true), g.Steps) && !SameSteps(rule.StepsNow(false), g.Steps) {
		return RuleChanged
	}
	return ""
}

// SameSteps reports whether two rules demand the same approvals of the same people.
func SameSteps(a, b []store.Step) bool {
	return slices.EqualFunc(a, b, func(a, b store.Step) bool { return a.Count == b.Count && slices.Equal(a.By, b.By) })
}
