package demo

import (
	"time"

	"sekisho/handlers/access"
	"sekisho/store"
)

// nextTurn is when time alone next changes something: access begins or ends, or a key is to be deactivated or deleted. It
// is the zero time if nothing is to come.
func (j *journal) nextTurn() time.Time {
	j.mu.Lock()
	defer j.mu.Unlock()
	var turns []time.Time
	for _, g := range j.grants {
		turns = append(turns, turnOf(g))
	}
	for _, t := range j.tasks {
		turns = append(turns, turnOfTask(t))
	}
	return earliest(turns)
}

// turnOf is when a grant begins or ends, or what is left of it is cleared away.
func turnOf(g store.Grant) time.Time {
	switch {
	case g.Ahead():
		return g.Start
	case g.State == store.Active, g.State == store.Approved:
		return g.Until
	}
	return g.Clearing
}

// turnOfTask is when the key that a rotation has replaced is deactivated, if it stays unused, or deleted.
func turnOfTask(t store.Task) time.Time {
	switch t.State {
	case store.Proving:
		return access.Proven(t)
	case store.Resting:
		return t.Deletes
	}
	return time.Time{}
}

// earliest is the first of some times, but for the zero time.
func earliest(times []time.Time) (first time.Time) {
	for _, at := range times {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}
