package fakeaws

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Failure says how a call goes wrong: what its caller hears, and whether what he
// asked for happens all the same. The zero Failure is a connection cut before
// anything was done.
type Failure struct {
	// Code is the AWS error answered, as "Throttling", "ServiceFailure" or
	// "AccessDenied". Without one there is no answer: the connection is cut.
	Code string
	// Status is the HTTP status that goes with Code; if 0, that of AWS.
	Status int
	// Hang leaves the caller waiting until his request's context ends. Code is
	// not looked at.
	Hang bool
	// Done makes the effect happen although the caller does not hear of it.
	Done bool
	// Delay holds that effect back until so much later, by [Options].Now: the
	// write that was given up for lost and lands after its own undoing. It counts
	// for writes that are Done; a reading has no later effect.
	Delay time.Duration
}

// Fault sets the hook that decides which calls fail, in place of the one before;
// nil lets all succeed. The hook sees each known action of a known caller before
// it is done, one at a time, and returns nil to let it be. It may look at the AWS
// by its methods, but makes no request of its own.
func (a *AWS) Fault(hook func(Call) *Failure) {
	a.faults.Lock()
	defer a.faults.Unlock()
	a.fault = hook
}

// faultFor asks the hook.
func (a *AWS) faultFor(c Call) *Failure {
	a.faults.Lock()
	defer a.faults.Unlock()
	if a.fault == nil {
		return nil
	}
	return a.fault(c)
}

// landing is the effect of a request that takes place at a later time.
type landing struct {
	at time.Time
	r  *request
}

// fail carries out a failure and returns what its caller hears.
func (a *AWS) fail(ctx context.Context, r *request, f *Failure) error {
	err := f.err()
	a.mu.Lock()
	a.settle()
	r.now = a.now()
	switch {
	case f.Done && f.Delay > 0:
		if r.Write {
			a.postpone(r, r.now.Add(f.Delay))
		}
	case f.Done:
		// Nobody is there to wait for a message, nor to hear how it went.
		r.last = true
		_, failed := r.do(a, r)
		r.Done = r.Write && failed == nil
	}
	a.record(r.Call, err)
	a.mu.Unlock()
	if f.Hang {
		<-ctx.Done()
	}
	return err
}

// err is what the caller hears.
func (f *Failure) err() error {
	if f.Hang || f.Code == "" {
		return errNoAnswer
	}
	e := refuse(f.Code, "%s, by order of fakeaws", f.Code)
	if f.Status != 0 {
		e.status = f.Status
	}
	return e
}

var errNoAnswer = errors.New("no answer")

// postpone queues an effect behind those that land before it or with it.
func (a *AWS) postpone(r *request, at time.Time) {
	i := len(a.late)
	for i > 0 && a.late[i-1].at.After(at) {
		i--
	}
	again := *r
	a.late = slices.Insert(a.late, i, landing{at, &again})
}

// settle lets land what is due, each at its own time; mu is held. Everything that
// looks at the state settles first, so nobody can tell that it was late.
func (a *AWS) settle() {
	now := a.now()
	for len(a.late) > 0 && !a.late[0].at.After(now) {
		l := a.late[0]
		a.late = a.late[1:]
		l.r.At, l.r.now, l.r.Late, l.r.last = l.at, l.at, true, true
		_, err := l.r.do(a, l.r)
		l.r.Done = err == nil
		a.record(l.r.Call, err)
	}
}
