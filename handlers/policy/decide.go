package policy

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"

	"sekisho/handlers/people"
	"sekisho/store"
)

// Decision is the answer, and how it came about.
type Decision struct {
	Rule     string        // the entitlement's id
	Refusal  string        // or "": it can be asked for
	Steps    []store.Step  // approvals that are needed
	Auto     time.Duration // not 0: nobody has to approve, if it lasts no longer than this in all
	Duration time.Duration
	Longest  time.Duration
	Risk     store.Risk
	Why      []Reason // in the order in which it was found; the refusal is the last
	Also     []Reason // what else is wrong with what was written, so that all of it is said at once
}

// Reason is something that a decision goes by: a key, and what a sentence about it names.
type Reason struct {
	Key   string
	Facts map[string]string
}

// Because joins the keys of the reasons.
func (d Decision) Because() string {
	var keys []string
	for _, r := range d.Why {
		keys = append(keys, r.Key)
	}
	return strings.Join(keys, " ")
}

// LastReason returns the last of the reasons: that of a refusal.
func (d Decision) LastReason() Reason { return d.Why[len(d.Why)-1] }

// Refusals are all that stands against it, the refusal first.
func (d Decision) Refusals() []Reason {
	if d.Refusal == "" {
		return nil
	}
	first := Reason{Key: d.Refusal}
	if len(d.Why) > 0 {
		first.Facts = d.LastReason().Facts
	}
	return append([]Reason{first}, d.Also...)
}

// Note adds a reason. Behind a refusal it counts for nothing.
func (d *Decision) Note(key string, facts ...string) {
	if d.Refusal == "" {
		d.Why = append(d.Why, reason(key, facts))
	}
}

// Refuse makes the decision a refusal, or adds what else is wrong to one.
func (d *Decision) Refuse(key string, facts ...string) {
	if d.Refusal != "" {
		d.Also = append(d.Also, reason(key, facts))
		return
	}
	d.Note(key, facts...)
	d.Refusal = key
}

// reason is one with these facts: keys, each before its value.
func reason(key string, facts []string) Reason {
	r := Reason{Key: key}
	for i := 0; i+1 < len(facts); i += 2 {
		if r.Facts == nil {
			r.Facts = map[string]string{}
		}
		r.Facts[facts[i]] = facts[i+1]
	}
	return r
}

// SignIn decides what a sign-in to an account asks for: the first entitlement that does not leave the person to another.
// What else that one says, such as its hours, is the answer. It is asked for its own duration. Without a rule, nothing is
// asked for; if one would be but excludes the person, that is the answer.
func (p *Policy) SignIn(account string, q Question) Decision {
	q.Origin, q.Duration = store.SignIn, 0
	nothing := Decision{Refusal: NotAsker, Why: []Reason{{Key: NotAsker}}}
	for _, rule := range p.OnLogin(account) {
		q.Entitlement = rule.ID
		switch d := p.DecideOn(rule, q); {
		case d.Refusal == Excluded && nothing.Rule == "":
			nothing = d
		case d.Refusal != NotAsker && d.Refusal != Excluded:
			return d
		}
	}
	return nothing
}

// Decide answers who may ask for what, when, and what it takes. It is pure: the same question, the same decision. The
// first of its checks that refuses is the answer; of what was written, all that is wrong.
func (p *Policy) Decide(q Question) Decision {
	rule, ok := p.Rule(q.Entitlement)
	if !ok {
		d := Decision{Rule: q.Entitlement}
		d.Refuse(RuleGone)
		return d
	}
	return p.DecideOn(rule, q)
}

// DecideOn is Decide for a caller who has the rule: there may be thousands of rules.
func (p *Policy) DecideOn(rule Entitlement, q Question) Decision {
	d := Decision{Rule: rule.ID}
	d.Duration, d.Longest, d.Risk = cmp.Or(q.Duration, rule.Duration), rule.Longest, rule.Risk
	if rule.Endless {
		d.Duration = rule.Duration
	} else if !q.To.IsZero() {
		d.Duration = q.To.Sub(q.When)
	}
	for _, check := range []func(*Decision, Entitlement, Question){p.checkWho, checkWritten, p.checkApprovals} {
		if check(&d, rule, q); d.Refusal != "" {
			d.Steps, d.Auto = nil, 0
			return d
		}
	}
	return d
}

// checkWho looks at who asks. A sign-in of nobody's user goes on: its card says so, and cannot be approved.
func (p *Policy) checkWho(d *Decision, rule Entitlement, q Question) {
	if refusal := p.holder(q); refusal != "" {
		d.Refuse(refusal)
		return
	}
	if q.Person == "" {
		return
	}
	accounts := p.People.Accounts(q.Person)
	if by := q.among(rule.Excluded, accounts); by != "" {
		d.Refuse(Excluded, "by", by)
		return
	}
	gone := q.FirstGone(rule.Excluded)
	switch by := q.among(rule.Askers, accounts); {
	case len(rule.Askers) > 0 && by == "":
		d.Refuse(NotAsker)
	case gone != "":
		d.Refuse(GroupGone, "group", gone)
	case len(rule.Askers) == 0:
		d.Note(ForAll)
	default:
		d.Note(Named, "by", by)
	}
}

// holder tells whether a person can be given anything at all, whatever the rule says, or why not.
func (p *Policy) holder(q Question) string {
	owner := p.People.Owner(q.Login)
	switch {
	case q.Account.Refusal() != "":
		return q.Account.Refusal()
	case q.Unfit != "":
		return q.Unfit
	case q.Leaves:
		return people.BeingOffboarded
	case q.Person == "" && q.Origin != store.SignIn:
		return NoPerson
	case q.Login.User != "" && !p.owns(q, owner):
		return NotYourUser
	}
	return ""
}

// owns tells whether the IAM user is still the person's, as far as the configuration says: it lists the user under them, or
// under nobody and allows what they are known by.
func (p *Policy) owns(q Question, owner store.Person) bool {
	switch {
	case owner != "":
		return p.People.Same(owner, q.Person)
	case q.Person == "":
		return true
	case q.Origin == store.Requested:
		return false
	}
	return q.KnownBy == store.ByTag && p.MatchTag || q.KnownBy == store.ByEmail && p.MatchEmail
}

// withMFA is what a record of a sign-in says that was made with MFA. That it says nothing is not enough.
const WithMFA = "yes"

// checkWritten looks at all that was written, and at the hours in which it would begin. Nobody writes anything for a sign-in.
func checkWritten(d *Decision, rule Entitlement, q Question) {
	switch {
	case d.Duration > rule.Longest:
		d.Refuse(TooLong, "longest", rule.Longest.String())
	case d.Duration < store.ShortestTerm:
		d.Refuse(TooShort, "shortest", store.ShortestTerm.String())
	}
	if q.Origin == store.SignIn && rule.MFARequired && q.MFA != WithMFA {
		d.Refuse(NoMFA)
	}
	if q.Origin != store.SignIn && rule.ReasonRequired && !Says(q.Reason) {
		d.Refuse(NoReason)
	}
	if q.Origin != store.SignIn && rule.Ticket != nil && !rule.Ticket.Pattern.MatchString(q.Ticket) {
		d.Refuse(NoTicket, "example", rule.Ticket.Example)
	}
	checkHours(d, rule, q)
}

// Says tells whether a text says anything: blanks, signs and what does not show are no reason.
func Says(text string) bool { return strings.ContainsFunc(text, says) }

func says(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsNumber(r)) && !unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// checkHours looks at the hours, and says what they ask for.
func checkHours(d *Decision, rule Entitlement, q Question) {
	within := rule.Hours.In(q.When)
	switch {
	case rule.Hours == nil:
	case within:
		d.Note(WithinHours, "hours", rule.Hours.String())
	case rule.Hours.Refuse:
		d.Refuse(OutsideHours, "hours", rule.Hours.String())
		return
	default:
		d.Note(MoreSteps, "hours", rule.Hours.String())
	}
	d.Steps = rule.StepsNow(within)
}

// checkApprovals looks whether the rule gives it by itself, or others than the holder can give all approvals.
func (p *Policy) checkApprovals(d *Decision, rule Entitlement, q Question) {
	switch {
	case p.givesByItself(rule, q, d.Duration):
		d.Auto = min(rule.Auto.Longest, rule.Longest)
		d.Note(ByItself, "longest", d.Auto.String())
	case !p.CanBeMet(Widen(d.Steps, rule.Escalation.Deciders()), q):
		d.Refuse(NoApprover)
	}
}

// givesByItself tells whether nobody has to approve. What can do much harm is never given so, whatever the configuration
// says, nor to somebody whom only a tag in AWS or an e-mail address knows: there is nobody who would notice. Nor to a
// program: an access key that was stolen must not be enough.
func (p *Policy) givesByItself(rule Entitlement, q Question, duration time.Duration) bool {
	a := rule.Auto
	known := p.People.Known(q.Person) && q.KnownBy == ""
	if a == nil || q.Program || rule.Risk == store.High || !known || duration > a.Longest || !rule.Hours.In(q.When) {
		return false
	}
	return len(a.Members) == 0 || q.among(a.Members, p.People.Accounts(q.Person)) != ""
}

// written are the refusals of what stands in the fields of a form: it is looked through whole.
var Written = []string{TooLong, TooShort, NoReason, NoTicket, OutsideHours, StartPast, StartFar, EndPast, EndFirst}

// RefuseTime refuses a wished start or end, before all else that is wrong with what was written. It leaves out what depends on the two.
func (d Decision) RefuseTime(key string, facts ...string) Decision {
	if d.Refusal != "" && !slices.Contains(Written, d.Refusal) && d.Refusal != NoApprover {
		return d
	}
	out := Decision{Rule: d.Rule, Duration: d.Duration, Longest: d.Longest, Risk: d.Risk}
	out.Refuse(key, facts...)
	for _, r := range d.Refusals() {
		if r.Key == NoReason || r.Key == NoTicket {
			out.Also = append(out.Also, r)
		}
	}
	return out
}

// RefuseByAWS refuses what AWS would not take, by its error code. "" refuses nothing.
func (d *Decision) RefuseByAWS(code string) {
	if code != "" {
		d.Refuse(Impossible, "code", code)
	}
}
