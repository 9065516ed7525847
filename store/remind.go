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
	case g.State == Asked && !g.Asked.IsZero() && g.Reminders < nudges:
		if at := g.nudge(); at.Before(g.Lapses) {
			return Remind, at
		}
	case g.State == Active && g.Until.Sub(g.Start) >= soonFrom && !g.Warned.Equal(g.Until):
		return Soon, g.Until.Add(-soon)
	}
	return "", time.Time{}
}

func (g Grant) nudge() time.Time { return g.Asked.Add(nudgeAfter << g.Reminders) }

// NoReminder takes note that it is too late for a reminder. It carries no entry: nothing has happened.
func (g *Grant) NoReminder() {
	g.Reminders, g.Warned = nudges, g.Until
}

// reminded counts a reminder. Those that were missed meanwhile are not made up for.
func (g *Grant) reminded(at time.Time) {
	for g.Reminders++; g.Reminders < nudges && !g.nudge().After(at); g.Reminders++ {
	}
}
