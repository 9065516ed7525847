package handlers

import (
	"context"
	"slices"
	"strings"
	"time"

	"sekisho/store"
)

// Escalation is who may decide too, on a request that has waited for so long.
type Escalation struct {
	After time.Duration
	To    []string // Slack user ids and "usergroup:" ids
}

// Deciders returns all who approve, and who may once a request is escalated.
func (e Entitlement) Deciders() []string {
	out := e.Approvers()
	if e.Escalation == nil {
		return out
	}
	for _, who := range e.Escalation.To {
		if !slices.Contains(out, who) {
			out = append(out, who)
		}
	}
	return out
}

// escalation is when a request that is made now comes to be escalated, and to whom.
func (e Entitlement) escalation(now time.Time) store.Escalation {
	if e.Escalation == nil {
		return store.Escalation{}
	}
	return store.Escalation{At: now.Add(e.Escalation.After).UTC().Round(0), To: e.Escalation.To}
}

// alsoDecide are those who may decide on the grant since it was escalated, as far as the rule still names them.
func (p *Policy) alsoDecide(g store.Grant) []string {
	rule, ok := p.Rule(g.Entitlement)
	if !ok || rule.Escalation == nil {
		return nil
	}
	var out []string
	for _, who := range g.Escalated() {
		if slices.Contains(rule.Escalation.To, who) {
			out = append(out, who)
		}
	}
	return out
}

// opened are steps for which others can count as well.
func opened(steps []store.Step, others []string) []store.Step {
	out := slices.Clone(steps)
	for i := range out {
		out[i].By = slices.Concat(out[i].By, others)
	}
	return out
}

// escalate lets more people decide on a request that nobody has decided on. It is told to them once for all on a digest
// that wait under the same rule: an entry with another's id in it rings no bell.
func (k *Keeper) escalate(ctx context.Context, g store.Grant) error {
	grants, now := []store.Grant{g}, k.now()
	if g.Digest {
		var err error
		if grants, err = k.onCard(ctx, g.Card); err != nil {
			return err
		}
	}
	grants = slices.DeleteFunc(grants, func(each store.Grant) bool { return each.Entitlement != g.Entitlement })
	first := ""
	if i := slices.IndexFunc(grants, func(each store.Grant) bool { return len(each.Escalated()) > 0 }); i >= 0 {
		first = grants[i].ID
	}
	var records []store.Record
	for _, each := range grants {
		if at, ok := each.Escalates(); !ok || now.Before(at) {
			continue
		}
		e := store.Entry{Verb: store.Escalate, By: store.Self, At: now, Facts: map[string]string{"to": strings.Join(each.Escalation.To, " ")}}
		if first == "" {
			first = each.ID
		} else {
			e.Facts["with"] = first
		}
		each, err := each.After(e)
		if err != nil {
			return err
		}
		records = append(records, &each)
	}
	return k.save(ctx, records...)
}
