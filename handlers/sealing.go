package handlers

import (
	"context"
	"time"

	"sekisho/store"
)

const (
	sealEvery = time.Minute
	sealTime  = 10 * time.Second // for one sweep: what it has not sealed the next one does
	sealAtEnd = 2 * time.Second  // for the first sweep, before anything acts, and for the last: neither holds anything up for longer
)

// seals seals what has changed once a minute, until the context ends.
func (e *Engine) seals(ctx context.Context) {
	for Pause(ctx, sealEvery); ctx.Err() == nil; Pause(ctx, sealEvery) {
		e.seal(ctx, store.SealMinute, sealTime)
		e.deleteSpent(ctx)
	}
}

// seal makes one sweep. What it cannot write, as when the disk is full, is sealed later.
func (e *Engine) seal(ctx context.Context, why store.SealReason, within time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	if _, err := e.sealer.Sweep(ctx, e.Time(), why); err != nil {
		e.Log.Error("what has changed is not sealed yet", "err", err)
	}
}

// deleteSpent deletes ignored sign-ins and judged presses that are older than the configuration wants to keep.
func (e *Engine) deleteSpent(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, sealTime)
	defer cancel()
	if e.Keep == 0 || e.CheckClock(ctx) != nil { // a clock that is wrong deletes nothing
		return
	}
	if _, err := e.sealer.Delete(ctx, e.Time(), e.Time().Add(-e.Keep)); err != nil {
		e.Log.Error("what is over for long is not deleted yet", "err", err)
	}
}
