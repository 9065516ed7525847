package store

import (
	"errors"
	"time"
)

// ErrExposure says that there is no issued key that stands, or that its secret is as exposed as it was.
var ErrExposure = errors.New("nothing has changed about a secret")

// LookEvery is how often an issued key is looked at: while it works, whether its secret is still its requester's alone;
// while it rests after its end, whether it is still off.
const LookEvery = 5 * time.Minute

// KeyStands tells whether the grant has issued a key that is to work: until its end, or for ever if it was handed over.
func (g Grant) KeyStands() bool {
	return g.Effects[FactKey] != "" && (g.State == Active || g.Outcome == HandOver)
}

// Rests tells whether the grant has ended, and what is left of it is to be cleared away.
func (g Grant) Rests() bool { return g.State == Ended && !g.Clearing.IsZero() }

// dueLook is when the grant is looked at next, although nothing has happened to it.
func (g Grant) dueLook() (time.Time, bool) {
	return later(g.Looks, g.Claim.End), !g.Looks.IsZero() && (g.KeyStands() || g.Rests())
}

// looked is the grant with the time of its next look, which an entry may change.
func (g Grant) looked(e Entry) Grant {
	switch {
	case g.KeyStands() && (e.Verb == Apply || e.Verb == HandOver), g.Rests() && e.Verb == Undo:
		g.Looks = plain(e.At.Add(LookEvery))
	case !g.KeyStands() && !g.Rests():
		g.Looks = time.Time{}
	}
	return g
}

// exposure is the grant once others could read its secret, or cannot any more.
func (g Grant) exposure(e Entry) (Grant, error) {
	if !g.KeyStands() || g.Exposed.IsZero() != (e.Verb == Expose) {
		return g, ErrExposure
	}
	if g.Exposed = (time.Time{}); e.Verb == Expose {
		g.Exposed = plain(e.At)
	}
	return g, nil
}
