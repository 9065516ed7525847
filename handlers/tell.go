package handlers

import (
	"context"
	"errors"
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
	case strings.HasPrefix(id, store.TaskPrefix):
		return k.tellTask(ctx, id)
	case strings.HasPrefix(id, store.OffboardingPrefix):
		return k.tellOffboarding(ctx, id)
	case strings.HasPrefix(id, store.ReportPrefix):
		return k.tellReport(ctx, id)
	}
	g, err := store.LoadGrant(ctx, k.DB, id)
	if err != nil {
		return err
	}
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
	from := min(g.Told[store.OnCard], g.Told[store.InThread], g.Told[store.InDM], g.Told[store.ToApprovers], g.Told[store.ToDeciders])
	entries, err := k.DB.Entries(ctx, g.ID, from)
	if err != nil {
		return err
	}
	entries = slices.DeleteFunc(entries, func(e store.Entry) bool { return e.Seq > g.Chain.Seq }) // what came since has its own turn
	heard := g.Telling
	heard.Told = maps.Clone(g.Told)
	sayErr := k.say(ctx, g, entries, &heard)
	_, err = k.update(context.WithoutCancel(ctx), g.ID, func(now store.Grant) (store.Grant, error) {
		now.Card, now.DM, now.Reminder, now.Approvers, now.Called, now.Told = heard.Card, heard.DM, heard.Reminder, heard.Approvers, heard.Called, heard.Told
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
	return errors.Join(k.writeHolder(ctx, g, unheard, heard), k.writeApprovers(ctx, g, unheard, heard), k.callDeciders(ctx, k.ballotOf(g), k.callsFor(g) && unheard(store.ToDeciders, isAsk), heard))
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
	ctx, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	a, err := store.LoadAlert(ctx, k.DB, id)
	if err != nil {
		return err
	}
	if a.Kind == store.Stale {
		return k.tellRow(ctx, a)
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
