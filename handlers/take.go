package handlers

import (
	"context"

	"sekisho/store"
)

// lapse ends a request that nobody has decided in time.
func (k *Keeper) lapse(ctx context.Context, g store.Grant) error {
	g, err := g.After(store.Entry{Verb: store.Lapse, By: store.Self, At: k.now()})
	if err != nil {
		return err
	}
	return k.save(ctx, &g)
}

// expire writes that the time is up, and takes the access back.
func (k *Keeper) expire(ctx context.Context, g store.Grant) error {
	g, err := g.After(store.Entry{Verb: store.Expire, By: store.Self, At: k.now()})
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
	var result Result
	if g.Planned { // else AWS was never touched
		result, err = k.step(ctx, g)
		k.tried(at, g.ID, err)
	}
	if err != nil {
		k.Log.Error("access could not be taken back and will be tried again", "id", g.ID, "tries", g.Tries+1, "err", err)
	}
	return k.settle(ctx, g, func(g store.Grant) (store.Grant, error) {
		switch now := k.now(); {
		case err != nil:
			return failed(g, code(err), now)
		case result.Again > 0:
			g.Retry = now.Add(result.Again)
			return g, nil
		default:
			undone := store.Entry{Verb: store.Undo, By: store.Self, At: now, Facts: result.Facts}
			if result.Later > 0 {
				undone.Until = now.Add(result.Later)
			}
			return g.After(undone)
		}
	})
}

// recheck looks once more at AWS after the end: a call that timed out while giving may land after the removal. It acts
// only while the slot is free, for what another grant has given since is not this one's.
func (k *Keeper) recheck(ctx context.Context, g store.Grant) error {
	if err := k.wayTo(ctx, g); err != nil {
		return err
	}
	callCtx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	right, err := k.cloud(g).Check(callCtx, g)
	k.tried(roadOf(g), g.ID, err)
	now := k.now()
	if err != nil {
		k.Log.Warn("ended access could not be looked at and will be again", "id", g.ID, "err", err)
		g.Failed(now)
		return k.save(ctx, &g)
	}
	if _, held := store.Holder(ctx, k.DB, g.Slot()); !right && held != nil {
		k.Log.Error("access was found again after its end", "id", g.ID)
		if g, err = g.After(store.Entry{Verb: store.Drift, By: store.Self, At: now}); err != nil {
			return err
		}
		return k.save(ctx, &g)
	}
	g.Tries = 0
	if g.ToClear() {
		return k.clear(ctx, g, right)
	}
	if g, err = g.After(store.Entry{Verb: store.Recheck, By: store.Self, At: now}); err != nil {
		return err
	}
	return k.save(ctx, &g)
}

// clear does away with what the end of access has left, once nobody has missed it. What somebody has made work again is
// let be, and looked at later.
func (k *Keeper) clear(ctx context.Context, g store.Grant, right bool) error {
	if !right {
		g.Failed(k.now())
		return k.save(ctx, &g)
	}
	g, err := k.claim(ctx, g)
	if err != nil {
		return err
	}
	result, err := k.step(ctx, g)
	k.tried(roadOf(g), g.ID, err)
	if err != nil {
		k.Log.Error("what ended access has left could not be cleared away and will be again", "id", g.ID, "err", err)
	}
	return k.settle(ctx, g, func(g store.Grant) (store.Grant, error) {
		switch now := k.now(); {
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
