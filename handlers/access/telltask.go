package access

import (
	"context"
	"errors"
	"slices"

	"sekisho/handlers"
	"sekisho/store"
)

// tellTask tells of a rotation, and calls those who may decide. Once all is told, a reminder may be due.
func (k *Keeper) tellTask(ctx context.Context, id string) error {
	t, err := store.LoadTask(ctx, k.DB, id)
	if err != nil {
		return err
	}
	if !t.Untold() {
		return k.remindTask(ctx, t)
	}
	return handlers.TellStory(ctx, k.Engine, id, k.storyOfTask())
}

func (k *Keeper) storyOfTask() handlers.Story[store.Task] {
	return handlers.Story[store.Task]{Load: store.LoadTask, Update: k.updateTask, Turn: k.Voice.Turn, Card: k.Voice.Task, Line: k.Voice.TaskThread,
		Telling: func(t *store.Task) (*store.Telling, uint64) { return &t.Telling, t.Chain.Seq },
		Letters: k.writeOfTask, Readers: []string{store.ToDeciders, store.InDM, store.ToApprovers}}
}

// writeOfTask calls those who may decide on a rotation, and tells who was given the key from before where it went.
func (k *Keeper) writeOfTask(ctx context.Context, t store.Task, entries []store.Entry, heard *handlers.Delivery) error {
	unheard := func(audience string, verb store.Verb) bool {
		return slices.ContainsFunc(entries, func(e store.Entry) bool { return e.Seq > heard.Told[audience] && e.Verb == verb })
	}
	calls := t.State == store.Asked && unheard(store.ToDeciders, store.Ask) && !k.isDue(t.NextReminder())
	return errors.Join(k.callDeciders(ctx, k.ballotOfTask(t), calls, heard), k.writeKeyMoved(ctx, t, unheard(store.InDM, store.Made), heard),
		k.writeTaskApprovers(ctx, t, entries, heard))
}

// writeTaskApprovers tells who has approved a rotation or a deletion what undoes it, in a new message for each such entry.
// Each account that has heard of an entry is written down, as a letter may have to wait for its turn.
func (k *Keeper) writeTaskApprovers(ctx context.Context, t store.Task, entries []store.Entry, heard *handlers.Delivery) error {
	for _, e := range entries {
		if e.Seq <= heard.Told[store.ToApprovers] {
			continue
		}
		for _, account := range k.approversOf(t, e) {
			audience := store.ToApprovers + " " + account
			switch {
			case heard.Told[audience] >= e.Seq:
				continue
			case k.waits(k.letters, t.ID+" "+account, heard):
				return nil
			}
			if err := k.Voice.TaskApprover(ctx, account, t, e); errors.Is(err, ErrUnreachable) {
				k.Log.Warn("approver cannot be written to", "id", t.ID, "approver", account, "err", err)
			} else if err != nil {
				return err
			}
			heard.Told[audience] = e.Seq
			if err := heard.Note(ctx); err != nil {
				return err
			}
		}
	}
	heard.Told[store.ToApprovers] = t.Chain.Seq
	return nil
}

// approversOf returns the accounts that an entry is told to: of those whose approval it undoes, one for each person but the
// one who did it.
func (k *Keeper) approversOf(t store.Task, e store.Entry) []string {
	var accounts []string
	if e.Verb == store.PutBack {
		for _, a := range t.Approvals {
			accounts = append(accounts, a.By)
		}
	}
	if e.Seq == t.Voided.Seq {
		accounts = append(accounts, t.Voided.By...)
	}
	told := []store.Person{k.Policy.People.OrSelf(e.By)}
	return slices.DeleteFunc(accounts, func(account string) bool {
		person := k.Policy.People.OrSelf(account)
		if k.Policy.People.In(person, told) {
			return true
		}
		told = append(told, person)
		return false
	})
}

// writeKeyMoved tells who was given the key from before, once and when the new one is in the secret. There is no way back
// from that: their key was never in this secret.
func (k *Keeper) writeKeyMoved(ctx context.Context, t store.Task, moved bool, heard *handlers.Delivery) error {
	if t.Holder != "" && moved {
		if k.waits(k.letters, t.ID, heard) {
			return nil
		}
		if err := k.Voice.KeyMoved(ctx, t); errors.Is(err, ErrUnreachable) {
			k.Log.Warn("person cannot be written to", "id", t.ID, "person", t.Holder, "err", err)
		} else if err != nil {
			return err
		}
		heard.Told[store.InDM] = t.Chain.Seq
		return heard.Note(ctx)
	}
	heard.Told[store.InDM] = t.Chain.Seq
	return nil
}
