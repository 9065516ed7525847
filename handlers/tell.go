package handlers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sekisho/store"
)

const (
	tellTime   = 30 * time.Second // for all that one record has to say
	stale      = time.Hour        // a refusal that could not be delivered for so long is no news
	digestFrom = 5                // requests without a card that are too many for a card each
	digestMost = 10               // requests on one digest, so that it stays within Slack's limits
)

// tell says what people have not heard yet, record by record. What was delivered is written down, so that after a crash
// at most the last message is said twice.
func (k *Keeper) tell(ctx context.Context, id string) error {
	switch {
	case strings.HasPrefix(id, store.PressPrefix):
		return k.answer(ctx, id)
	case strings.HasPrefix(id, store.AlertPrefix):
		return k.tellAlert(ctx, id)
	}
	g, err := store.LoadGrant(ctx, k.DB, id)
	if err != nil {
		return err
	}
	switch {
	case !g.Untold():
		return k.remind(ctx, g)
	case g.State == store.Ignored:
		return k.excuse(ctx, g)
	case g.Card.TS == "":
		return k.unlessSaid(ctx, g, k.post(ctx, id))
	}
	if !g.Digest && g.Told[store.OnCard] < g.Chain.Seq {
		if err := k.Voice.Turn(ctx, g.Card); err != nil {
			return err
		}
		if g, err = store.LoadGrant(ctx, k.DB, id); err != nil { // what is drawn is the latest
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	return k.tellGrant(ctx, g)
}

// tellGrant draws the card, then says what happened in its thread, entry by entry, and then to the person.
func (k *Keeper) tellGrant(ctx context.Context, g store.Grant) error {
	from := min(g.Told[store.OnCard], g.Told[store.InThread], g.Told[store.InDM], g.Told[store.ToApprovers])
	entries, err := k.DB.Entries(ctx, g.ID, from)
	if err != nil {
		return err
	}
	entries = slices.DeleteFunc(entries, func(e store.Entry) bool { return e.Seq > g.Chain.Seq }) // what came since has its own turn
	heard := g.Telling
	heard.Told = maps.Clone(g.Told)
	sayErr := k.say(ctx, g, entries, &heard)
	_, err = k.update(context.WithoutCancel(ctx), g.ID, func(now store.Grant) (store.Grant, error) {
		now.Card, now.DM, now.Reminder, now.Approvers, now.Told = heard.Card, heard.DM, heard.Reminder, heard.Approvers, heard.Told
		if now.Chain.Seq == g.Chain.Seq { // else there is news, which does not wait for a letter's turn
			now.TellAt = heard.TellAt
		}
		return now, nil
	})
	if err != nil {
		return err
	}
	return k.unlessSaid(ctx, g, sayErr)
}

// unlessSaid puts the next try off if something could not be said.
func (k *Keeper) unlessSaid(ctx context.Context, g store.Grant, err error) error {
	if err == nil {
		return nil
	}
	k.Log.Warn("message will be sent again", "id", g.ID, "tries", g.Mute+1, "err", err)
	_, err = k.update(context.WithoutCancel(ctx), g.ID, func(now store.Grant) (store.Grant, error) {
		now.Unheard(k.now())
		return now, nil
	})
	return err
}

// say delivers what each audience has not heard, and notes in heard what was delivered, also when something was not.
func (k *Keeper) say(ctx context.Context, g store.Grant, entries []store.Entry, heard *store.Telling) error {
	unheard := func(audience string, of func(store.Verb) bool) bool {
		return slices.ContainsFunc(entries, func(e store.Entry) bool { return e.Seq > heard.Told[audience] && of(e.Verb) })
	}
	if unheard(store.OnCard, shows) {
		card, err := k.redraw(ctx, g)
		if err != nil {
			return err
		}
		heard.Card = card
	}
	heard.Told[store.OnCard], g.Card = g.Chain.Seq, heard.Card
	for _, e := range entries {
		if e.Seq <= heard.Told[store.InThread] {
			continue
		}
		if err := k.Voice.Thread(ctx, g, e); err != nil {
			return err
		}
		heard.Told[store.InThread] = e.Seq
	}
	return errors.Join(k.writeHolder(ctx, g, unheard, heard), k.writeApprovers(ctx, g, unheard, heard))
}

// shows tells whether a verb changes what the card shows.
func shows(v store.Verb) bool {
	switch v {
	case store.Plan, store.Recheck, store.Remind, store.Soon:
		return false
	}
	return true
}

// redraw draws the card of a grant where it stands, with all that stand on it. A card that is gone is posted anew; where
// it stands now is returned.
func (k *Keeper) redraw(ctx context.Context, g store.Grant) (store.Card, error) {
	if !g.Digest {
		return k.Voice.Card(ctx, g.Card, g)
	}
	return k.redrawDigest(ctx, g.ID)
}

// redrawDigest draws one digest after the other: of two who draw the same one, the later reads the later records. Its
// turn serves all who stand on it. One that is gone is posted anew, and all stand there.
func (k *Keeper) redrawDigest(ctx context.Context, id string) (store.Card, error) {
	k.posting <- struct{}{}
	defer func() { <-k.posting }()
	g, err := store.LoadGrant(ctx, k.DB, id)
	if err != nil || g.Told[store.OnCard] >= g.Chain.Seq { // another's turn has served this one
		return g.Card, err
	}
	if err := k.Voice.Turn(ctx, g.Card); err != nil {
		return g.Card, err
	}
	grants, err := k.onCard(ctx, g.Card)
	if err != nil {
		return g.Card, err
	}
	card, err := k.Voice.Card(ctx, g.Card, grants...)
	if err != nil {
		return g.Card, err
	}
	for _, drawn := range grants {
		if card == drawn.Card && drawn.Told[store.OnCard] >= drawn.Chain.Seq {
			continue
		}
		_, err := k.update(context.WithoutCancel(ctx), drawn.ID, func(now store.Grant) (store.Grant, error) {
			now.Card, now.Told = card, maps.Clone(now.Told)
			now.Told[store.OnCard] = drawn.Chain.Seq
			return now, nil
		})
		if err != nil {
			return g.Card, err
		}
	}
	return card, nil
}

// post makes a new card and writes down where it stands. Where many requests wait for one, those that have waited longest
// get one together; who is not among them has another turn. Turns are waited for one after the other: who gets onto a
// digest meanwhile uses none up.
func (k *Keeper) post(ctx context.Context, id string) error {
	k.posting <- struct{}{}
	defer func() { <-k.posting }()
	if g, err := store.LoadGrant(ctx, k.DB, id); err != nil || g.Card.TS != "" { // a digest was faster
		return err
	}
	if err := k.Voice.Turn(ctx, store.Card{}); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	g, err := store.LoadGrant(ctx, k.DB, id) // what is drawn is the latest
	if err != nil {
		return err
	}
	rows, err := k.DB.List(ctx, store.UncardedIndex, "", digestMost)
	if err != nil {
		return err
	}
	grants := []store.Grant{g}
	if len(rows) >= digestFrom && g.State == store.Asked {
		grants = grants[:0]
		for _, row := range rows {
			if g, err = store.LoadGrant(ctx, k.DB, row.ID); err != nil {
				return err
			}
			grants = append(grants, g)
		}
	}
	card, err := k.Voice.Card(ctx, store.Card{}, grants...)
	if err != nil {
		return err
	}
	for _, drawn := range grants {
		_, err := k.update(context.WithoutCancel(ctx), drawn.ID, func(now store.Grant) (store.Grant, error) {
			now.Card, now.Digest = card, len(grants) > 1
			now.Told = map[string]uint64{store.OnCard: drawn.Chain.Seq}
			return now, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// onCard loads the grants of a digest.
func (k *Keeper) onCard(ctx context.Context, c store.Card) ([]store.Grant, error) {
	ids, err := store.OnSameCard(ctx, k.DB, c, digestMost)
	if err != nil {
		return nil, err
	}
	var grants []store.Grant
	for _, id := range ids {
		g, err := store.LoadGrant(ctx, k.DB, id)
		if err != nil {
			return nil, err
		}
		grants = append(grants, g)
	}
	if len(grants) == 0 {
		return nil, fmt.Errorf("draw digest %s: no grant stands on it", c.TS)
	}
	return grants, nil
}

// tellAlert draws an alert's card.
func (k *Keeper) tellAlert(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	a, err := store.LoadAlert(ctx, k.DB, id)
	if err != nil {
		return err
	}
	card, sayErr := k.Voice.Alert(ctx, a)
	if sayErr != nil {
		k.Log.Error("alert will be sent again", "id", id, "tries", a.Mute+1, "err", sayErr)
	}
	_, err = k.updateAlert(context.WithoutCancel(ctx), id, func(now store.Alert) (store.Alert, error) {
		if sayErr != nil {
			now.Unheard(k.now())
			return now, nil
		}
		now.Card, now.Told = card, map[string]uint64{store.OnCard: a.Chain.Seq}
		return now, nil
	})
	return err
}

// answer tells a person why their press did nothing.
func (k *Keeper) answer(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	p, err := store.LoadPress(ctx, k.DB, id)
	if err != nil {
		return err
	}
	if k.now().Sub(p.At) < stale {
		err = k.Voice.Answer(ctx, p)
	}
	if err != nil {
		k.Log.Warn("answer will be sent again", "id", id, "tries", p.Tries+1, "err", err)
		p = p.Failed(k.now())
	} else {
		p.Heard = true
	}
	return k.save(context.WithoutCancel(ctx), &p)
}
