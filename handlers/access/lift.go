package access

import (
	"context"
	"slices"
	"strings"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// mostVotes bounds the requests that are looked through for a leaver's approvals: the newest that they have decided on.
const mostVotes = 200

// NotDone refuses to lift an offboarding while something is to be ended still.
const NotDone = "not_done"

// Lift lets the person behind a Slack account ask again who was offboarded. With a refusal nothing was stored. Nobody lifts
// their own, and nothing is lifted before all has ended.
func (k *Keeper) Lift(ctx context.Context, by, account, reason string) (string, error) {
	if refusal, err := k.mayOffboard(ctx, by); err != nil || refusal != "" {
		return refusal, err
	}
	person := k.Policy.People.OrSelf(account)
	standing, err := k.standingOf(ctx, person)
	if err == nil && standing.ID != "" {
		_, err = k.Verify(ctx, standing.ID)
	}
	switch {
	case len(store.BrokenIn(err)) > 0:
		return handlers.Unusable, k.ReportBroken(ctx, err)
	case err != nil:
		return "", err
	case !standing.Stands():
		return NoLeaver, nil
	case k.Policy.People.In(k.Policy.People.Of(by), []store.Person{person, standing.Person}):
		return policy.Own, nil
	case standing.Open():
		return NotDone, nil
	case !policy.Says(reason):
		return policy.NoReason, nil
	}
	_, err = k.updateOffboarding(ctx, standing.ID, func(o store.Offboarding) (store.Offboarding, error) {
		return o.After(store.Entry{Verb: store.Lift, By: by, At: k.Time(), Note: reason})
	})
	if err == nil {
		k.Log.Info("offboarding lifted", "id", standing.ID, "by", by, "person", standing.Person)
	}
	return "", err
}

// voidVotes takes away the leaver's approvals of all that waits for others still.
func (k *Keeper) voidVotes(ctx context.Context, mine store.Offboarding) (store.Offboarding, error) {
	accounts := k.Policy.People.Accounts(mine.Person)
	ids, err := store.DecidedBy(ctx, k.DB, mostVotes, accounts...)
	if err != nil {
		return mine, err
	}
	void := func(approvals []store.Approval) store.Entry {
		var voted []string
		for _, a := range approvals {
			if slices.Contains(accounts, a.By) {
				voted = append(voted, a.By)
			}
		}
		return store.Entry{Verb: store.Void, By: mine.By, At: k.Time(),
			Facts: map[string]string{store.FactAccounts: strings.Join(voted, " "), store.FactOffboarding: mine.ID}}
	}
	some := func(e store.Entry) bool { return e.Facts[store.FactAccounts] != "" }
	inGrant := func(g store.Grant) (store.Grant, error) {
		e := void(g.Approvals)
		if g.State == store.Active {
			e = void(g.Extension.Approvals)
		}
		if g.State != store.Asked && g.State != store.Active || !some(e) {
			return g, handlers.ErrMoved
		}
		return g.After(e)
	}
	inTask := func(t store.Task) (store.Task, error) {
		e := void(t.Approvals)
		if t.State == store.Resting { // they are for deleting the key before its time
			e = void(t.Deletion)
		}
		if t.State != store.Asked && t.State != store.Resting || !some(e) {
			return t, handlers.ErrMoved
		}
		return t.After(e)
	}
	for _, id := range ids {
		r, err := store.Load(ctx, k.DB, id)
		switch r.(type) {
		case *store.Grant:
			_, err = k.update(ctx, id, inGrant)
		case *store.Task:
			_, err = k.updateTask(ctx, id, inTask)
		}
		if err = handlers.IgnoreFaster(err); err != nil {
			return mine, err
		}
	}
	return k.note(ctx, mine, func(o store.Offboarding) (store.Offboarding, error) {
		o.Voided = true
		return o, nil
	})
}

// returnedEvery is how often security hears that a person who was offboarded signs in.
const returnedEvery = time.Hour

// returned ignores a sign-in of a person who is offboarded, and tells security: it is in the same write, so that it is told
// once, whatever crashes.
func (k *Keeper) returned(ctx context.Context, g store.Grant, s store.Subject) error {
	g.Subject, g.AccountName = s, k.Policy.Accounts[g.Account]
	told, err := store.LoadMark(ctx, k.DB, string(store.Returned)+"-"+g.Account+"/"+s.UserID)
	if err != nil {
		return err
	}
	now := k.Time().UTC().Round(0)
	records := []store.Record{&g}
	if now.Sub(told.At) >= returnedEvery {
		a := store.Alert{ID: store.AlertPrefix + string(store.Returned) + "-" + g.ID, Kind: store.Returned, Account: g.Account,
			AccountName: g.AccountName, Subject: g.Subject, Signin: g.Signin}
		if a, err = a.After(store.Entry{Verb: store.Raise, By: store.Self, At: now}); err != nil {
			return err
		}
		told.At = now
		records = append(records, &told, &a)
		k.Log.Error("a person who was offboarded has signed in", "id", g.ID, "account", g.Account, "user", g.Subject.User)
	}
	if g, err = k.ignored(g, policy.Reason{Key: people.BeingOffboarded}); err != nil {
		return err
	}
	return k.Save(ctx, records...)
}
