package handlers

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"sekisho/store"
)

const (
	liveEvery = 30 * time.Minute      // all that is live is verified,
	livePace  = 20 * time.Millisecond // one record after the other
)

// verifyLive verifies all that is live at the start and then twice an hour, until the context ends: an end that was moved makes nothing
// due before it has come. At the start it also verifies what had changed since a time: what is live may say that it has ended.
func (e *Engine) verifyLive(ctx context.Context, since time.Time) {
	changed, err := store.ChangedSince(ctx, e.DB, since)
	for ctx.Err() == nil {
		live, failed := store.Live(ctx, e.DB)
		if err := errors.Join(err, failed); err != nil {
			e.Log.Error("what is live could not be listed, and is not verified yet", "err", err)
		}
		ids := slices.Concat(slices.Sorted(maps.Keys(live)), changed)
		for _, id := range ids {
			if err := e.verifyOne(ctx, id, live[id]); err != nil {
				e.Log.Error("record could not be verified and will be again", "id", id, "err", err)
			}
			if Pause(ctx, livePace); ctx.Err() != nil {
				return
			}
		}
		changed, err = nil, nil
		Pause(ctx, liveEvery)
	}
}

// lastChanged returns when what is live by now had changed at the earliest: no grant that can end is live for longer than its rule allows
// without an entry. The last seal is as old as the last entry before the stop.
func (e *Engine) lastChanged(ctx context.Context) time.Time {
	last, err := store.LastSeal(ctx, e.DB)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		e.Log.Error("last seal could not be read: all that has ever changed is verified", "err", err)
	}
	return last.At.Add(-e.Longest)
}

// verify verifies a record, and writes it once more if it lacks one of its rows.
func (e *Engine) verifyOne(ctx context.Context, id string, rows []store.Key) error {
	if _, err := e.VerifyIfThere(ctx, id); err != nil {
		return errors.Join(IgnoreFaster(err), e.ReportBroken(ctx, err))
	}
	r, err := store.Unlisted(ctx, e.DB, id, rows)
	if err != nil || r == nil {
		return IgnoreUnknown(err)
	}
	e.Log.Error("rows of the ledger's indexes were removed behind the bot's back: they are put back", "id", id)
	return IgnoreFaster(e.Save(ctx, r))
}
