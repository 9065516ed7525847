package handlers

import (
	"context"
	"errors"
	"time"

	"sekisho/store"
)

const (
	StepTime  = 20 * time.Second // of one step outside, with all its calls
	probeTime = 3 * time.Second  // of one call to an account that has not answered lately
	stopTime  = 7 * time.Second  // after which a stop cuts off what calls are still out, of its ten
)

// ledgerKey is under what a context has the one for the ledger.
type ledgerKey struct{}

// probeKey is under what a context says that its calls find out whether an account answers again.
type probeKey struct{}

// Outside returns the context of calls to AWS and Slack, which end after a time. The ledger is asked with the context from
// before, whichever of the two a function has: what came of a call is written down however long it took. Every limit of time
// in this package is made here.
func Outside(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(apart(ctx, forLedger(ctx)), limit)
}

// apart returns a context whose end does not reach the ledger, which has one of its own.
func apart(ctx, ledger context.Context) context.Context {
	return context.WithValue(ctx, ledgerKey{}, ledger)
}

// forLedger returns the context with which the ledger is asked.
func forLedger(ctx context.Context) context.Context {
	if own, ok := ctx.Value(ledgerKey{}).(context.Context); ok {
		return own
	}
	return ctx
}

// CallContext returns the context of a step on a circuit. While the breaker is open each call is a probe.
func (e *Engine) CallContext(ctx context.Context, at Circuit) (context.Context, context.CancelFunc) {
	if e.breakers.isOpen(at) {
		ctx = Probing(ctx)
	}
	return Outside(ctx, StepTime)
}

// Probing returns a context whose calls to AWS are probes.
func Probing(ctx context.Context) context.Context { return context.WithValue(ctx, probeKey{}, true) }

// CallTime returns how long one call to AWS may take, which is less than usual where the account has not answered lately.
func CallTime(ctx context.Context, usual time.Duration) time.Duration {
	if ctx.Value(probeKey{}) != nil {
		return min(usual, probeTime)
	}
	return usual
}

// errStopping is why calls are cut off that are out when the program stops.
var errStopping = errors.New("the program stops")

// Later returns a context that ends so long after another one has ended.
func Later(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	later, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		Pause(later, d)
		cancel(errStopping)
	})
	return later, func() { stop(); cancel(nil) }
}

// ledger is a DB that is asked with the context that is meant for it.
type ledger struct{ store.DB }

func (l ledger) Get(ctx context.Context, id string) (store.Doc, error) {
	return l.DB.Get(forLedger(ctx), id)
}

func (l ledger) Entries(ctx context.Context, id string, after uint64) ([]store.Entry, error) {
	return l.DB.Entries(forLedger(ctx), id, after)
}

func (l ledger) Put(ctx context.Context, docs ...store.Doc) error {
	return l.DB.Put(forLedger(ctx), docs...)
}

func (l ledger) Due(ctx context.Context, queue string, now time.Time, limit int) ([]store.Row, error) {
	return l.DB.Due(forLedger(ctx), queue, now, limit)
}

func (l ledger) List(ctx context.Context, index, from string, limit int) ([]store.Row, error) {
	return l.DB.List(forLedger(ctx), index, from, limit)
}
