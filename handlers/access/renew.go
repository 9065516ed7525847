package access

import (
	"context"
	"errors"
	"maps"
	"slices"

	"sekisho/handlers"
	"sekisho/store"
)

// newest returns the last of these entries of which an audience is to get a new message, or 0. Those who approved are told
// of fewer than the holder.
func newest(entries []store.Entry, audience string) uint64 {
	for _, e := range slices.Backward(entries) {
		news := e.Facts[store.FactNews]
		if news == store.ToApprovers || news != "" && news == audience || audience == store.InDM && isAwaited(e) {
			return e.Seq
		}
	}
	return 0
}

// isAwaited tells whether an entry is what somebody waits to hear who has asked for access, or has it: one for each change that stays.
// Of what could not be given they hear apart; see writeReminder.
func isAwaited(e store.Entry) bool {
	switch e.Verb {
	case store.Apply:
		return e.State == store.Active
	case store.Deny, store.Lapse, store.Undo:
		return true
	case store.Rebuild:
		return e.State != store.Ending
	}
	return false
}

// goOn says in a message to somebody that it goes on in a newer one, which stands in any case.
func (k *Keeper) goOn(ctx context.Context, g store.Grant, account string, old store.Card) {
	if err := k.Voice.Continued(ctx, old, account, g); err != nil {
		k.Log.Warn("older message is left as it was", "id", g.ID, "to", account, "err", err)
	}
}

// recallVoters tells each approver whose approval no longer counts, in a new message with a link to the card. Who has decided
// anew meanwhile, or cannot any more, is told nothing.
func (k *Keeper) recallVoters(ctx context.Context, g store.Grant, heard *handlers.Delivery) error {
	for _, r := range g.Recalls {
		written := stands(g, r)
		if written {
			if k.waits(k.letters, g.ID+" recall "+r.Account, heard) {
				return nil
			}
			err := k.Voice.Recall(ctx, r, g)
			if err != nil && !errors.Is(err, ErrUnreachable) {
				return err
			}
		}
		if old := heard.Approvers[r.Account]; !r.Extension && old.TS != "" && !votes(g.Approvals, r.Account) {
			heard.Approvers = maps.Clone(heard.Approvers)
			delete(heard.Approvers, r.Account)
			if err := k.Voice.Continued(ctx, old, r.Account, g); err != nil {
				k.Log.Warn("older message is left as it was", "id", g.ID, "to", r.Account, "err", err)
			}
		}
		heard.Recalls = slices.DeleteFunc(slices.Clone(heard.Recalls), func(other store.Recall) bool { return other == r })
		if written {
			if err := heard.Note(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// stands reports whether somebody whose approval was taken back is waited for.
func stands(g store.Grant, r store.Recall) bool {
	if r.Extension {
		return g.State == store.Active && g.Extension.Open() && !votes(g.Extension.Approvals, r.Account)
	}
	return g.State == store.Asked && !votes(g.Approvals, r.Account)
}

func votes(approvals []store.Approval, account string) bool {
	return slices.ContainsFunc(approvals, func(a store.Approval) bool { return a.By == account })
}

// undelivered returns what is owed now but for what has been delivered: of what was owed all but what is left.
func undelivered(now, owed, left []store.Recall) []store.Recall {
	return slices.DeleteFunc(slices.Clone(now), func(r store.Recall) bool {
		return slices.Contains(owed, r) && !slices.Contains(left, r)
	})
}
