package handlers

import (
	"context"
	"errors"
	"maps"

	"sekisho/store"
)

// unheard tells whether an audience has not heard of an entry with one of these verbs.
type unheard func(audience string, of func(store.Verb) bool) bool

// writeHolder redraws what the grant's person has been told, and reminds them where that is news: a message of its own,
// as a redrawn one rings no bell.
func (k *Keeper) writeHolder(ctx context.Context, g store.Grant, unheard unheard, heard *store.Telling) error {
	if g.Subject.Person != "" && unheard(store.InDM, concerns) {
		if k.waits(k.letters, g.ID, heard) {
			return nil
		}
		dm, err := k.Voice.DM(ctx, g)
		if err == nil {
			heard.DM = dm
			err = k.writeReminder(ctx, g, unheard(store.InDM, isSoon), heard)
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

// writeReminder writes that the access ends soon, or redraws that if it was written.
func (k *Keeper) writeReminder(ctx context.Context, g store.Grant, news bool, heard *store.Telling) (err error) {
	at := heard.Reminder
	switch {
	case news && g.State == store.Active:
		at = store.Card{Channel: heard.DM.Channel}
	case at.TS == "":
		return nil
	}
	heard.Reminder, err = k.Voice.Remind(ctx, at, g)
	return err
}

// writeApprovers tells everybody who has approved that they have, with a way back: of a stolen session its owner hears at
// once.
func (k *Keeper) writeApprovers(ctx context.Context, g store.Grant, unheard unheard, heard *store.Telling) error {
	if unheard(store.ToApprovers, showsApprovers) {
		heard.Approvers = maps.Clone(heard.Approvers)
		for _, a := range g.Approvals {
			if a.By == store.Rule {
				continue
			}
			if all, err := k.writeApprover(ctx, g, a.By, heard); !all {
				return err
			}
		}
	}
	heard.Told[store.ToApprovers] = g.Chain.Seq
	return nil
}

// writeApprover returns false if the letter waits for its turn, or failed.
func (k *Keeper) writeApprover(ctx context.Context, g store.Grant, account string, heard *store.Telling) (bool, error) {
	at, written := heard.Approvers[account]
	switch {
	case written && at.TS == "": // to whom nothing can be written
		return true, nil
	case !written && k.waits(k.letters, g.ID+" "+account, heard):
		return false, nil
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
	return true, nil
}

// waits tells whether a letter has to wait for its turn, and puts the telling off until the first of them.
func (k *Keeper) waits(l *letters, letter string, heard *store.Telling) bool {
	now := k.now()
	turn := l.turn(letter, now)
	if turn.After(now) && (!heard.TellAt.After(now) || turn.Before(heard.TellAt)) {
		heard.TellAt = turn
	}
	return turn.After(now)
}

// concerns tells whether a verb changes what the person who signed in sees.
func concerns(v store.Verb) bool {
	switch v {
	case store.Plan, store.Recheck, store.Vote, store.Fail, store.Remind, store.Escalate:
		return false
	}
	return true
}

func isSoon(v store.Verb) bool { return v == store.Soon }

// showsApprovers tells whether a verb changes what those who have approved see.
func showsApprovers(v store.Verb) bool {
	switch v {
	case store.Vote, store.Approve, store.Deny, store.Lapse, store.Withdraw, store.NotMine, store.Undo:
		return true
	}
	return false
}
