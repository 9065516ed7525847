package handlers

import (
	"context"
	"errors"
	"strconv"
	"time"

	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

const (
	oldPress  = 15 * time.Minute // after which a press gives nothing: who pressed does not expect it any more
	oldSignIn = time.Hour        // after which a sign-in, or a program's message, asks for nothing
	oldWish   = 24 * time.Hour   // after which a request by hand lapses that IAM has not answered, if its rule is gone
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

// tooOld reports whether a press gives something, and was pressed too long ago for that. It needs nothing of Slack, so that
// what was stuck for days is refused although Slack still does not answer. What has been decided meanwhile is late instead.
// Ages are told by the machine's clock, also while it stands behind the ledger: Slack's and AWS's clocks are compared with it,
// and nothing is given then.
func (k *Keeper) tooOld(p store.Press, on store.Record) (bool, map[string]string) {
	if p.Age(k.Now()) <= oldPress {
		return false, nil
	}
	now := k.now()
	switch on := on.(type) {
	case *store.Alert:
		_, err := on.After(store.Entry{Verb: p.Verb})
		return err == nil && givesOnAlert(p.Verb, *on), map[string]string{"state": string(on.State)}
	case *store.Task:
		_, err := on.State.NextTask(p.Verb)
		return err == nil && givesOnTask(p.Verb), factsOfTask(*on)
	case *store.Grant:
		_, err := on.State.Next(p.Verb)
		over := on.State == store.Asked && !now.Before(on.Lapses) || on.Over(now)
		return err == nil && !over && givesOnGrant(p.Verb, *on), facts(*on)
	}
	return false, nil
}

// unlessUnknown passes over a record that is not there: the press is judged, and answered so.
func unlessUnknown(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
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

// refuseOld refuses a press that is too old. Whoever pressed reads so once for each card, however often they have pressed.
func (k *Keeper) refuseOld(ctx context.Context, p store.Press, facts map[string]string) error {
	k.Log.Info("press refused", "id", p.ID, "by", p.By, "verb", p.Verb, "on", p.On, "why", TooOld, "age", p.Age(k.Now()))
	told, err := store.LoadMark(ctx, k.DB, "too-old-"+p.By+"-"+p.On)
	if err != nil {
		return err
	}
	now := k.now().UTC().Round(0)
	facts["pressed"] = strconv.FormatInt(p.First().Unix(), 10)
	p = p.Judge(now)
	p.Refusal, p.Facts = TooOld, facts
	if p.Heard = now.Sub(told.At) < toldEvery; p.Heard {
		return k.save(ctx, &p)
	}
	told.At = now
	return k.save(ctx, &p, &told)
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
	return d.Auto > 0 && !g.Received.IsZero() && k.Now().Sub(g.Received) > oldPress
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
