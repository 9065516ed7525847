package access

import (
	"context"
	"errors"

	"sekisho/handlers"
	"sekisho/store"
)

// rebuild has a grant that is not what its entries say end, as those say that fit, in one write with the alert. Of another record nothing
// is done: it is broken.
func (k *Keeper) rebuild(ctx context.Context, id string, fault error) (store.Record, error) {
	g, err := store.Rebuilt(ctx, k.DB, id, store.Entry{Verb: store.Rebuild, By: store.Self, At: k.Time()})
	if err != nil {
		return nil, errors.Join(fault, err)
	}
	k.Log.Error("a record of the ledger was changed behind the bot's back: it ends as its entries say", "id", id, "err", fault)
	a, err := k.tampered(ctx, id, store.IsRebuilt)
	if err != nil || a == nil {
		return &g, errors.Join(err, k.Save(ctx, &g))
	}
	return &g, k.Save(ctx, &g, a)
}

// raiseTampered raises the alert about a record, for a reason that has a code, unless it stands.
func (k *Keeper) raiseTampered(ctx context.Context, record, why string) error {
	a, err := k.tampered(ctx, record, why)
	if err != nil || a == nil {
		return err
	}
	k.Log.Error("a record of the ledger cannot be used", "id", record, "why", why)
	return handlers.IgnoreFaster(k.Save(ctx, a))
}

// tampered returns the alert about a record as it is to be raised, or nil if it stands. That access ends is told of one that stands,
// as well.
func (k *Keeper) tampered(ctx context.Context, record, why string) (*store.Alert, error) {
	a, err := store.LoadAlert(ctx, k.DB, store.TamperedAlertID(record))
	if errors.Is(err, store.ErrNotFound) {
		a, err = store.Alert{ID: store.TamperedAlertID(record), Kind: store.Tampered, Target: record}, nil
	}
	e := store.Entry{Verb: store.Raise, By: store.Self, At: k.Time(), Note: why}
	if a.State == store.Raised {
		e.Verb = store.Fail
	}
	if err != nil || a.State == store.Raised && (a.Note == why || why != store.IsRebuilt) {
		return nil, err
	}
	a, err = a.After(e)
	return &a, err
}

// closeReadable closes the alerts about records that are sound by now, as after a file was put back.
func (k *Keeper) closeReadable(ctx context.Context) error {
	alerts, err := store.StandingAlerts(ctx, k.DB, store.Tampered)
	errs := []error{err}
	for _, a := range alerts {
		if a.Note != store.IsRebuilt && handlers.IgnoreUnknown(store.Sound(ctx, k.DB, a.Target)) == nil {
			errs = append(errs, k.close(ctx, a.ID))
		}
	}
	return errors.Join(errs...)
}
