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
	Tick     = 2 * time.Second // how often a lane seeks what is due, if nothing pokes it sooner
	pauseFor = time.Second     // for a record whose work could not even be written down, or wrote nothing

	brokenFor = 5 * time.Minute // for one that cannot be read
)

// lane does the work of one of the ledger's queues, each record once at a time. Each account has workers of its own, so that
// accounts that do not answer, however many, hold up no other. All of them together are bounded by the accounts of the
// configuration.
type queue struct {
	name    store.Lane
	workers int // of each account
	work    func(context.Context, string) error
}

// Run does what is due, and others' work beside it, until the context ends. Then telling and judging are cut off at once:
// what was not told, or judged, is so after a start. What begins or ends access may finish what runs. What ends access goes
// on for as long as anything else of this is at work, and so until the ledger can be closed. No call stays out for longer
// than stopTime after the context's end; its intent stands in the ledger.
func (e *Engine) Run(ctx context.Context, beside ...func(context.Context)) {
	e.wind(ctx)
	since := e.lastChanged(ctx)
	e.seal(ctx, store.SealStart, sealAtEnd)
	calls, cut := Later(ctx, stopTime)
	defer cut()
	ending, over := context.WithCancel(context.WithoutCancel(ctx))
	var others, last sync.WaitGroup
	last.Go(func() { e.sweep(ending, calls, queue{store.Take, 16, e.work}, e.accountOf) })
	for _, l := range []queue{
		{store.Give, 8, e.work},
		{store.Look, 4, e.look},
	} {
		others.Go(func() { e.sweep(ctx, calls, l, e.accountOf) })
	}
	for _, l := range append(e.tellLanes(), queue{store.Judge, 8, e.judge}) {
		others.Go(func() { e.sweep(ctx, ctx, l, nil) })
	}
	verify := func(ctx context.Context) { e.verifyLive(ctx, since) }
	for _, work := range append(beside, e.keepTime, e.seals, verify) {
		others.Go(func() { work(ctx) })
	}
	others.Wait()
	over()
	last.Wait()
	e.seal(context.WithoutCancel(ctx), store.SealStop, sealAtEnd)
}

// Wake has every queue looked at now: the clock was moved, or AWS answers again.
func (e *Engine) Wake() {
	for _, poke := range e.pokes {
		Wake(poke)
	}
}

// accountOf returns the account that a record's work calls, and "" for none, for several, and for a record that cannot be read.
func (e *Engine) accountOf(ctx context.Context, id string) string {
	r, _ := store.Load(ctx, e.DB, id) // its work says why
	if account := e.of(r).Account; account != nil {
		return account(r)
	}
	return ""
}

// work has a record's workflow do what is due, once the record is verified.
func (e *Engine) work(ctx context.Context, id string) error {
	r, err := e.Verify(ctx, id)
	if err != nil {
		return IgnoreFaster(err)
	}
	return do(ctx, id, e.of(r).Work)
}

// look has it look at what AWS has, in the same way.
func (e *Engine) look(ctx context.Context, id string) error {
	r, err := e.Verify(ctx, id)
	if err != nil {
		return IgnoreFaster(err)
	}
	return do(ctx, id, e.of(r).Look)
}

// tell has it deliver what people have not heard. A record that cannot be read is rebuilt first, or broken.
func (e *Engine) tell(ctx context.Context, id string, r store.Record) (err error) {
	if r == nil {
		if r, err = e.Verify(ctx, id); err != nil {
			return IgnoreFaster(err)
		}
	}
	return do(ctx, id, e.of(r).Tell)
}

// tellCard has it draw the card alone.
func (e *Engine) tellCard(ctx context.Context, id string, r store.Record) error {
	return do(ctx, id, e.of(r).Draw)
}

// do does what a workflow has to do, if anything.
func do(ctx context.Context, id string, work func(context.Context, string) error) error {
	if work == nil {
		return nil
	}
	return work(ctx, id)
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
	held    *Circuit // or until it is open, or to be tried
	idle    bool     // or until it has another version
	version uint64
}

// shift is what a lane has on its hands.
type shift struct {
	queue
	account  func(context.Context, string) string // of a record; nil: what the lane does is of none
	accounts map[string]string                    // of the records that are due or worked on
	waiting  map[string][]string                  // the records of each account that are due and have no worker, the earliest first
	busy     map[string]bool                      // the records that are worked on; true: it was seen to be due again
	working  map[string]int                       // the workers of each account
	resting  map[string]rest
}

// sweep runs one lane. Its cost is the rows that are due, which are listed when something is known to have changed, or time has
// passed: never what exists. When calls ends, what is out to AWS and Slack is cut off.
func (e *Engine) sweep(ctx, calls context.Context, l queue, account func(context.Context, string) string) {
	ticker := time.NewTicker(Tick)
	defer ticker.Stop()
	finished := make(chan done)
	s := shift{l, account, map[string]string{}, nil, map[string]bool{}, map[string]int{}, map[string]rest{}}
	for look := true; ; {
		if look && ctx.Err() == nil {
			e.list(ctx, &s)
		}
		if ctx.Err() != nil { // nothing more is taken up
			s.waiting = nil
		}
		for _, id := range s.next() {
			go func() { finished <- e.attempt(calls, l, id) }()
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
				s.resting[d.id] = e.putOff(l, d)
			}
		case <-e.pokes[l.name]:
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
func (e *Engine) list(ctx context.Context, s *shift) {
	maps.DeleteFunc(s.resting, func(_ string, r rest) bool { return !e.Time().Before(r.until) })
	var ids []string
	for limit := s.workers + len(s.busy) + len(s.resting); ; limit *= 2 {
		var err error
		if ids, err = store.DueBy(ctx, e.DB, s.name, e.Time(), limit); err != nil {
			e.Log.Error("ledger could not be read", "lane", s.name, "err", err)
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
		if !e.rests(ctx, id, s.resting) {
			delete(s.resting, id)
			s.waiting[account] = append(s.waiting[account], id)
		}
	}
}

// rests tells whether a record is let be for now.
func (e *Engine) rests(ctx context.Context, id string, resting map[string]rest) bool {
	switch r, ok := resting[id]; {
	case !ok:
		return false
	case r.held != nil:
		_, held := e.breakers.blocks(*r.held, id, e.Time())
		return held
	case r.idle:
		return e.version(ctx, id) == r.version
	}
	return true
}

// putOff says how long a record rests whose work was not done.
func (e *Engine) putOff(l queue, d done) rest {
	if d.err == nil {
		return rest{until: e.Time().Add(pauseFor), idle: true, version: d.version}
	}
	var held errHeld
	if errors.As(d.err, &held) {
		return rest{until: e.Time().Add(heldFor), held: &held.Circuit}
	}
	var later errLater
	if errors.As(d.err, &later) {
		return rest{until: e.Time().Add(later.pause)}
	}
	e.Log.Error("work could not be done and will be again", "lane", l.name, "id", d.id, "err", d.err)
	if slices.Contains(store.BrokenIn(d.err), d.id) {
		return rest{until: e.Time().Add(brokenFor)}
	}
	return rest{until: e.Time().Add(pauseFor)}
}

// attempt does the work, and reports whether it wrote to the record. One that is due all the same rests for a moment, as a row that
// somebody has forged in the index makes it due for ever.
func (e *Engine) attempt(calls context.Context, l queue, id string) done {
	ctx := context.WithoutCancel(calls)
	d := done{id: id, version: e.version(ctx, id)}
	d.err = e.safely(calls, l, id)
	d.idle = d.err == nil && e.version(ctx, id) == d.version
	return d
}

// version returns the version of a record, or 0 for one that is not there or cannot be read.
func (e *Engine) version(ctx context.Context, id string) uint64 {
	doc, _ := e.DB.Get(ctx, id) // its work says why
	return doc.Version
}

// safely does the work. The end of the program cuts off calls, and no write. A record that makes the program panic must not keep
// the others from ending, nor one that cannot be read, which is told.
func (e *Engine) safely(calls context.Context, l queue, id string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	ctx := apart(calls, context.WithoutCancel(calls))
	err = l.work(ctx, id)
	return errors.Join(err, e.ReportBroken(ctx, err))
}
