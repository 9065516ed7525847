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
func (e Entitlement) Deciders() []string { return named(opened(e.Steps, e.Escalation.to())) }

// Deciders returns all who approve, and who may once the rotation is escalated.
func (r Rotation) Deciders() []string { return named(opened(r.Steps, r.Escalation.to())) }

// to is nobody where nothing is escalated.
func (x *Escalation) to() []string {
	if x == nil {
		return nil
	}
	return x.To
}

// from is when what is asked for now comes to be escalated, and to whom.
func (x *Escalation) from(now time.Time) store.Escalation {
	if x == nil {
		return store.Escalation{}
	}
	return store.Escalation{At: now.Add(x.After).UTC().Round(0), To: x.To}
}

// still are those who may decide too, as far as the rule still names them.
func (x *Escalation) still(escalated []string) []string {
	return slices.DeleteFunc(slices.Clone(escalated), func(who string) bool { return !slices.Contains(x.to(), who) })
}

// alsoDecide are those who may decide on the grant since it was escalated.
func (p *Policy) alsoDecide(g store.Grant) []string {
	rule, _ := p.Rule(g.Entitlement)
	return rule.Escalation.still(g.Escalated())
}

// alsoDecideTask are those who may decide on the rotation since it was escalated.
func (p *Policy) alsoDecideTask(t store.Task) []string {
	rule, _ := p.Rotation(t.Rule)
	return rule.Escalation.still(t.Escalated())
}

// opened are steps for which others can count as well.
func opened(steps []store.Step, others []string) []store.Step {
	out := slices.Clone(steps)
	for i := range out {
		out[i].By = slices.Concat(out[i].By, others)
	}
	return out
}

// escalated is the entry of an escalation.
func escalated(x store.Escalation, now time.Time) store.Entry {
	return store.Entry{Verb: store.Escalate, By: store.Self, At: now, Facts: map[string]string{"to": strings.Join(x.To, " ")}}
}

// undecided lets a rotation lapse on which nobody has decided, or more people decide on it, if it is time for that.
func (k *Keeper) undecided(ctx context.Context, t store.Task) error {
	now := k.now()
	e := store.Entry{Verb: store.Lapse, By: store.Self, At: now}
	if now.Before(t.Lapses) {
		if at, ok := t.Escalates(); !ok || now.Before(at) {
			return nil
		}
		e = escalated(t.Escalation, now)
	}
	t, err := t.After(e)
	if err != nil {
		return err
	}
	return k.save(ctx, &t)
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
		e := escalated(each.Escalation, now)
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
