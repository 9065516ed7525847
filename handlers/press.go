package handlers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"sekisho/store"
)

// Press takes a press in. When it returns nil the press is durable, now or since an earlier delivery, and Slack can be
// told so: judging comes after.
func (k *Keeper) Press(ctx context.Context, p store.Press) error {
	p.At = k.now().UTC().Round(0)
	if err := k.save(ctx, &p); err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("receive press %s: %w", p.ID, err)
	}
	return nil
}

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

// judge lets a press do what it may, or refuses it. The press and what it does are one write, so it has its effect once,
// however often it is judged.
func (k *Keeper) judge(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	for {
		err := k.judgeOnce(ctx, id)
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

func (k *Keeper) judgeOnce(ctx context.Context, id string) error {
	p, err := store.LoadPress(ctx, k.DB, id)
	if err != nil || p.Judged {
		return err
	}
	account, err := k.Directory.Account(ctx, p.By)
	if err != nil {
		return k.judgeLater(ctx, p, err)
	}
	leaves, err := k.leaves(ctx, k.Policy.People.Of(p.By))
	switch {
	case err != nil:
		return err
	case leaves && decides(p.Verb):
		return k.refuse(ctx, p, Leaves, nil)
	case strings.HasPrefix(p.On, store.AlertPrefix):
		return k.judgeOnAlert(ctx, p, account)
	case strings.HasPrefix(p.On, store.TaskPrefix):
		return k.judgeOnTask(ctx, p, account)
	}
	return k.judgeOnGrant(ctx, p, account)
}

func (k *Keeper) judgeOnGrant(ctx context.Context, p store.Press, account Account) error {
	g, err := store.LoadGrant(ctx, k.DB, p.On)
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && !store.IsGrant(p.On):
		return k.refuse(ctx, p, Gone, nil)
	case err != nil:
		return err
	}
	b, err := k.bench(ctx, g, p, account)
	if err != nil {
		return k.judgeLater(ctx, p, err)
	}
	e, refusal := b.Judge()
	if refusal != "" {
		return k.refuse(ctx, p, refusal, facts(g))
	}
	if e.Verb == store.AskMore {
		g.Extension.Steps = b.More.Steps
	}
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
	p.Judged = true
	if e.Verb == store.NotMine {
		return k.raise(ctx, p, g)
	}
	return k.save(ctx, &p, &g)
}

// decides tells whether a verb does more than end access, or take back what was asked for.
func decides(v store.Verb) bool {
	switch v {
	case store.Approve, store.Agree, store.AskMore, store.Mine, store.Remedy, store.Keep, store.PutBack, store.Delete, store.Again:
		return true
	}
	return false
}

// bench gathers what a press is judged with.
func (k *Keeper) bench(ctx context.Context, g store.Grant, p store.Press, account Account) (b Bench, err error) {
	b = Bench{Policy: k.Policy, Grant: g, Press: p, Account: account, Now: k.now()}
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
		if b.Left, err = k.left(ctx, g.Subject.Person); err != nil {
			return b, err
		}
		if b.Leaves, err = k.leaves(ctx, g.Subject.Person); err != nil {
			return b, err
		}
	}
	switch p.Verb {
	case store.Approve:
		b.Steps, err = k.canCount(ctx, opened(g.Steps, also), p.By)
	case store.AskMore:
		b.More, err = k.more(ctx, g, b.Now)
	case store.Agree:
		if b.Steps, err = k.canCount(ctx, g.Extension.Steps, p.By); err == nil {
			b.Voters, err = k.stillCount(ctx, g)
		}
	case store.Mine:
		if g.State == store.Asked {
			b.RuleGives, err = k.ruleGives(ctx, g, b.Now)
		}
	}
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
func (k *Keeper) raise(ctx context.Context, p store.Press, g store.Grant) error {
	a := store.Alert{ID: store.AlertPrefix + "not-me-" + g.ID, Kind: store.NotMe, Account: g.Account, AccountName: g.AccountName,
		Subject: g.Subject, Grant: g.ID, Signin: g.Signin}
	a, err := a.After(store.Entry{Verb: store.Raise, By: p.By, At: k.now()})
	if err != nil {
		return err
	}
	k.Log.Error("sign-in was not by its user", "id", g.ID, "account", g.Account, "user", g.Subject.User)
	return k.save(ctx, &p, &g, &a)
}

func (k *Keeper) judgeOnAlert(ctx context.Context, p store.Press, account Account) error {
	a, err := store.LoadAlert(ctx, k.DB, p.On)
	if errors.Is(err, store.ErrNotFound) {
		return k.refuse(ctx, p, Gone, nil)
	}
	if err != nil {
		return err
	}
	security, err := k.among(ctx, k.Policy.Security, p.By)
	if err != nil {
		return k.judgeLater(ctx, p, err)
	}
	refusal := k.Policy.JudgeAlert(a, p, account, security)
	if refusal == "" && p.Verb == store.Restore && a.State == store.Acted { // which gives back
		switch leaves, err := k.leaves(ctx, a.Subject.Person); {
		case err != nil:
			return err
		case leaves:
			refusal = BeingOffboarded
		}
	}
	if refusal != "" {
		return k.refuse(ctx, p, refusal, map[string]string{"by": a.By, "state": string(a.State)})
	}
	if a, err = a.After(store.Entry{Verb: p.Verb, By: p.By, At: k.now(), Note: p.Note, Until: p.Until}); err != nil {
		return err
	}
	p.Judged = true
	return k.save(ctx, &p, &a)
}

// judgeLater is for a press of whose person Slack does not tell: neither yes nor no.
func (k *Keeper) judgeLater(ctx context.Context, p store.Press, cause error) error {
	k.Log.Warn("press will be judged again", "id", p.ID, "tries", p.Tries+1, "err", cause)
	p = p.Failed(k.now())
	return k.save(context.WithoutCancel(ctx), &p)
}

func (k *Keeper) refuse(ctx context.Context, p store.Press, refusal string, facts map[string]string) error {
	k.Log.Info("press refused", "id", p.ID, "by", p.By, "verb", p.Verb, "on", p.On, "why", refusal)
	p.Judged, p.Refusal, p.Facts = true, refusal, facts
	p.Retry, p.Tries = time.Time{}, 0
	return k.save(ctx, &p)
}
