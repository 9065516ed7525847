package store

import (
	"errors"
	"maps"
	"slices"
	"time"
)

// ErrTerm says that an entry would set an end that the grant's rule does not allow, or give before the wished start.
var ErrTerm = errors.New("outside the allowed term")

// ShortestTerm is the shortest time that access can last.
const ShortestTerm = time.Minute

// rechecks are the times after the end at which AWS is looked at again: a call that timed out may land after the
// removal that followed it.
var rechecks = []time.Duration{time.Minute, 10 * time.Minute}

// After returns the grant as it is once e has happened to it, with e linked to its chain and waiting to be written.
// It is pure, and the only way in which a grant changes its state: ErrState where the table has no such step, ErrSteps
// where approvals are missing, ErrExtension where there is no extension to decide on, ErrEscalation where there is nobody to
// escalate to, ErrTerm where the time is not within what the rule allows, ErrExposure where nothing has become of a secret.
func (g Grant) After(e Entry) (Grant, error) { return grants.After(g, e) }

// grants is the life of a grant.
var grants = Machine[Grant, *Grant]{
	Name: "a grant",
	Next: func(g Grant, v Verb) (State, bool) {
		to, ok := next[g.State][v]
		return to, ok
	},
	Apply: func(g Grant, e Entry, to State) (Grant, error) {
		after, err := g.applied(e)
		if to == Ending {
			after.Ungiven = e.Verb != Apply && e.Verb != Drift && (g.Ungiven || g.State == Approved)
		}
		if to != Active {
			after.Extension, after.Declined = Extension{}, Declined{}
		}
		return after, err
	},
	Work:  func(was Grant, w Work, e Entry, moved bool) Work { return w.afterWith(e, moved, was.pauses()) },
	Press: func(e Entry, _ bool) bool { return !goesOn(e.Verb) },
	Then:  Grant.looked,
}

// applied changes the facts that the verb is about.
func (g Grant) applied(e Entry) (Grant, error) {
	switch e.Verb {
	case Ask:
		g.Asked = plain(e.At)
	case Remind:
		return g.reminded(e.At)
	case Void:
		if g.State == Active { // what was approved stays as it was
			g.Extension.Approvals = without(g.Extension.Approvals, e.Facts[FactAccounts])
		} else {
			g.Approvals = without(g.Approvals, e.Facts[FactAccounts])
		}
	case Soon:
		g.Warned = g.Until
	case Vote, Approve:
		if e.Duration != 0 && (e.Duration < ShortestTerm || e.Duration > g.Duration) {
			return g, ErrTerm
		}
		g.Approvals = append(slices.Clip(g.Approvals), Approval{By: e.By, At: e.At, Steps: e.Steps, Duration: e.Duration, Note: e.Note})
		if e.Verb == Approve {
			return g.covered(Approve, nil).approved(e)
		}
	case Extend:
		if e.Until.Before(g.Until) {
			return g, ErrTerm
		}
		if !g.Extension.Until.After(e.Until) { // as good as come true
			g.Extension = Extension{}
		}
		if e.By == Self && e.Until.After(g.Until) {
			g.Extended = Extended{Until: plain(e.Until), By: []string{Self}}
		}
		return g.until(e)
	case AskMore, Agree, Prolong, Decline, Retract:
		return g.extension(e)
	case Escalate:
		var err error
		g.Escalation, err = g.Escalation.begun(e.At)
		return g, err
	case Plan:
		if e.At.Before(g.From) {
			return g, ErrTerm
		}
		g.Planned, g.Effects = true, merged(g.Effects, e.Facts)
	case Apply, Drift:
		g.Effects = merged(g.Effects, e.Facts)
	case Ignore, Deny, Lapse, Withdraw, Refuse, Expire, Revoke, Finish:
		g.Outcome, g.EndedBy, g.Note = e.Verb, e.By, e.Note
		if e.Verb == Deny {
			g.Ended = e.At
		}
		g.Offboarding = e.Facts[FactOffboarding]
	case Rebuild:
		if g.State != Ended && g.Outcome == "" {
			g.Outcome, g.EndedBy = e.Verb, e.By
		}
	case Undo:
		g.Effects, g.Ended, g.Rechecks, g.Clearing = merged(g.Effects, e.Facts), e.At, 0, e.Until
		g.Exposed = time.Time{}
	case HandOver:
		if !g.Endless {
			return g, ErrTerm
		}
		g.Effects, g.Ended = merged(g.Effects, e.Facts), e.At
		g.Outcome, g.EndedBy = e.Verb, e.By
	case Clear:
		g.Clearing = time.Time{}
	case Recheck:
		g.Rechecks++
	case Expose, Protect:
		return g.exposure(e)
	case Mine, NotMine:
		g = g.answered(e.Verb)
		if e.Verb == NotMine && g.State != Ignored { // which it has ended
			g.Outcome, g.EndedBy = e.Verb, e.By
		}
	}
	return g, nil
}

// approved is the grant once it has its last approval. It lasts no longer than all who approved allow.
func (g Grant) approved(e Entry) (Grant, error) {
	g.Start, _ = g.Term(e.At)
	g.Max = g.Start.Add(g.Longest)
	switch {
	case !g.Met():
		return g, ErrSteps
	case g.Limited() && e.Until.After(g.Start.Add(g.Allowed())):
		return g, ErrTerm
	}
	return g.until(e)
}

func (g Grant) until(e Entry) (Grant, error) {
	if !e.Until.After(g.Start) || e.Until.After(g.Max) {
		return g, ErrTerm
	}
	g.Until = e.Until
	return g, nil
}

func merged(a, b map[string]string) map[string]string {
	if len(b) == 0 {
		return a
	}
	out := make(map[string]string, len(a)+len(b))
	maps.Copy(out, a)
	maps.Copy(out, b)
	return out
}
