package access

import (
	"context"
	"errors"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Grant returns a request as the ledger has it.
func (k *Keeper) Grant(ctx context.Context, id string) (store.Grant, error) {
	return store.LoadGrant(ctx, k.DB, id)
}

// Task returns a rotation as the ledger has it.
func (k *Keeper) Task(ctx context.Context, id string) (store.Task, error) {
	return store.LoadTask(ctx, k.DB, id)
}

// Alert returns an alert as the ledger has it.
func (k *Keeper) Alert(ctx context.Context, id string) (store.Alert, error) {
	return store.LoadAlert(ctx, k.DB, id)
}

func (k *Keeper) judgeOnGrant(ctx context.Context, p store.Press, account people.Account) error {
	g, err := store.LoadGrant(ctx, k.DB, p.On)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return k.Refuse(ctx, p, handlers.Gone, nil)
	case err != nil:
		return err
	}
	b, err := k.bench(ctx, g, p, account)
	if err != nil {
		return k.JudgeLater(ctx, p, err)
	}
	e, refusal := b.Judge()
	if refusal != "" {
		return k.Refuse(ctx, p, refusal, b.factsOf(refusal))
	}
	if g, err = b.before(e); err != nil {
		return err
	}
	before := g
	if g, err = g.After(e); err != nil {
		return err
	}
	if e.Verb == store.Mine && b.RuleGives {
		if g, err = byRule(g, b.Now); err != nil {
			return err
		}
	}
	if e.Verb == store.AskMore {
		if g, err = granted(g, b); err != nil {
			return err
		}
	}
	p = p.Judge(k.Time())
	if e.Verb == store.NotMine {
		return k.raise(ctx, p, g, before.Latest())
	}
	marks, err := k.seenMarks(ctx, before, g)
	if err != nil {
		return err
	}
	return k.Save(ctx, append([]store.Record{&p, &g}, marks...)...)
}

// decides tells whether a verb does more than end access, or take back what was asked for.
func decides(v store.Verb) bool {
	switch v {
	case store.Approve, store.Agree, store.AskMore, store.Mine, store.Remedy, store.Keep, store.Restore, store.PutBack, store.Delete, store.Again:
		return true
	}
	return false
}

// bench gathers what a press is judged with.
func (k *Keeper) bench(ctx context.Context, g store.Grant, p store.Press, account people.Account) (b Bench, err error) {
	b = Bench{Policy: k.Policy, Grant: g, Press: p, Account: account, Now: k.Time()}
	rule, _ := k.Policy.Rule(g.Entitlement)
	deciders, also := rule.Approvers(), k.Policy.alsoDecide(g)
	if p.Verb != store.Agree && p.Verb != store.Decline { // an extension is not escalated
		deciders = append(deciders, also...)
	}
	if b.Approver, err = k.among(ctx, deciders, p.By); err != nil {
		return b, err
	}
	if b.Security, err = k.among(ctx, k.Policy.Security, p.By); err != nil {
		return b, err
	}
	if p.Verb == store.Approve || p.Verb == store.Agree {
		if b.Barred, err = k.roleBars(ctx, g, p.By); err != nil {
			return b, err
		}
	}
	switch p.Verb {
	case store.Approve:
		return k.benchOfApproval(ctx, b)
	case store.Agree:
		return k.benchOfExtension(ctx, b)
	case store.AskMore:
		until, _ := g.LaterBy(p.Duration)
		b.More, err = k.moreBy(ctx, g, until, b.Now)
	case store.Mine:
		if g.State == store.Asked {
			b.RuleGives, err = k.ruleGives(ctx, g, b.Now)
		}
	}
	return b, err
}

// benchOfApproval adds what an approval is judged with: everything that made the request allowed is asked anew.
func (k *Keeper) benchOfApproval(ctx context.Context, b Bench) (_ Bench, err error) {
	g := b.Grant
	if b.Still, err = k.still(ctx, g, b.Now); err != nil {
		return b, err
	}
	steps := b.Still.Needs(g.Steps)
	if b.Steps, err = k.canCount(ctx, policy.Widen(steps, k.Policy.alsoDecide(g)), b.Press.By); err != nil {
		return b, err
	}
	b.Votes, err = k.votesOn(ctx, g, steps)
	return b, err
}

// benchOfExtension adds what an approval of the extension is judged with, which is not escalated.
func (k *Keeper) benchOfExtension(ctx context.Context, b Bench) (_ Bench, err error) {
	g := b.Grant
	if b.More, err = k.more(ctx, g, g.Extension.Until, b.Now); err != nil {
		return b, err
	}
	steps := b.More.Needs(g.Extension.Steps)
	if b.Steps, err = k.canCount(ctx, steps, b.Press.By); err != nil {
		return b, err
	}
	b.Votes, err = k.votesOnExtension(ctx, g, steps)
	return b, err
}

// byRule lets the rule approve what it gives by itself, for no longer than it may.
func byRule(g store.Grant, now time.Time) (store.Grant, error) {
	g.Longest = min(g.Longest, g.Auto)
	_, until := g.Term(now)
	return g.After(store.Entry{Verb: store.Approve, By: store.Rule, At: now, Until: until,
		Facts: map[string]string{"rule": g.Entitlement}})
}

// raise lets a person's "not me" end the request or the grant, and alarm the security channel, in one write.
func (k *Keeper) raise(ctx context.Context, p store.Press, g store.Grant, about store.Signin) error {
	a := store.Alert{ID: store.AlertPrefix + "not-me-" + g.ID, Kind: store.NotMe, Account: g.Account, AccountName: g.AccountName,
		Subject: g.Subject, Grant: g.ID, Signin: about}
	if g.State == store.Ignored { // no access was asked for
		a.Grant = ""
	}
	a, err := a.After(store.Entry{Verb: store.Raise, By: p.By, At: k.Time()})
	if err != nil {
		return err
	}
	k.Log.Error("sign-in was not by its user", "id", g.ID, "account", g.Account, "user", g.Subject.User)
	return k.Save(ctx, &p, &g, &a)
}

func (k *Keeper) judgeOnAlert(ctx context.Context, p store.Press, account people.Account) error {
	a, err := store.LoadAlert(ctx, k.DB, p.On)
	if errors.Is(err, store.ErrNotFound) {
		return k.Refuse(ctx, p, handlers.Gone, nil)
	}
	if err != nil {
		return err
	}
	security, err := k.among(ctx, k.Policy.Security, p.By)
	if err != nil {
		return k.JudgeLater(ctx, p, err)
	}
	refusal := k.Policy.JudgeAlert(a, p, account, security)
	if refusal == "" && (p.Verb == store.Keep || p.Verb == store.Restore) {
		if refusal, err = k.ownInAWS(ctx, a, k.Policy.People.Of(p.By)); err != nil {
			return k.JudgeLater(ctx, p, err)
		}
	}
	if refusal == "" && p.Verb == store.Restore && a.State == store.Acted { // which gives back
		switch leaves, err := k.Leavers.Leaves(ctx, a.Subject.Person); {
		case err != nil:
			return err
		case leaves:
			refusal = people.BeingOffboarded
		}
	}
	if refusal != "" {
		return k.Refuse(ctx, p, refusal, k.Policy.factsOfAlert(a, refusal))
	}
	if a, err = a.After(store.Entry{Verb: p.Verb, By: p.By, At: k.Time(), Note: p.Note, Until: p.Until}); err != nil {
		return err
	}
	p = p.Judge(k.Time())
	return k.Save(ctx, &p, &a)
}
