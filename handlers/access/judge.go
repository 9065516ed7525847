package access

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Refusals of a press. They are keys of the catalogues in package bot.
const (
	Moved         = "moved"          // pressed on a message that is not the card
	Changed       = "changed"        // the card shows something else by now
	Late          = "late"           // somebody decided already
	Over          = "over"           // the time is up
	NotYours      = "not_yours"      // only the holder can finish, extend, withdraw or answer
	AtMax         = "at_max"         // the access ends as late as it may already
	HeldBefore    = "held_before"    // the access was there before, so a later end would change nothing
	Extending     = "extending"      // an extension waits already
	ExtensionOver = "extension_over" // it has been decided
	NotLonger     = "not_longer"     // the rule would not give it for so long now
	NotShorter    = "not_shorter"    // an approval allows as long as was asked for or shorter, and a minute at least
	NotRotator    = "not_rotator"    // a rotation is for those whom its rule names, and security
	NoWayBack     = "no_way_back"    // the key from before cannot be put back
	BadDate       = "bad_date"       // a finding is kept until a day to come, at most a year ahead
	NoWhy         = "no_why"         // and for a reason
)

// Bench is what a press is judged with. Everything on it was gathered beforehand, so that judging is pure.
type Bench struct {
	Policy    *Settings
	Grant     store.Grant
	Press     store.Press
	Account   people.Account  // what Slack says of the presser
	Still     policy.Decision // on what was asked for, as if it were asked for now
	Approver  bool            // the rule lets this Slack account approve
	Barred    string          // why the person may not approve what a role asked for, or ""
	Steps     []int           // that are needed now, from 1, that its approval can count for
	Votes     []policy.Vote   // what those who approved before, or agreed to the extension, can count for now
	RuleGives bool            // the rule gives the grant by itself
	More      policy.Decision // on the extension that is asked for, or open
	Security  bool            // it is of the security group, which may revoke
	Now       time.Time
}

// Judge says what a press does: an entry for the grant, or a refusal.
func (b Bench) Judge() (store.Entry, string) {
	e := store.Entry{Verb: b.Press.Verb, By: b.Press.By, At: b.Now, Note: b.Press.Note}
	if refusal := cmp.Or(b.Account.Refusal(), b.timely()); refusal != "" {
		return e, refusal
	}
	switch b.Press.Verb {
	case store.Approve:
		return b.approve(e)
	case store.Deny:
		return e, b.approver()
	case store.Revoke:
		return e, b.revoker()
	case store.AskMore:
		return b.askMore(e)
	case store.Agree, store.Decline:
		return b.onExtension(e)
	case store.Retract:
		return e, b.retract()
	case store.Mine:
		return e, cmp.Or(b.holder(), b.asked())
	case store.Finish, store.NotMine, store.Withdraw:
		return e, b.holder()
	}
	return e, handlers.Gone
}

// timely holds for every verb: not too late, and on the card that stands. What ends access is welcome from any card.
func (b Bench) timely() string {
	g, v := b.Grant, b.Press.Verb
	if _, err := g.State.Next(v); errors.Is(err, store.ErrState) {
		return Late
	}
	if g.State == store.Ignored && !g.CanAnswer() {
		return Late
	}
	if g.State == store.Asked && !b.Now.Before(g.Lapses) || g.Over(b.Now) {
		return Over
	}
	if asks := v == store.Approve || v == store.Deny || v == store.Agree; asks && g.Card.TS != "" && b.Press.Card != g.Card {
		return Moved
	}
	return ""
}

func (b Bench) approve(e store.Entry) (store.Entry, string) {
	g := b.Grant
	if refusal := b.approver(); refusal != "" {
		return e, refusal
	}
	if refusal := cmp.Or(b.Policy.may(b.Press.By, g), b.Barred, b.Still.Lost()); refusal != "" {
		return e, refusal
	}
	if refusal := cmp.Or(b.changed(), b.voted()); refusal != "" {
		return e, refusal
	}
	switch d := b.Press.Duration; {
	case d == 0 || d == g.Duration: // as asked
	case d < store.ShortestTerm || d > g.Duration:
		return e, NotShorter
	default:
		e.Duration = d
	}
	return b.count(e)
}

// voted tells whether the person who presses has approved before, by any account, and it still counts.
func (b Bench) voted() string {
	persons := b.Policy.People
	for _, v := range b.Votes {
		if v.Lost == "" && persons.Same(persons.Of(v.By), persons.Of(b.Press.By)) {
			return policy.Voted
		}
	}
	return ""
}

// asNow is the request, or its extension, with the approvals that are needed now, and those that still count.
func (b Bench) asNow() store.Grant {
	g := b.Grant
	if g.State == store.Active {
		g.Extension.Steps = b.More.Needs(g.Extension.Steps)
		g.Extension.Approvals = policy.KeepCounting(g.Extension.Approvals, b.Votes)
		return g
	}
	g.Steps, g.Approvals = b.Still.Needs(g.Steps), policy.KeepCounting(g.Approvals, b.Votes)
	return g
}

// count makes the approval a vote, or the last one that is needed: then access lasts as long as all of them allow.
func (b Bench) count(e store.Entry) (store.Entry, string) {
	g := b.asNow()
	voters := append(g.Voters(), b.Steps)
	switch counts := store.Assign(g.Steps, voters); {
	case len(b.Steps) == 0:
		return e, policy.NotApprover
	case counts[len(counts)-1] == 0:
		return e, policy.Enough
	case store.Met(g.Steps, voters):
		g.Approvals = append(slices.Clip(g.Approvals), store.Approval{Duration: e.Duration})
		_, e.Until = g.Term(b.Now)
	default:
		e.Verb = store.Vote
	}
	e.Steps = b.Steps
	if g.Need() > b.Grant.Need() {
		e.Facts = map[string]string{"why": policy.MoreSteps}
	}
	return e, ""
}

// changed tells whether something else was shown when the button was pressed.
func (b Bench) changed() string {
	if b.Press.Terms != b.Grant.Terms() {
		return Changed
	}
	return ""
}

// asked tells whether the holder was asked about other sign-ins when they answered.
func (b Bench) asked() string {
	if b.Press.Terms != b.Grant.QuestionTerms() {
		return Changed
	}
	return ""
}

func (b Bench) approver() string {
	switch _, ok := b.Policy.Rule(b.Grant.Entitlement); {
	case !ok:
		return policy.RuleGone
	case b.Policy.People.Of(b.Press.By) == "":
		return policy.NoPerson
	case !b.Approver:
		return policy.NotApprover
	}
	return ""
}

// revoker lets the security group revoke as well, also what was given under a rule that is gone.
func (b Bench) revoker() string {
	if b.Security && b.Policy.People.Of(b.Press.By) != "" {
		return ""
	}
	return b.approver()
}

// holder lets the person press, also one who is not in the configuration any more and so is known by one account only.
func (b Bench) holder() string {
	if !b.Policy.holds(b.Policy.People.OrSelf(b.Press.By), b.Grant) {
		return NotYours
	}
	return ""
}

// before is the grant as an entry finds it: an approval, without those that do not count any more, and with what is needed
// now; an extension that is asked for, with what it needs.
func (b Bench) before(e store.Entry) (store.Grant, error) {
	g := b.Grant
	switch e.Verb {
	case store.AskMore:
		g.Extension.Steps = b.More.Steps
		return g, nil
	case store.Vote, store.Approve, store.Agree, store.Prolong:
	default:
		return g, nil
	}
	for _, void := range policy.VoidEntries(b.Votes, b.Now) {
		var err error
		if g, err = g.After(void); err != nil {
			return g, err
		}
	}
	now := b.asNow()
	g.Steps, g.Approvals, g.Extension = now.Steps, now.Approvals, now.Extension
	return g, nil
}

// facts is what the sentence about the refusal of the press names.
func (b Bench) facts() map[string]string {
	out := facts(b.Grant)
	if b.Press.Verb == store.Approve {
		return addLoss(b.Still, b.Grant, out)
	}
	return addLoss(b.More, b.Grant, out)
}

// facts is what the sentence about a refusal names.
func facts(g store.Grant) map[string]string {
	out := map[string]string{"state": string(g.State), "account": g.Account, "user": g.Subject.User}
	if g.AlreadyHeld() && (g.State == store.Active || g.State == store.Ending || g.State == store.Ended) && g.Outcome != store.Refuse {
		out["held"] = g.Kind
	}
	if g.Outcome != "" {
		out["by"], out["outcome"] = g.EndedBy, string(g.Outcome)
	} else if n := len(g.Approvals); n > 0 {
		out["by"], out["at"] = g.Approvals[n-1].By, strconv.FormatInt(g.Approvals[n-1].At.Unix(), 10)
	}
	return out
}
