package demo

import "sekisho/store"

// tour is how many steps of the guided tour have happened: the ledger says so, not the page.
type tour int

// The steps, in their order. Who leaves one out has done it with the next.
const (
	stepSignIn  tour = iota + 1 // somebody signed in, and there is a request
	stepRefused                 // somebody's own approval was refused
	stepGiven                   // access was given
	stepOverdue                 // the bot is dead, and the end of access has passed
	stepTaken                   // access was taken back
)

func (t *tour) reach(step tour) { *t = max(*t, step) }

// entry looks at what happened in the ledger. A later step counts only on the way: an old grant that ends while the tour
// is at its beginning is none of it.
func (t *tour) entry(e store.Entry) {
	switch {
	case e.Verb == store.Ask:
		t.reach(stepSignIn)
	case e.Verb == store.Apply && e.State == store.Active:
		t.reach(stepGiven)
	case e.Verb == store.Undo && *t >= stepGiven:
		t.reach(stepTaken)
	}
}
