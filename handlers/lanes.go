package handlers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"sync"
	"time"

	"sekisho/store"
)

const (
	tick     = 2 * time.Second // how often a lane seeks what is due, if nothing pokes it sooner
	pauseFor = time.Second     // for a record whose work could not even be written down
)

// lane does the work of one of the ledger's queues, a bounded number of records at a time and each one once.
type lane struct {
	name    store.Lane
	workers int
	work    func(context.Context, string) error
}

// Run does what is due until the context ends; then it takes up nothing more and returns when what runs is done, which
// is bounded by the deadlines of the steps.
func (k *Keeper) Run(ctx context.Context) {
	k.wind(ctx)
	var wg sync.WaitGroup
	for _, l := range []lane{
		{store.Take, 16, k.tend},
		{store.Give, 8, k.tend},
		{store.Judge, 8, k.judge},
		{store.Tell, 8, k.tell},
	} {
		wg.Go(func() { k.sweep(ctx, l) })
	}
	wg.Go(func() { k.keepTime(ctx) })
	wg.Go(func() { k.watch(ctx) })
	wg.Go(func() { k.showHomes(ctx) })
	wg.Go(func() { k.schedule(ctx) })
	wg.Go(func() { k.audits(ctx) })
	wg.Wait()
}

// Poke makes every lane look at once: the clock was moved, or AWS answers again.
func (k *Keeper) Poke() {
	for _, poke := range k.pokes {
		wake(poke)
	}
}

// done is what a worker reports.
type done struct {
	id  string
	err error
}

// rest is how long a record that could not be worked on is let be.
type rest struct {
	until time.Time
	held  *road // or until it is open, or to be tried
}

// sweep runs one lane. Its cost is the rows that are due and the workers that are busy, never what exists.
func (k *Keeper) sweep(ctx context.Context, l lane) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	finished := make(chan done)
	busy, resting := map[string]bool{}, map[string]rest{}
	for {
		maps.DeleteFunc(resting, func(_ string, r rest) bool { return !k.now().Before(r.until) })
		for _, id := range k.due(ctx, l, len(busy)+len(resting)) {
			if busy[id] || len(busy) == l.workers || k.rests(id, resting) {
				continue
			}
			delete(resting, id)
			busy[id] = true
			go func() { finished <- done{id, k.safely(ctx, l, id)} }()
		}
		select {
		case <-ctx.Done():
			for ; len(busy) > 0; delete(busy, (<-finished).id) {
			}
			return
		case d := <-finished:
			delete(busy, d.id)
			if d.err != nil {
				resting[d.id] = k.putOff(l, d)
			}
		case <-k.pokes[l.name]:
		case <-ticker.C:
		}
	}
}

// rests tells whether a record is let be for now.
func (k *Keeper) rests(id string, resting map[string]rest) bool {
	r, ok := resting[id]
	if !ok || r.held == nil {
		return ok
	}
	_, held := k.roads.held(*r.held, id, k.now())
	return held
}

// putOff says how long a record rests whose work was not done.
func (k *Keeper) putOff(l lane, d done) rest {
	var held errHeld
	if errors.As(d.err, &held) {
		return rest{k.now().Add(heldFor), &held.road}
	}
	k.Log.Error("work could not be done and will be again", "lane", l.name, "id", d.id, "err", d.err)
	return rest{until: k.now().Add(pauseFor)}
}

// due lists what the lane has to do, beyond what it does already.
func (k *Keeper) due(ctx context.Context, l lane, beside int) []string {
	if ctx.Err() != nil {
		return nil
	}
	ids, err := store.DueBy(ctx, k.DB, l.name, k.now(), l.workers+beside)
	if err != nil {
		k.Log.Error("ledger could not be read", "lane", l.name, "err", err)
	}
	return ids
}

// safely does the work with a context that a shutdown does not cancel. A record that makes the program panic must not
// keep the others from ending.
func (k *Keeper) safely(ctx context.Context, l lane, id string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return l.work(context.WithoutCancel(ctx), id)
}
