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
	enough     = 3               // tries in a row that found the road shut, before the others wait
	probeEvery = 5 * time.Second // one of them finds out whether it is open again
	heldFor    = 5 * time.Minute // then it is looked at whether the outage has to be told again
)

// road is what tries have in common that fail together: the calls of one kind of work in one account.
type road struct {
	account, kind string
	state         store.State // which picks the work
}

// roads knows which roads are shut; the package's doc says why. The zero value is ready.
type roads struct {
	mu   sync.Mutex
	shut map[road]*closure
}

// closure is what is known of a road on which something has failed.
type closure struct {
	failures int       // in a row, of whoever tried
	code     string    // of the last
	next     time.Time // when somebody may find out, once there are enough
	finder   string    // the record that may
}

// held tells whether a record has to wait, and AWS's last word on why. It has not if the road is open, or if it is time to
// find out whether it is, which is then this record's to do. Nobody waits for a try that hangs: the next one may in any
// case when it is time.
func (r *roads) held(at road, id string, now time.Time) (why string, held bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.shut[at]
	switch {
	case c == nil || c.failures < enough || c.finder == id:
		return "", false
	case now.Before(c.next):
		return c.code, true
	}
	c.finder, c.next = id, now.Add(probeEvery)
	return "", false
}

// isShut tells whether enough tries in a row have failed on a road.
func (r *roads) isShut(at road) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.shut[at]
	return c != nil && c.failures >= enough
}

// anyShut tells whether enough tries in a row have failed on any road that a state picks.
func (r *roads) anyShut(of store.State) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for at, c := range r.shut {
		if at.state == of && c.failures >= enough {
			return true
		}
	}
	return false
}

// learn takes in what came of a try, and tells whether it has opened a road that was shut. A failure for a reason of the
// record's own is an answer as well.
func (r *roads) learn(at road, id string, err error, now time.Time) (opened bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.shut[at]
	if !outage(err) {
		delete(r.shut, at)
		return c != nil && c.failures >= enough
	}
	if c == nil {
		c = &closure{}
		if r.shut == nil {
			r.shut = map[road]*closure{}
		}
		r.shut[at] = c
	}
	c.failures, c.code = c.failures+1, code(err)
	if c.failures == enough {
		c.next = now.Add(probeEvery)
	}
	if c.finder == id {
		c.finder = ""
	}
	return false
}

// throttled are AWS's codes for too many calls; they come with HTTP status 400.
var throttled = []string{"Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException", "RequestLimitExceeded", "RequestThrottled"}

// outage tells whether a try failed for a reason that others share: no answer, or one that says to come back later.
func outage(err error) bool {
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
	return slices.Contains(throttled, code(err))
}

// errHeld says that a record waits for its road, and that nothing was written about it.
type errHeld struct{ road }

func (errHeld) Error() string { return "held: AWS does not answer" }

// wayTo is nil if the grant may try now. Else the outage is told, if that is news, and the grant is held.
func (k *Keeper) wayTo(ctx context.Context, g store.Grant) error {
	return k.way(roadOf(g), g.ID, func(told store.Entry) error {
		if g.State != store.Ending || g.Trouble != "" && !g.News(told.Note, told.At) {
			return nil
		}
		g, err := g.After(told)
		if err != nil {
			return err
		}
		return k.save(ctx, &g)
	})
}

// wayToRemedy is wayTo for an alert.
func (k *Keeper) wayToRemedy(ctx context.Context, a store.Alert) error {
	return k.way(roadOfAlert(a), a.ID, func(told store.Entry) error {
		if a.Trouble != "" && !a.News(told.Note, told.At) {
			return nil
		}
		a, err := a.After(told)
		if err != nil {
			return err
		}
		return k.save(ctx, &a)
	})
}

// wayToRotate is wayTo for a task.
func (k *Keeper) wayToRotate(ctx context.Context, t store.Task) error {
	return k.way(roadOfTask(t), t.ID, func(told store.Entry) error {
		if t.Trouble != "" && !t.News(told.Note, told.At) {
			return nil
		}
		t, err := t.After(told)
		if err != nil {
			return err
		}
		return k.save(ctx, &t)
	})
}

// way is nil if a record may try a road. Else it is held, and tell hears what there would be to tell.
func (k *Keeper) way(at road, id string, tell func(store.Entry) error) error {
	now := k.now()
	why, held := k.roads.held(at, id, now)
	if !held {
		return nil
	}
	if err := tell(store.Entry{Verb: store.Fail, By: store.Self, At: now, Note: why}); err != nil {
		return err
	}
	return errHeld{at}
}

func roadOf(g store.Grant) road { return road{g.Account, g.Kind, g.State} }

func roadOfAlert(a store.Alert) road { return road{a.Account, string(a.Kind), a.State} }

func roadOfTask(t store.Task) road { return road{t.Account, "rotation", t.State} }

// tried learns from a try, and sends everybody who waited on their way if it has opened the road.
func (k *Keeper) tried(at road, id string, err error) {
	if k.roads.learn(at, id, err, k.now()) {
		k.Log.Info("AWS answers again", "account", at.account, "kind", at.kind, "work", at.state)
		k.Poke()
	}
}
