package access

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Forbidden judges a press as it would be judged now, and stores nothing. It returns the press with the reason why it would be
// refused, or with none. What a form would ask for counts as filled in.
func (k *Keeper) Forbidden(ctx context.Context, p store.Press) (store.Press, error) {
	p.At = k.Time()
	p.Note, p.Until = "as if one were written", p.At.Add(48*time.Hour)
	if p.Verb == store.AskMore { // the form lets them choose
		p.Duration = store.ShortestTerm
	}
	account, err := k.Directory.Account(ctx, p.By)
	if err != nil {
		return p, err
	}
	leaves, err := k.Leavers.Leaves(ctx, k.Policy.People.Of(p.By))
	switch {
	case err != nil:
		return p, err
	case leaves && decides(p.Verb):
		p.Refusal = people.Leaves
		return p, nil
	}
	on, err := store.Load(ctx, k.DB, p.On)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return p, err
	}
	switch on := on.(type) {
	case *store.Alert:
		p.Refusal, p.Facts, err = k.verdictOnAlert(ctx, *on, p, account)
	case *store.Task:
		p.Refusal, p.Facts, err = k.verdictOnTask(ctx, *on, p, account)
	case *store.Grant:
		p.Refusal, p.Facts, err = k.verdictOnGrant(ctx, *on, p, account)
	default:
		p.Refusal, err = handlers.Gone, nil
	}
	return p, err
}

func (k *Keeper) verdictOnGrant(ctx context.Context, g store.Grant, p store.Press, account people.Account) (string, map[string]string, error) {
	b, err := k.bench(ctx, g, p, account)
	if err != nil {
		return "", nil, err
	}
	_, refusal := b.Judge()
	return refusal, b.factsOf(refusal), nil
}

func (k *Keeper) verdictOnTask(ctx context.Context, t store.Task, p store.Press, account people.Account) (string, map[string]string, error) {
	b, err := k.taskBench(ctx, t, p, account)
	if err != nil {
		return "", nil, err
	}
	_, refusal := b.Judge()
	return refusal, b.factsOf(refusal), nil
}

func (k *Keeper) verdictOnAlert(ctx context.Context, a store.Alert, p store.Press, account people.Account) (string, map[string]string, error) {
	security, err := k.among(ctx, k.Policy.Security, p.By)
	if err != nil {
		return "", nil, err
	}
	refusal := k.Policy.JudgeAlert(a, p, account, security)
	return refusal, k.Policy.factsOfAlert(a, refusal), nil
}

// naming are the refusals of which people read who can instead.
var naming = []string{policy.NotApprover, policy.NotSecurity, NotRotator, policy.NoPerson, policy.Own, policy.RoleBarred, policy.Voted, policy.Enough}

// FactWho is the fact of a refusal that names who can instead: Slack user ids and "usergroup:" ids, with blanks between.
const FactWho = "who"

// FactOn is the fact of a refusal that says of what kind of record the press was on. There is none of a grant.
const FactOn = "on"

// factsOf is what the sentence about a refusal names: who can instead as well.
func (b Bench) factsOf(refusal string) map[string]string {
	out := b.facts()
	if !slices.Contains(naming, refusal) {
		return out
	}
	rule, _ := b.Policy.Rule(b.Grant.Entitlement)
	who := rule.Approvers()
	switch v := b.Press.Verb; {
	case refusal == policy.Voted || refusal == policy.Enough:
		who = b.asNow().Missing()
	case v == store.Revoke:
		who = policy.NamedIn([]store.Step{{By: slices.Concat(who, b.Policy.Security)}})
	case v != store.Agree && v != store.Decline:
		who = policy.NamedIn([]store.Step{{By: slices.Concat(who, b.Policy.alsoDecide(b.Grant))}})
	}
	barred := append(b.Policy.People.Accounts(b.Grant.Subject.Person), b.Grant.NotBy...)
	if b.Press.Verb != store.Approve && b.Press.Verb != store.Agree {
		barred = nil // who asks can deny
	}
	out[FactWho] = others(who, barred)
	return out
}

func (b TaskBench) factsOf(refusal string) map[string]string {
	out := factsOfTask(b.Task)
	if !slices.Contains(naming, refusal) {
		return out
	}
	rule, _ := b.Policy.Rotation(b.Task.Rule)
	who := policy.NamedIn(policy.Widen(b.Task.Steps, b.Policy.alsoDecideTask(b.Task)))
	switch {
	case refusal == NotRotator:
		who = policy.NamedIn([]store.Step{{By: slices.Concat(rule.Rotators, b.Policy.Security)}})
	case (refusal == policy.Voted || refusal == policy.Enough) && b.Task.State == store.Asked:
		who = b.Task.Missing()
	}
	out[FactWho] = others(who, b.Policy.People.Accounts(b.Policy.People.Of(b.Task.By)))
	return out
}

func (p *Settings) factsOfAlert(a store.Alert, refusal string) map[string]string {
	out := map[string]string{FactOn: store.KindAlert, "by": a.By, "state": string(a.State)}
	if slices.Contains(naming, refusal) {
		out[FactWho] = strings.Join(p.Security, " ")
	}
	return out
}

// others joins those of whom none is barred.
func others(who, barred []string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(who), func(id string) bool { return slices.Contains(barred, id) }), " ")
}
