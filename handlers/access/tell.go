package access

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"sekisho/handlers"
	"sekisho/store"
)

const (
	stale      = time.Hour // a refusal that could not be delivered for so long is no news
	digestFrom = 5         // requests without a card that are too many for a card each
	digestMost = 10        // requests on one digest, so that it stays within Slack's limits
)

// tell says what people have not heard yet of a grant, once it is verified.
func (k *Keeper) tell(ctx context.Context, id string) error {
	r, err := k.Verify(ctx, id)
	g, is := r.(*store.Grant)
	if err != nil || !is {
		return handlers.IgnoreFaster(err)
	}
	return k.tellOf(ctx, *g)
}

// tellOf says what people have not heard yet of a grant.
func (k *Keeper) tellOf(ctx context.Context, g store.Grant) error {
	id := g.ID
	switch {
	case !g.Untold():
		return k.remind(ctx, g)
	case g.State == store.Received || g.State == store.Merged || g.State == store.Ignored:
		return k.excuse(ctx, g)
	case g.Card.TS == "":
		return k.unlessSaid(ctx, g, k.post(ctx, id))
	}
	if !g.Digest && g.Told[store.OnCard] < g.Chain.Seq {
		if err := k.Voice.Turn(ctx, g.Card); err != nil {
			return err
		}
		var err error
		if g, err = store.LoadGrant(ctx, k.DB, id); err != nil { // what is drawn is the latest
			return err
		}
	}
	ctx, cancel := handlers.Outside(ctx, handlers.TellTime)
	defer cancel()
	return k.tellGrant(ctx, g)
}

// tellCard draws the card of what was decided or has ended, and leaves the rest to the lane of all that is told.
func (k *Keeper) tellCard(ctx context.Context, id string) error {
	g, err := store.LoadGrant(ctx, k.DB, id)
	if err != nil || !g.Presses() {
		return err
	}
	if !g.Digest {
		if err := k.Voice.Turn(ctx, g.Card); err != nil {
			return err
		}
		if g, err = store.LoadGrant(ctx, k.DB, id); err != nil { // what is drawn is the latest
			return err
		}
	}
	ctx, cancel := handlers.Outside(ctx, handlers.TellTime)
	defer cancel()
	card, sayErr := k.redraw(ctx, g)
	if sayErr != nil {
		return k.unlessSaid(ctx, g, sayErr)
	}
	_, err = k.update(context.WithoutCancel(ctx), id, func(now store.Grant) (store.Grant, error) {
		now.Card, now.Told = card, maps.Clone(now.Told)
		now.Told[store.OnCard] = max(now.Told[store.OnCard], g.Chain.Seq)
		return now, nil
	})
	return err
}

// tellGrant draws the card, then says what happened in its thread, entry by entry, and then to the person.
func (k *Keeper) tellGrant(ctx context.Context, g store.Grant) error {
	from := min(g.Told[store.OnCard], g.Told[store.InThread], g.Told[store.InDM], g.Told[store.ToApprovers], g.Told[store.ToDeciders])
	entries, err := k.DB.Entries(ctx, g.ID, from)
	if err != nil {
		return err
	}
	entries = slices.DeleteFunc(entries, func(e store.Entry) bool { return e.Seq > g.Chain.Seq }) // what came since has its own turn
	heard := handlers.Delivery{Telling: g.Telling, Write: func(ctx context.Context, heard store.Telling) error {
		_, err := k.update(ctx, g.ID, func(now store.Grant) (store.Grant, error) { return heardOf(now, g, heard), nil })
		return err
	}}
	heard.Told = maps.Clone(g.Told)
	sayErr := k.say(ctx, g, entries, &heard)
	if handlers.IsShared(sayErr) { // each new message was written down
		return sayErr
	}
	_, err = k.update(context.WithoutCancel(ctx), g.ID, func(now store.Grant) (store.Grant, error) {
		now = heardOf(now, g, heard.Telling)
		if now.Chain.Seq == g.Chain.Seq { // else there is news, which does not wait for a letter's turn
			now.TellAt = heard.TellAt
		}
		if sayErr != nil {
			k.Log.Warn("message will be sent again", "id", g.ID, "tries", now.Mute+1, "err", sayErr)
			now.Unheard(k.Time())
		}
		return now, nil
	})
	return err
}

// heardOf returns a grant as it is now with what has been heard of it as it was told.
func heardOf(now, told store.Grant, heard store.Telling) store.Grant {
	now.Card, now.DM, now.Reminder, now.Approvers, now.Calls, now.Told = heard.Card, heard.DM, heard.Reminder, heard.Approvers, heard.Calls, heard.Told
	now.Newest, now.Recalls = heard.Newest, undelivered(now.Recalls, told.Recalls, heard.Recalls)
	return now
}

// unlessSaid puts the next try off if Slack refuses something.
func (k *Keeper) unlessSaid(ctx context.Context, g store.Grant, err error) error {
	if err == nil || handlers.IsShared(err) {
		return err
	}
	k.Log.Warn("message will be sent again", "id", g.ID, "tries", g.Mute+1, "err", err)
	_, err = k.update(context.WithoutCancel(ctx), g.ID, func(now store.Grant) (store.Grant, error) {
		now.Unheard(k.Time())
		return now, nil
	})
	return err
}

// say delivers what each audience has not heard, and notes in heard what was delivered, also when something was not.
func (k *Keeper) say(ctx context.Context, g store.Grant, entries []store.Entry, heard *handlers.Delivery) error {
	unheard := func(audience string, of func(store.Verb) bool) bool {
		return slices.ContainsFunc(entries, func(e store.Entry) bool { return e.Seq > heard.Told[audience] && of(e.Verb) })
	}
	if unheard(store.OnCard, shows) {
		card, err := k.redraw(ctx, g)
		if err != nil {
			return err
		}
		posted := card != heard.Card
		heard.Card, heard.Told[store.OnCard] = card, g.Chain.Seq
		if posted {
			if err := heard.Note(ctx); err != nil {
				return err
			}
		}
	}
	heard.Told[store.OnCard], g.Card = g.Chain.Seq, heard.Card
	for _, e := range entries {
		if e.Seq <= heard.Told[store.InThread] {
			continue
		}
		said, err := k.Voice.Thread(ctx, g, e)
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
	return errors.Join(k.writeHolder(ctx, g, entries, unheard, heard), k.writeApprovers(ctx, g, entries, unheard, heard), k.recallVoters(ctx, g, heard), k.callDeciders(ctx, k.ballotOf(g), k.callsFor(g) && unheard(store.ToDeciders, isAsk), heard))
}

// shows tells whether a verb changes what the card shows.
func shows(v store.Verb) bool {
	switch v {
	case store.Plan, store.Recheck, store.Remind, store.Soon:
		return false
	}
	return true
}

// tellAlert draws an alert's card.
func (k *Keeper) tellAlert(ctx context.Context, id string) error {
	ctx, cancel := handlers.Outside(ctx, handlers.TellTime)
	defer cancel()
	a, err := store.LoadAlert(ctx, k.DB, id)
	if err != nil {
		return err
	}
	switch {
	case a.Kind == store.Stale:
		return k.Rows.TellRow(ctx, a)
	case a.Told[store.OnCard] >= a.Chain.Seq: // another lane was faster
		return nil
	}
	card, sayErr := k.Voice.Alert(ctx, a, k.cardOf(ctx, a.Grant))
	if handlers.IsShared(sayErr) {
		return sayErr
	}
	if sayErr != nil {
		k.Log.Error("alert will be sent again", "id", id, "tries", a.Mute+1, "err", sayErr)
	}
	_, err = k.updateAlert(context.WithoutCancel(ctx), id, func(now store.Alert) (store.Alert, error) {
		if sayErr != nil {
			now.Unheard(k.Time())
			return now, nil
		}
		now.Told = map[string]uint64{store.OnCard: a.Chain.Seq}
		if now.Raised.Equal(a.Raised) { // else it has a message of its own to come
			now.Card, now.Earlier = card, store.Card{}
		}
		return now, nil
	})
	return err
}

// cardOf returns where a grant's card stands: nowhere if that is not known.
func (k *Keeper) cardOf(ctx context.Context, id string) store.Card {
	if id == "" {
		return store.Card{}
	}
	g, err := store.LoadGrant(ctx, k.DB, id)
	if err != nil {
		k.Log.Warn("card that an alert is about is not known", "id", id, "err", err)
	}
	return g.Card
}

// answer tells a person why their press did nothing. That it came too late is told however late it is.
func (k *Keeper) answer(ctx context.Context, id string) error {
	ctx, cancel := handlers.Outside(ctx, handlers.TellTime)
	defer cancel()
	p, err := store.LoadPress(ctx, k.DB, id)
	if err != nil {
		return err
	}
	if p.Heard { // another lane was faster
		return nil
	}
	if p.Refusal == handlers.TooOld || k.Time().Sub(p.At) < stale {
		err = k.Voice.Answer(ctx, p)
	}
	if handlers.IsShared(err) {
		return err
	}
	if err != nil && !errors.Is(err, ErrUnreachable) {
		k.Log.Warn("answer will be sent again", "id", id, "tries", p.Tries+1, "err", err)
		p = p.Unheard(k.Time())
	} else {
		p.Heard = true
	}
	return k.Save(context.WithoutCancel(ctx), &p)
}
