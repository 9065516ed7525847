package handlers

import (
	"context"
	"maps"
	"slices"

	"sekisho/store"
)

// Story says how a record is told that has one card, and a line in its thread for what happened.
type Story[T any] struct {
	Load    func(context.Context, store.DB, string) (T, error)
	Update  func(context.Context, string, func(T) (T, error)) (T, error)
	Turn    func(context.Context, store.Card) error // waits until Slack takes one more message
	Telling func(*T) (*store.Telling, uint64)       // and the last entry
	Card    func(context.Context, T) (store.Card, error)
	Line    func(context.Context, T, store.Entry) (said bool, err error)
	Letters func(context.Context, T, []store.Entry, *Delivery) error // to single persons; nil: none
	Readers []string                                                 // audiences of the letters
}

// TellStory draws a record's card, then says what happened in its thread, entry by entry, then writes to single persons.
// What was delivered is written down, also when something was not.
func TellStory[T any](ctx context.Context, e *Engine, id string, s Story[T]) error {
	r, err := s.Load(ctx, e.DB, id)
	if err != nil {
		return err
	}
	if told, last := s.Telling(&r); told.Told[store.OnCard] < last {
		if err := s.Turn(ctx, told.Card); err != nil {
			return err
		}
	}
	ctx, cancel := Outside(ctx, TellTime)
	defer cancel()
	if r, err = s.Load(ctx, e.DB, id); err != nil { // what is drawn is the latest
		return err
	}
	told, last := s.Telling(&r)
	from := told.Told[store.InThread]
	for _, audience := range s.Readers {
		from = min(from, told.Told[audience])
	}
	entries, err := e.DB.Entries(ctx, id, from)
	if err != nil {
		return err
	}
	heard := Delivery{Telling: *told, Write: func(ctx context.Context, heard store.Telling) error {
		_, err := s.Update(ctx, id, func(now T) (T, error) {
			t, _ := s.Telling(&now)
			t.Card, t.Told, t.Calls = heard.Card, heard.Told, heard.Calls
			return now, nil
		})
		return err
	}}
	heard.Told = maps.Clone(told.Told)
	sayErr := s.say(ctx, r, entries, &heard)
	if IsShared(sayErr) { // each new message was written down
		return sayErr
	}
	if sayErr != nil {
		e.Log.Warn("message will be sent again", "id", id, "tries", told.Mute+1, "err", sayErr)
	}
	_, err = s.Update(context.WithoutCancel(ctx), id, func(now T) (T, error) {
		t, seq := s.Telling(&now)
		t.Card, t.Told, t.Calls = heard.Card, heard.Told, heard.Calls
		if seq == last { // else there is news, which does not wait for a letter's turn
			t.TellAt = heard.TellAt
		}
		if sayErr != nil {
			t.Unheard(e.Time())
		}
		return now, nil
	})
	return err
}

func (s Story[T]) say(ctx context.Context, r T, entries []store.Entry, heard *Delivery) error {
	if heard.Told == nil {
		heard.Told = map[string]uint64{}
	}
	told, last := s.Telling(&r)
	if heard.Told[store.OnCard] < last {
		card, err := s.Card(ctx, r)
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
	if s.Line == nil {
		return nil
	}
	entries = slices.DeleteFunc(entries, func(e store.Entry) bool { return e.Seq > last }) // what came since has its own turn
	for _, e := range entries {
		if e.Seq <= heard.Told[store.InThread] {
			continue
		}
		said, err := s.Line(ctx, r, e)
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
	if s.Letters == nil {
		return nil
	}
	return s.Letters(ctx, r, entries, heard)
}

// CardOnly returns the story without what comes after the card.
func (s Story[T]) CardOnly() Story[T] {
	s.Line = nil
	return s
}
