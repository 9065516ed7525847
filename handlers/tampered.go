package handlers

import (
	"context"
	"errors"

	"sekisho/store"
)

// trust verifies a record before it is acted on. A grant that is not what its entries say is rebuilt from those that fit, and ends,
// in one write with the alert. Of another record nothing is done: it is broken.
func (k *Keeper) trust(ctx context.Context, id string) (store.Record, error) {
	r, fault := store.LoadSound(ctx, k.DB, id)
	if len(store.BrokenIn(fault)) == 0 {
		return r, fault
	}
	g, err := store.Rebuilt(ctx, k.DB, id, store.Entry{Verb: store.Rebuild, By: store.Self, At: k.now()})
	if err != nil {
		return nil, errors.Join(fault, err)
	}
	k.Log.Error("a record of the ledger was changed behind the bot's back: it ends as its entries say", "id", id, "err", fault)
	a, err := k.tampered(ctx, id, store.IsRebuilt)
	if err != nil || a == nil {
		return &g, errors.Join(err, k.save(ctx, &g))
	}
	return &g, k.save(ctx, &g, a)
}

// trustIfThere is trust in what may be gone by now: then there is no record.
func (k *Keeper) trustIfThere(ctx context.Context, id string) (store.Record, error) {
	r, err := k.trust(ctx, id)
	return r, unlessUnknown(err)
}

// tellBroken raises the alert about each record that an error says cannot be used, once a record.
func (k *Keeper) tellBroken(ctx context.Context, err error) error {
	var errs []error
	for _, id := range store.BrokenIn(err) {
		if _, err := k.trust(ctx, id); err == nil {
			continue // it is rebuilt, and told; or it was put back
		}
		why := store.CannotBeRead
		if store.Readable(ctx, k.DB, id) == nil {
			why = store.DoesNotFit
		}
		errs = append(errs, k.raiseTampered(ctx, id, why))
	}
	return errors.Join(errs...)
}

// raiseTampered raises the alert about a record, for a reason that has a code, unless it stands.
func (k *Keeper) raiseTampered(ctx context.Context, record, why string) error {
	a, err := k.tampered(ctx, record, why)
	if err != nil || a == nil {
		return err
	}
	k.Log.Error("a record of the ledger cannot be used", "id", record, "why", why)
	return unlessFaster(k.save(ctx, a))
}

// tampered returns the alert about a record as it is to be raised, or nil if it stands. That access ends is told of one that stands,
// as well.
func (k *Keeper) tampered(ctx context.Context, record, why string) (*store.Alert, error) {
	a, err := store.LoadAlert(ctx, k.DB, store.TamperedAlertID(record))
	if errors.Is(err, store.ErrNotFound) {
		a, err = store.Alert{ID: store.TamperedAlertID(record), Kind: store.Tampered, Target: record}, nil
	}
	e := store.Entry{Verb: store.Raise, By: store.Self, At: k.now(), Note: why}
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
		if a.Note != store.IsRebuilt && unlessUnknown(store.Sound(ctx, k.DB, a.Target)) == nil {
			errs = append(errs, k.close(ctx, a.ID))
		}
	}
	return errors.Join(errs...)
}
