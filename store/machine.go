package store

import (
	"context"
	"fmt"
)

// Headed is a pointer to a record to which entries happen.
type Headed[T any] interface {
	*T
	lived
}

// Machine is the life of one kind of record: from it come the only way to change the state, reading, and the steps that a verification
// allows. The table of states is data beside it.
type Machine[T any, P Headed[T]] struct {
	Name  string                                        // with its article, for errors
	Next  func(r T, v Verb) (State, bool)               // the state that a verb leads to, by the table
	Apply func(r T, e Entry, to State) (T, error)       // changes the facts that the verb is about
	Work  func(was T, w Work, e Entry, moved bool) Work // the work after an entry; nil: Work.after
	Press func(e Entry, moved bool) bool                // whether the card is to show it before what others ask for; nil: no
	Then  func(r T, e Entry) T                          // changes progress once the record is in its state; nil: nothing
}

// After returns the record as it is once e has happened to it, with e linked to its chain and waiting to be written. ErrState where the
// table has no such step; what Apply refuses changes nothing.
func (m Machine[T, P]) After(r T, e Entry) (T, error) {
	was := *P(&r).state()
	to, ok := m.Next(r, e.Verb)
	if !ok {
		return r, fmt.Errorf("%s %s that is %s: %w", e.Verb, m.Name, orNew(was), ErrState)
	}
	next, err := m.Apply(r, e, to)
	p := P(&next)
	if err != nil {
		return r, fmt.Errorf("%s %s: %w", e.Verb, p.id(), err)
	}
	if work := p.work(); work != nil && m.Work != nil {
		*work = m.Work(r, *work, e, to != was)
	} else if work != nil {
		*work = work.after(e, to != was)
	}
	telling := p.telling()
	*telling = telling.after(e, p.head().Chain.Seq+1, m.Press != nil && m.Press(e, to != was))
	*p.state() = to
	if m.Then != nil {
		next = m.Then(next, e)
	}
	return next, enter(p, e)
}

// leads returns the state that a verb leads a record to from another state, by the table.
func (m Machine[T, P]) leads(r T, from State, v Verb) (State, bool) {
	*P(&r).state() = from
	return m.Next(r, v)
}

// Load reads a record of the kind.
func (m Machine[T, P]) Load(ctx context.Context, db DB, id string) (r T, err error) {
	err = load(ctx, db, id, P(&r))
	return r, err
}

func (w *Work) work() *Work          { return w }
func (t *Telling) telling() *Telling { return t }
