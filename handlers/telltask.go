package handlers

import (
	"context"
	"maps"
	"slices"

	"sekisho/store"
)

// story is how a record is told that has one card, and a line in its thread for what happened.
type story[T any] struct {
	load    func(context.Context, store.DB, string) (T, error)
	update  func(context.Context, string, func(T) (T, error)) (T, error)
	telling func(*T) (*store.Telling, uint64) // and the last entry
	card    func(context.Context, T) (store.Card, error)
	line    func(context.Context, T, store.Entry) error
}

// tellTask tells of a rotation.
func (k *Keeper) tellTask(ctx context.Context, id string) error {
	return tellStory(ctx, k, id, story[store.Task]{load: store.LoadTask, update: k.updateTask, card: k.Voice.Task, line: k.Voice.TaskThread,
		telling: func(t *store.Task) (*store.Telling, uint64) { return &t.Telling, t.Chain.Seq }})
}

// tellOffboarding tells of an offboarding.
func (k *Keeper) tellOffboarding(ctx context.Context, id string) error {
	return tellStory(ctx, k, id, story[store.Offboarding]{load: store.LoadOffboarding, update: k.updateOffboarding, card: k.Voice.Offboarding,
		line:    k.Voice.OffboardingThread,
		telling: func(o *store.Offboarding) (*store.Telling, uint64) { return &o.Telling, o.Chain.Seq }})
}

// tellStory draws a record's card, then says what happened in its thread, entry by entry. What was delivered is written
// down, also when something was not.
func tellStory[T any](ctx context.Context, k *Keeper, id string, s story[T]) error {
	r, err := s.load(ctx, k.DB, id)
	if err != nil {
		return err
	}
	told, _ := s.telling(&r)
	if err := k.Voice.Turn(ctx, told.Card); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	if r, err = s.load(ctx, k.DB, id); err != nil { // what is drawn is the latest
		return err
	}
	entries, err := k.DB.Entries(ctx, id, told.Told[store.InThread])
	if err != nil {
		return err
	}
	heard := *told
	heard.Told = maps.Clone(told.Told)
	sayErr := s.say(ctx, r, entries, &heard)
	if sayErr != nil {
		k.Log.Warn("message will be sent again", "id", id, "tries", told.Mute+1, "err", sayErr)
	}
	_, err = s.update(context.WithoutCancel(ctx), id, func(now T) (T, error) {
		t, _ := s.telling(&now)
		t.Card, t.Told = heard.Card, heard.Told
		if sayErr != nil {
			t.Unheard(k.now())
		}
		return now, nil
	})
	return err
}

func (s story[T]) say(ctx context.Context, r T, entries []store.Entry, heard *store.Telling) error {
	if heard.Told == nil {
		heard.Told = map[string]uint64{}
	}
	told, last := s.telling(&r)
	if heard.Told[store.OnCard] < last {
		card, err := s.card(ctx, r)
		if err != nil {
			return err
		}
		heard.Card, told.Card = card, card
		heard.Told[store.OnCard] = last
	}
	entries = slices.DeleteFunc(entries, func(e store.Entry) bool { return e.Seq > last }) // what came since has its own turn
	for _, e := range entries {
		if err := s.line(ctx, r, e); err != nil {
			return err
		}
		heard.Told[store.InThread] = e.Seq
	}
	return nil
}
