package access

import (
	"context"
	"errors"
	"slices"

	"sekisho/handlers"
	"sekisho/store"
)

// lapse ends a request that nobody has decided in time.
func (k *Keeper) lapse(ctx context.Context, g store.Grant) error {
	g, err := g.After(store.Entry{Verb: store.Lapse, By: store.Self, At: k.Time()})
	if err != nil {
		return err
	}
	return k.Save(ctx, &g)
}

// expire writes that the time is up, and takes the access back.
func (k *Keeper) expire(ctx context.Context, g store.Grant) error {
	g, err := g.After(store.Entry{Verb: store.Expire, By: store.Self, At: k.Time()})
	if err != nil {
		return err
	}
	return k.take(ctx, g)
}

// take undoes what was given. It never gives up: whatever fails is tried again, for ever.
func (k *Keeper) take(ctx context.Context, g store.Grant) error {
	at := roadOf(g)
	if g.Planned {
		if err := k.wayTo(ctx, g); err != nil {
			return err
		}
	}
	g, err := k.claim(ctx, g)
	if err != nil {
		return err
	}
	var result handlers.Result
	if g.Planned { // else AWS was never touched
		result, err = k.step(ctx, g)
		k.Observe(at, g.ID, err)
	}
	if err != nil {
		k.Log.Error("access could not be taken back and will be tried again", "id", g.ID, "tries", g.Tries+1, "err", err)
	}
	settled := k.settle(ctx, g, func(g store.Grant) (store.Grant, error) {
		switch now := k.Time(); {
		case err != nil:
			return failed(g, handlers.CodeOf(err), now)
		case result.Again > 0:
			g.Retry = now.Add(result.Again)
			return g, nil
		default:
			undone := store.Entry{Verb: store.Undo, By: store.Self, At: now, Facts: heldFacts(g, result.Facts)}
			if result.Later > 0 {
				undone.Until = now.Add(result.Later)
			}
			return g.After(undone)
		}
	})
	if settled != nil || err != nil || result.Again > 0 {
		return settled
	}
	return errors.Join(k.wakeAwaiting(ctx, g.Slot()), k.closeKeyAlerts(ctx, g))
}

// recheck looks once more at AWS after the end: a call that timed out while giving may land after the removal. It acts
// only while the slot is free, for what another grant has given since is not this one's; but a key that the grant has
// issued is its own for ever.
func (k *Keeper) recheck(ctx context.Context, g store.Grant) error {
	if at, ok := g.Due(store.Take); !ok || k.Time().Before(at) {
		return nil
	}
	if err := k.wayTo(ctx, g); err != nil {
		return err
	}
	callCtx, cancel := k.CallContext(ctx, roadOf(g))
	defer cancel()
	right, err := k.cloud(g).Check(callCtx, g)
	works := ""
	if err == nil && !right {
		works, err = k.keyWorks(callCtx, g)
	}
	k.Observe(roadOf(g), g.ID, err)
	now := k.Time()
	if err != nil {
		k.Log.Warn("ended access could not be looked at and will be again", "id", g.ID, "err", err)
		g.Failed(now)
		return k.Save(ctx, &g)
	}
	free, err := k.free(ctx, g)
	if err != nil {
		return err
	}
	if !right && (works != "" || free) {
		return k.drift(ctx, g, works)
	}
	g.Tries = 0
	if g.ToClear(now) {
		return k.clear(ctx, g, right)
	}
	if g, err = g.After(store.Entry{Verb: store.Recheck, By: store.Self, At: now}); err != nil {
		return err
	}
	return k.Save(ctx, &g)
}

// drift ends once more what was found again after its end. That a key, by its id, was made to work again is somebody's doing,
// which the security channel hears in the same write.
func (k *Keeper) drift(ctx context.Context, g store.Grant, key string) error {
	k.Log.Error("access was found again after its end", "id", g.ID, "key", key)
	again := store.Entry{Verb: store.Drift, By: store.Self, At: k.Time()}
	if key != "" {
		again.Facts = map[string]string{store.FactKey: key}
	}
	g, err := g.After(again)
	if err != nil {
		return err
	}
	if key == "" {
		return k.Save(ctx, &g)
	}
	return k.saveWithAlert(ctx, g, store.Reused)
}

// free tells whether no other request holds what has ended, nor a live grant the same group under another name.
func (k *Keeper) free(ctx context.Context, g store.Grant) (bool, error) {
	switch _, err := store.Holder(ctx, k.DB, g.Slot()); {
	case err == nil:
		return false, nil
	case !errors.Is(err, store.ErrNotFound):
		return false, err
	case g.Effects[store.FactGroup] == "":
		return true, nil
	}
	given, err := k.inGroup(ctx, g.Account, g.Subject.UserID, g.Effects[store.FactGroup])
	return !given, err
}

// inGroup tells whether a live grant gives a user a group, both by their unique ids.
func (k *Keeper) inGroup(ctx context.Context, account, userID, groupID string) (bool, error) {
	grants, err := store.InGroup(ctx, k.DB, account, userID, groupID)
	return slices.ContainsFunc(grants, func(g store.Grant) bool { return g.State.Live() }), err
}

// clear does away with what the end of access has left, once nobody has missed it. What somebody has made work again is
// let be, and looked at later.
func (k *Keeper) clear(ctx context.Context, g store.Grant, right bool) error {
	if !right {
		g.Failed(k.Time())
		return k.Save(ctx, &g)
	}
	g, err := k.claim(ctx, g)
	if err != nil {
		return err
	}
	result, err := k.step(ctx, g)
	k.Observe(roadOf(g), g.ID, err)
	if err != nil {
		k.Log.Error("what ended access has left could not be cleared away and will be again", "id", g.ID, "err", err)
	}
	return k.settle(ctx, g, func(g store.Grant) (store.Grant, error) {
		switch now := k.Time(); {
		case err != nil:
			g.Failed(now)
			return g, nil
		case result.Again > 0:
			g.Retry = now.Add(result.Again)
			return g, nil
		default:
			return g.After(store.Entry{Verb: store.Clear, By: store.Self, At: now, Facts: result.Facts})
		}
	})
}
