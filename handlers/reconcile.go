package handlers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sekisho/store"
)

const (
	lookEvery = 5 * time.Minute  // at the members of managed groups
	lookTwice = 10 * time.Second // IAM may still show a member whose grant has just ended
)

// managed is a group whose members are the bot's alone (AWS.md calls them "jit-" groups): the target of an entitlement of
// a kind that has members.
type managed struct{ kind, account, target string }

// watch looks at the managed groups at once and then every five minutes, until the context ends.
func (k *Keeper) watch(ctx context.Context) {
	for ctx.Err() == nil {
		if err := k.Reconcile(ctx); err != nil && ctx.Err() == nil {
			k.Log.Warn("managed groups could not be looked at and will be again", "err", err)
		}
		pause(ctx, lookEvery)
	}
}

// Reconcile compares the managed groups with the ledger. A member that no grant explains becomes an alert, and is removed
// where the policy says so, at most so many at a time and never at the first look. An alert whose member has gone is
// closed. What fails for one group does not keep it from looking at the others.
func (k *Keeper) Reconcile(ctx context.Context) error {
	suspects := map[managed][]store.Subject{}
	var errs []error
	groups := k.managed()
	for _, m := range groups {
		unknown, err := k.unknown(ctx, m)
		if errs = append(errs, err); len(unknown) > 0 {
			suspects[m] = unknown
		}
	}
	if len(suspects) > 0 {
		pause(ctx, lookTwice)
	}
	left := k.Policy.Removals
	for _, m := range groups { // in the order of the configuration: where removals are capped, the same one has its turn first
		before, ok := suspects[m]
		if !ok {
			continue
		}
		now, err := k.unknown(ctx, m)
		errs = append(errs, err)
		for _, s := range now {
			if slices.ContainsFunc(before, func(b store.Subject) bool { return b.UserID == s.UserID }) {
				errs = append(errs, k.report(ctx, m, s, &left))
			}
		}
	}
	return errors.Join(errs...)
}

// managed lists each group once.
func (k *Keeper) managed() []managed {
	var out []managed
	for _, e := range k.Policy.Entitlements {
		m := managed{e.Kind, e.Account, e.Target}
		if _, ok := k.Rosters[e.Kind]; ok && !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out
}

// unknown lists the members of a group that no live grant explains, and closes the alerts about those who have left.
func (k *Keeper) unknown(ctx context.Context, m managed) ([]store.Subject, error) {
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	members, err := k.Rosters[m.kind].Members(ctx, m.account, m.target)
	if err != nil {
		return nil, err
	}
	var out []store.Subject
	for _, s := range members {
		explained, err := k.explained(ctx, m.account, m.target, s.UserID)
		if err != nil {
			return nil, err
		}
		if !explained {
			out = append(out, s)
		}
	}
	return out, k.vanished(ctx, m, members)
}

// vanished closes the alerts about members who are members no more.
func (k *Keeper) vanished(ctx context.Context, m managed, members []store.Subject) error {
	prefix := store.MemberKey(m.account, m.target, "")
	rows, err := k.DB.List(ctx, store.MemberIndex, prefix, mostMembers)
	if err != nil {
		return err
	}
	for _, row := range rows {
		id, ok := strings.CutPrefix(row.Value, prefix)
		if !ok {
			break
		}
		if slices.ContainsFunc(members, func(s store.Subject) bool { return s.UserID == id }) {
			continue
		}
		_, err := k.updateAlert(ctx, row.ID, func(a store.Alert) (store.Alert, error) {
			return a.After(store.Entry{Verb: store.Vanish, By: store.Self, At: k.now()})
		})
		if err != nil && !errors.Is(err, store.ErrState) {
			return err
		}
	}
	return nil
}

// mostMembers bounds the alerts looked at for one group; IAM's groups are smaller.
const mostMembers = 5000

// report raises the alert about an unknown member, unless it stands already, and removes them where that is wanted.
func (k *Keeper) report(ctx context.Context, m managed, s store.Subject, left *int) error {
	id := store.MemberAlertID(m.account, m.target, s.UserID)
	a, err := store.LoadAlert(ctx, k.DB, id)
	if errors.Is(err, store.ErrNotFound) {
		s.Person = k.Policy.People.Behind(Login{Account: m.account, User: s.User}, "")
		a = store.Alert{ID: id, Kind: store.Unknown, Account: m.account, AccountName: k.Policy.Accounts[m.account], Subject: s, Target: m.target}
	} else if err != nil {
		return err
	}
	if a.State != store.Raised {
		if a, err = a.After(store.Entry{Verb: store.Raise, By: store.Self, At: k.now()}); errors.Is(err, store.ErrState) {
			return nil // kept, or being removed
		}
		if err != nil {
			return err
		}
		k.Log.Warn("unknown member of a managed group", "account", m.account, "group", m.target, "user", s.User)
		return unlessFaster(k.save(ctx, &a))
	}
	return k.enforce(ctx, a, left)
}

// enforce removes an unknown member who was reported by an earlier look: the first one only reports.
func (k *Keeper) enforce(ctx context.Context, a store.Alert, left *int) error {
	if !k.Policy.Enforce || *left <= 0 || k.now().Sub(a.Raised) < lookEvery {
		return nil
	}
	*left--
	a, err := a.After(store.Entry{Verb: store.Remedy, By: store.Self, At: k.now()})
	if err != nil {
		return fmt.Errorf("remove %s: %w", a.ID, err)
	}
	return unlessFaster(k.save(ctx, &a))
}

// pause sleeps, unless the context ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
