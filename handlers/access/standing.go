package access

import (
	"context"
	"errors"
	"maps"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Refusals of what was asked for and allowed, and is not any more, beside those of a request: a fact that counted then is
// another one now.
const (
	AskerGone = "asker_gone" // who asked for a rotation is nobody, has no account any more, or is a guest by now
	AskerLost = "asker_lost" // or may not rotate any more

	TakenLater = "taken_later" // another request has the access before the later end
)

// Losses are the refusals of a press for which something was allowed before, and is not any more.
var Losses = []string{policy.NotYourUser, policy.Excluded, policy.NotAsker, policy.TooLong, policy.TooShort, policy.NoReason, policy.NoTicket, policy.OutsideHours, policy.NoMFA, policy.NoApprover, policy.GroupGone,
	AskerGone, AskerLost, TakenLater}

// anew gathers a question on what was decided before: also who its person is by now, to Slack, to the security team and by
// the IAM user.
func (k *Keeper) anew(ctx context.Context, g store.Grant, when time.Time, rule policy.Entitlement) (policy.Question, error) {
	q, err := k.question(ctx, g, when, rule)
	q.Login = people.Login{Account: g.Account, User: g.Subject.User}
	if err == nil {
		q.Unfit, err = k.unfit(ctx, g.Subject.Person)
	}
	if err == nil {
		q.Leaves, err = k.Leavers.LeavesAs(ctx, g.Subject.Person, g.Account, g.Subject.UserID)
	}
	return q, err
}

// still decides on a grant as if it were asked for now, to begin at a time.
func (k *Keeper) still(ctx context.Context, g store.Grant, when time.Time) (policy.Decision, error) {
	rule, ok := k.Policy.Rule(g.Entitlement)
	if !ok {
		return k.Policy.Decide(policy.Question{Entitlement: g.Entitlement}), nil
	}
	q, err := k.anew(ctx, g, when, rule)
	if err != nil {
		return policy.Decision{}, err
	}
	return k.Policy.Decide(q), nil
}

// addLoss adds what a sentence about a loss names.
func addLoss(d policy.Decision, g store.Grant, facts map[string]string) map[string]string {
	out := maps.Clone(facts)
	if n := len(d.Why); n > 0 {
		maps.Copy(out, d.Why[n-1].Facts)
	}
	out["person"] = g.Subject.Person.Account()
	return out
}

// votes finds out what approvals of before are worth now. barred says why an account's approval cannot stand at all.
func (k *Keeper) votes(ctx context.Context, approvals []store.Approval, steps []store.Step,
	barred func(account string) (string, error)) (out []policy.Vote, err error) {
	var persons []store.Person
	for _, a := range approvals {
		lost, err := barred(a.By)
		if err != nil {
			return nil, err
		}
		v, person := policy.Vote{By: a.By, Lost: lost}, k.Policy.People.Of(a.By)
		if v.Lost == "" && k.Policy.People.In(person, persons) { // two who turned out to be one
			v.Lost = policy.Voted
		}
		if v.Lost == "" {
			if v, err = k.vote(ctx, v, person, steps); err != nil {
				return nil, err
			}
		}
		if v.Lost == "" {
			persons = append(persons, person)
		}
		out = append(out, v)
	}
	return out, nil
}

// vote finds out what one approval is worth that could stand.
func (k *Keeper) vote(ctx context.Context, v policy.Vote, person store.Person, steps []store.Step) (policy.Vote, error) {
	account, err := k.Directory.Account(ctx, v.By)
	if err != nil {
		return v, err
	}
	if account.Refusal() != "" {
		v.Lost = policy.VoterGone
		return v, nil
	}
	switch leaves, err := k.Leavers.Leaves(ctx, person); {
	case err != nil:
		return v, err
	case leaves:
		v.Lost = people.Leaves
		return v, nil
	}
	if v.Steps, err = k.canCount(ctx, steps, v.By); err == nil && len(v.Steps) == 0 {
		v.Lost = policy.NotApprover
	}
	return v, err
}

// upheld asks everything again that made a request allowed, as if it were asked for now, for as long as asked says, to begin
// at a time: who may ask, the rule, and whether its steps are still met, each person once, by people who are there and
// entitled now.
func (k *Keeper) upheld(ctx context.Context, g, asked store.Grant, when time.Time) error {
	if refusal := k.Policy.unchanged(g); refusal != "" {
		return &handlers.Refused{Code: refusal}
	}
	d, err := k.still(ctx, asked, when)
	switch refusal := d.Lost(); {
	case err != nil:
		return err
	case refusal != "" && refusal != policy.NoApprover: // which the votes tell more exactly
		return &handlers.Refused{Code: refusal}
	case g.ByRule() && d.Auto != g.Auto:
		return &handlers.Refused{Code: policy.RuleChanged}
	case g.ByRule():
		return nil
	case store.Need(d.Needs(g.Steps)) > g.Need():
		return &handlers.Refused{Code: policy.MoreSteps}
	}
	votes, err := k.votesOn(ctx, g, g.Steps)
	if err != nil {
		return err
	}
	if lost := policy.CheckVotes(g.Steps, votes); lost != "" {
		return &handlers.Refused{Code: lost}
	}
	return nil
}

// prolonged returns the end of access after a sign-in. It is the end from before, and why, where the access would not be
// given now for so long.
func (k *Keeper) prolonged(ctx context.Context, g store.Grant, signedIn, now time.Time) (until time.Time, why string,
	err error) {
	if until = window(g, signedIn, now); !until.After(g.Until) {
		return g.Until, "", nil
	}
	var refused *handlers.Refused
	if err = k.upheld(ctx, g, asUntil(g, until), now); errors.As(err, &refused) {
		return g.Until, refused.Code, nil
	}
	if err != nil {
		return g.Until, "", err
	}
	if taken, err := k.findTaken(ctx, g, until); err != nil || !taken.IsZero() {
		return g.Until, TakenLater, err
	}
	return until, "", nil
}

// asUntil is the grant as if all the time from its start were asked for.
func asUntil(g store.Grant, until time.Time) store.Grant {
	g.Duration, g.From, g.To = until.Sub(g.Start), time.Time{}, time.Time{}
	return g
}

// votesOn finds out what the approvals of a request are worth now.
func (k *Keeper) votesOn(ctx context.Context, g store.Grant, steps []store.Step) ([]policy.Vote, error) {
	return k.votes(ctx, g.Approvals, policy.Widen(steps, k.Policy.alsoDecide(g)), k.barred(ctx, g))
}

// votesOnExtension does the same for its extension, which is not escalated.
func (k *Keeper) votesOnExtension(ctx context.Context, g store.Grant, steps []store.Step) ([]policy.Vote, error) {
	return k.votes(ctx, g.Extension.Approvals, steps, k.barred(ctx, g))
}

// barred says why a Slack account's approval of the grant cannot stand: it needs four eyes, and two that are not behind the
// role that asks.
func (k *Keeper) barred(ctx context.Context, g store.Grant) func(account string) (string, error) {
	return func(account string) (string, error) {
		if lost := k.Policy.fourEyes(account, g); lost != "" {
			return lost, nil
		}
		return k.roleBars(ctx, g, account)
	}
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
