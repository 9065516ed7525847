package access

import (
	"context"
	"errors"
	"strconv"
	"time"

	"sekisho/store"
)

// SlotHeld is why a grant whose start has come waits: access before it has not ended.
const SlotHeld = "slot_held"

// findHolder returns what stands in the way of a request: a grant or a rotation that holds its slot or an overlapping window of it.
// store.ErrNotFound if nothing does. A sign-in asks for a moment, as it does not say for how long.
func (k *Keeper) findHolder(ctx context.Context, g store.Grant) (store.Record, error) {
	now := k.Time()
	from, until := g.Window(now)
	if g.Origin != store.Requested {
		until = from.Add(1)
	}
	ids, err := store.InSlotBefore(ctx, k.DB, g.Slot(), until)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		r, err := store.Load(ctx, k.DB, id)
		if err != nil {
			return nil, err
		}
		held, is := r.(*store.Grant)
		if !is {
			return r, nil
		}
		start, end := held.Window(now)
		if g.From.IsZero() && (held.From.IsZero() || held.Planned) || start.Before(until) && from.Before(end) {
			return held, nil
		}
	}
	return nil, store.ErrNotFound
}

// findTaken returns when the first window of the grant's slot begins that another request has, and that lies between the grant's end
// and a later one; or the zero time. What waits for approvals counts as what is approved does, as where it is asked for.
func (k *Keeper) findTaken(ctx context.Context, g store.Grant, until time.Time) (time.Time, error) {
	ids, err := store.InSlotBefore(ctx, k.DB, g.Slot(), until)
	if err != nil {
		return time.Time{}, err
	}
	for _, id := range ids {
		if id == g.ID {
			continue
		}
		other, err := store.LoadGrant(ctx, k.DB, id)
		if errors.Is(err, store.ErrNotFound) { // a rotation has no window
			continue
		}
		if err != nil {
			return time.Time{}, err
		}
		if start, end := other.Window(k.Time()); start.Before(until) && g.Until.Before(end) {
			return start, nil
		}
	}
	return time.Time{}, nil
}

// awaitSlot has a grant whose start has come wait while another has its slot, and tells so once.
func (k *Keeper) awaitSlot(ctx context.Context, g store.Grant) error {
	return k.awaitAnd(ctx, g, func(g store.Grant) (store.Grant, error) {
		if g.Trouble == SlotHeld {
			return g, nil
		}
		return g.After(store.Entry{Verb: store.Fail, By: store.Self, At: k.Time(), Note: SlotHeld})
	})
}

// mustWait tells whether a grant whose start has come, and that has not begun, finds its slot held.
func (k *Keeper) mustWait(ctx context.Context, g store.Grant) (bool, error) {
	if g.Planned {
		return false, nil
	}
	_, err := store.Holder(ctx, k.DB, g.Slot())
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// describeWindow returns when something that is asked for already would be given, for the sentence that refuses another.
func describeWindow(held store.Grant, now time.Time) map[string]string {
	if held.From.IsZero() {
		return nil
	}
	from, until := held.Window(now)
	return map[string]string{"from": strconv.FormatInt(from.Unix(), 10), "until": strconv.FormatInt(until.Unix(), 10)}
}
