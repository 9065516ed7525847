package store

import "time"

// Term is when access begins and ends that is approved at a time: it begins with the approval, or at the wished start if
// that is later; it ends at the wished end, or after as long as all who approved allow. Nothing else says so.
func (g Grant) Term(approved time.Time) (start, until time.Time) {
	start = later(approved, g.From)
	until = start.Add(g.Allowed())
	if !g.To.IsZero() && (!g.Limited() || g.To.Before(until)) {
		return start, g.To
	}
	return start, until
}

// Ahead tells whether the grant waits for its wished start, as far as anything has happened: it knows no clock, so that
// what is drawn of it is the same until something does.
func (g Grant) Ahead() bool {
	return g.State == Approved && !g.From.IsZero() && g.Start.Equal(g.From) && !g.Planned && g.Trouble == ""
}
