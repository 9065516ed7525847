package handlers

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"sekisho/store"
)

// Policy says who may what, for how long. It is data and pure functions: the same question has the same answer.
type Policy struct {
	Accounts     map[string]string // twelve digits -> name
	Entitlements []Entitlement
	People       People
}

// Entitlement is one thing that can be asked for.
type Entitlement struct {
	ID        string
	Kind      string
	Account   string // twelve digits
	Target    string
	OnLogin   bool     // a console sign-in asks for it
	Approvers []string // Slack user ids and "usergroup:" ids
	Need      int      // approvals
	Within    time.Duration
	Duration  time.Duration
	Longest   time.Duration
}

// UserGroup marks an approver that is a Slack user group.
const UserGroup = "usergroup:"

// Known tells whether the account is in the configuration.
func (p *Policy) Known(account string) bool { return p.Accounts[account] != "" }

// OnLogin returns what a console sign-in to the account asks for: the first that matches.
func (p *Policy) OnLogin(account string) (Entitlement, bool) {
	i := slices.IndexFunc(p.Entitlements, func(e Entitlement) bool { return e.OnLogin && e.Account == account })
	if i < 0 {
		return Entitlement{}, false
	}
	return p.Entitlements[i], true
}

// Rule returns an entitlement by its id.
func (p *Policy) Rule(id string) (Entitlement, bool) {
	i := slices.IndexFunc(p.Entitlements, func(e Entitlement) bool { return e.ID == id })
	if i < 0 {
		return Entitlement{}, false
	}
	return p.Entitlements[i], true
}

// Person is one human being, however many accounts they have.
type Person struct {
	Slack []string // user ids, the first one names the person
	IAM   []Login
}

// Login is an IAM user of an account.
type Login struct{ Account, User string }

// People finds a person by account.
type People struct {
	bySlack map[string]string
	byLogin map[Login]string
}

// NewPeople indexes the people of the configuration. Each account belongs to one person: package config sees to it.
func NewPeople(people []Person) People {
	out := People{bySlack: map[string]string{}, byLogin: map[Login]string{}}
	for _, p := range people {
		for _, id := range p.Slack {
			out.bySlack[id] = p.Slack[0]
		}
		for _, l := range p.IAM {
			out.byLogin[l] = p.Slack[0]
		}
	}
	return out
}

// Of returns the person behind a Slack account, or "".
func (p People) Of(slack string) string { return p.bySlack[slack] }

// Behind returns the person behind an IAM user: by the configuration, else by the user's tag, else "".
func (p People) Behind(l Login, tag string) string {
	if id := p.byLogin[l]; id != "" {
		return id
	}
	if id := p.bySlack[tag]; id != "" {
		return id
	}
	return tag
}

// Refusals of a press. They are keys of the catalogues in package bot.
const (
	Gone        = "gone"         // there is no such request
	Moved       = "moved"        // pressed on a message that is not the card
	Changed     = "changed"      // the card shows something else by now
	Late        = "late"         // somebody decided already
	Over        = "over"         // the time is up
	NotYours    = "not_yours"    // only the holder can finish
	NotApprover = "not_approver" // not in the rule
	NoPerson    = "no_person"    // the presser's Slack account is mapped to nobody
	NoHolder    = "no_holder"    // the IAM user is mapped to nobody
	Own         = "own"          // four eyes
	Voted       = "voted"        // one person counts once
	RuleGone    = "rule_gone"    // the entitlement is no longer in the configuration
	RuleChanged = "rule_changed" // it means something else by now
	UserGone    = "user_gone"    // the IAM user was deleted, or made anew
)

// Bench is what a press is judged with. Everything on it was gathered beforehand, so that judging is pure.
type Bench struct {
	Policy   *Policy
	Grant    store.Grant
	Press    store.Press
	Approver bool // the rule lets this Slack account approve
	Now      time.Time
}

// Judge says what a press does: an entry for the grant, or a refusal.
func (b Bench) Judge() (store.Entry, string) {
	e := store.Entry{Verb: b.Press.Verb, By: b.Press.By, At: b.Now, Note: b.Press.Note}
	if refusal := b.timely(); refusal != "" {
		return e, refusal
	}
	switch b.Press.Verb {
	case store.Approve:
		return b.approve(e)
	case store.Deny, store.Revoke:
		return e, b.approver()
	case store.Finish:
		return e, b.holder()
	}
	return e, Gone
}

// timely holds for every verb: not too late, and on the card that stands. What ends access is welcome from any card.
func (b Bench) timely() string {
	g, v := b.Grant, b.Press.Verb
	if _, err := g.State.Next(v); errors.Is(err, store.ErrState) {
		return Late
	}
	if g.State == store.Asked && !b.Now.Before(g.Lapses) || g.Over(b.Now) {
		return Over
	}
	if asks := v == store.Approve || v == store.Deny; asks && g.Card.TS != "" && b.Press.Card != g.Card {
		return Moved
	}
	return ""
}

func (b Bench) approve(e store.Entry) (store.Entry, string) {
	g := b.Grant
	if refusal := b.approver(); refusal != "" {
		return e, refusal
	}
	if refusal := b.Policy.May(b.Press.By, g); refusal != "" {
		return e, refusal
	}
	if b.Press.Terms != g.Terms() {
		return e, Changed
	}
	for _, a := range g.Approvals {
		if b.Policy.People.Of(a.By) == b.Policy.People.Of(b.Press.By) {
			return e, Voted
		}
	}
	if len(g.Approvals)+1 < g.Need {
		e.Verb = store.Vote
	} else {
		e.Until = b.Now.Add(g.Duration)
	}
	return e, ""
}

func (b Bench) approver() string {
	switch _, ok := b.Policy.Rule(b.Grant.Entitlement); {
	case !ok:
		return RuleGone
	case b.Policy.People.Of(b.Press.By) == "":
		return NoPerson
	case !b.Approver:
		return NotApprover
	}
	return ""
}

func (b Bench) holder() string {
	if person := b.Policy.People.Of(b.Press.By); person == "" || person != b.Grant.Subject.Person {
		return NotYours
	}
	return ""
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

// facts is what the sentence about a refusal names.
func facts(g store.Grant) map[string]string {
	out := map[string]string{"state": string(g.State), "account": g.Account, "user": g.Subject.User}
	if g.Outcome != "" {
		out["by"], out["outcome"] = g.EndedBy, string(g.Outcome)
	} else if n := len(g.Approvals); n > 0 {
		out["by"], out["at"] = g.Approvals[n-1].By, strconv.FormatInt(g.Approvals[n-1].At.Unix(), 10)
	}
	return out
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
