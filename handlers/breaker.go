package handlers

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"sekisho/store"
)

const (
	enough     = 3               // outages in a row that open a breaker
	probeEvery = 5 * time.Second // one try goes out, while a breaker is open
	heldFor    = 5 * time.Minute // then the record is looked at: the outage may have to be told again
)

// Circuit is what tries have in common that fail together: the calls of one kind of work in one account, or the messages to one channel.
type Circuit struct {
	Account, Kind string
	State         store.State // which picks the work
}

// breakers are the circuits on which tries have failed. The zero value is ready.
type breakers struct {
	mu   sync.Mutex
	open map[Circuit]*breaker
}

// breaker counts the failures on a circuit. It is open once they are enough.
type breaker struct {
	failures int       // outages in a row
	code     string    // of the last
	next     time.Time // of the next probe
	prober   string    // the record that probes
}

// blocks reports whether a record has to wait, and AWS's last error code. Once in probeEvery it lets one record through, which probes. A
// probe that hangs holds up no other: the next one goes out when it is time.
func (r *breakers) blocks(at Circuit, id string, now time.Time) (why string, held bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.open[at]
	switch {
	case c == nil || c.failures < enough || c.prober == id:
		return "", false
	case now.Before(c.next):
		return c.code, true
	}
	c.prober, c.next = id, now.Add(probeEvery)
	return "", false
}

// isOpen reports whether the breaker of a circuit is open.
func (r *breakers) isOpen(at Circuit) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.open[at]
	return c != nil && c.failures >= enough
}

// anyOpen reports whether the breaker of any circuit of a state is open.
func (r *breakers) anyOpen(of store.State) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for at, c := range r.open {
		if at.State == of && c.failures >= enough {
			return true
		}
	}
	return false
}

// observe records the result of a try, and reports whether it closed a breaker that was open. A failure for the record's own reason
// is an answer as well.
func (r *breakers) observe(at Circuit, id string, err error, now time.Time) (closed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.open[at]
	if !IsOutage(err) {
		delete(r.open, at)
		return c != nil && c.failures >= enough
	}
	if c == nil {
		c = &breaker{}
		if r.open == nil {
			r.open = map[Circuit]*breaker{}
		}
		r.open[at] = c
	}
	c.failures, c.code = c.failures+1, CodeOf(err)
	if c.failures == enough {
		c.next = now.Add(probeEvery)
	}
	if c.prober == id {
		c.prober = ""
	}
	return false
}

// throttled are AWS's codes for too many calls; they come with HTTP status 400.
var throttled = []string{"Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException", "RequestLimitExceeded", "RequestThrottled"}

// IsOutage reports whether a try failed for a reason that others share: no answer, or one that says to come back later.
func IsOutage(err error) bool {
	var line interface{ ConnectionError() bool } // of smithy-go
	var answer interface{ HTTPStatusCode() int } // of smithy-go
	switch {
	case err == nil:
		return false
	case errors.Is(err, ErrSilent), errors.Is(err, ErrShut):
		return true
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &line) && line.ConnectionError():
		return true
	case errors.As(err, &answer) && (answer.HTTPStatusCode() >= 500 || answer.HTTPStatusCode() == http.StatusTooManyRequests):
		return true
	}
	return slices.Contains(throttled, CodeOf(err))
}

// errHeld says that a record waits for its breaker. Nothing was written about it.
type errHeld struct{ Circuit }

func (errHeld) Error() string { return "held: AWS does not answer" }

// Allow returns nil if a record may call a circuit. Else tell gets the entry that there would be to write, and the record waits without a
// write of its own. The error is the engine's: a workflow returns it.
func (e *Engine) Allow(at Circuit, id string, tell func(store.Entry) error) error {
	now := e.Time()
	why, held := e.breakers.blocks(at, id, now)
	if !held {
		return nil
	}
	if err := tell(store.Entry{Verb: store.Fail, By: store.Self, At: now, Note: why}); err != nil {
		return err
	}
	return errHeld{at}
}

// Observe records the result of a try. The first answer after an outage lets all records go on that waited.
func (e *Engine) Observe(at Circuit, id string, err error) {
	if e.breakers.observe(at, id, err, e.Time()) {
		e.Log.Info("AWS answers again", "account", at.Account, "kind", at.Kind, "work", at.State)
		e.Wake()
	}
}

// AnyOpen reports whether the breaker of any circuit of a state is open.
func (e *Engine) AnyOpen(of store.State) bool { return e.breakers.anyOpen(of) }
