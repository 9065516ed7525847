package handlers

import (
	"context"
	"fmt"
	"sync"
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

// clock goes on when the machine's is set back: what was to end at a time ends when that much time has passed. It follows
// the machine's again as soon as that has caught up. While it goes on by itself nothing is given (see onTime), so no
// grant is reckoned from it.
type clock struct {
	mu   sync.Mutex
	high time.Time // the latest that the machine's clock has shown, here or before the last restart
	at   time.Time // when that was, by the time that only goes forward
}

func (c *clock) now(machine time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.high.Sub(machine) > clockSlack {
		return c.high.Add(time.Since(c.at))
	}
	if machine.After(c.high) {
		c.high, c.at = machine.Round(0), time.Now()
	}
	return machine
}

// now is the time of everything that the keeper does.
func (k *Keeper) now() time.Time { return k.clock.now(k.Now()) }

// wind sets the clock to the time that the ledger has seen.
func (k *Keeper) wind(ctx context.Context) {
	m, err := store.LoadMark(ctx, k.DB, clockMark)
	if err != nil {
		k.Log.Error("time", "err", err)
		return
	}
	k.clock.now(m.At)
}

// onTime is an error if the clock stands more than a minute behind the time that the ledger has seen: an end reckoned
// from it would come too late. Nothing is given then; what is over is still ended. An operator resets the mark (ResetClock).
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

// ResetClock sets the mark of a ledger that no bot is at work on to now, and returns where it stood: a clock that once
// ran ahead would keep access from being given until the time that it showed.
func ResetClock(ctx context.Context, db store.DB, now time.Time) (before time.Time, err error) {
	m, err := store.LoadMark(ctx, db, clockMark)
	if err != nil {
		return time.Time{}, err
	}
	before, m.At = m.At, now.UTC().Round(0)
	return before, store.Save(ctx, db, &m)
}
