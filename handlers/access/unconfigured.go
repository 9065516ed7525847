package access

import (
	"context"
	"errors"
	"strconv"

	"sekisho/handlers"
	"sekisho/store"
)

// AccountGone is the code of what cannot be done in an account that the configuration does not name.
const AccountGone = "AccountGone"

// mostCounted bounds the grants of one account that are counted for an alert.
const mostCounted = 1000

// lookForAccounts raises an alert about each account that the configuration does not name although access in it has still to end, and closes
// those about accounts that are named again, or have nothing left.
func (k *Keeper) lookForAccounts(ctx context.Context) error {
	accounts, err := store.SlotAccounts(ctx, k.DB)
	errs := []error{err}
	open := map[string]bool{}
	for _, account := range accounts {
		if _, known := k.Policy.Accounts[account]; known {
			continue
		}
		n, err := k.toEnd(ctx, account)
		if errs = append(errs, err); n > 0 {
			open[account] = true
			errs = append(errs, k.raiseUnconfigured(ctx, account, n))
		}
	}
	alerts, err := store.StandingAlerts(ctx, k.DB, store.Unconfigured)
	for _, a := range alerts {
		if !open[a.Account] {
			errs = append(errs, k.close(ctx, a.ID))
		}
	}
	return errors.Join(append(errs, err)...)
}

// toEnd counts the grants of an account that AWS has been touched for, or may have been.
func (k *Keeper) toEnd(ctx context.Context, account string) (int, error) {
	ids, err := store.SlotsIn(ctx, k.DB, account, mostCounted)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, id := range ids {
		g, err := store.LoadGrant(ctx, k.DB, id)
		if errors.Is(err, store.ErrNotFound) { // it is no grant
			continue
		}
		if err != nil {
			return n, err
		}
		if g.Planned && (g.State.Live() || g.State == store.Ending) {
			n++
		}
	}
	return n, nil
}

func (k *Keeper) raiseUnconfigured(ctx context.Context, account string, open int) error {
	a, err := store.LoadAlert(ctx, k.DB, store.UnconfiguredAlertID(account))
	if errors.Is(err, store.ErrNotFound) {
		a, err = store.Alert{ID: store.UnconfiguredAlertID(account), Kind: store.Unconfigured, Account: account}, nil
	}
	if err != nil || a.State == store.Raised {
		return err
	}
	a, err = a.After(store.Entry{Verb: store.Raise, By: store.Self, At: k.Time(), Note: AccountGone, Facts: map[string]string{store.FactOpen: strconv.Itoa(open)}})
	if err != nil {
		return err
	}
	k.Log.Error("access in an account that is not in the configuration cannot be ended", "account", account, "grants", open)
	return handlers.IgnoreFaster(k.Save(ctx, &a))
}
