package access

import (
	"context"
	"slices"
	"time"

	"sekisho/handlers"
	"sekisho/store"
)

// remind makes an entry of the reminder that is due: it is told like everything that happens, and once, whatever
// crashes. One that would come too late is left out.
func (k *Keeper) remind(ctx context.Context, g store.Grant) error {
	now := k.Time()
	what, at := g.NextReminder()
	switch {
	case !k.isDue(what, at):
		return nil
	case g.Over(now) || g.State == store.Asked && !now.Before(g.Lapses):
		g.NoReminder()
		return handlers.IgnoreFaster(k.Save(ctx, &g))
	}
	if g.State == store.Asked {
		k.tellIfAbandoned(ctx, g)
	}
	if what == store.Remind && g.State == store.Asked && g.Digest {
		return k.remindTogether(ctx, g)
	}
	g, err := g.After(store.Entry{Verb: what, By: store.Self, At: now})
	if err != nil {
		return err
	}
	return handlers.IgnoreFaster(k.Save(ctx, &g))
}

// remindTask is remind for a rotation, which has no holder and no digest.
func (k *Keeper) remindTask(ctx context.Context, t store.Task) error {
	now := k.Time()
	switch what, at := t.NextReminder(); {
	case !k.isDue(what, at):
		return nil
	case !now.Before(t.Lapses):
		t.NoReminder()
		return handlers.IgnoreFaster(k.Save(ctx, &t))
	}
	k.tellIfTaskAbandoned(ctx, t)
	t, err := t.After(store.Entry{Verb: store.Remind, By: store.Self, At: now})
	if err != nil {
		return err
	}
	return handlers.IgnoreFaster(k.Save(ctx, &t))
}

// isDue tells whether there is a reminder, and it is time for it.
func (k *Keeper) isDue(what store.Verb, at time.Time) bool { return what != "" && !k.Time().Before(at) }

// remindTogether reminds of all requests on a digest that wait under the same rule, in one write: the first one's entry
// is told for all, so that ten requests do not call the approvers ten times. Where another of them was faster, the first is
// not due any more, and nobody is reminded again.
func (k *Keeper) remindTogether(ctx context.Context, first store.Grant) error {
	grants, err := k.onCard(ctx, first.Card)
	if err != nil {
		return err
	}
	now := k.Time()
	due := func(g store.Grant) bool {
		what, at := g.NextReminder()
		return g.ID == first.ID && what == store.Remind && k.isDue(what, at)
	}
	if !slices.ContainsFunc(grants, due) {
		return nil
	}
	var records []store.Record
	for _, g := range grants {
		if what, _ := g.NextReminder(); what != store.Remind || g.State != store.Asked || g.Entitlement != first.Entitlement {
			continue
		}
		e := store.Entry{Verb: store.Remind, By: store.Self, At: now}
		if g.ID != first.ID {
			e.Facts = map[string]string{"with": first.ID}
		}
		if g, err = g.After(e); err != nil {
			return err
		}
		records = append(records, &g)
	}
	return handlers.IgnoreFaster(k.saveInParts(ctx, records))
}
