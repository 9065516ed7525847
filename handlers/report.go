package handlers

import (
	"context"
	"errors"
	"time"

	"sekisho/store"
)

const (
	auditMark  = "audit"
	auditEvery = time.Minute // whether a report is due
	auditTries = time.Hour   // in which an account that cannot be read is tried again, before the report says so
)

// due is the latest time that a report was due.
func (a *Audit) due(now time.Time) time.Time {
	local := now.In(a.Zone)
	at := func(day int) time.Time {
		return time.Date(local.Year(), local.Month(), day, a.At/60, a.At%60, 0, 0, a.Zone)
	}
	if today := at(local.Day()); !today.After(now) {
		return today
	}
	return at(local.Day() - 1)
}

// audits reports once a day, until the context ends.
func (k *Keeper) audits(ctx context.Context) {
	for ctx.Err() == nil && k.Policy.Audit != nil && k.Policy.Audit.Daily {
		if err := k.audit(ctx); err != nil && ctx.Err() == nil {
			k.Log.Warn("audit is not complete", "err", err)
		}
		pause(ctx, auditEvery)
	}
}

// audit makes the report that is due. It and the mark that it was made are one write, so no restart repeats it; one that was
// missed is made up for once, however many were. A new ledger has missed none. Nothing of it is written before the survey is
// done: a crash in it surveys again.
func (k *Keeper) audit(ctx context.Context) error {
	now := k.now().UTC().Round(0)
	mark, err := store.LoadMark(ctx, k.DB, auditMark)
	if err != nil {
		return err
	}
	due := k.Policy.Audit.due(now)
	if mark.At.IsZero() {
		mark.At = now
		return unlessFaster(k.save(ctx, &mark))
	}
	if !mark.At.Before(due) {
		return nil
	}
	found, err := Survey{Policy: k.Policy, Auditor: k.Auditor, Directory: k.Directory, DB: k.DB}.Take(ctx, now)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil && now.Sub(due) < auditTries {
		return err
	}
	report := store.NewReport(now, found.Accounts, found.Findings)
	report.Unjudged, mark.At = found.Unjudged, now
	return errors.Join(err, unlessFaster(k.save(ctx, &mark, &report)))
}

// tellReport says what was found, until it is said.
func (k *Keeper) tellReport(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	r, err := store.LoadReport(ctx, k.DB, id)
	if err != nil {
		return err
	}
	card, sayErr := k.Voice.Report(ctx, r)
	if sayErr != nil {
		k.Log.Error("report will be sent again", "id", id, "tries", r.Mute+1, "err", sayErr)
	}
	_, err = changed(context.WithoutCancel(ctx), k, store.LoadReport, id, func(now store.Report) (store.Report, error) {
		if sayErr != nil {
			now.Unheard(k.now())
			return now, nil
		}
		now.Card, now.Told = card, map[string]uint64{store.OnCard: r.Chain.Seq}
		return now, nil
	})
	return err
}
