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

// Time returns the time by which everything is done: the machine's, but never before what the ledger has seen.
func (e *Engine) Time() time.Time { return e.clock.now(e.Now()) }

// wind sets the clock to the time that the ledger has seen.
func (e *Engine) wind(ctx context.Context) {
	m, err := store.LoadMark(ctx, e.DB, clockMark)
	if err != nil {
		e.Log.Error("time", "err", err)
		return
	}
	e.clock.now(m.At)
}

// CheckClock returns an error if the clock stands more than a minute behind the time that the ledger has seen: an end reckoned
// from it would come too late. Nothing is given then; what is over is still ended. An operator resets the mark (ResetClock).
func (e *Engine) CheckClock(ctx context.Context) error {
	m, err := store.LoadMark(ctx, e.DB, clockMark)
	if err != nil {
		return err
	}
	if behind := m.At.Sub(e.Now()); behind > clockSlack {
		return errClock{behind.Round(time.Second)}
	}
	return nil
}

// keepTime moves the mark on with the clock, and never back, until the context ends.
func (e *Engine) keepTime(ctx context.Context) {
	for ctx.Err() == nil {
		if err := e.markTime(ctx); err != nil {
			e.Log.Error("time", "err", err)
		}
		Pause(ctx, clockEvery)
	}
}

func (e *Engine) markTime(ctx context.Context) error {
	m, err := store.LoadMark(ctx, e.DB, clockMark)
	if err != nil {
		return err
	}
	if now := e.Now().UTC().Round(0); now.After(m.At) {
		m.At = now
		return store.Save(ctx, e.DB, &m)
	}
	return e.CheckClock(ctx)
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
