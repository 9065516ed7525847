package access

import (
	"context"
	"fmt"
	"maps"

	"sekisho/handlers"
	"sekisho/store"
)

// redraw draws the card of a grant where it stands, with all that stand on it. A card that is gone is posted anew; where
// it stands now is returned.
func (k *Keeper) redraw(ctx context.Context, g store.Grant) (store.Card, error) {
	if !g.Digest {
		return k.Voice.Card(ctx, g.Card, g)
	}
	return k.redrawDigest(ctx, g.ID)
}

// redrawDigest draws one digest after the other: of two who draw the same one, the later reads the later records. Its
// turn serves all who stand on it, of whom one may have been decided on: all are as urgent as that. One that is gone is posted
// anew, and all stand there.
func (k *Keeper) redrawDigest(ctx context.Context, id string) (store.Card, error) {
	handlers.RaiseUrgency(ctx, handlers.Pressing)
	k.digesting <- struct{}{}
	defer func() { <-k.digesting }()
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
	ctx, cancel := handlers.Outside(ctx, handlers.TellTime)
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
