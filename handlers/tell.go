package handlers

import (
	"context"
	"strings"
	"time"

	"sekisho/store"
)

const (
	tellTime = 30 * time.Second // for all that one record has to say
	stale    = time.Hour        // a refusal that could not be delivered for so long is no news
)

// tell says what people have not heard yet: the card first, then its thread, entry by entry. What was delivered is
// written down, so that after a crash at most the last message is said twice.
func (k *Keeper) tell(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	if strings.HasPrefix(id, store.PressPrefix) {
		return k.answer(ctx, id)
	}
	g, err := store.LoadGrant(ctx, k.DB, id)
	if err != nil {
		return err
	}
	entries, err := k.DB.Entries(ctx, id, g.Told[store.InThread])
	if err != nil {
		return err
	}
	heard, sayErr := k.say(ctx, g, entries)
	if sayErr != nil {
		k.Log.Warn("message will be sent again", "id", id, "tries", g.Mute+1, "err", sayErr)
	}
	_, err = k.update(context.WithoutCancel(ctx), id, func(now store.Grant) (store.Grant, error) {
		now.Card, now.Told = heard.Card, heard.Told
		if sayErr != nil {
			return now.Unheard(k.Now()), nil
		}
		return now, nil
	})
	return err
}

// say returns the grant with what was delivered, also when something was not.
func (k *Keeper) say(ctx context.Context, g store.Grant, entries []store.Entry) (store.Grant, error) {
	told := map[string]uint64{store.OnCard: g.Told[store.OnCard], store.InThread: g.Told[store.InThread]}
	if told[store.OnCard] < g.Chain.Seq {
		card, err := k.Voice.Card(ctx, g)
		if err != nil {
			return g, err
		}
		g.Card, told[store.OnCard] = card, g.Chain.Seq
	}
	g.Told = told
	for _, e := range entries {
		if err := k.Voice.Thread(ctx, g, e); err != nil {
			return g, err
		}
		told[store.InThread] = e.Seq
	}
	return g, nil
}

// answer tells a person why their press did nothing.
func (k *Keeper) answer(ctx context.Context, id string) error {
	p, err := store.LoadPress(ctx, k.DB, id)
	if err != nil {
		return err
	}
	if k.Now().Sub(p.At) < stale {
		err = k.Voice.Answer(ctx, p)
	}
	if err != nil {
		k.Log.Warn("answer will be sent again", "id", id, "tries", p.Tries+1, "err", err)
		p = p.Failed(k.Now())
	} else {
		p.Heard = true
	}
	return k.save(context.WithoutCancel(ctx), &p)
}
