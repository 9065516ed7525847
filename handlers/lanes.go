package handlers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"sekisho/store"
)

const (
	tick     = 2 * time.Second // how often a lane seeks what is due, if nothing pokes it sooner
	pauseFor = time.Second     // for a record whose work could not even be written down, or wrote nothing

	brokenFor = 5 * time.Minute // for one that cannot be read
)

// lane does the work of one of the ledger's queues, each record once at a time. Each account has workers of its own, so that
// accounts that do not answer, however many, hold up no other. All of them together are bounded by the accounts of the
// configuration.
type lane struct {
	name    store.Lane
	workers int // of each account
	work    func(context.Context, string) error
}

// Run does what is due, and others' work beside it, until the context ends. Then telling and judging are cut off at once:
// what was not told, or judged, is so after a start. What begins or ends access may finish what runs. What ends access goes
// on for as long as anything else of this is at work, and so until the ledger can be closed. No call stays out for longer
// than stopTime after the context's end; its intent stands in the ledger.
func (k *Keeper) Run(ctx context.Context, beside ...func(context.Context)) {
	k.wind(ctx)
	since := k.lastChanged(ctx)
	k.seal(ctx, store.SealStart, sealAtEnd)
	calls, cut := Later(ctx, stopTime)
	defer cut()
	ending, over := context.WithCancel(context.WithoutCancel(ctx))
	var others, last sync.WaitGroup
	last.Go(func() { k.sweep(ending, calls, lane{store.Take, 16, k.tend}, k.accountOf) })
	for _, l := range []lane{
		{store.Give, 8, k.tend},
		{store.Look, 4, k.inspect},
	} {
		others.Go(func() { k.sweep(ctx, calls, l, k.accountOf) })
	}
	for _, l := range append(k.tellLanes(), lane{store.Judge, 8, k.judge}) {
		others.Go(func() { k.sweep(ctx, ctx, l, nil) })
	}
	verify := func(ctx context.Context) { k.verifyLive(ctx, since) }
	for _, work := range append(beside, k.keepTime, k.watch, k.showHomes, k.schedule, k.audits, k.seals, k.postHeads, k.storeHeads, verify) {
		others.Go(func() { work(ctx) })
	}
	others.Wait()
	over()
	last.Wait()
	k.seal(context.WithoutCancel(ctx), store.SealStop, sealAtEnd)
}

// Poke makes every lane look at once: the clock was moved, or AWS answers again.
func (k *Keeper) Poke() {
	for _, poke := range k.pokes {
		wake(poke)
	}
}

// accountOf returns the account that a record's work calls, and "" for an offboarding, which calls several, and for what
// cannot be read.
func (k *Keeper) accountOf(ctx context.Context, id string) string {
	r, _ := store.Load(ctx, k.DB, id) // its work says why
	switch r := r.(type) {
	case *store.Alert:
		return r.Account
	case *store.Task:
		return r.Account
	case *store.Grant:
		return r.Account
	}
	return ""
}

// done is what a worker reports.
type done struct {
	id      string
	err     error
	idle    bool   // nothing was written to it
	version uint64 // which it had before
}

// rest is how long a record that could not be worked on is let be.
type rest struct {
	until   time.Time
	held    *road // or until it is open, or to be tried
	idle    bool  // or until it has another version
	version uint64
}

// shift is what a lane has on its hands.
type shift struct {
	lane
	account  func(context.Context, string) string // of a record; nil: what the lane does is of none
	accounts map[string]string                    // of the records that are due or worked on
	waiting  map[string][]string                  // the records of each account that are due and have no worker, the earliest first
	busy     map[string]bool                      // the records that are worked on; true: it was seen to be due again
	working  map[string]int                       // the workers of each account
	resting  map[string]rest
}

// sweep runs one lane. Its cost is the rows that are due, which are listed when something is known to have changed, or time has
// passed: never what exists. When calls ends, what is out to AWS and Slack is cut off.
func (k *Keeper) sweep(ctx, calls context.Context, l lane, account func(context.Context, string) string) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	finished := make(chan done)
	s := shift{l, account, map[string]string{}, nil, map[string]bool{}, map[string]int{}, map[string]rest{}}
	for look := true; ; {
		if look && ctx.Err() == nil {
			k.list(ctx, &s)
		}
		if ctx.Err() != nil { // nothing more is taken up
			s.waiting = nil
		}
		for _, id := range s.next() {
			go func() { finished <- k.attempt(calls, l, id) }()
		}
		look = true
		select {
		case <-ctx.Done():
			for ; len(s.busy) > 0; delete(s.busy, (<-finished).id) {
			}
			return
		case d := <-finished:
			look = s.finish(d.id)
			if d.err != nil || d.idle {
				s.resting[d.id] = k.putOff(l, d)
			}
		case <-k.pokes[l.name]:
			look = !s.crowded() // else at the next tick: a storm must not list itself with each of its records
		case <-ticker.C:
		}
	}
}

// next takes the records for which their accounts have workers.
func (s *shift) next() (ids []string) {
	for account, waiting := range s.waiting {
		free := min(s.workers-s.working[account], len(waiting))
		for _, id := range waiting[:free] {
			s.busy[id] = false
			s.working[account]++
		}
		ids = append(ids, waiting[:free]...)
		s.waiting[account] = waiting[free:]
	}
	return ids
}

// finish takes a record off, and reports whether the lane has to look what is due: this one again, or there was more.
func (s *shift) finish(id string) bool {
	account, again := s.accounts[id], s.busy[id]
	delete(s.busy, id)
	s.working[account]--
	return again || len(s.waiting[account]) == 0
}

// crowded tells whether records wait for a worker.
func (s *shift) crowded() bool {
	for _, waiting := range s.waiting {
		if len(waiting) > 0 {
			return true
		}
	}
	return false
}

// list finds out what is due and is neither worked on nor let be. Where accounts are told apart it lists all, as what an
// account that does not answer has waiting must not hide what others have.
func (k *Keeper) list(ctx context.Context, s *shift) {
	maps.DeleteFunc(s.resting, func(_ string, r rest) bool { return !k.now().Before(r.until) })
	var ids []string
	for limit := s.workers + len(s.busy) + len(s.resting); ; limit *= 2 {
		var err error
		if ids, err = store.DueBy(ctx, k.DB, s.name, k.now(), limit); err != nil {
			k.Log.Error("ledger could not be read", "lane", s.name, "err", err)
			return
		}
		if s.account == nil || len(ids) < limit {
			break
		}
	}
	known := s.accounts
	s.accounts, s.waiting = map[string]string{}, map[string][]string{}
	for id := range s.busy {
		s.accounts[id] = known[id]
	}
	for _, id := range ids {
		if _, busy := s.busy[id]; busy {
			s.busy[id] = true
			continue
		}
		account, ok := known[id]
		if !ok && s.account != nil {
			account = s.account(ctx, id)
		}
		s.accounts[id] = account
		if !k.rests(ctx, id, s.resting) {
			delete(s.resting, id)
			s.waiting[account] = append(s.waiting[account], id)
		}
	}
}

// rests tells whether a record is let be for now.
func (k *Keeper) rests(ctx context.Context, id string, resting map[string]rest) bool {
	switch r, ok := resting[id]; {
	case !ok:
		return false
	case r.held != nil:
		_, held := k.roads.held(*r.held, id, k.now())
		return held
	case r.idle:
		return k.version(ctx, id) == r.version
	}
	return true
}

// putOff says how long a record rests whose work was not done.
func (k *Keeper) putOff(l lane, d done) rest {
	if d.err == nil {
		return rest{until: k.now().Add(pauseFor), idle: true, version: d.version}
	}
	var held errHeld
	if errors.As(d.err, &held) {
		return rest{until: k.now().Add(heldFor), held: &held.road}
	}
	var later errLater
	if errors.As(d.err, &later) {
		return rest{until: k.now().Add(later.pause)}
	}
	k.Log.Error("work could not be done and will be again", "lane", l.name, "id", d.id, "err", d.err)
	if slices.Contains(store.BrokenIn(d.err), d.id) {
		return rest{until: k.now().Add(brokenFor)}
	}
	return rest{until: k.now().Add(pauseFor)}
}

// attempt does the work, and reports whether it wrote to the record. One that is due all the same rests for a moment, as a row that
// somebody has forged in the index makes it due for ever.
func (k *Keeper) attempt(calls context.Context, l lane, id string) done {
	ctx := context.WithoutCancel(calls)
	d := done{id: id, version: k.version(ctx, id)}
	d.err = k.safely(calls, l, id)
	d.idle = d.err == nil && k.version(ctx, id) == d.version
	return d
}

// version returns the version of a record, or 0 for one that is not there or cannot be read.
func (k *Keeper) version(ctx context.Context, id string) uint64 {
	doc, _ := k.DB.Get(ctx, id) // its work says why
	return doc.Version
}

// safely does the work. The end of the program cuts off calls, and no write. A record that makes the program panic must not keep
// the others from ending, nor one that cannot be read, which is told.
func (k *Keeper) safely(calls context.Context, l lane, id string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	ctx := apart(calls, context.WithoutCancel(calls))
	err = l.work(ctx, id)
	return errors.Join(err, k.tellBroken(ctx, err))
}
