package handlers

import (
	"context"
	"sync"
	"sync/atomic"

	"sekisho/store"
)

// Urgency says what goes to Slack first, where Slack takes one message after the other.
type Urgency int32

// The urgencies, the least first.
const (
	Ordinary Urgency = iota // what is asked for, and what goes on
	Pressing                // new cards, and those of what was decided or has ended
	Alarming                // alarms, and answers to presses
)

// Hurry is how urgent something is that is being told. It can grow while that waits for its turn.
type Hurry struct{ urgency atomic.Int32 }

// NewHurry returns a hurry of this urgency.
func NewHurry(u Urgency) *Hurry {
	h := &Hurry{}
	h.Raise(u)
	return h
}

// Raise makes it at least so urgent.
func (h *Hurry) Raise(least Urgency) {
	for now := h.urgency.Load(); now < int32(least) && !h.urgency.CompareAndSwap(now, int32(least)); now = h.urgency.Load() {
	}
}

type hurryKey struct{}

// In returns a context in which all is as urgent as this.
func (h *Hurry) In(ctx context.Context) context.Context { return context.WithValue(ctx, hurryKey{}, h) }

// UrgencyOf returns how urgent a message is by now.
func UrgencyOf(ctx context.Context) Urgency {
	if h, ok := ctx.Value(hurryKey{}).(*Hurry); ok {
		return Urgency(h.urgency.Load())
	}
	return Ordinary
}

// RaiseUrgency makes what a context is for at least so urgent.
func RaiseUrgency(ctx context.Context, least Urgency) {
	if h, ok := ctx.Value(hurryKey{}).(*Hurry); ok {
		h.Raise(least)
	}
}

// tellers are the records that are being told. What presses stands in two lanes and is told by one worker at a time. The zero value
// is ready.
type tellers struct {
	mu    sync.Mutex
	turns map[string]*turn // by record
}

// turn is a worker's turn at a record.
type turn struct {
	hurry *Hurry
	over  chan struct{} // is closed at its end
}

// begin waits until nobody tells the record, and returns how urgent it is told then. Whoever tells it until then has the turn of the
// more urgent.
func (t *tellers) begin(ctx context.Context, id string, u Urgency) (*Hurry, error) {
	for {
		mine, other := t.take(id, u)
		if other == nil {
			return mine.hurry, nil
		}
		other.hurry.Raise(u)
		select {
		case <-other.over:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// take returns a turn at the record, or whose turn it is.
func (t *tellers) take(id string, u Urgency) (mine, other *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if other, ok := t.turns[id]; ok {
		return nil, other
	}
	if t.turns == nil {
		t.turns = map[string]*turn{}
	}
	mine = &turn{NewHurry(u), make(chan struct{})}
	t.turns[id] = mine
	return mine, nil
}

func (t *tellers) end(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.turns[id].over)
	delete(t.turns, id)
}

// tellLanes returns the lanes that tell, with what they do. A storm of requests takes no worker from what presses, what a look has
// found none from an alarm, and people who pressed much none from either.
func (e *Engine) tellLanes() []queue {
	return []queue{
		{store.Alarm, 4, e.tellAs(Alarming, e.tell)},
		{store.Answer, 4, e.tellAs(Alarming, e.tell)},
		{store.Redraw, 8, e.tellAs(Pressing, e.tellCard)},
		{store.Warn, 2, e.tellAs(Pressing, e.tell)},
		{store.Post, 2, e.tellAs(Pressing, e.tell)}, // one posts, and the next is ready
		{store.Tell, 8, e.tellAs(Ordinary, e.tell)},
	}
}

// tellAs tells a record with an urgency, once no other lane's worker does, unless Slack is known not to answer.
func (e *Engine) tellAs(u Urgency, tell func(context.Context, string, store.Record) error) func(context.Context, string) error {
	return func(ctx context.Context, id string) error {
		h, err := e.tellers.begin(ctx, id, u)
		if err != nil {
			return err
		}
		defer e.tellers.end(id)
		r, _ := store.Load(ctx, e.DB, id) // what tells it says why
		at := e.speechOf(r)
		if _, held := e.breakers.blocks(at, id, e.Time()); held {
			return errHeld{at}
		}
		return e.spoken(at, id, u, tell(h.In(ctx), id, r))
	}
}
