package store

import "time"

// When people are reminded.
const (
	soon       = 15 * time.Minute // before the end of access
	soonFrom   = 30 * time.Minute // access that is shorter ends without: who has it has just been told
	nudgeAfter = 15 * time.Minute // that a request waits; then after twice as long, and so on
	nudges     = 4                // then it is known, and nobody wants to hear it again
)

// Reminding is what has been said again.
type Reminding struct {
	Asked     time.Time `json:"asked,omitzero"`      // when the request was opened
	Reminders int       `json:"reminders,omitempty"` // of the request, so far
	Warned    time.Time `json:"warned,omitzero"`     // the end that the holder was reminded of
}

// NextReminder returns what people are to be reminded of next, and when: Remind, Soon or nothing. Of a request that
// nobody can approve nobody is reminded.
func (g Grant) NextReminder() (Verb, time.Time) {
	switch {
	case g.Subject.Person == "":
	case g.State == Asked && !g.Asked.IsZero():
		if at := nudge(g.Asked, g.Reminders); g.Reminders < nudges && at.Before(g.Lapses) {
			return Remind, at
		}
	case g.State == Active:
		return g.nextWhileActive()
	}
	return "", time.Time{}
}

// nextWhileActive is the earlier of two reminders: the approvers', of an extension that waits, and the holder's.
func (g Grant) nextWhileActive() (what Verb, at time.Time) {
	if g.Until.Sub(g.Start) >= soonFrom && !g.Warned.Equal(g.Until) {
		what, at = Soon, g.Until.Add(-soon)
	}
	if x := g.Extension; x.Open() && x.Reminders < nudges {
		if waits := nudge(x.At, x.Reminders); waits.Before(g.Until) && (what == "" || waits.Before(at)) {
			what, at = Remind, waits
		}
	}
	return what, at
}

// nudge is when approvers are reminded who were asked at a time, and reminded so often since.
func nudge(asked time.Time, told int) time.Time { return asked.Add(nudgeAfter << told) }

// NoReminder takes note that it is too late for a reminder. It carries no entry: nothing has happened.
func (g *Grant) NoReminder() {
	g.Reminders, g.Extension.Reminders, g.Warned = nudges, nudges, g.Until
}

// reminded is the grant once its approvers were reminded.
func (g Grant) reminded(at time.Time) (Grant, error) {
	switch {
	case g.State == Asked:
		g.Reminders = nudged(g.Asked, g.Reminders, at)
	case !g.Extension.Open():
		return g, ErrExtension
	default:
		g.Extension.Reminders = nudged(g.Extension.At, g.Extension.Reminders, at)
	}
	return g, nil
}

// nudged counts a reminder. Those that were missed meanwhile are not made up for.
func nudged(asked time.Time, told int, at time.Time) int {
	for told++; told < nudges && !nudge(asked, told).After(at); told++ {
	}
	return told
}
