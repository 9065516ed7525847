package handlers

import (
	"context"
	"maps"
	"slices"

	"sekisho/store"
)

// tellOffboarding draws an offboarding's card, then says what happened in its thread, entry by entry. What was delivered is
// written down, also when something was not.
func (k *Keeper) tellOffboarding(ctx context.Context, id string) error {
	o, err := store.LoadOffboarding(ctx, k.DB, id)
	if err != nil {
		return err
	}
	if err := k.Voice.Turn(ctx, o.Card); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	if o, err = store.LoadOffboarding(ctx, k.DB, id); err != nil { // what is drawn is the latest
		return err
	}
	entries, err := k.DB.Entries(ctx, id, o.Told[store.InThread])
	if err != nil {
		return err
	}
	heard := o.Telling
	heard.Told = maps.Clone(o.Told)
	sayErr := k.sayOffboarding(ctx, o, entries, &heard)
	if sayErr != nil {
		k.Log.Warn("message will be sent again", "id", id, "tries", o.Mute+1, "err", sayErr)
	}
	_, err = k.updateOffboarding(context.WithoutCancel(ctx), id, func(now store.Offboarding) (store.Offboarding, error) {
		now.Card, now.Told = heard.Card, heard.Told
		if sayErr != nil {
			now.Unheard(k.now())
		}
		return now, nil
	})
	return err
}

func (k *Keeper) sayOffboarding(ctx context.Context, o store.Offboarding, entries []store.Entry, heard *store.Telling) error {
	if heard.Told == nil {
		heard.Told = map[string]uint64{}
	}
	if heard.Told[store.OnCard] < o.Chain.Seq {
		card, err := k.Voice.Offboarding(ctx, o)
		if err != nil {
			return err
		}
		heard.Card, o.Card = card, card
		heard.Told[store.OnCard] = o.Chain.Seq
	}
	entries = slices.DeleteFunc(entries, func(e store.Entry) bool { return e.Seq > o.Chain.Seq }) // what came since has its own turn
	for _, e := range entries {
		if err := k.Voice.OffboardingThread(ctx, o, e); err != nil {
			return err
		}
		heard.Told[store.InThread] = e.Seq
	}
	return nil
}
