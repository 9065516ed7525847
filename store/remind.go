package store

import "time"

// When people are reminded.
const (
	soon       = 15 * time.Minute // before the end of access
	soonFrom   = 30 * time.Minute // access that is shorter ends without: who has it has just been told
	nudgeAfter = 15 * time.Minute // that a request waits; then after twice as long, and so on
	nudges     = 4                // then it is known, and nobody wants to hear it again
)

// Reminding is how often approvers have been reminded.
type Reminding struct {
	Reminders   int `json:"reminders,omitempty"`    // of a request, or of a rotation
	OfExtension int `json:"of_extension,omitempty"` // of the one that waits
}

// next is when approvers are reminded of what was asked at a time and lapses at another, if they are to be.
func (r Reminding) next(asked, lapses time.Time) (Verb, time.Time) {
	if at := nudge(asked, r.Reminders); !asked.IsZero() && r.Reminders < nudges && at.Before(lapses) {
		return Remind, at
	}
	return "", time.Time{}
}

// NoReminder takes note that it is too late for a reminder. It carries no entry: nothing has happened.
func (r *Reminding) NoReminder() { r.Reminders = nudges }

// NextReminder returns what people are to be reminded of next, and when: Remind, Soon or nothing. Of a request that
// nobody can approve nobody is reminded.
func (g Grant) NextReminder() (Verb, time.Time) {
	switch {
	case g.Subject.Person == "":
	case g.State == Asked:
		return g.next(g.Asked, g.Lapses)
	case g.State == Active:
		return g.nextWhileActive()
	}
	return "", time.Time{}
}

// NextReminder returns when the approvers of a rotation are to be reminded of it, or nothing.
func (t Task) NextReminder() (Verb, time.Time) {
	if t.State != Asked {
		return "", time.Time{}
	}
	return t.next(t.Asked, t.Lapses)
}

// nextWhileActive is the earlier of two reminders: the approvers', of an extension that waits, and the holder's.
func (g Grant) nextWhileActive() (what Verb, at time.Time) {
	if g.Until.Sub(g.Start) >= soonFrom && !g.Warned.Equal(g.Until) && !g.AlreadyHeld() {
		what, at = Soon, g.Until.Add(-soon)
	}
	if x := g.Extension; x.Open() && g.OfExtension < nudges {
		if waits := nudge(x.At, g.OfExtension); waits.Before(g.Until) && (what == "" || waits.Before(at)) {
			what, at = Remind, waits
		}
	}
	return what, at
}

// nudge is when approvers are reminded who were asked at a time, and reminded so often since.
func nudge(asked time.Time, told int) time.Time { return asked.Add(nudgeAfter << told) }

// NoReminder takes note that it is too late for any reminder.
func (g *Grant) NoReminder() {
	g.Reminding.NoReminder()
	g.OfExtension, g.Warned = nudges, g.Until
}

// reminded is the grant once its approvers were reminded.
func (g Grant) reminded(at time.Time) (Grant, error) {
	switch {
	case g.State == Asked:
		g.Reminders = nudged(g.Asked, g.Reminders, at)
	case !g.Extension.Open():
		return g, ErrExtension
	default:
		g.OfExtension = nudged(g.Extension.At, g.OfExtension, at)
	}
	return g, nil
}

// nudged counts a reminder. Those that were missed meanwhile are not made up for.
func nudged(asked time.Time, told int, at time.Time) int {
	for told++; told < nudges && !nudge(asked, told).After(at); told++ {
	}
	return told
}
