package handlers

import (
	"cmp"
	"context"
	"time"

	"sekisho/store"
)

// more decides on the end that the holder can wish for now, by the rule as it is now: as if all the time from the start
// were asked for.
func (k *Keeper) more(ctx context.Context, g store.Grant, now time.Time) (Decision, error) {
	until, ok := g.Later()
	rule, known := k.Policy.Rule(g.Entitlement)
	if !ok || !known {
		return Decision{Refusal: NotLonger}, nil
	}
	g.Duration = until.Sub(g.Start)
	q, err := k.question(ctx, g, now, rule)
	if err != nil {
		return Decision{}, err
	}
	return k.Policy.Decide(q), nil
}

// stillCount returns what those who have agreed to the grant's wish can count for now.
func (k *Keeper) stillCount(ctx context.Context, g store.Grant) ([][]int, error) {
	out := make([][]int, len(g.Wish.Approvals))
	for i, a := range g.Wish.Approvals {
		if k.Policy.May(a.By, g) != "" {
			continue
		}
		can, err := k.canCount(ctx, g.Wish.Steps, a.By)
		if err != nil {
			return nil, err
		}
		out[i] = can
	}
	return out, nil
}

// hope lets the holder wish for a later end.
func (b Bench) askMore(e store.Entry) (store.Entry, string) {
	until, ok := b.Grant.Later()
	refusal := b.holder()
	switch {
	case refusal != "":
	case b.Grant.Wish.Open():
		refusal = Wished
	case !ok:
		refusal = AtMax
	case b.Press.Terms != b.Grant.WishTerms():
		refusal = Changed
	case b.More.Refusal != "" || b.Policy.unchanged(b.Grant) != "":
		refusal = NotLonger
	}
	e.Until, e.Facts = until, map[string]string{"why": b.More.Because()}
	return e, refusal
}

// onWish lets an approver agree to the wish, or decline it. A vote is bound to what was shown of it.
func (b Bench) onWish(e store.Entry) (store.Entry, string) {
	g := b.Grant
	switch {
	case !g.Wish.Open():
		return e, WishOver
	case b.Press.Terms != g.WishTerms():
		return e, cmp.Or(b.approver(), Changed)
	case e.Verb == store.Decline:
		return e, b.approver()
	}
	if refusal := cmp.Or(b.approver(), b.Policy.May(b.Press.By, g), b.Policy.sameForWish(g)); refusal != "" {
		return e, refusal
	}
	for _, a := range g.Wish.Approvals {
		if b.Policy.People.Of(a.By) == b.Policy.People.Of(b.Press.By) {
			return e, Voted
		}
	}
	voters := append(b.Voters, b.Steps)
	switch counts := store.Assign(g.Wish.Steps, voters); {
	case len(b.Steps) == 0:
		return e, NotApprover
	case counts[len(counts)-1] == 0:
		return e, Enough
	case store.Met(g.Wish.Steps, voters):
		e.Verb, e.Until = store.Prolong, g.Wish.Until
	}
	e.Steps = b.Steps
	return e, ""
}

// sameForWish tells whether the rule still asks for the approvals that the wish waits for.
func (p *Policy) sameForWish(g store.Grant) string {
	rule, ok := p.Rule(g.Entitlement)
	if !ok || !sameSteps(rule.StepsNow(true), g.Wish.Steps) && !sameSteps(rule.StepsNow(false), g.Wish.Steps) {
		return RuleChanged
	}
	return ""
}

// granted lets the rule agree by itself to a wish that was just made, where it gives so much by itself.
func granted(g store.Grant, b Bench) (store.Grant, error) {
	if b.More.Auto == 0 || g.Wish.Until.Sub(g.Start) > min(g.Auto, b.More.Auto) {
		return g, nil
	}
	return g.After(store.Entry{Verb: store.Prolong, By: store.Rule, At: b.Now, Until: g.Wish.Until,
		Facts: map[string]string{"rule": g.Entitlement}})
}
