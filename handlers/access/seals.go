package access

import (
	"context"
	"errors"
	"time"

	"sekisho/handlers"
	"sekisho/store"
)

// The marks of the head that was posted, and stored, last: each is sent by itself, so that neither waits for the other.
const (
	headMark   = "head"
	storedMark = "head-stored"
)

// HeadStore stores heads of the ledger where whoever holds this machine cannot take them back.
type HeadStore interface {
	// Store stores a head, any number of times with one effect, and reads it back.
	Store(ctx context.Context, h store.SealHead) error
}

// postHeads says once a day in the security channel what the ledger has come to.
func (k *Keeper) postHeads(ctx context.Context) {
	k.eachDay(ctx, headMark, func(ctx context.Context, before string, head store.SealHead) error {
		since, err := k.unstored(ctx)
		if err != nil || before == head.String() && since.IsZero() {
			return err
		}
		return k.postHead(ctx, before, head, since)
	})
}

// storeHeads stores it once a day where this machine cannot change it, if there is such a place.
func (k *Keeper) storeHeads(ctx context.Context) {
	if k.HeadStore == nil {
		return
	}
	k.eachDay(ctx, storedMark, func(ctx context.Context, before string, head store.SealHead) (err error) {
		if before == head.String() {
			return nil
		}
		defer func() { k.failing.Store(err != nil) }()
		if err := k.CheckClock(ctx); err != nil { // the lock's end would be wrong, and cannot be taken back
			return err
		}
		ctx, cancel := handlers.Outside(ctx, handlers.StepTime)
		defer cancel()
		return k.HeadStore.Store(ctx, head)
	})
}

// eachDay sends the head once a day, when the audit's report is due, with the one that was sent before. What is not taken is sent
// later, with growing pauses.
func (k *Keeper) eachDay(ctx context.Context, mark string, send func(context.Context, string, store.SealHead) error) {
	for tries := 0; k.Policy.Head != nil && ctx.Err() == nil; {
		err := k.sendHead(ctx, mark, send)
		if tries++; err == nil {
			tries = 0
		} else if ctx.Err() == nil {
			k.Log.Warn("head of the ledger will be sent again", "mark", mark, "tries", tries, "err", err)
		}
		handlers.Pause(ctx, min(time.Minute<<min(tries, 6), time.Hour))
	}
}

// sendHead sends the head that is due, and then notes that it was sent: after a kill in between it is sent once more. In a new
// ledger nothing is sent before the first full day.
func (k *Keeper) sendHead(ctx context.Context, name string, send func(context.Context, string, store.SealHead) error) error {
	now := k.Time().UTC().Round(0)
	mark, err := store.LoadMark(ctx, k.DB, name)
	if err != nil || !mark.At.Before(k.Policy.Head.Due(now)) {
		return err
	}
	if mark.At.IsZero() {
		mark.At = now
		return handlers.IgnoreFaster(store.Save(ctx, k.DB, &mark))
	}
	head, err := store.LastSeal(ctx, k.DB)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err == nil {
		err = send(ctx, mark.Value, head)
	}
	if err != nil {
		return err
	}
	mark.At, mark.Value = now, head.String()
	return handlers.IgnoreFaster(store.Save(context.WithoutCancel(ctx), k.DB, &mark))
}

// unstored returns since when no head could be stored, if that is a day or more and the last try failed; else the zero time.
func (k *Keeper) unstored(ctx context.Context) (time.Time, error) {
	if !k.failing.Load() {
		return time.Time{}, nil
	}
	mark, err := store.LoadMark(ctx, k.DB, storedMark)
	if due := k.Policy.Head.Due(k.Time()); err != nil || !mark.At.Before(k.Policy.Head.Due(due.Add(-time.Minute))) {
		return time.Time{}, err
	}
	return mark.At, nil
}

// postHead posts a head, with how much was sealed since the one before, and since when none could be stored.
func (k *Keeper) postHead(ctx context.Context, before string, head store.SealHead, unstored time.Time) error {
	var last store.SealHead
	_ = last.UnmarshalText([]byte(before)) // none: nothing was posted yet
	changes := 0
	for n := last.Number + 1; n <= head.Number; n++ {
		seal, err := store.LoadSeal(ctx, k.DB, n)
		if err != nil {
			return err
		}
		changes += len(seal.Records)
	}
	ctx, cancel := handlers.Outside(ctx, handlers.TellTime)
	defer cancel()
	return k.Voice.Head(ctx, head, changes, unstored)
}
