package store

import (
	"errors"
	"time"
)

// ErrEscalation says that a request has nobody to be escalated to, or that it has been.
var ErrEscalation = errors.New("nothing to escalate to")

// Escalation is who may decide too on a request that has waited for long. It stands apart from the steps, as what the
// request needs and what its card shows to be decided on stay as they are: whoever may decide too counts for any step.
type Escalation struct {
	At    time.Time `json:"at"`             // when it comes to that
	To    []string  `json:"to"`             // Slack user ids and "usergroup:" ids
	Since time.Time `json:"since,omitzero"` // when it came to that
}

// Escalated are those who may decide too by now, besides whom the steps name.
func (x Escalation) Escalated() []string {
	if x.Since.IsZero() {
		return nil
	}
	return x.To
}

// ahead tells whether what lapses at a time comes to be escalated before.
func (x Escalation) ahead(lapses time.Time) bool {
	return len(x.To) > 0 && x.Since.IsZero() && x.At.Before(lapses)
}

// begun is the escalation once it has come to that.
func (x Escalation) begun(at time.Time) (Escalation, error) {
	if len(x.To) == 0 || !x.Since.IsZero() {
		return x, ErrEscalation
	}
	x.Since = plain(at)
	return x, nil
}

// Escalates returns when the request is escalated, if nobody decides before, and whether it is at all: not where nobody can
// approve it, and not before it has a card, without which nobody could have decided.
func (g Grant) Escalates() (time.Time, bool) {
	return g.Escalation.At, g.State == Asked && g.Subject.Person != "" && g.Card.TS != "" && g.Escalation.ahead(g.Lapses)
}

// Escalates returns when the rotation is escalated, and whether it is at all.
func (t Task) Escalates() (time.Time, bool) {
	return t.Escalation.At, t.State == Asked && t.Card.TS != "" && t.Escalation.ahead(t.Lapses)
}

// Escalated are those who may decide on the request too by now.
func (g Grant) Escalated() []string { return g.Escalation.Escalated() }

// Escalated are those who may decide on the rotation too by now.
func (t Task) Escalated() []string { return t.Escalation.Escalated() }
