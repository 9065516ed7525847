package demo

import "sekisho/store"

// The steps of the guided tour, in their order. Who leaves one out has done it with the next.
const (
	stepSignIn  = iota + 1 // somebody signed in, and there is a request
	stepRefused            // somebody's own approval of it was refused
	stepGiven              // access was given
	stepOverdue            // the bot is dead, and the end of that access has passed
	stepTaken              // it was taken back
)

// tour is how many steps have happened: the ledger says so, not the page. It goes on with the request of one sign-in. What else
// happens, a rotation or an old grant that ends, is none of it.
type tour struct {
	step    int
	request string // the latest sign-in's, until it is given
}

func (t *tour) reach(step int) { t.step = max(t.step, step) }

// entry looks at what happened in the ledger to a record, which a sign-in may have begun.
func (t *tour) entry(record string, signIn bool, e store.Entry) {
	switch {
	case e.Verb == store.Ask && signIn && t.step < stepGiven:
		t.request = record
		t.reach(stepSignIn)
	case record != t.request:
	case e.Verb == store.Apply && e.State == store.Active:
		t.reach(stepGiven)
	case e.Verb == store.Undo && t.step >= stepGiven:
		t.reach(stepTaken)
	}
}

// refused looks at a press that somebody made on a record of their own.
func (t *tour) refused(record string) {
	if record == t.request {
		t.reach(stepRefused)
	}
}
