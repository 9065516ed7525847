package access

import (
	"context"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

const (
	oldSignIn = time.Hour      // after which a sign-in, or a program's message, asks for nothing
	oldWish   = 24 * time.Hour // after which a request by hand lapses that IAM has not answered, if its rule is gone
)

// SeenLate refuses a sign-in that was taken up too long after it happened.
const SeenLate = "seen_late"

// Unanswered refuses what was asked for by hand when AWS has not answered in the time in which it could have been decided.
const Unanswered = "unanswered"

// earliest returns the first of these times that is known.
func earliest(times ...time.Time) (first time.Time) {
	for _, at := range times {
		if first.IsZero() || !at.IsZero() && at.Before(first) {
			first = at
		}
	}
	return first
}

// givesOnGrant reports whether a verb gives access, or prolongs it. The holder's answer does where the rule gives by itself.
func givesOnGrant(v store.Verb, g store.Grant) bool {
	switch v {
	case store.Approve, store.Agree, store.AskMore:
		return true
	case store.Mine:
		return g.State == store.Asked && g.Auto > 0
	}
	return false
}

// givesOnTask reports whether a verb does more to a rotation than to end it. An old key that is put back works again.
func givesOnTask(v store.Verb) bool {
	switch v {
	case store.Approve, store.PutBack, store.Delete, store.Again:
		return true
	}
	return false
}

// givesOnAlert reports whether a verb leaves or gives back what an alert is about. A remedy takes it away, but for a rotation,
// which makes a key.
func givesOnAlert(v store.Verb, a store.Alert) bool {
	switch v {
	case store.Keep, store.Restore:
		return true
	case store.Remedy:
		return a.Finding != nil && a.Finding.Cure == store.RotateKey
	}
	return false
}

// outlived reports whether a request has waited for longer than it can: a sign-in since it happened, or was seen, and what was
// asked for by hand since then. A sign-in of the future counts as one of now.
func (k *Keeper) outlived(g store.Grant) bool {
	now := k.Now()
	if g.Origin == store.Requested {
		return !g.Received.IsZero() && !now.Before(k.lapsesAsked(g))
	}
	first := earliest(g.Received, g.Signin.At)
	return !first.IsZero() && now.Sub(first) > oldSignIn
}

// lapsesAsked returns when nobody can decide any more on what was asked for by hand, as its rule says: it counts from when it
// was sent, whenever IAM answers.
func (k *Keeper) lapsesAsked(g store.Grant) time.Time {
	within := oldWish
	if rule, ok := k.Policy.Rule(g.Entitlement); ok {
		within = rule.Within
	}
	return g.Received.Add(within)
}

// isStale reports whether a rule may no longer give by itself what was asked for by hand: who asked does not expect it any more.
func (k *Keeper) isStale(g store.Grant, d policy.Decision) bool {
	return d.Auto > 0 && !g.Received.IsZero() && k.Now().Sub(g.Received) > handlers.OldPress
}

// giveUp lets a request lapse that could not be asked for in time. Nobody but the configuration says whose the user is then.
func (k *Keeper) giveUp(ctx context.Context, g store.Grant) error {
	ctx = context.WithoutCancel(ctx) // what was tried may have used up the time
	if g.Origin == store.Requested {
		return k.ignore(ctx, g, Unanswered)
	}
	if g.Subject.Person == "" {
		g.Subject.Person = k.Policy.People.Owner(people.Login{Account: g.Account, User: g.Subject.User})
	}
	return k.seenLate(ctx, g)
}

// seenLate ignores a sign-in that was seen too late. Its person reads so, with how to ask, once an hour at most.
func (k *Keeper) seenLate(ctx context.Context, g store.Grant) error {
	g.AccountName = k.Policy.Accounts[g.Account]
	return k.ignoreTold(ctx, g, store.Refusal{Why: SeenLate}, "the sign-in was seen more than "+oldSignIn.String()+" after it happened")
}

// grantGives reports whether a press on a grant would give something, and what a refusal names. What has been decided meanwhile is late
// instead.
func grantGives(p store.Press, on store.Record, now time.Time) (bool, map[string]string) {
	g := *on.(*store.Grant)
	_, err := g.State.Next(p.Verb)
	over := g.State == store.Asked && !now.Before(g.Lapses) || g.Over(now)
	return err == nil && !over && givesOnGrant(p.Verb, g), facts(g)
}

// alertGives does the same for an alert.
func alertGives(p store.Press, on store.Record, _ time.Time) (bool, map[string]string) {
	a := *on.(*store.Alert)
	_, err := a.After(store.Entry{Verb: p.Verb})
	return err == nil && givesOnAlert(p.Verb, a), map[string]string{"state": string(a.State)}
}

// taskGives does the same for a rotation.
func taskGives(p store.Press, on store.Record, _ time.Time) (bool, map[string]string) {
	t := *on.(*store.Task)
	_, err := t.State.NextTask(p.Verb)
	return err == nil && givesOnTask(p.Verb), factsOfTask(t)
}
