package handlers

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"sekisho/store"
)

// TaskBench is what a press on a task is judged with; see [Bench].
type TaskBench struct {
	Policy  *Policy
	Task    store.Task
	Press   store.Press
	Account Account // what Slack says of the presser
	Rotator bool    // the rule, or security, lets this Slack account press
	Steps   []int   // of the task, from 1, that its approval can count for
	Now     time.Time
}

// Judge says what a press does: an entry for the task, or a refusal.
func (b TaskBench) Judge() (store.Entry, string) {
	e := store.Entry{Verb: b.Press.Verb, By: b.Press.By, At: b.Now, Note: b.Press.Note}
	if refusal := cmp.Or(b.Account.refusal(), b.timely(), b.person()); refusal != "" {
		return e, refusal
	}
	switch b.Press.Verb {
	case store.Approve:
		return b.approve(e)
	case store.Deny:
		return e, b.approver()
	case store.Withdraw:
		return e, b.asker()
	case store.PutBack, store.Delete, store.Again:
		if b.Press.Verb == store.PutBack { // which of the two is meant, as they change places
			e.Facts = map[string]string{store.FactNew: b.Task.Old}
		}
		return e, cmp.Or(b.rotator(), b.changed(), b.reversible())
	}
	return e, Gone
}

func (b TaskBench) timely() string {
	t, v := b.Task, b.Press.Verb
	if _, err := t.State.NextTask(v); errors.Is(err, store.ErrState) {
		return Late
	}
	if t.State == store.Asked && !b.Now.Before(t.Lapses) {
		return Over
	}
	if (v == store.Approve || v == store.Deny) && t.Card.TS != "" && b.Press.Card != t.Card {
		return Moved
	}
	return ""
}

func (b TaskBench) person() string {
	if b.Policy.People.Of(b.Press.By) == "" {
		return NoPerson
	}
	return ""
}

func (b TaskBench) approver() string {
	if len(b.Steps) == 0 {
		return NotApprover
	}
	return ""
}

func (b TaskBench) asker() string {
	if b.Task.By != store.Self && b.Policy.People.Of(b.Press.By) != b.Policy.People.Of(b.Task.By) {
		return NotYours
	}
	if b.Task.By == store.Self {
		return b.rotator()
	}
	return ""
}

func (b TaskBench) rotator() string {
	if !b.Rotator {
		return NotRotator
	}
	return ""
}

// changed tells whether something else was shown when the button was pressed.
func (b TaskBench) changed() string {
	if b.Press.Terms != b.Task.Terms() {
		return Changed
	}
	return ""
}

func (b TaskBench) reversible() string {
	if b.Press.Verb == store.PutBack && !b.Task.Reversible() {
		return NoWayBack
	}
	return ""
}

// approve makes the approval a vote, or the last one that is needed. Nobody approves what they asked for.
func (b TaskBench) approve(e store.Entry) (store.Entry, string) {
	t, person := b.Task, b.Policy.People.Of(b.Press.By)
	voted := slices.ContainsFunc(t.Approvals, func(a store.Approval) bool { return b.Policy.People.Of(a.By) == person })
	voters := append(t.Voters(), b.Steps)
	counts := store.Assign(t.Steps, voters)
	switch refusal := cmp.Or(b.Policy.mayTask(b.Press.By, t), b.changed(), b.approver()); {
	case refusal != "":
		return e, refusal
	case voted:
		return e, Voted
	case counts[len(counts)-1] == 0:
		return e, Enough
	case !store.Met(t.Steps, voters):
		e.Verb = store.Vote
	}
	e.Steps = b.Steps
	return e, ""
}

// mayTask tells whether this Slack account's approval of the task can stand, or why not; see [Policy.May].
func (p *Policy) mayTask(approver string, t store.Task) string {
	person := p.People.Of(approver)
	switch {
	case person == "":
		return NoPerson
	case person == p.People.Of(t.By):
		return Own
	}
	return p.sameRotation(t)
}

// sameRotation tells whether the rule is still what the card shows, or why not.
func (p *Policy) sameRotation(t store.Task) string {
	rule, ok := p.Rotation(t.Rule)
	switch {
	case !ok:
		return RuleGone
	case rule.Account != t.Account || rule.User != t.User || rule.Secret != t.Secret || rule.Proof > t.Proof || rule.Grace > t.Grace ||
		!sameSteps(rule.Steps, t.Steps):
		return RuleChanged
	}
	return ""
}

// upheldTask asks about every approval again: see [Keeper.upheld].
func (k *Keeper) upheldTask(ctx context.Context, t store.Task) error {
	if refusal := k.Policy.sameRotation(t); refusal != "" {
		return &Refused{Code: refusal}
	}
	var voters [][]int
	steps := opened(t.Steps, k.Policy.alsoDecideTask(t))
	for _, a := range t.Approvals {
		if refusal := k.Policy.mayTask(a.By, t); refusal != "" {
			return &Refused{Code: refusal}
		}
		can, err := k.canCount(ctx, steps, a.By)
		if err != nil {
			return err
		}
		voters = append(voters, can)
	}
	if len(t.Steps) > 0 && !store.Met(t.Steps, voters) {
		return &Refused{Code: NotApprover}
	}
	return nil
}

func (k *Keeper) judgeOnTask(ctx context.Context, p store.Press, account Account) error {
	t, err := store.LoadTask(ctx, k.DB, p.On)
	if errors.Is(err, store.ErrNotFound) {
		return k.refuse(ctx, p, Gone, nil)
	}
	if err != nil {
		return err
	}
	b := TaskBench{Policy: k.Policy, Task: t, Press: p, Account: account, Now: k.now()}
	rule, _ := k.Policy.Rotation(t.Rule)
	if b.Rotator, err = k.mayRotate(ctx, rule, p.By); err == nil {
		b.Steps, err = k.canCount(ctx, opened(t.Steps, rule.Escalation.still(t.Escalated())), p.By)
	}
	if err != nil {
		return k.judgeLater(ctx, p, err)
	}
	e, refusal := b.Judge()
	if refusal != "" {
		return k.refuse(ctx, p, refusal, factsOfTask(t))
	}
	if t, err = t.After(e); err != nil {
		return err
	}
	p.Judged = true
	return k.save(ctx, &p, &t)
}

// factsOfTask is what the sentence about a refusal names.
func factsOfTask(t store.Task) map[string]string {
	out := map[string]string{"state": string(t.State), "account": t.Account, "user": t.User}
	if t.Outcome != "" {
		out["by"], out["outcome"] = t.EndedBy, string(t.Outcome)
	} else if n := len(t.Approvals); n > 0 {
		out["by"], out["at"] = t.Approvals[n-1].By, strconv.FormatInt(t.Approvals[n-1].At.Unix(), 10)
	}
	return out
}
