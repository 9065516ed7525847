package access

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"sekisho/handlers/policy"
	"sekisho/store"
)

// more decides on a later end, by the rule and the people as they are now: as if all the time from the start were asked for. It
// refuses one that reaches into another request's window.
func (k *Keeper) more(ctx context.Context, g store.Grant, until, now time.Time) (policy.Decision, error) {
	d, err := k.still(ctx, asUntil(g, until), now)
	if err != nil || d.Refusal != "" {
		return d, err
	}
	start, err := k.findTaken(ctx, g, until)
	if !start.IsZero() {
		d.Refuse(TakenLater, "from", strconv.FormatInt(start.Unix(), 10))
	}
	return d, err
}

// Latest returns the latest end that the holder of a grant can ask for: its Max, or when another request's window begins.
func (k *Keeper) Latest(ctx context.Context, g store.Grant) (time.Time, error) {
	start, err := k.findTaken(ctx, g, g.Max)
	if start.IsZero() {
		return g.Max, err
	}
	return start, nil
}

// moreBy is more for who asks: also whether people are there who can approve it. An extension is not escalated.
func (k *Keeper) moreBy(ctx context.Context, g store.Grant, until, now time.Time) (policy.Decision, error) {
	d, err := k.more(ctx, g, until, now)
	rule, ok := k.Policy.Rule(g.Entitlement)
	if err != nil || !ok {
		return d, err
	}
	q, err := k.anew(ctx, asUntil(g, until), now, rule)
	if err != nil {
		return d, err
	}
	rule.Escalation = nil
	return d, k.attendRule(ctx, &d, q, rule, g.Role)
}

// askMore lets the holder ask for a later end.
func (b Bench) askMore(e store.Entry) (store.Entry, string) {
	until, ok := b.Grant.LaterBy(b.Press.Duration)
	refusal := b.holder()
	switch {
	case refusal != "":
	case b.Grant.Extension.Open():
		refusal = Extending
	case b.Grant.AlreadyHeld():
		refusal = HeldBefore
	case !ok:
		refusal = AtMax
	case b.Press.Terms != b.Grant.ExtensionTerms():
		refusal = Changed
	case b.Policy.unchanged(b.Grant) != "":
		refusal = NotLonger
	default:
		refusal = b.More.Lost()
	}
	e.Until, e.Facts = until, map[string]string{"why": b.More.Because()}
	return e, refusal
}

// retract lets the holder take the extension back that they see.
func (b Bench) retract() string {
	refusal := b.holder()
	switch {
	case refusal != "":
	case !b.Grant.Extension.Open():
		refusal = ExtensionOver
	case b.Press.Terms != b.Grant.ExtensionTerms():
		refusal = Changed
	}
	return refusal
}

// onExtension lets an approver agree to the extension, or decline it. A vote is bound to what was shown of it.
func (b Bench) onExtension(e store.Entry) (store.Entry, string) {
	g := b.Grant
	switch {
	case !g.Extension.Open():
		return e, ExtensionOver
	case b.Press.Terms != g.ExtensionTerms():
		return e, cmp.Or(b.approver(), Changed)
	case e.Verb == store.Decline:
		return e, b.approver()
	}
	if refusal := cmp.Or(b.approver(), b.Policy.may(b.Press.By, g), b.Barred, b.More.Lost(), b.Policy.sameForExtension(g), b.voted()); refusal != "" {
		return e, refusal
	}
	g = b.asNow()
	voters := append(g.Extension.Voters(), b.Steps)
	switch counts := store.Assign(g.Extension.Steps, voters); {
	case len(b.Steps) == 0:
		return e, policy.NotApprover
	case counts[len(counts)-1] == 0:
		return e, policy.Enough
	case store.Met(g.Extension.Steps, voters):
		e.Verb, e.Until = store.Prolong, g.Extension.Until
	}
	e.Steps = b.Steps
	if store.Need(g.Extension.Steps) > store.Need(b.Grant.Extension.Steps) {
		e.Facts = map[string]string{"why": policy.MoreSteps}
	}
	return e, ""
}

// sameForExtension tells whether the rule still asks for the approvals that the extension waits for.
func (p *Settings) sameForExtension(g store.Grant) string {
	rule, ok := p.Rule(g.Entitlement)
	if !ok || !policy.SameSteps(rule.StepsNow(true), g.Extension.Steps) && !policy.SameSteps(rule.StepsNow(false), g.Extension.Steps) {
		return policy.RuleChanged
	}
	return ""
}

// granted lets the rule agree by itself to an extension that was just made, where it gives so much by itself and no
// approver has limited it.
func granted(g store.Grant, b Bench) (store.Grant, error) {
	if b.More.Auto == 0 || g.Limited() || g.Extension.Until.Sub(g.Start) > min(g.Auto, b.More.Auto) {
		return g, nil
	}
	return g.After(store.Entry{Verb: store.Prolong, By: store.Rule, At: b.Now, Until: g.Extension.Until,
		Facts: map[string]string{"rule": g.Entitlement}})
}
