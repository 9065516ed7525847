package audit

import (
	"context"
	"errors"
	"time"

	"sekisho/handlers"
	"sekisho/store"
)

const (
	auditMark  = "audit"
	auditEvery = time.Minute // whether a report is due
	auditTries = time.Hour   // in which an account that cannot be read is tried again, before the report says so
)

// Run reports once a day, until the context ends.
func (w *Workflow) Run(ctx context.Context) {
	for ctx.Err() == nil && w.Rules.Settings != nil && w.Rules.Settings.Report != nil {
		if err := w.audit(ctx); err != nil && ctx.Err() == nil {
			w.Log.Warn("audit is not complete", "err", err)
		}
		handlers.Pause(ctx, auditEvery)
	}
}

// audit makes the report that is due. One that was missed is made up for once, however many were. A new ledger has missed
// none.
func (w *Workflow) audit(ctx context.Context) error {
	now := w.Time().UTC().Round(0)
	mark, err := store.LoadMark(ctx, w.DB, auditMark)
	if err != nil {
		return err
	}
	due := w.Rules.Settings.Report.Due(now)
	if mark.At.IsZero() {
		mark.At = now
		return handlers.IgnoreFaster(w.Save(ctx, &mark))
	}
	if !mark.At.Before(due) {
		return nil
	}
	return w.reportOf(ctx, due)
}

// Report makes a report now, whenever one is due.
func (w *Workflow) Report(ctx context.Context) error { return w.reportOf(ctx, time.Time{}) }

// reportOf makes the report that was due at a time, or with the zero time one more. Until an hour later it has to be whole; from
// then on it says what could not be read. Nothing is written before the survey is done: a crash in it surveys again. Then its
// rows are written, one by one and as often as it takes, and the report at last.
func (w *Workflow) reportOf(ctx context.Context, due time.Time) error {
	now := w.Time().UTC().Round(0)
	found, err := Survey{Rules: w.Rules, Reader: w.Reader, Directory: w.Directory, DB: w.DB}.Take(ctx, now)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil && (found.rows == nil || now.Sub(due) < auditTries) {
		return err
	}
	report := found.report(now)
	if err := w.stand(ctx, report, found); err != nil {
		return err
	}
	return errors.Join(err, w.publish(ctx, report, due))
}

// publish writes a report, the mark that it was made, and that the one before has passed. It is one write, so no restart repeats
// it; again if another report was faster, unless that was the one that was due.
func (w *Workflow) publish(ctx context.Context, report store.Report, due time.Time) error {
	for {
		mark, err := store.LoadMark(ctx, w.DB, auditMark)
		if err != nil || !due.IsZero() && !mark.At.Before(due) {
			return err
		}
		if _, err := store.LoadReport(ctx, w.DB, report.ID); !errors.Is(err, store.ErrNotFound) {
			return err // another was made at the same moment, of the same
		}
		mark.At = report.At
		fresh := report
		records := []store.Record{&mark, &fresh}
		before, err := store.CurrentReport(ctx, w.DB)
		if err == nil {
			before = before.Passed(report.At)
			records = append(records, &before)
		} else if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err := w.Save(ctx, records...); !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrTaken) {
			return err
		}
	}
}
