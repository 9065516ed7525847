package access

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Reasons for which a request is ignored. Operators read them in the log and the ledger.
const (
	unknownUser  = "IAM has no user of this name"
	anotherUser  = "the sign-in's principal is not the user of this name"
	nothingToAsk = "no entitlement of this account is asked for by a sign-in of this person"
)

// waitForSlot is how long a request waits before it looks again whether the grant before it has ended, if nobody wakes it.
const waitForSlot = 5 * time.Minute

// mostAwaiting bounds the requests that are woken at once. The first takes the slot, and the others join it.
const mostAwaiting = 100

// Receive takes a request in. When it returns nil the record is durable, now or since an earlier delivery.
func (k *Keeper) Receive(ctx context.Context, r Request) error {
	g := store.Grant{ID: r.ID, Origin: r.Origin, Account: r.Account, Subject: store.Subject{User: r.User}, Signin: r.Signin,
		Received: earliest(r.Sent, k.Now()).UTC().Round(0)}
	g, err := g.After(store.Entry{Verb: store.Receive, By: store.Self, At: k.Time()})
	if err == nil {
		err = k.Save(ctx, &g)
	}
	if err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("receive %s: %w", r.ID, err)
	}
	return nil
}

// identify reads who the request is about, and asks; or finds that there is nothing to ask.
func (k *Keeper) identify(ctx context.Context, g store.Grant) error {
	if g.Origin == store.Requested && k.outlived(g) {
		return k.giveUp(ctx, g)
	}
	ctx, cancel := handlers.Outside(ctx, handlers.StepTime)
	defer cancel()
	user, err := k.Users.User(ctx, g.Account, g.Subject.User)
	switch {
	case errors.Is(err, people.ErrNoUser) && g.Origin == store.Requested:
		return k.ignore(ctx, g, NoUser)
	case errors.Is(err, people.ErrNoUser):
		return k.ignore(ctx, g, unknownUser)
	case err != nil:
		return k.fail(ctx, g, err)
	case g.Signin.Principal != "" && g.Signin.Principal != user.ID:
		return k.ignore(ctx, g, anotherUser)
	}
	subject, err := k.subject(ctx, people.Login{Account: g.Account, User: g.Subject.User}, user)
	if err != nil {
		return k.fail(ctx, g, err)
	}
	switch leaves, err := k.Leavers.LeavesAs(ctx, subject.Person, g.Account, user.ID); {
	case err != nil:
		return k.fail(ctx, g, err)
	case leaves && g.Origin == store.SignIn:
		return k.returned(ctx, g, subject)
	case leaves:
		return k.ignore(ctx, g, people.BeingOffboarded)
	}
	if refusal := k.unfitNow(ctx, subject.Person); refusal != "" {
		return k.ignore(ctx, g, refusal)
	}
	if g.Origin == store.Requested {
		return k.wish(ctx, g, subject)
	}
	g.Subject = subject
	if g.Signin.First, err = k.isFirst(ctx, g.Account, user.ID, g.Signin.Address); err != nil {
		return k.fail(ctx, g, err)
	}
	q, err := k.question(ctx, g, k.Time(), k.Policy.OnLogin(g.Account)...)
	if err != nil {
		return k.fail(ctx, g, err)
	}
	d := k.Policy.SignIn(g.Account, q)
	rule, ok := k.Policy.Rule(d.Rule)
	if !k.outlived(g) {
		err = k.attendRule(ctx, &d, q, rule, "")
	}
	if ok && err == nil && d.Refusal == "" && !k.outlived(g) {
		d.RefuseByAWS(k.impossible(ctx, k.under(g, rule, d)))
	}
	switch {
	case err != nil:
		return k.fail(ctx, g, err)
	case !ok:
		return k.ignore(ctx, g, nothingToAsk)
	case k.outlived(g):
		return k.refused(ctx, g, rule, d, SeenLate)
	case d.Refusal != "": // nobody was asked, so nobody has denied it
		return k.refused(ctx, g, rule, d, d.Refusal)
	}
	return k.ask(ctx, k.under(g, rule, d), d)
}

// refused turns a sign-in away that a rule refuses, or that was seen too late. Where its user has what the rule gives, or waits
// for it, the sign-in stands beside that: whoever has signed in uses it as well.
func (k *Keeper) refused(ctx context.Context, g store.Grant, rule policy.Entitlement, d policy.Decision, why string) error {
	into, stands, err := k.standing(ctx, k.under(g, rule, d))
	switch {
	case err != nil:
		return k.fail(ctx, g, err)
	case stands && into.Subject.UserID == g.Subject.UserID:
		return k.beside(ctx, g, into, why)
	case why == SeenLate:
		return k.seenLate(ctx, g)
	}
	return k.turnAway(ctx, g, rule, d)
}

// ask opens the request, or merges it into what holds its slot then: an open request hears of the new sign-in, a live grant
// is prolonged by a sign-in, but not by a request, which somebody has to approve; and what is ending is waited for. A request
// by hand takes the place of what a sign-in has asked for, and of nothing that was asked for by hand. What
// a rule gives by itself it gives at once to who asks by hand: a sign-in could be somebody else's.
func (k *Keeper) ask(ctx context.Context, g store.Grant, d policy.Decision) error {
	now := k.Time()
	holder, err := k.findHolder(ctx, g)
	if errors.Is(err, store.ErrNotFound) {
		denied, lately, err := k.findDenied(ctx, g, now)
		switch {
		case err != nil:
			return err
		case lately:
			return k.joinDenied(ctx, g, denied, now)
		}
		e := store.Entry{Verb: store.Ask, By: store.Self, At: now, Facts: termFacts(g, "terms", g.Terms(), "why", d.Because())}
		if g, err = g.After(e); err == nil && g.Origin == store.Requested && g.Auto > 0 {
			g, err = byRule(g, now)
		}
		if err != nil {
			return err
		}
		return k.Save(ctx, &g)
	}
	if err != nil {
		return err
	}
	holds, is := holder.(*store.Grant)
	if !is { // the key is being rotated
		return k.ignore(ctx, g, InUse)
	}
	held := *holds
	if held.State == store.Ending || held.State.Live() && held.Over(now) {
		return k.await(ctx, g)
	}
	switch {
	case !k.Policy.holds(g.Subject.Person, held) && (held.Exclusive || held.State.Live()): // the user's tag names another by now
		return k.ignoreFor(ctx, g, policy.Reason{Key: InUse})
	case g.Origin == store.Requested && held.State.Live():
		return k.ignoreFor(ctx, g, already(held))
	case g.Origin == store.Requested && held.Origin == store.Requested: // its holder takes it back first
		return k.ignoreFor(ctx, g, policy.Reason{Key: Waits, Facts: describeWindow(held, now)})
	}
	return k.merge(ctx, g, held)
}

// await has a request wait until its slot is free. If it has become free meanwhile, there may have been nobody yet to wake.
func (k *Keeper) await(ctx context.Context, g store.Grant) error {
	return k.awaitAnd(ctx, g, func(g store.Grant) (store.Grant, error) { return g, nil })
}

// awaitAnd is await, and writes what else has changed in the same write.
func (k *Keeper) awaitAnd(ctx context.Context, g store.Grant, how func(store.Grant) (store.Grant, error)) error {
	slot, until := g.Slot(), k.Time().Add(waitForSlot).UTC().Round(0)
	err := k.postpone(ctx, g, func(g store.Grant) (store.Grant, error) {
		g, err := how(g)
		g.Awaits, g.Retry = slot, until
		return g, err
	})
	if err != nil {
		return err
	}
	if _, err := store.Holder(ctx, k.DB, slot); !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return k.wakeAwaiting(ctx, slot)
}

// wakeAwaiting has the grants looked at that wait for a slot.
func (k *Keeper) wakeAwaiting(ctx context.Context, slot string) error {
	ids, err := store.Awaiting(ctx, k.DB, slot, mostAwaiting)
	errs := []error{err}
	for _, id := range ids {
		_, err := k.update(ctx, id, func(g store.Grant) (store.Grant, error) {
			if g.State != store.Received && g.State != store.Approved || g.Awaits != slot {
				return g, handlers.ErrMoved
			}
			g.Awaits, g.Retry = "", k.Time().UTC().Round(0)
			return g, nil
		})
		errs = append(errs, handlers.IgnoreFaster(err))
	}
	return errors.Join(errs...)
}

// merge lets a request by hand take the place of the open one that holds its slot, both in one write. A sign-in takes no place.
func (k *Keeper) merge(ctx context.Context, g, into store.Grant) error {
	if g.Origin != store.Requested {
		return k.beside(ctx, g, into, "")
	}
	now, shown := k.Time(), into.Terms()
	e := store.Entry{Verb: store.Again, By: g.Subject.Person.Account(), At: now, Facts: termFacts(g, "from", g.ID)}
	if g.Program {
		e.By, e.Facts["program"] = store.Self, cmp.Or(g.Role, g.Subject.User)
	}
	into.Origin, into.Program, into.Role, into.Reason, into.Ticket = g.Origin, g.Program, g.Role, g.Reason, g.Ticket
	into.NotBy = g.NotBy
	into.From, into.To, into.Lapses = g.From, g.To, g.Lapses
	into = asNow(into, g)
	if into.Terms() != shown { // the approvals were given to something else
		into = recall(into, &e, store.ByRequest, false)
	}
	into, err := into.After(e)
	if err != nil {
		return err
	}
	g.Into = into.ID
	if g, err = g.After(store.Entry{Verb: store.Merge, By: store.Self, At: now, Facts: map[string]string{"into": into.ID}}); err != nil {
		return err
	}
	return k.Save(ctx, &into, &g)
}

// asNow is an open request with what has changed since: who is behind the user, and the rule.
func asNow(into, g store.Grant) store.Grant {
	into.Subject, into.AccountName, into.Entitlement = g.Subject, g.AccountName, g.Entitlement
	into.Duration, into.Longest = g.Duration, g.Longest
	into.Steps, into.Auto, into.Risk, into.AllowsIAM = g.Steps, g.Auto, g.Risk, g.AllowsIAM
	if !slices.Equal(into.Escalation.To, g.Escalation.To) { // else it goes on waiting since it was first asked for
		into.Escalation = g.Escalation
	}
	return into
}

func (k *Keeper) ignore(ctx context.Context, g store.Grant, why string) error {
	return k.ignoreFor(ctx, g, policy.Reason{Key: why})
}

func (k *Keeper) ignoreFor(ctx context.Context, g store.Grant, why policy.Reason) error {
	g, err := k.ignored(g, why)
	if err != nil {
		return err
	}
	return k.Save(ctx, &g)
}

func (k *Keeper) ignored(g store.Grant, why policy.Reason) (store.Grant, error) {
	k.Log.Info("request ignored", "id", g.ID, "account", g.Account, "user", g.Subject.User, "why", why.Key)
	return g.After(store.Entry{Verb: store.Ignore, By: store.Self, At: k.Time(), Note: why.Key, Facts: why.Facts})
}

// fail puts off what could not be done now, or gives it up if it has waited for too long.
func (k *Keeper) fail(ctx context.Context, g store.Grant, cause error) error {
	if g.State == store.Received && k.outlived(g) {
		return k.giveUp(ctx, g)
	}
	k.Log.Warn("will be tried again", "id", g.ID, "state", g.State, "tries", g.Tries+1, "err", cause)
	return k.postpone(ctx, g, func(g store.Grant) (store.Grant, error) { return failed(g, handlers.CodeOf(cause), k.Time()) })
}

// postpone changes when a grant is looked at again, and nothing of what was found out about it meanwhile: the next look finds it
// out anew.
func (k *Keeper) postpone(ctx context.Context, g store.Grant, how func(store.Grant) (store.Grant, error)) error {
	_, err := k.update(ctx, g.ID, func(now store.Grant) (store.Grant, error) {
		if now.Version != g.Version {
			return now, fmt.Errorf("postpone %s: %w", g.ID, handlers.ErrMoved)
		}
		return how(now)
	})
	return err
}

// failed counts a failed try, and makes an entry of it when it is news.
func failed(g store.Grant, code string, now time.Time) (store.Grant, error) {
	if !g.News(code, now) {
		g.Failed(now)
		return g, nil
	}
	return g.After(store.Entry{Verb: store.Fail, By: store.Self, At: now, Note: code})
}
