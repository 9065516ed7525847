package handlers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sekisho/store"
)

// Press takes a press in. When it returns nil the press is durable, now or since an earlier delivery, and Slack can be
// told so: judging comes after.
func (k *Keeper) Press(ctx context.Context, p store.Press) error {
	p.At = k.Now().UTC().Round(0)
	if err := k.save(ctx, &p); err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("receive press %s: %w", p.ID, err)
	}
	return nil
}

// judge lets a press do what it may, or refuses it. The press and what it does to the grant are one write, so it has
// its effect once, however often it is judged.
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
	g, err := store.LoadGrant(ctx, k.DB, p.Grant)
	if errors.Is(err, store.ErrNotFound) {
		return k.refuse(ctx, p, g, Gone)
	}
	if err != nil {
		return err
	}
	rule, _ := k.Policy.Rule(g.Entitlement)
	approver, err := k.approves(ctx, rule, p.By)
	if err != nil { // Slack does not tell who is in the group: neither yes nor no
		k.Log.Warn("press will be judged again", "id", p.ID, "tries", p.Tries+1, "err", err)
		p = p.Failed(k.Now())
		return k.save(ctx, &p)
	}
	e, refusal := Bench{Policy: k.Policy, Grant: g, Press: p, Approver: approver, Now: k.Now()}.Judge()
	if refusal != "" {
		return k.refuse(ctx, p, g, refusal)
	}
	if g, err = g.After(e); err != nil {
		return err
	}
	p.Judged = true
	return k.save(ctx, &p, &g)
}

func (k *Keeper) refuse(ctx context.Context, p store.Press, g store.Grant, refusal string) error {
	k.Log.Info("press refused", "id", p.ID, "by", p.By, "verb", p.Verb, "grant", p.Grant, "why", refusal)
	p.Judged, p.Refusal, p.Facts = true, refusal, facts(g)
	p.Retry, p.Tries = time.Time{}, 0
	return k.save(ctx, &p)
}

// approves tells whether a rule lets a Slack account approve. User groups are asked for only if nothing nearer says yes.
func (k *Keeper) approves(ctx context.Context, rule Entitlement, account string) (bool, error) {
	if slices.Contains(rule.Approvers, account) {
		return true, nil
	}
	for _, a := range rule.Approvers {
		group, ok := groupOf(a)
		if !ok {
			continue
		}
		members, err := k.Groups.Members(ctx, group)
		if err != nil {
			return false, fmt.Errorf("read user group %s: %w", group, err)
		}
		if slices.Contains(members, account) {
			return true, nil
		}
	}
	return false, nil
}
