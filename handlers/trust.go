package handlers

import (
	"context"
	"errors"

	"sekisho/store"
)

// Verify verifies a record before it is acted on, and returns it. One that is not as its entries say is rebuilt, if it can be, or broken.
func (e *Engine) Verify(ctx context.Context, id string) (store.Record, error) {
	r, fault := store.LoadSound(ctx, e.DB, id)
	if len(store.BrokenIn(fault)) == 0 || e.Rebuild == nil {
		return r, fault
	}
	return e.Rebuild(ctx, id, fault)
}

// VerifyIfThere is Verify for a record that may be gone by now: then it returns nil.
func (e *Engine) VerifyIfThere(ctx context.Context, id string) (store.Record, error) {
	r, err := e.Verify(ctx, id)
	return r, IgnoreUnknown(err)
}

// ReportBroken raises the alert about each record that an error says cannot be used, once a record.
func (e *Engine) ReportBroken(ctx context.Context, err error) error {
	var errs []error
	for _, id := range store.BrokenIn(err) {
		if _, err := e.Verify(ctx, id); err == nil {
			continue // it is rebuilt, and told; or it was put back
		}
		why := store.CannotBeRead
		if store.Readable(ctx, e.DB, id) == nil {
			why = store.DoesNotFit
		}
		errs = append(errs, e.Alarm(ctx, id, why))
	}
	return errors.Join(errs...)
}
