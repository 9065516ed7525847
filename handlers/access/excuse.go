package access

import (
	"context"
	"errors"
	"fmt"

	"sekisho/handlers"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// turnAway ignores a sign-in that a rule refuses. Its person is to read why.
func (k *Keeper) turnAway(ctx context.Context, g store.Grant, rule policy.Entitlement, d policy.Decision) error {
	g.AccountName, g.Entitlement, g.Target = k.Policy.Accounts[g.Account], rule.ID, rule.Target
	why := store.Refusal{Why: d.Refusal, Facts: d.LastReason().Facts}
	return k.ignoreTold(ctx, g, why, fmt.Sprintf("rule %s refuses it: %s", d.Rule, d.Refusal))
}

// ignoreTold ignores a sign-in, in one write with what else has changed, and lets its person read why. Who has been told lately
// is a mark in the same write, so that it is told once, whatever crashes.
func (k *Keeper) ignoreTold(ctx context.Context, g store.Grant, why store.Refusal, reason string, others ...store.Record) error {
	told, err := store.LoadMark(ctx, k.DB, "refused-"+g.Subject.Person.Account())
	if err != nil {
		return err
	}
	now := k.Time().UTC().Round(0)
	records := append([]store.Record{&g}, others...)
	if g.Subject.Person != "" && now.Sub(told.At) >= handlers.ToldEvery {
		g.Refusal, told.At = why, now
		records = append(records, &told)
	}
	if g, err = k.ignored(g, policy.Reason{Key: reason}); err != nil {
		return err
	}
	return k.Save(ctx, records...)
}

// excuse tells a person why what they wrote, or their sign-in, has no card though it was taken in: AWS does not answer yet,
// there was a card already, or it came to nothing. Sign-ins, of which there can be a storm, wait for their turn. No guest or
// stranger is told what the rules are: a tag in AWS can name anybody.
func (k *Keeper) excuse(ctx context.Context, g store.Grant) error {
	ctx, cancel := handlers.Outside(ctx, handlers.TellTime)
	defer cancel()
	if wait := (handlers.Delivery{Telling: g.Telling}); g.Refusal.Why != "" && k.waits(k.letters, g.ID, &wait) {
		_, err := k.update(context.WithoutCancel(ctx), g.ID, func(now store.Grant) (store.Grant, error) {
			now.TellAt = wait.TellAt
			return now, nil
		})
		return err
	}
	var dm store.Card
	account, err := k.Directory.Account(ctx, g.Subject.Person.Account())
	if err != nil || account.Refusal() == "" { // of whom Slack says nothing now, it will not take a letter either
		dm, err = k.Voice.DM(ctx, g)
	}
	if err != nil && !errors.Is(err, ErrUnreachable) {
		return k.unlessSaid(ctx, g, err)
	}
	_, err = k.update(context.WithoutCancel(ctx), g.ID, func(now store.Grant) (store.Grant, error) {
		now.DM, now.Told = dm, map[string]uint64{store.InDM: g.Chain.Seq}
		return now, nil
	})
	return err
}
