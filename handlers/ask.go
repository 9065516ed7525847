package handlers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sekisho/store"
)

// Reasons for which a request is ignored. Operators read them in the log and the ledger.
const (
	unknownUser  = "IAM has no user of this name"
	anotherUser  = "the sign-in's principal is not the user of this name"
	nothingToAsk = "no entitlement of this account is asked for by a sign-in of this person"
)

// waitForSlot is how long a request waits before it looks again whether the grant before it has ended.
const waitForSlot = 2 * time.Second

// Receive takes a request in. When it returns nil the record is durable, now or since an earlier delivery.
func (k *Keeper) Receive(ctx context.Context, r Request) error {
	g := store.Grant{ID: r.ID, Origin: r.Origin, Account: r.Account, Subject: store.Subject{User: r.User}, Signin: r.Signin}
	g, err := g.After(store.Entry{Verb: store.Receive, By: store.Self, At: k.now()})
	if err == nil {
		err = k.save(ctx, &g)
	}
	if err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("receive %s: %w", r.ID, err)
	}
	return nil
}

// identify reads who the request is about, and asks; or finds that there is nothing to ask.
func (k *Keeper) identify(ctx context.Context, g store.Grant) error {
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	user, err := k.Users.User(ctx, g.Account, g.Subject.User)
	switch {
	case errors.Is(err, ErrNoUser) && g.Origin == store.Requested:
		return k.ignore(ctx, g, NoUser)
	case errors.Is(err, ErrNoUser):
		return k.ignore(ctx, g, unknownUser)
	case err != nil:
		return k.fail(ctx, g, err)
	case g.Signin.Principal != "" && g.Signin.Principal != user.ID:
		return k.ignore(ctx, g, anotherUser)
	}
	person, err := k.person(ctx, Login{Account: g.Account, User: g.Subject.User}, user)
	if err != nil {
		return k.fail(ctx, g, err)
	}
	switch leaves, err := k.leaves(ctx, person); {
	case err != nil:
		return k.fail(ctx, g, err)
	case leaves:
		return k.ignore(ctx, g, BeingOffboarded)
	case g.Origin == store.Requested:
		return k.wish(ctx, g, user.ID, person)
	}
	g.Subject = store.Subject{User: g.Subject.User, UserID: user.ID, Person: person}
	q, err := k.question(ctx, g, k.now(), k.Policy.OnLogin(g.Account)...)
	if err != nil {
		return k.fail(ctx, g, err)
	}
	d := k.Policy.SignIn(g.Account, q)
	rule, ok := k.Policy.Rule(d.Rule)
	switch {
	case !ok:
		return k.ignore(ctx, g, nothingToAsk)
	case d.Refusal != "": // nobody was asked, so nobody has denied it
		return k.turnAway(ctx, g, rule, d)
	}
	return k.ask(ctx, k.under(g, rule, d), d)
}

// person returns who is behind an IAM user: by the configuration, the user's tag, or, where that is allowed, the e-mail
// address that is the user's name.
func (k *Keeper) person(ctx context.Context, l Login, user User) (string, error) {
	if id := k.Policy.People.Behind(l, user.Slack); id != "" || !k.Policy.MatchEmail || !strings.Contains(l.User, "@") {
		return id, nil
	}
	account, err := k.Directory.ByEmail(ctx, l.User)
	if err != nil || account == "" {
		return "", err
	}
	return k.Policy.People.Behind(l, account), nil
}

// ask opens the request, or merges it into what holds its slot: an open request hears of the new sign-in, a live grant
// is prolonged by a sign-in, but not by a request, which somebody has to approve; and what is ending is waited for. What
// a rule gives by itself it gives at once to who asks by hand: a sign-in could be somebody else's.
func (k *Keeper) ask(ctx context.Context, g store.Grant, d Decision) error {
	now := k.now()
	id, err := store.Holder(ctx, k.DB, g.Slot())
	if errors.Is(err, store.ErrNotFound) {
		e := store.Entry{Verb: store.Ask, By: store.Self, At: now, Facts: termFacts(g, "terms", g.Terms(), "why", d.Because())}
		if g, err = g.After(e); err == nil && g.Origin == store.Requested && g.Auto > 0 {
			g, err = byRule(g, now)
		}
		if err != nil {
			return err
		}
		return k.save(ctx, &g)
	}
	if err != nil {
		return err
	}
	if strings.HasPrefix(id, store.TaskPrefix) { // the key is being rotated
		return k.ignore(ctx, g, InUse)
	}
	held, err := store.LoadGrant(ctx, k.DB, id)
	if err != nil {
		return err
	}
	if held.State == store.Ending || held.State.Live() && held.Over(now) {
		g.Retry = now.Add(waitForSlot)
		return k.save(ctx, &g)
	}
	switch {
	case held.Subject.Person != g.Subject.Person && held.Exclusive:
		return k.ignoreFor(ctx, g, Reason{Key: InUse})
	case g.Origin == store.Requested && held.State.Live():
		return k.ignoreFor(ctx, g, already(held))
	}
	return k.merge(ctx, g, held)
}

// merge lets a request go into the one that holds its slot, both in one write.
func (k *Keeper) merge(ctx context.Context, g, into store.Grant) error {
	now := k.now()
	e := store.Entry{Verb: store.Again, By: store.Self, At: now, Facts: map[string]string{"from": g.ID, "address": g.Signin.Address}}
	shown, byHand := into.Terms(), into.Origin == store.Requested
	if g.Origin == store.Requested {
		e.By, e.Facts = g.Subject.Person, termFacts(g, "from", g.ID)
		if g.Program {
			e.By, e.Facts["program"] = store.Self, cmp.Or(g.Role, g.Subject.User)
		}
		into.Origin, into.Program, into.Role, into.Reason, into.Ticket = g.Origin, g.Program, g.Role, g.Reason, g.Ticket
		into.From, into.To, into.Lapses = g.From, g.To, g.Lapses
	} else if older := !g.Signin.At.IsZero() && g.Signin.At.Before(into.Signin.At); !older {
		into.Signin, into.Answer = g.Signin, "" // the card shows the latest, an approval is bound to it, and the person is asked anew
	}
	if into.State == store.Asked {
		if g.Origin == store.Requested || !byHand { // a sign-in does not change what was asked for by hand
			into = asNow(into, g)
		}
		if into.Terms() != shown {
			into.Approvals = nil // they were given to something else
		}
	}
	if into.State.Live() {
		if e.Verb, e.Until = store.Extend, into.Until; !byHand {
			e.Until = window(into, g.Signin.At, now)
		}
		if into.Terms() != shown {
			into.Extension.Approvals = nil // they were given to something else
		}
	}
	into, err := into.After(e)
	if err != nil {
		return err
	}
	g.Into = into.ID
	if g, err = g.After(store.Entry{Verb: store.Merge, By: store.Self, At: now, Facts: map[string]string{"into": into.ID}}); err != nil {
		return err
	}
	return k.save(ctx, &into, &g)
}

// asNow is an open request with what has changed since: who is behind the user, and the rule.
func asNow(into, g store.Grant) store.Grant {
	into.Subject, into.AccountName, into.Entitlement = g.Subject, g.AccountName, g.Entitlement
	into.Duration, into.Longest = g.Duration, g.Longest
	into.Steps, into.Auto, into.Risk = g.Steps, g.Auto, g.Risk
	if !slices.Equal(into.Escalation.To, g.Escalation.To) { // else it goes on waiting since it was first asked for
		into.Escalation = g.Escalation
	}
	return into
}

func (k *Keeper) ignore(ctx context.Context, g store.Grant, why string) error {
	return k.ignoreFor(ctx, g, Reason{Key: why})
}

func (k *Keeper) ignoreFor(ctx context.Context, g store.Grant, why Reason) error {
	g, err := k.ignored(g, why)
	if err != nil {
		return err
	}
	return k.save(ctx, &g)
}

func (k *Keeper) ignored(g store.Grant, why Reason) (store.Grant, error) {
	k.Log.Info("request ignored", "id", g.ID, "account", g.Account, "user", g.Subject.User, "why", why.Key)
	return g.After(store.Entry{Verb: store.Ignore, By: store.Self, At: k.now(), Note: why.Key, Facts: why.Facts})
}

// fail puts off what could not be done now.
func (k *Keeper) fail(ctx context.Context, g store.Grant, cause error) error {
	k.Log.Warn("will be tried again", "id", g.ID, "state", g.State, "tries", g.Tries+1, "err", cause)
	g, err := failed(g, code(cause), k.now())
	if err != nil {
		return err
	}
	return k.save(ctx, &g)
}

// failed counts a failed try, and makes an entry of it when it is news.
func failed(g store.Grant, code string, now time.Time) (store.Grant, error) {
	if !g.News(code, now) {
		g.Failed(now)
		return g, nil
	}
	return g.After(store.Entry{Verb: store.Fail, By: store.Self, At: now, Note: code})
}
