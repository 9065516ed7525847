package store

import (
	"errors"
	"time"
)

// ErrExtension says that an extension is open already, or that there is none to decide on.
var ErrExtension = errors.New("no such extension")

// Extension is a holder's request that their access ends later, while it waits for the approvals that a request needs.
// There is one at a time, it never goes beyond the grant's Max, and it ends with the access at the latest.
type Extension struct {
	By        string     `json:"by"`               // or Self, for a sign-in
	Signin    *Signin    `json:"signin,omitempty"` // that asks, if it is not the holder
	At        time.Time  `json:"at"`
	Until     time.Time  `json:"until"`            // the end that is asked for
	Reason    string     `json:"reason,omitempty"` // as the holder wrote it
	Steps     []Step     `json:"steps"`            // approvals that are needed
	Approvals []Approval `json:"approvals,omitempty"`
}

// Declined is the extension that was asked for last, if it was declined: its holder reads why.
type Declined struct {
	By    string    `json:"by"`
	Until time.Time `json:"until"` // the end that was asked for
	Note  string    `json:"note,omitempty"`
}

// Extended is the extension that came true last, with those who approved it: [Rule] if the rule did by itself, [Self] if a sign-in
// prolonged what was approved.
type Extended struct {
	Until time.Time `json:"until"`
	By    []string  `json:"by,omitempty"`
}

// Open tells whether the extension waits.
func (x Extension) Open() bool { return !x.Until.IsZero() }

// Voters are the steps that each approval can count for.
func (x Extension) Voters() [][]int { return votersOf(x.Approvals) }

// Later is the end that the holder can ask for now: as much later as the grant lasts, and never beyond its Max. A later end
// of what was there before would change nothing.
func (g Grant) Later() (time.Time, bool) {
	until := g.Until.Add(g.Allowed())
	if until.After(g.Max) {
		until = g.Max
	}
	return until, g.State == Active && !g.AlreadyHeld() && !g.Extension.Open() && until.After(g.Until)
}

// LaterBy is the end that the holder can ask for if they say by how much: never beyond the grant's Max. By nothing it is Later.
func (g Grant) LaterBy(d time.Duration) (time.Time, bool) {
	until, ok := g.Later()
	if d == 0 {
		return until, ok
	}
	until = g.Until.Add(d)
	return until, ok && d >= ShortestTerm && !until.After(g.Max)
}

// ExtensionTerms is a digest of what is shown of the end and of the extension that is asked for. An approval is bound to
// it, and so is the asking, so that who presses twice does not ask twice.
func (g Grant) ExtensionTerms() string {
	shown := []any{g.Terms(), g.Until.Unix(), g.Extension.By, g.Extension.At.Unix(), g.Extension.Until.Unix(), g.Extension.Steps}
	if besides := g.openBesides(); len(besides) > 0 {
		shown = append(shown, besides)
	}
	if s := g.Extension.Signin; s != nil {
		shown = append(shown, s.Address, s.MFA)
	}
	if g.Extension.Reason != "" {
		shown = append(shown, g.Extension.Reason)
	}
	return digestOf(shown...)
}

// extension is the grant once something has happened to its extension.
func (g Grant) extension(e Entry) (Grant, error) {
	if open := g.Extension.Open(); open == (e.Verb == AskMore) {
		return g, ErrExtension
	}
	x := g.Extension
	switch e.Verb {
	case AskMore:
		if !e.Until.After(g.Until) || e.Until.After(g.Max) {
			return g, ErrTerm
		}
		x = Extension{By: e.By, Signin: x.Signin, At: plain(e.At), Until: plain(e.Until), Reason: e.Note, Steps: x.Steps}
		g.Declined, g.OfExtension = Declined{}, 0
	case Agree, Prolong:
		x.Approvals = append(x.Approvals[:len(x.Approvals):len(x.Approvals)], Approval{By: e.By, At: plain(e.At), Steps: e.Steps})
		if e.Verb == Prolong {
			return g.prolonged(e, x)
		}
	case Decline:
		g.Declined = Declined{By: e.By, Until: x.Until, Note: e.Note}
		x = Extension{}
	case Retract:
		x = Extension{}
	}
	g.Extension = x
	return g, nil
}

// prolonged is the grant once its extension is given.
func (g Grant) prolonged(e Entry, x Extension) (Grant, error) {
	byRule := e.By == Rule && g.Risk != High && x.Until.Sub(g.Start) <= g.Auto && !g.Limited()
	switch {
	case !e.Until.Equal(x.Until) || e.Until.Before(g.Until):
		return g, ErrTerm
	case !byRule && !Met(x.Steps, x.Voters()):
		return g, ErrSteps
	}
	if x.Signin != nil {
		g = g.covered(Prolong, x.Signin)
	}
	g.Extension, g.Extended = Extension{}, Extended{Until: plain(e.Until)}
	for _, a := range x.Approvals {
		g.Extended.By = append(g.Extended.By, a.By)
	}
	return g.until(e)
}
