package handlers

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"sekisho/handlers/people"
	"sekisho/store"
)

// Engine does what is due in the ledger: each record by the workflow of its kind. Make one with New, and register the workflows
// before Run.
type Engine struct {
	DB      store.DB
	Now     func() time.Time
	Log     *slog.Logger
	Owner   string                                                                                  // of claims: another one for each process
	Keep    time.Duration                                                                           // ignored sign-ins and judged presses are deleted after it; 0: never
	Longest time.Duration                                                                           // that a record is live without an entry, at most
	Gate    func(ctx context.Context, p store.Press) (by people.Account, refusal string, err error) // whether somebody may press at all
	Rebuild func(ctx context.Context, id string, fault error) (store.Record, error)                 // what becomes of a record that is not what its entries say
	Alarm   func(ctx context.Context, id, why string) error                                         // tells security of a record that cannot be used
	Saving  func([]store.Record) (saved func())                                                     // is called before each write, and saved after it

	workflows map[string]Workflow // by kind
	pokes     map[store.Lane]chan struct{}
	clock     *clock
	breakers  *breakers // that are shut
	sealer    *store.Sealer
	tellers   *tellers // of records that are being told
}

// Workflow is what the engine asks of a kind of record. What is nil is nothing to do.
type Workflow struct {
	Account func(store.Record) string                                                     // the AWS account that its work calls; "" for several
	Work    func(ctx context.Context, id string) error                                    // changes AWS, or the record, as its state wants it
	Look    func(ctx context.Context, id string) error                                    // reads AWS, to which nothing is to be done
	Tell    func(ctx context.Context, id string) error                                    // delivers what people have not heard
	Draw    func(ctx context.Context, id string) error                                    // draws the card alone, of what was decided or has ended
	Judge   func(ctx context.Context, p store.Press, by people.Account) error             // decides on a press
	Gives   func(p store.Press, on store.Record, now time.Time) (bool, map[string]string) // whether a press would give something, and the facts of a refusal
	Unclaim func(ctx context.Context, id string) error                                    // voids the claim of a dead process
	Channel string                                                                        // its messages fail together with others of the same
}

// New returns an engine with these fields.
func New(e Engine) *Engine {
	e.DB = ledger{e.DB}
	e.workflows, e.pokes = map[string]Workflow{}, map[store.Lane]chan struct{}{}
	e.clock, e.breakers, e.tellers, e.sealer = new(clock), new(breakers), new(tellers), store.NewSealer(e.DB)
	for _, l := range store.Lanes() {
		e.pokes[l] = make(chan struct{}, 1)
	}
	return &e
}

// Register has the records of a kind done by a workflow.
func (e *Engine) Register(kind string, w Workflow) { e.workflows[kind] = w }

// of returns the workflow of a record, which is nil if it cannot be read.
func (e *Engine) of(r store.Record) Workflow {
	if r == nil {
		return Workflow{}
	}
	return e.workflows[store.KindOf(r)]
}

// Save writes records and wakes the lanes in which one is due now.
func (e *Engine) Save(ctx context.Context, records ...store.Record) error {
	saved := func() {}
	if e.Saving != nil {
		saved = e.Saving(records)
	}
	if err := store.Save(ctx, e.DB, records...); err != nil {
		return err
	}
	saved()
	now := e.Time()
	for _, r := range records {
		queued, ok := r.(interface {
			Due(store.Lane) (time.Time, bool)
		})
		for lane, poke := range e.pokes {
			if !ok {
				break // it stands in no lane
			}
			if at, ok := queued.Due(lane); ok && !at.After(now) {
				Wake(poke)
			}
		}
	}
	return nil
}

// Wake makes a loop look at once.
func Wake(poke chan<- struct{}) {
	select {
	case poke <- struct{}{}:
	default: // it is going to look anyway
	}
}

// Refused says that AWS, or the rules, will not have something, however often it is tried.
type Refused struct {
	Code  string
	Facts map[string]string // that a sentence about it names; nil for none
}

func (r *Refused) Error() string { return "refused: " + r.Code }

// CodeOf names an error for people and the ledger: AWS's own code where there is one.
func CodeOf(err error) string {
	var aws interface{ ErrorCode() string } // smithy.APIError
	var refused *Refused
	switch {
	case errors.As(err, &refused):
		return refused.Code
	case errors.As(err, &aws):
		return aws.ErrorCode()
	case errors.Is(err, context.DeadlineExceeded):
		return "Timeout"
	}
	return "Unreachable"
}

// Pause sleeps, unless the context ends.
func Pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
