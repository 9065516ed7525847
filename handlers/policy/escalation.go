package policy

import (
	"slices"
	"time"

	"sekisho/store"
)

// Escalation is who may decide too, on a request that has waited for so long.
type Escalation struct {
	After time.Duration
	To    []string // Slack user ids and "usergroup:" ids
}

// Deciders returns all who approve, and who may once a request is escalated.
func (e Entitlement) Deciders() []string { return NamedIn(Widen(e.Steps, e.Escalation.Deciders())) }

// Deciders returns the users and user groups to which a request is escalated: none without an escalation.
func (x *Escalation) Deciders() []string {
	if x == nil {
		return nil
	}
	return x.To
}

// Begin returns the escalation of a request that is asked for now.
func (x *Escalation) Begin(now time.Time) store.Escalation {
	if x == nil {
		return store.Escalation{}
	}
	return store.Escalation{At: now.Add(x.After).UTC().Round(0), To: x.To}
}

// StillNamed returns those to whom a request was escalated and whom the rule still names.
func (x *Escalation) StillNamed(escalated []string) []string {
	return slices.DeleteFunc(slices.Clone(escalated), func(who string) bool { return !slices.Contains(x.Deciders(), who) })
}

// Widen returns steps for which others count as well.
func Widen(steps []store.Step, others []string) []store.Step {
	out := slices.Clone(steps)
	for i := range out {
		out[i].By = slices.Concat(out[i].By, others)
	}
	return out
}
