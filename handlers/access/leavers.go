package access

import (
	"context"
	"errors"
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

// Leavers tells who is being offboarded, or was, and security has not lifted it.
type Leavers interface {
	Leaves(ctx context.Context, person store.Person) (bool, error)
	// LeavesAs asks for the person by an IAM user as well: the configuration may name another Slack account for the user by now.
	LeavesAs(ctx context.Context, person store.Person, account, userID string) (bool, error)
}

// Leaving ends what the ledger has given to a person who leaves. It is the port Access of package offboarding.
type Leaving struct{ Keeper *Keeper }

// End denies a request, or revokes a grant, by who confirmed the offboarding and for its reason. It returns the grant as it is
// then: one that is over already stays as it is.
func (l Leaving) End(ctx context.Context, o store.Offboarding, id string) (store.Grant, error) {
	g, err := l.Keeper.update(ctx, id, func(g store.Grant) (store.Grant, error) {
		e := store.Entry{Verb: store.Revoke, By: o.By, At: l.Keeper.Time(), Note: o.Reason, Facts: map[string]string{store.FactOffboarding: o.ID}}
		if g.State == store.Asked {
			e.Verb = store.Deny
		}
		return g.After(e)
	})
	if errors.Is(err, store.ErrState) {
		return g, nil
	}
	return g, err
}

// VoidVotes takes away the leaver's approvals of all that waits for others still.
func (l Leaving) VoidVotes(ctx context.Context, o store.Offboarding) error {
	k := l.Keeper
	accounts := k.Policy.People.Accounts(o.Person)
	ids, err := store.DecidedBy(ctx, k.DB, mostVotes, accounts...)
	if err != nil {
		return err
	}
	void := func(approvals []store.Approval) store.Entry {
		var voted []string
		for _, a := range approvals {
			if slices.Contains(accounts, a.By) {
				voted = append(voted, a.By)
			}
		}
		return store.Entry{Verb: store.Void, By: o.By, At: k.Time(),
			Facts: map[string]string{store.FactAccounts: strings.Join(voted, " "), store.FactOffboarding: o.ID}}
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
			return err
		}
	}
	return nil
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
