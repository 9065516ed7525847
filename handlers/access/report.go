package access

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

// due is the latest time that a report was due.
func (a *Audit) due(now time.Time) time.Time { return a.dueAt(a.At, now) }

// daily is the latest time that what is said once a day was due, whether or not there are reports.
func (a *Audit) daily(now time.Time) time.Time {
	if a.Daily {
		return a.due(now)
	}
	return a.dueAt(headAt, now)
}

// dueAt is the latest time that it was so many minutes after midnight.
func (a *Audit) dueAt(minutes int, now time.Time) time.Time {
	local := now.In(a.Zone)
	at := func(day int) time.Time {
		return time.Date(local.Year(), local.Month(), day, minutes/60, minutes%60, 0, 0, a.Zone)
	}
	if today := at(local.Day()); !today.After(now) {
		return today
	}
	return at(local.Day() - 1)
}

// audits reports once a day, until the context ends.
func (k *Keeper) audits(ctx context.Context) {
	for ctx.Err() == nil && k.Auditor != nil && k.Policy.Audit != nil && k.Policy.Audit.Daily {
		if err := k.audit(ctx); err != nil && ctx.Err() == nil {
			k.Log.Warn("audit is not complete", "err", err)
		}
		handlers.Pause(ctx, auditEvery)
	}
}

// audit makes the report that is due. One that was missed is made up for once, however many were. A new ledger has missed
// none.
func (k *Keeper) audit(ctx context.Context) error {
	now := k.Time().UTC().Round(0)
	mark, err := store.LoadMark(ctx, k.DB, auditMark)
	if err != nil {
		return err
	}
	due := k.Policy.Audit.due(now)
	if mark.At.IsZero() {
		mark.At = now
		return handlers.IgnoreFaster(k.Save(ctx, &mark))
	}
	if !mark.At.Before(due) {
		return nil
	}
	return k.reportOf(ctx, due)
}

// Audit makes a report now, whenever one is due.
func (k *Keeper) Audit(ctx context.Context) error { return k.reportOf(ctx, time.Time{}) }

// reportOf makes the report that was due at a time, or with the zero time one more. Until an hour later it has to be whole; from
// then on it says what could not be read. Nothing is written before the survey is done: a crash in it surveys again. Then its
// rows are written, one by one and as often as it takes, and the report at last.
func (k *Keeper) reportOf(ctx context.Context, due time.Time) error {
	now := k.Time().UTC().Round(0)
	found, err := Survey{Policy: k.Policy, Auditor: k.Auditor, Directory: k.Directory, DB: k.DB}.Take(ctx, now)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil && (found.rows == nil || now.Sub(due) < auditTries) {
		return err
	}
	report := found.report(now)
	if err := k.stand(ctx, report, found); err != nil {
		return err
	}
	return errors.Join(err, k.publish(ctx, report, due))
}

// publish writes a report, the mark that it was made, and that the one before has passed. It is one write, so no restart repeats
// it; again if another report was faster, unless that was the one that was due.
func (k *Keeper) publish(ctx context.Context, report store.Report, due time.Time) error {
	for {
		mark, err := store.LoadMark(ctx, k.DB, auditMark)
		if err != nil || !due.IsZero() && !mark.At.Before(due) {
			return err
		}
		if _, err := store.LoadReport(ctx, k.DB, report.ID); !errors.Is(err, store.ErrNotFound) {
			return err // another was made at the same moment, of the same
		}
		mark.At = report.At
		fresh := report
		records := []store.Record{&mark, &fresh}
		before, err := store.CurrentReport(ctx, k.DB)
		if err == nil {
			before = before.Passed(report.At)
			records = append(records, &before)
		} else if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err := k.Save(ctx, records...); !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrTaken) {
			return err
		}
	}
}
