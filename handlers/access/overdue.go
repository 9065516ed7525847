package access

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"sekisho/handlers"
	"sekisho/store"
)

// recountEvery is how often the alert about an outage says anew how much is overdue.
const recountEvery = time.Hour

// overdue is what has still to end in an account because AWS does not answer.
type overdue struct {
	grants int
	more   bool   // or more of them: so many are counted
	why    string // AWS's last word on one of them
}

// lookForOutages raises an alert about each account that does not answer although access in it is overdue, says in it once an hour how
// much that is, and closes it once nothing is. It reads the ledger alone.
func (k *Keeper) lookForOutages(ctx context.Context) error {
	alerts, err := store.StandingAlerts(ctx, k.DB, store.Outage)
	if err != nil || len(alerts) == 0 && !k.AnyOpen(store.Ending) {
		return err
	}
	accounts, err := k.overdue(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, account := range slices.Sorted(maps.Keys(accounts)) {
		errs = append(errs, k.raiseOutage(ctx, account, accounts[account]))
	}
	for _, a := range alerts {
		if accounts[a.Account].grants == 0 {
			errs = append(errs, k.close(ctx, a.ID))
		}
	}
	return errors.Join(errs...)
}

// overdue counts what has still to end because AWS does not answer, by account: at most mostCounted in all. All of it is due, or will
// be after a claim or a pause.
func (k *Keeper) overdue(ctx context.Context) (map[string]overdue, error) {
	ids, err := store.DueBy(ctx, k.DB, store.Take, k.Time().Add(max(handlers.ClaimTime, store.LongestPause)), mostCounted+1)
	if err != nil {
		return nil, err
	}
	more := len(ids) > mostCounted
	out := map[string]overdue{}
	for _, id := range ids[:min(len(ids), mostCounted)] {
		g, err := store.LoadGrant(ctx, k.DB, id)
		switch {
		case errors.Is(err, store.ErrNotFound): // it is no grant
		case len(store.BrokenIn(err)) > 0: // its own alert says so
		case err != nil:
			return nil, err
		case g.IsOverdue():
			out[g.Account] = overdue{out[g.Account].grants + 1, more, g.Trouble}
		}
	}
	return out, nil
}

// raiseOutage raises the alert about an account. One that stands is changed if another number is overdue.
func (k *Keeper) raiseOutage(ctx context.Context, account string, o overdue) error {
	open := strconv.Itoa(o.grants)
	if o.more {
		open += "+"
	}
	e := store.Entry{Verb: store.Raise, By: store.Self, At: k.Time(), Note: o.why, Facts: map[string]string{store.FactOpen: open}}
	a, err := store.LoadAlert(ctx, k.DB, store.OutageAlertID(account))
	if errors.Is(err, store.ErrNotFound) {
		a, err = store.Alert{ID: store.OutageAlertID(account), Kind: store.Outage, Account: account, AccountName: k.Policy.Accounts[account]}, nil
	}
	if err != nil {
		return err
	}
	if a.State == store.Raised {
		e.Verb = store.Fail
		if a.Effects[store.FactOpen] == e.Facts[store.FactOpen] || e.At.Sub(a.Chain.At) < recountEvery {
			return nil
		}
	}
	if a, err = a.After(e); err != nil {
		return err
	}
	k.Log.Error("access is overdue in an account that does not answer", "account", account, "grants", e.Facts[store.FactOpen], "why", e.Note)
	return handlers.IgnoreFaster(k.Save(ctx, &a))
}
