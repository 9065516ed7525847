package handlers

import (
	"context"
	"maps"
	"slices"

	"sekisho/store"
)

// tellTask draws a task's card, then says what happened in its thread, entry by entry, and calls those who may decide. What
// was delivered is written down, also when something was not. Once all is told, a reminder may be due.
func (k *Keeper) tellTask(ctx context.Context, id string) error {
	t, err := store.LoadTask(ctx, k.DB, id)
	if err != nil {
		return err
	}
	if !t.Untold() {
		return k.remindTask(ctx, t)
	}
	if t.Told[store.OnCard] < t.Chain.Seq {
		if err := k.Voice.Turn(ctx, t.Card); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	if t, err = store.LoadTask(ctx, k.DB, id); err != nil { // what is drawn is the latest
		return err
	}
	entries, err := k.DB.Entries(ctx, id, min(t.Told[store.InThread], t.Told[store.ToDeciders]))
	if err != nil {
		return err
	}
	heard := t.Telling
	heard.Told = maps.Clone(t.Told)
	sayErr := k.sayTask(ctx, t, entries, &heard)
	if sayErr != nil {
		k.Log.Warn("message will be sent again", "id", id, "tries", t.Mute+1, "err", sayErr)
	}
	_, err = k.updateTask(context.WithoutCancel(ctx), id, func(now store.Task) (store.Task, error) {
		now.Card, now.Told, now.Called = heard.Card, heard.Told, heard.Called
		if now.Chain.Seq == t.Chain.Seq { // else there is news, which does not wait for a letter's turn
			now.TellAt = heard.TellAt
		}
		if sayErr != nil {
			now.Unheard(k.now())
		}
		return now, nil
	})
	return err
}

func (k *Keeper) sayTask(ctx context.Context, t store.Task, entries []store.Entry, heard *store.Telling) error {
	if heard.Told == nil {
		heard.Told = map[string]uint64{}
	}
	if heard.Told[store.OnCard] < t.Chain.Seq {
		card, err := k.Voice.Task(ctx, t)
		if err != nil {
			return err
		}
		heard.Card, t.Card = card, card
		heard.Told[store.OnCard] = t.Chain.Seq
	}
	entries = slices.DeleteFunc(entries, func(e store.Entry) bool { return e.Seq > t.Chain.Seq }) // what came since has its own turn
	for _, e := range entries {
		if e.Seq <= heard.Told[store.InThread] {
			continue
		}
		if err := k.Voice.TaskThread(ctx, t, e); err != nil {
			return err
		}
		heard.Told[store.InThread] = e.Seq
	}
	asked := slices.ContainsFunc(entries, func(e store.Entry) bool { return e.Seq > heard.Told[store.ToDeciders] && isAsk(e.Verb) })
	return k.callDeciders(ctx, k.ballotOfTask(t), asked && t.State == store.Asked && !k.isDue(t.NextReminder()), heard)
}
