package handlers

import (
	"context"
	"errors"
	"time"

	"sekisho/store"
)

const (
	sealEvery = time.Minute
	sealTime  = 10 * time.Second // for one sweep: what it has not sealed the next one does
	headAt    = 9 * 60           // minutes after midnight, where no report is made
	sealAtEnd = 2 * time.Second  // for the first sweep, before anything acts, and for the last: neither holds anything up for longer
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

// seals seals what has changed once a minute, until the context ends.
func (k *Keeper) seals(ctx context.Context) {
	for pause(ctx, sealEvery); ctx.Err() == nil; pause(ctx, sealEvery) {
		k.seal(ctx, store.SealMinute, sealTime)
		k.deleteSpent(ctx)
	}
}

// seal makes one sweep. What it cannot write, as when the disk is full, is sealed later.
func (k *Keeper) seal(ctx context.Context, why store.SealReason, within time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	if _, err := k.sealer.Sweep(ctx, k.now(), why); err != nil {
		k.Log.Error("what has changed is not sealed yet", "err", err)
	}
}

// deleteSpent deletes ignored sign-ins and judged presses that are older than the configuration wants to keep.
func (k *Keeper) deleteSpent(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, sealTime)
	defer cancel()
	if k.Policy.Keep == 0 || k.onTime(ctx) != nil { // a clock that is wrong deletes nothing
		return
	}
	if _, err := k.sealer.Delete(ctx, k.now(), k.now().Add(-k.Policy.Keep)); err != nil {
		k.Log.Error("what is over for long is not deleted yet", "err", err)
	}
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
		if err := k.onTime(ctx); err != nil { // the lock's end would be wrong, and cannot be taken back
			return err
		}
		ctx, cancel := outside(ctx, stepTime)
		defer cancel()
		return k.HeadStore.Store(ctx, head)
	})
}

// eachDay sends the head once a day, when the audit's report is due, with the one that was sent before. What is not taken is sent
// later, with growing pauses.
func (k *Keeper) eachDay(ctx context.Context, mark string, send func(context.Context, string, store.SealHead) error) {
	for tries := 0; k.Policy.Audit != nil && ctx.Err() == nil; {
		err := k.sendHead(ctx, mark, send)
		if tries++; err == nil {
			tries = 0
		} else if ctx.Err() == nil {
			k.Log.Warn("head of the ledger will be sent again", "mark", mark, "tries", tries, "err", err)
		}
		pause(ctx, min(sealEvery<<min(tries, 6), time.Hour))
	}
}

// sendHead sends the head that is due, and then notes that it was sent: after a kill in between it is sent once more. In a new
// ledger nothing is sent before the first full day.
func (k *Keeper) sendHead(ctx context.Context, name string, send func(context.Context, string, store.SealHead) error) error {
	now := k.now().UTC().Round(0)
	mark, err := store.LoadMark(ctx, k.DB, name)
	if err != nil || !mark.At.Before(k.Policy.Audit.daily(now)) {
		return err
	}
	if mark.At.IsZero() {
		mark.At = now
		return unlessFaster(store.Save(ctx, k.DB, &mark))
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
	return unlessFaster(store.Save(context.WithoutCancel(ctx), k.DB, &mark))
}

// unstored returns since when no head could be stored, if that is a day or more and the last try failed; else the zero time.
func (k *Keeper) unstored(ctx context.Context) (time.Time, error) {
	if !k.failing.Load() {
		return time.Time{}, nil
	}
	mark, err := store.LoadMark(ctx, k.DB, storedMark)
	if due := k.Policy.Audit.daily(k.now()); err != nil || !mark.At.Before(k.Policy.Audit.daily(due.Add(-time.Minute))) {
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
	ctx, cancel := outside(ctx, tellTime)
	defer cancel()
	return k.Voice.Head(ctx, head, changes, unstored)
}
