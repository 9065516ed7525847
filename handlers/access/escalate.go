package access

import (
	"context"
	"slices"
	"strings"
	"time"

	"sekisho/handlers/policy"
	"sekisho/store"
)

// Deciders returns all who approve, and who may once the rotation is escalated.
func (r Rotation) Deciders() []string {
	return policy.NamedIn(policy.Widen(r.Steps, r.Escalation.Deciders()))
}

// alsoDecideTask are those who may decide on the rotation since it was escalated.
func (p *Settings) alsoDecideTask(t store.Task) []string {
	rule, _ := p.Rotation(t.Rule)
	return rule.Escalation.StillNamed(t.Escalated())
}

// escalated is the entry of an escalation.
func escalated(x store.Escalation, now time.Time) store.Entry {
	return store.Entry{Verb: store.Escalate, By: store.Self, At: now, Facts: map[string]string{"to": strings.Join(x.To, " ")}}
}

// undecided lets a rotation lapse on which nobody has decided, or more people decide on it, if it is time for that.
func (k *Keeper) undecided(ctx context.Context, t store.Task) error {
	now := k.Time()
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
	return k.Save(ctx, &t)
}

// escalate lets more people decide on a request that nobody has decided on. It is told to them once for all on a digest
// that wait under the same rule: an entry with another's id in it rings no bell.
func (k *Keeper) escalate(ctx context.Context, g store.Grant) error {
	grants, now := []store.Grant{g}, k.Time()
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
	return k.saveInParts(ctx, records)
}

// saveInParts writes records in as many writes as it takes. Where it breaks off, the others are due still.
func (k *Keeper) saveInParts(ctx context.Context, records []store.Record) error {
	parts, err := store.Parts(records...)
	for _, part := range parts {
		if err == nil {
			err = k.Save(ctx, part...)
		}
	}
	return err
}
