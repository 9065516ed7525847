package handlers

import (
	"context"
	"fmt"
	"time"

	"sekisho/store"
)

const (
	clockMark  = "clock"
	clockEvery = 30 * time.Second
	clockSlack = time.Minute // that the clock may stand behind the mark
)

// errClock is what keeps access from being given while the clock cannot be trusted.
type errClock struct{ behind time.Duration }

func (e errClock) Error() string { return fmt.Sprintf("clock stands %s behind the ledger", e.behind) }

// ErrorCode is what people read of it.
func (errClock) ErrorCode() string { return "ClockBehind" }

// onTime is an error if the clock stands more than a minute behind the time that the ledger has seen: an end reckoned
// from it would come too late. Nothing is given then; what is over is still ended. An operator resets the mark.
func (k *Keeper) onTime(ctx context.Context) error {
	m, err := store.LoadMark(ctx, k.DB, clockMark)
	if err != nil {
		return err
	}
	if behind := m.At.Sub(k.Now()); behind > clockSlack {
		return errClock{behind.Round(time.Second)}
	}
	return nil
}

// keepTime moves the mark on with the clock, and never back, until the context ends.
func (k *Keeper) keepTime(ctx context.Context) {
	for ctx.Err() == nil {
		if err := k.markTime(ctx); err != nil {
			k.Log.Error("time", "err", err)
		}
		pause(ctx, clockEvery)
	}
}

func (k *Keeper) markTime(ctx context.Context) error {
	m, err := store.LoadMark(ctx, k.DB, clockMark)
	if err != nil {
		return err
	}
	if now := k.Now().UTC().Round(0); now.After(m.At) {
		m.At = now
		return store.Save(ctx, k.DB, &m)
	}
	return k.onTime(ctx)
}
