package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"sekisho/handlers"
	"sekisho/store"
)

const (
	lookEvery = 5 * time.Minute  // at the members of managed groups
	lookTwice = 10 * time.Second // IAM may still show a member whose grant has just ended
)

// managed is a group whose members are the bot's alone (AWS.md calls them "jit-" groups): the target of an entitlement of
// a kind that has members.
type managed struct{ kind, account, target string }

// removals counts the unknown members who are removed, in all accounts together. The zero value is ready.
type removals struct {
	mu   sync.Mutex
	from time.Time // of the time of a look
	n    int       // since then
}

// take tells whether one more may be removed, of so many in the time of a look, and counts it.
func (r *removals) take(most int, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.from) >= lookEvery {
		r.from, r.n = now, 0
	}
	if r.n >= most {
		return false
	}
	r.n++
	return true
}

// watch looks at the managed groups at once and then every five minutes, until the context ends. Each account is looked at by
// itself: one that does not answer holds up no other.
func (k *Keeper) watch(ctx context.Context) {
	var looks sync.WaitGroup
	for account, groups := range k.managed() {
		looks.Go(func() {
			for ctx.Err() == nil {
				if err := k.reconcile(ctx, account, groups); err != nil && ctx.Err() == nil {
					k.Log.Warn("managed groups could not be looked at and will be again", "account", account, "err", err)
				}
				handlers.Pause(ctx, lookEvery)
			}
		})
	}
	looks.Wait()
}

// Reconcile compares the managed groups with the ledger, in all accounts side by side. A member that no grant explains becomes
// an alert, and is removed where the policy says so, at most so many in five minutes and never at the first look. A group that
// cannot be read becomes an alert of its own. An alert about what is no longer so is closed. What fails for one group does not
// keep it from looking at the others.
func (k *Keeper) Reconcile(ctx context.Context) error {
	var looks sync.WaitGroup
	accounts := k.managed()
	failed := make(chan error, len(accounts))
	for account, groups := range accounts {
		looks.Go(func() { failed <- k.reconcile(ctx, account, groups) })
	}
	looks.Wait()
	close(failed)
	var errs []error
	for err := range failed {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// reconcile is Reconcile for one account, or for those that have no managed groups any more. Once a group has had no answer, the
// others are waited for no longer than a probe.
func (k *Keeper) reconcile(ctx context.Context, account string, groups []managed) error {
	suspects := map[managed][]store.Subject{}
	read := map[managed]string{}
	var errs []error
	for _, m := range groups {
		groupID, unknown, err := k.unknown(ctx, m)
		if err == nil {
			read[m] = groupID
		}
		if handlers.IsOutage(err) {
			ctx = handlers.Probing(ctx)
		}
		if errs = append(errs, err); len(unknown) > 0 {
			suspects[m] = unknown
		}
	}
	errs = append(errs, k.closeOrphans(ctx, account, groups, read))
	if account == "" {
		errs = append(errs, k.lookForAccounts(ctx), k.lookForOutages(ctx), k.lookForApprovers(ctx), k.tellMemberChanges(ctx))
	}
	if len(suspects) > 0 {
		handlers.Pause(ctx, lookTwice)
	}
	for _, m := range groups { // in the order of the configuration: where removals are capped, the same one has its turn first
		before, ok := suspects[m]
		if !ok {
			continue
		}
		groupID, now, err := k.unknown(ctx, m)
		errs = append(errs, err)
		for _, s := range now {
			if slices.ContainsFunc(before, func(b store.Subject) bool { return b.UserID == s.UserID }) {
				errs = append(errs, k.report(ctx, m, groupID, s))
			}
		}
	}
	err := errors.Join(errs...)
	return errors.Join(err, k.ReportBroken(ctx, err), k.closeReadable(ctx))
}

// managed lists each group once, by account. Under "" stand the accounts that have none, as they may have had some.
func (k *Keeper) managed() map[string][]managed {
	out := map[string][]managed{"": nil}
	for _, e := range k.Policy.Entitlements {
		m := managed{e.Kind, e.Account, e.Target}
		if _, ok := k.Rosters[e.Kind]; ok && !slices.Contains(out[m.account], m) {
			out[m.account] = append(out[m.account], m)
		}
	}
	return out
}

// unknown lists the members of a group that no live grant explains, and closes the alerts about those who have left. It
// returns the group's unique id, too.
func (k *Keeper) unknown(ctx context.Context, m managed) (groupID string, _ []store.Subject, _ error) {
	callCtx, cancel := handlers.Outside(ctx, handlers.StepTime)
	defer cancel()
	roll, err := k.Rosters[m.kind].Members(callCtx, m.account, m.target)
	if err != nil {
		return "", nil, errors.Join(err, k.unread(ctx, m, err))
	}
	if err := k.readAgain(ctx, m, roll.GroupID); err != nil {
		return "", nil, err
	}
	var out []store.Subject
	var errs []error
	for _, s := range roll.Members {
		explained, err := k.explained(ctx, m.account, m.target, roll.GroupID, s.UserID)
		if errs = append(errs, err); err == nil && !explained {
			out = append(out, s)
		}
	}
	return roll.GroupID, out, errors.Join(append(errs, k.vanished(ctx, m, roll))...)
}

// vanished closes the alerts about members who are members no more, and about those of another group that had the name
// before.
func (k *Keeper) vanished(ctx context.Context, m managed, roll Roll) error {
	alerts, err := store.MemberAlerts(ctx, k.DB, m.account, m.target, roll.GroupID)
	errs := []error{err}
	for _, a := range alerts {
		same := a.GroupID == "" || a.GroupID == roll.GroupID
		if same && slices.ContainsFunc(roll.Members, func(s store.Subject) bool { return s.UserID == a.Subject.UserID }) {
			continue
		}
		errs = append(errs, k.close(ctx, a.ID))
	}
	return errors.Join(errs...)
}

// close writes that what an alert is about is no more, unless it has come to an end already.
func (k *Keeper) close(ctx context.Context, id string) error {
	_, err := k.updateAlert(ctx, id, func(a store.Alert) (store.Alert, error) {
		return a.After(store.Entry{Verb: store.Vanish, By: store.Self, At: k.Time()})
	})
	if errors.Is(err, store.ErrState) {
		return nil
	}
	return err
}

// closeOrphans closes the alerts about groups of an account that the configuration does not name any more, under any name. read
// has the unique ids of the groups that were read: while one of the account was not, it may be the one that an alert knows.
// For the account "" it closes those of the accounts that have no managed groups.
func (k *Keeper) closeOrphans(ctx context.Context, account string, groups []managed, read map[managed]string) error {
	members, err := store.AllMemberAlerts(ctx, k.DB)
	unreadable, otherErr := store.StandingAlerts(ctx, k.DB, store.Unreadable)
	errs := []error{err, otherErr}
	all := k.managed()
	for _, a := range append(members, unreadable...) {
		of := a.Account
		if _, has := all[of]; !has {
			of = ""
		}
		if of != account {
			continue
		}
		managed := slices.ContainsFunc(groups, func(m managed) bool {
			id, ok := read[m]
			named := strings.EqualFold(m.target, a.Target)
			return m.account == a.Account && (named || a.Kind == store.Unknown && (!ok || id == a.GroupID))
		})
		if !managed {
			errs = append(errs, k.close(ctx, a.ID))
		}
	}
	return errors.Join(errs...)
}

// report raises the alert about an unknown member, unless it stands already, and removes them where that is wanted. Whom a
// live grant found there stays until the grant is over: for so long the access is approved.
func (k *Keeper) report(ctx context.Context, m managed, groupID string, s store.Subject) error {
	g, live, err := k.liveIn(ctx, m.account, m.target, groupID, s.UserID)
	if err != nil {
		return err
	}
	grant := ""
	if live {
		grant = g.ID
	}
	a, news, err := k.suspect(ctx, m, groupID, s, grant)
	switch {
	case err != nil:
		return err
	case news:
		return handlers.IgnoreFaster(k.Save(ctx, &a))
	case live || a.State != store.Raised:
		return nil
	}
	if a.GroupID == "" { // of a build that knew no ids of groups
		a.GroupID = groupID
		if err := k.Save(ctx, &a); err != nil {
			return handlers.IgnoreFaster(err)
		}
	}
	return k.enforce(ctx, a)
}

// suspect returns the alert about an unknown member, and whether it is to be raised anew: not what is raised already, kept,
// or being removed. grant is the request that found the member there, or "".
func (k *Keeper) suspect(ctx context.Context, m managed, groupID string, s store.Subject, grant string) (a store.Alert, news bool, err error) {
	if a, err = k.memberAlert(ctx, m, groupID, s); err != nil || a.State == store.Raised || a.IsKept(k.Time()) {
		return a, false, err
	}
	e := store.Entry{Verb: store.Raise, By: store.Self, At: k.Time()}
	if a.State == store.Kept { // until now
		e.Verb = store.Lapse
	}
	if _, err := a.After(e); errors.Is(err, store.ErrState) {
		return a, false, nil
	}
	a.Grant, a.GroupID, a.Subject = grant, groupID, k.suspected(ctx, m.account, s)
	raised, err := a.After(e)
	if err != nil {
		return a, false, err
	}
	k.Log.Warn("unknown member of a managed group", "account", m.account, "group", m.target, "user", s.User, "grant", grant)
	return raised, true, nil
}

// memberAlert returns the alert about a member, or a new one. One that stands already is found by the group's unique id,
// under whatever name the group was reported.
func (k *Keeper) memberAlert(ctx context.Context, m managed, groupID string, s store.Subject) (store.Alert, error) {
	standing, err := store.MemberAlerts(ctx, k.DB, m.account, m.target, groupID)
	if err != nil && len(store.BrokenIn(err)) == 0 {
		return store.Alert{}, err
	}
	if i := slices.IndexFunc(standing, func(a store.Alert) bool { return a.Subject.UserID == s.UserID }); i >= 0 {
		return standing[i], nil
	}
	a, err := store.LoadAlert(ctx, k.DB, store.MemberAlertID(m.account, m.target, s.UserID))
	if errors.Is(err, store.ErrNotFound) {
		return store.Alert{ID: store.MemberAlertID(m.account, m.target, s.UserID), Kind: store.Unknown, Account: m.account,
			AccountName: k.Policy.Accounts[m.account], Subject: s, Target: m.target}, nil
	}
	return a, err
}

// enforce removes an unknown member who was reported by an earlier look: the first one only reports.
func (k *Keeper) enforce(ctx context.Context, a store.Alert) error {
	now := k.Time()
	if !k.Policy.Enforce || now.Sub(a.Raised) < lookEvery || !k.removals.take(k.Policy.Removals, now) {
		return nil
	}
	a, err := a.After(store.Entry{Verb: store.Remedy, By: store.Self, At: now})
	if err != nil {
		return fmt.Errorf("remove %s: %w", a.ID, err)
	}
	return handlers.IgnoreFaster(k.Save(ctx, &a))
}
