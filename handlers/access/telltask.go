package access

import (
	"context"
	"errors"
	"maps"
	"slices"

	"sekisho/handlers"
	"sekisho/store"
)

// story is how a record is told that has one card, and a line in its thread for what happened.
type story[T any] struct {
	load    func(context.Context, store.DB, string) (T, error)
	update  func(context.Context, string, func(T) (T, error)) (T, error)
	telling func(*T) (*store.Telling, uint64) // and the last entry
	card    func(context.Context, T) (store.Card, error)
	line    func(context.Context, T, store.Entry) (said bool, err error)
	letters func(context.Context, T, []store.Entry, *handlers.Delivery) error // to single persons; nil: none
	readers []string                                                          // audiences of the letters
}

// tellTask tells of a rotation, and calls those who may decide. Once all is told, a reminder may be due.
func (k *Keeper) tellTask(ctx context.Context, id string) error {
	t, err := store.LoadTask(ctx, k.DB, id)
	if err != nil {
		return err
	}
	if !t.Untold() {
		return k.remindTask(ctx, t)
	}
	return tellStory(ctx, k, id, k.storyOfTask())
}

func (k *Keeper) storyOfTask() story[store.Task] {
	return story[store.Task]{load: store.LoadTask, update: k.updateTask, card: k.Voice.Task, line: k.Voice.TaskThread,
		telling: func(t *store.Task) (*store.Telling, uint64) { return &t.Telling, t.Chain.Seq },
		letters: k.writeOfTask, readers: []string{store.ToDeciders, store.InDM, store.ToApprovers}}
}

func (k *Keeper) storyOfOffboarding() story[store.Offboarding] {
	return story[store.Offboarding]{load: store.LoadOffboarding, update: k.updateOffboarding, card: k.Voice.Offboarding,
		line:    k.Voice.OffboardingThread,
		telling: func(o *store.Offboarding) (*store.Telling, uint64) { return &o.Telling, o.Chain.Seq }}
}

// tellStory draws a record's card, then says what happened in its thread, entry by entry, then writes to single persons.
// What was delivered is written down, also when something was not.
func tellStory[T any](ctx context.Context, k *Keeper, id string, s story[T]) error {
	r, err := s.load(ctx, k.DB, id)
	if err != nil {
		return err
	}
	if told, last := s.telling(&r); told.Told[store.OnCard] < last {
		if err := k.Voice.Turn(ctx, told.Card); err != nil {
			return err
		}
	}
	ctx, cancel := handlers.Outside(ctx, handlers.TellTime)
	defer cancel()
	if r, err = s.load(ctx, k.DB, id); err != nil { // what is drawn is the latest
		return err
	}
	told, last := s.telling(&r)
	from := told.Told[store.InThread]
	for _, audience := range s.readers {
		from = min(from, told.Told[audience])
	}
	entries, err := k.DB.Entries(ctx, id, from)
	if err != nil {
		return err
	}
	heard := handlers.Delivery{Telling: *told, Write: func(ctx context.Context, heard store.Telling) error {
		_, err := s.update(ctx, id, func(now T) (T, error) {
			t, _ := s.telling(&now)
			t.Card, t.Told, t.Calls = heard.Card, heard.Told, heard.Calls
			return now, nil
		})
		return err
	}}
	heard.Told = maps.Clone(told.Told)
	sayErr := s.say(ctx, r, entries, &heard)
	if handlers.IsShared(sayErr) { // each new message was written down
		return sayErr
	}
	if sayErr != nil {
		k.Log.Warn("message will be sent again", "id", id, "tries", told.Mute+1, "err", sayErr)
	}
	_, err = s.update(context.WithoutCancel(ctx), id, func(now T) (T, error) {
		t, seq := s.telling(&now)
		t.Card, t.Told, t.Calls = heard.Card, heard.Told, heard.Calls
		if seq == last { // else there is news, which does not wait for a letter's turn
			t.TellAt = heard.TellAt
		}
		if sayErr != nil {
			t.Unheard(k.Time())
		}
		return now, nil
	})
	return err
}

func (s story[T]) say(ctx context.Context, r T, entries []store.Entry, heard *handlers.Delivery) error {
	if heard.Told == nil {
		heard.Told = map[string]uint64{}
	}
	told, last := s.telling(&r)
	if heard.Told[store.OnCard] < last {
		card, err := s.card(ctx, r)
		if err != nil {
			return err
		}
		posted := card != heard.Card
		heard.Card, told.Card = card, card
		heard.Told[store.OnCard] = last
		if posted {
			if err := heard.Note(ctx); err != nil {
				return err
			}
		}
	}
	if s.line == nil {
		return nil
	}
	entries = slices.DeleteFunc(entries, func(e store.Entry) bool { return e.Seq > last }) // what came since has its own turn
	for _, e := range entries {
		if e.Seq <= heard.Told[store.InThread] {
			continue
		}
		said, err := s.line(ctx, r, e)
		if err != nil {
			return err
		}
		heard.Told[store.InThread] = e.Seq
		if said {
			if err := heard.Note(ctx); err != nil {
				return err
			}
		}
	}
	if s.letters == nil {
		return nil
	}
	return s.letters(ctx, r, entries, heard)
}

// cardOnly is the story without what comes after the card.
func (s story[T]) cardOnly() story[T] {
	s.line = nil
	return s
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
