package store

import (
	"errors"
	"time"
)

// ErrWish says that a wish for a later end is open already, or that there is none to decide on.
var ErrWish = errors.New("no such wish for a later end")

// Wish is a holder's wish that their access ends later, while it waits for approvals: the same that a request needs. There
// is one at a time, it never goes beyond the grant's Max, and it ends with the access at the latest.
type Wish struct {
	By        string     `json:"by"`
	At        time.Time  `json:"at"`
	Until     time.Time  `json:"until"` // the end that is wished for
	Steps     []Step     `json:"steps"` // approvals that are needed
	Approvals []Approval `json:"approvals,omitempty"`
}

// Open tells whether the wish waits.
func (w Wish) Open() bool { return !w.Until.IsZero() }

// Voters are the steps that each approval can count for.
func (w Wish) Voters() [][]int { return votersOf(w.Approvals) }

// Later is the end that the holder can wish for now: as much later as the grant lasts, and never beyond its Max.
func (g Grant) Later() (time.Time, bool) {
	until := g.Until.Add(g.Duration)
	if until.After(g.Max) {
		until = g.Max
	}
	return until, g.State == Active && !g.Wish.Open() && until.After(g.Until)
}

// WishTerms is a digest of what is shown of the end and of the wish for a later one: an approval of it is bound to that,
// and so is the wish, so that who presses twice does not wish twice.
func (g Grant) WishTerms() string {
	return digestOf(g.Terms(), g.Until.Unix(), g.Wish.By, g.Wish.At.Unix(), g.Wish.Until.Unix(), g.Wish.Steps)
}

// wished is the grant once something has happened to its wish.
func (g Grant) wished(e Entry) (Grant, error) {
	if open := g.Wish.Open(); open == (e.Verb == AskMore) {
		return g, ErrWish
	}
	w := g.Wish
	switch e.Verb {
	case AskMore:
		if !e.Until.After(g.Until) || e.Until.After(g.Max) {
			return g, ErrTerm
		}
		w.By, w.At, w.Until = e.By, plain(e.At), plain(e.Until)
	case Agree, Prolong:
		w.Approvals = append(w.Approvals[:len(w.Approvals):len(w.Approvals)], Approval{By: e.By, At: plain(e.At), Steps: e.Steps})
		if e.Verb == Prolong {
			return g.prolonged(e, w)
		}
	case Decline:
		w = Wish{}
	}
	g.Wish = w
	return g, nil
}

// prolonged is the grant once its wish has come true.
func (g Grant) prolonged(e Entry, w Wish) (Grant, error) {
	byRule := e.By == Rule && g.Risk != High && w.Until.Sub(g.Start) <= g.Auto
	switch {
	case !e.Until.Equal(w.Until) || e.Until.Before(g.Until):
		return g, ErrTerm
	case !byRule && !Met(w.Steps, w.Voters()):
		return g, ErrSteps
	}
	g.Wish = Wish{}
	return g.until(e)
}
