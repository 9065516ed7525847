package access

import (
	"context"
	"errors"
	"maps"
	"slices"

	"sekisho/handlers"
	"sekisho/store"
)

// unheard tells whether an audience has not heard of an entry with one of these verbs.
type unheard func(audience string, of func(store.Verb) bool) bool

// writeHolder redraws what the grant's person has been told. Another sign-in that is news they read in a new message, and they
// are reminded in one of its own, as a redrawn one rings no bell.
func (k *Keeper) writeHolder(ctx context.Context, g store.Grant, entries []store.Entry, unheard unheard, heard *handlers.Delivery) error {
	if g.Subject.Person != "" && unheard(store.InDM, concerns) {
		if k.waits(k.letters, g.ID, heard) {
			return nil
		}
		old, news := heard.DM, newest(entries, store.InDM)
		anew := old.TS != "" && news > max(heard.Newest[store.InDM], heard.Told[store.InDM])
		if anew {
			g.DM = store.Card{Channel: old.Channel}
		}
		dm, err := k.Voice.DM(ctx, g)
		if err == nil {
			heard.DM = dm
			if dm != old {
				heard.Renew(store.InDM, news)
			}
			if anew {
				k.goOn(ctx, g, g.Subject.Person.Account(), old)
			}
			if dm != old {
				err = heard.Note(ctx)
			}
		}
		if err == nil {
			own := g.State == store.Active && unheard(store.InDM, isSoon) || unheard(store.InDM, isRefused)
			err = k.writeReminder(ctx, g, own, heard)
		}
		if errors.Is(err, ErrUnreachable) {
			k.Log.Warn("person cannot be written to", "id", g.ID, "person", g.Subject.Person, "err", err)
		} else if err != nil {
			return err
		}
	}
	heard.Told[store.InDM] = g.Chain.Seq
	return nil
}

// writeReminder writes that the access ends soon, or that it could not be given, or redraws that if it was written.
func (k *Keeper) writeReminder(ctx context.Context, g store.Grant, news bool, heard *handlers.Delivery) (err error) {
	at := heard.Reminder
	switch {
	case news:
		at = store.Card{Channel: heard.DM.Channel}
	case at.TS == "":
		return nil
	}
	heard.Reminder, err = k.Voice.Remind(ctx, at, g)
	if err != nil || !news {
		return err
	}
	heard.Told[store.InDM] = g.Chain.Seq // the last that they hear of it
	return heard.Note(ctx)
}

// writeApprovers tells everybody who has approved that they have, with a way back: of a stolen session its owner hears at
// once.
func (k *Keeper) writeApprovers(ctx context.Context, g store.Grant, entries []store.Entry, unheard unheard, heard *handlers.Delivery) error {
	news := newest(entries, store.ToApprovers)
	if news <= heard.Told[store.ToApprovers] {
		news = 0
	}
	if news > 0 || unheard(store.ToApprovers, showsApprovers) {
		heard.Approvers = maps.Clone(heard.Approvers)
		for _, a := range g.Approvals {
			if a.By == store.Rule {
				continue
			}
			if all, err := k.writeApprover(ctx, g, a.By, news, heard); !all {
				return err
			}
		}
		if err := k.writeVoided(ctx, g, heard); err != nil {
			return err
		}
	}
	heard.Told[store.ToApprovers] = g.Chain.Seq
	return nil
}

// writeApprover returns false if the letter waits for its turn, or failed. It is a new one where that is news.
func (k *Keeper) writeApprover(ctx context.Context, g store.Grant, account string, news uint64, heard *handlers.Delivery) (bool, error) {
	at, written := heard.Approvers[account]
	old, anew := at, written && news > heard.Newest[account]
	switch {
	case written && at.TS == "": // to whom nothing can be written
		return true, nil
	case (anew || !written) && k.waits(k.letters, g.ID+" "+account, heard):
		return false, nil
	case anew:
		at = store.Card{Channel: old.Channel}
	}
	at, err := k.Voice.Approver(ctx, at, account, g)
	if errors.Is(err, ErrUnreachable) {
		k.Log.Warn("approver cannot be written to", "id", g.ID, "approver", account, "err", err)
		at, err = store.Card{}, nil
	}
	if err != nil {
		return false, err
	}
	if heard.Approvers == nil {
		heard.Approvers = map[string]store.Card{}
	}
	heard.Approvers[account] = at
	if anew {
		heard.Renew(account, news)
		k.goOn(ctx, g, account, old)
	}
	if at == old {
		return true, nil
	}
	return true, heard.Note(ctx)
}

// writeVoided redraws what those read whose approval does not count any more and who are not asked to decide again. Who
// approves anew gets a new message.
func (k *Keeper) writeVoided(ctx context.Context, g store.Grant, heard *handlers.Delivery) error {
	for _, account := range slices.Sorted(maps.Keys(heard.Approvers)) {
		recalled := slices.ContainsFunc(g.Recalls, func(r store.Recall) bool { return r.Account == account && !r.Extension })
		if recalled || votes(g.Approvals, account) {
			continue
		}
		if all, err := k.writeApprover(ctx, g, account, 0, heard); !all {
			return err
		}
		delete(heard.Approvers, account)
	}
	return nil
}

// waits tells whether a letter has to wait for its turn, and puts the telling off until the first of them.
func (k *Keeper) waits(l *handlers.Limiter, letter string, heard *handlers.Delivery) bool {
	now := k.Time()
	turn := l.Turn(letter, now)
	if turn.After(now) && (!heard.TellAt.After(now) || turn.Before(heard.TellAt)) {
		heard.TellAt = turn
	}
	return turn.After(now)
}

// concerns tells whether a verb changes what the person who signed in sees.
func concerns(v store.Verb) bool {
	switch v {
	case store.Plan, store.Recheck, store.Vote, store.Void, store.Fail, store.Remind, store.Escalate:
		return false
	}
	return true
}

func isSoon(v store.Verb) bool { return v == store.Soon }

func isRefused(v store.Verb) bool { return v == store.Refuse }

// showsApprovers tells whether a verb changes what those who have approved see.
func showsApprovers(v store.Verb) bool {
	switch v {
	case store.Vote, store.Approve, store.Void, store.Extend, store.Prolong, store.Deny, store.Lapse, store.Withdraw, store.NotMine, store.Undo:
		return true
	}
	return false
}
