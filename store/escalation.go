package store

import (
	"errors"
	"time"
)

// ErrEscalation says that a grant has nobody to be escalated to, or that it has been.
var ErrEscalation = errors.New("nothing to escalate to")

// Escalation is who may decide too on a request that has waited for long. It stands apart from the steps, as what the
// request needs and what its card shows to be decided on stay as they are: whoever may decide too counts for any step.
type Escalation struct {
	At    time.Time `json:"at"`             // when it comes to that
	To    []string  `json:"to"`             // Slack user ids and "usergroup:" ids
	Since time.Time `json:"since,omitzero"` // when it came to that
}

// Escalates returns when the request is escalated, if nobody decides before, and whether it is at all: not where nobody can
// approve it, and not before it has a card, without which nobody could have decided.
func (g Grant) Escalates() (time.Time, bool) {
	x := g.Escalation
	return x.At, g.State == Asked && g.Subject.Person != "" && g.Card.TS != "" && len(x.To) > 0 && x.Since.IsZero() && x.At.Before(g.Lapses)
}

// Escalated are those who may decide too by now, besides whom the steps name.
func (g Grant) Escalated() []string {
	if g.Escalation.Since.IsZero() {
		return nil
	}
	return g.Escalation.To
}

// escalated is the grant once it has been escalated.
func (g Grant) escalated(e Entry) (Grant, error) {
	if len(g.Escalation.To) == 0 || !g.Escalation.Since.IsZero() {
		return g, ErrEscalation
	}
	g.Escalation.Since = plain(e.At)
	return g, nil
}
