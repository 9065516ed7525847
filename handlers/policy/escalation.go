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

// to is nobody where nothing is escalated.
func (x *Escalation) Deciders() []string {
	if x == nil {
		return nil
	}
	return x.To
}

// from is when what is asked for now comes to be escalated, and to whom.
func (x *Escalation) Begin(now time.Time) store.Escalation {
	if x == nil {
		return store.Escalation{}
	}
	return store.Escalation{At: now.Add(x.After).UTC().Round(0), To: x.To}
}

// still are those who may decide too, as far as the rule still names them.
func (x *Escalation) StillNamed(escalated []string) []string {
	return slices.DeleteFunc(slices.Clone(escalated), func(who string) bool { return !slices.Contains(x.Deciders(), who) })
}

// opened are steps for which others can count as well.
func Widen(steps []store.Step, others []string) []store.Step {
	out := slices.Clone(steps)
	for i := range out {
		out[i].By = slices.Concat(out[i].By, others)
	}
	return out
}
