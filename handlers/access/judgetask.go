package access

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// TaskBench is what a press on a task is judged with; see [Bench].
type TaskBench struct {
	Policy  *Settings
	Task    store.Task
	Press   store.Press
	Account people.Account // what Slack says of the presser
	Rotator bool           // the rule, or security, lets this Slack account press
	Steps   []int          // of the task, from 1, that its approval can count for
	Votes   []policy.Vote  // what those who approved before can count for now
	Lost    string         // why who asked for it could not any more, or ""
	Now     time.Time
}

// Judge says what a press does: an entry for the task, or a refusal.
func (b TaskBench) Judge() (store.Entry, string) {
	e := store.Entry{Verb: b.Press.Verb, By: b.Press.By, At: b.Now, Note: b.Press.Note}
	if refusal := cmp.Or(b.Account.Refusal(), b.timely(), b.person()); refusal != "" {
		return e, refusal
	}
	switch b.Press.Verb {
	case store.Approve:
		return b.vote(e)
	case store.Deny:
		return e, b.approver()
	case store.Withdraw:
		return e, b.asker()
	case store.Delete:
		return b.delete(e)
	case store.PutBack, store.Again:
		if b.Press.Verb == store.PutBack { // which of the two is meant, as they change places
			e.Facts = map[string]string{store.FactNew: b.Task.Old}
		}
		return e, cmp.Or(b.rotator(), b.changed(), b.reversible())
	}
	return e, handlers.Gone
}

// delete lets the key go before its time, for as many approvals as the rotation needed. Where that was none it is one press
// of somebody who may rotate, unless the rule asks for approvals by now.
func (b TaskBench) delete(e store.Entry) (store.Entry, string) {
	t := b.Task
	if len(t.Steps) > 0 {
		return b.vote(e)
	}
	if rule, ok := b.Policy.Rotation(t.Rule); ok && len(rule.Steps) > 0 {
		return e, cmp.Or(b.rotator(), policy.RuleChanged)
	}
	return e, cmp.Or(b.rotator(), b.changed())
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
		return policy.NoPerson
	}
	return ""
}

func (b TaskBench) approver() string {
	if len(b.Steps) == 0 {
		return policy.NotApprover
	}
	return ""
}

func (b TaskBench) asker() string {
	if b.Task.By != store.Self && !b.Policy.People.Same(b.Policy.People.Of(b.Press.By), b.Policy.People.Of(b.Task.By)) {
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

// vote makes the approval a vote beside those before, or the last one that is needed. Nobody approves what they asked for.
func (b TaskBench) vote(e store.Entry) (store.Entry, string) {
	t, person := b.Task, b.Policy.People.Of(b.Press.By)
	voted := slices.ContainsFunc(b.Votes, func(v policy.Vote) bool {
		return v.Lost == "" && b.Policy.People.Same(b.Policy.People.Of(v.By), person)
	})
	voters := append(policy.CountingSteps(b.Votes), b.Steps)
	counts := store.Assign(t.Steps, voters)
	switch refusal := cmp.Or(b.Policy.mayTask(b.Press.By, t), b.Lost, b.changed(), b.approver()); {
	case refusal != "":
		return e, refusal
	case voted:
		return e, policy.Voted
	case counts[len(counts)-1] == 0:
		return e, policy.Enough
	case !store.Met(t.Steps, voters):
		e.Verb = store.Vote
	}
	e.Steps = b.Steps
	return e, ""
}

// before is the rotation as an entry finds it: an approval, without those that do not count any more.
func (b TaskBench) before(e store.Entry) (t store.Task, err error) {
	t = b.Task
	if e.Verb != store.Vote && e.Verb != store.Approve && e.Verb != store.Delete {
		return t, nil
	}
	for _, void := range policy.VoidEntries(b.Votes, b.Now) {
		if t, err = t.After(void); err != nil {
			return t, err
		}
	}
	if t.State == store.Resting {
		t.Deletion = policy.KeepCounting(b.Task.Deletion, b.Votes)
		return t, nil
	}
	t.Approvals = policy.KeepCounting(b.Task.Approvals, b.Votes)
	return t, nil
}

// mayTask tells whether this Slack account's approval of the task can stand, or why not; see [Policy.May].
func (p *Settings) mayTask(approver string, t store.Task) string {
	return cmp.Or(p.fourEyesTask(approver, t), p.sameRotation(t))
}

// fourEyesTask tells whether an approver is known and somebody else than who asked, or why not.
func (p *Settings) fourEyesTask(approver string, t store.Task) string {
	person := p.People.Of(approver)
	switch {
	case person == "":
		return policy.NoPerson
	case p.People.Same(person, p.People.Of(t.By)):
		return policy.Own
	case t.By != store.Self && p.People.Of(t.By) == "": // the approver could be the one who asked
		return AskerGone
	}
	return ""
}

// sameRotation tells whether the rule is still what the card shows, or why not.
func (p *Settings) sameRotation(t store.Task) string {
	rule, ok := p.Rotation(t.Rule)
	switch {
	case !ok:
		return policy.RuleGone
	case rule.Account != t.Account || rule.User != t.User || rule.Secret != t.Secret || rule.Proof > t.Proof || rule.Grace > t.Grace ||
		!policy.SameSteps(rule.Steps, t.Steps):
		return policy.RuleChanged
	}
	return ""
}

// upheldTask asks everything again that made a rotation allowed: see [Keeper.upheld].
func (k *Keeper) upheldTask(ctx context.Context, t store.Task) error {
	if refusal := k.Policy.sameRotation(t); refusal != "" {
		return &handlers.Refused{Code: refusal}
	}
	lost, err := k.askerLost(ctx, t)
	if err != nil {
		return err
	}
	votes, err := k.votesOnTask(ctx, t)
	switch {
	case err != nil:
		return err
	case lost != "":
		return &handlers.Refused{Code: lost}
	case len(t.Steps) == 0:
		return nil
	}
	if lost := policy.CheckVotes(t.Steps, votes); lost != "" {
		return &handlers.Refused{Code: lost}
	}
	return nil
}

// votesOnTask finds out what the approvals of a rotation are worth now, or of deleting its key before the time.
func (k *Keeper) votesOnTask(ctx context.Context, t store.Task) ([]policy.Vote, error) {
	approvals, steps := t.Approvals, policy.Widen(t.Steps, k.Policy.alsoDecideTask(t))
	if t.State == store.Resting {
		approvals = t.Deletion
	}
	return k.votes(ctx, approvals, steps, func(account string) (string, error) { return k.Policy.fourEyesTask(account, t), nil })
}

// askerLost tells why who asked for a rotation could not any more, or "". The schedule always can.
func (k *Keeper) askerLost(ctx context.Context, t store.Task) (string, error) {
	if t.By == store.Self {
		return "", nil
	}
	person := k.Policy.People.Of(t.By)
	if person == "" {
		return AskerGone, nil
	}
	account, err := k.Directory.Account(ctx, t.By)
	if err != nil {
		return "", err
	}
	if account.Refusal() != "" {
		return AskerGone, nil
	}
	if leaves, err := k.Leavers.Leaves(ctx, person); err != nil || leaves {
		return people.BeingOffboarded, err
	}
	rule, _ := k.Policy.Rotation(t.Rule)
	if may, err := k.mayRotate(ctx, rule, t.By); err != nil || may {
		return "", err
	}
	return AskerLost, nil
}

func (k *Keeper) judgeOnTask(ctx context.Context, p store.Press, account people.Account) error {
	t, err := store.LoadTask(ctx, k.DB, p.On)
	if errors.Is(err, store.ErrNotFound) {
		return k.Refuse(ctx, p, handlers.Gone, nil)
	}
	if err != nil {
		return err
	}
	b, err := k.taskBench(ctx, t, p, account)
	if err != nil {
		return k.JudgeLater(ctx, p, err)
	}
	e, refusal := b.Judge()
	if refusal != "" {
		return k.Refuse(ctx, p, refusal, b.factsOf(refusal))
	}
	if t, err = b.before(e); err != nil {
		return err
	}
	if t, err = t.After(e); err != nil {
		return err
	}
	p = p.Judge(k.Time())
	return k.Save(ctx, &p, &t)
}

// taskBench gathers what a press on a rotation is judged with.
func (k *Keeper) taskBench(ctx context.Context, t store.Task, p store.Press, account people.Account) (b TaskBench, err error) {
	b = TaskBench{Policy: k.Policy, Task: t, Press: p, Account: account, Now: k.Time()}
	rule, _ := k.Policy.Rotation(t.Rule)
	if b.Rotator, err = k.mayRotate(ctx, rule, p.By); err == nil {
		b.Steps, err = k.canCount(ctx, policy.Widen(t.Steps, rule.Escalation.StillNamed(t.Escalated())), p.By)
	}
	if err == nil && (p.Verb == store.Approve || p.Verb == store.Delete) {
		b.Votes, err = k.votesOnTask(ctx, t)
	}
	if err == nil && p.Verb == store.Approve {
		b.Lost, err = k.askerLost(ctx, t)
	}
	return b, err
}

// factsOfTask is what the sentence about a refusal names.
func factsOfTask(t store.Task) map[string]string {
	out := map[string]string{FactOn: store.KindTask, "state": string(t.State), "account": t.Account, "user": t.User, "person": t.By}
	if t.Outcome != "" {
		out["by"], out["outcome"] = t.EndedBy, string(t.Outcome)
	} else if n := len(t.Approvals); n > 0 {
		out["by"], out["at"] = t.Approvals[n-1].By, strconv.FormatInt(t.Approvals[n-1].At.Unix(), 10)
	}
	return out
}
