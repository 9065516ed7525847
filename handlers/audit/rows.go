package audit

import (
	"context"
	"errors"
	"slices"
	"time"

	"sekisho/store"
)

// report is what people are told of a survey: what is not kept.
func (s Surveyed) report(now time.Time) store.Report {
	told := slices.DeleteFunc(slices.Clone(s.Findings), func(f store.Finding) bool { return f.Kept != nil || s.justDone(f) })
	kept := 0
	for _, f := range s.Findings {
		if f.Kept != nil {
			kept++
		}
	}
	return store.NewReport(now, s.Accounts, told, kept, s.Unjudged)
}

// justDone tells whether a finding was dealt with since AWS made the credential report that still has it.
func (s Surveyed) justDone(f store.Finding) bool {
	a := s.rows[f.ID()]
	return a.State == store.Acted && a.LastAt.After(s.made(f.Account))
}

func (s Surveyed) made(account string) time.Time {
	for _, a := range s.Accounts {
		if a.Account == account {
			return a.Made
		}
	}
	return time.Time{}
}

// found tells whether a row is still true, as far as anybody knows: of what could not be read nothing is.
func (s Surveyed) found(a store.Alert) bool {
	unread := slices.ContainsFunc(s.Accounts, func(by store.Audited) bool { return by.Account == a.Account && !by.Knows(a.Finding.User) })
	return unread || a.Finding.Kind == store.Left && s.Unjudged ||
		slices.ContainsFunc(s.Findings, func(f store.Finding) bool { return f.ID() == a.ID })
}

// stand writes the alerts that a report's rows are drawn from, and ends those that are no longer found. To do so once more
// changes nothing but the report on which they are drawn.
func (w *Workflow) stand(ctx context.Context, r store.Report, s Surveyed) error {
	for _, f := range r.Findings {
		if err := w.raiseRow(ctx, r, f, s.made(f.Account)); err != nil {
			return err
		}
	}
	for _, a := range s.rows {
		if s.found(a) {
			continue
		}
		_, err := w.update(ctx, a.ID, func(now store.Alert) (store.Alert, error) { return fallen(now, r.At) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *Workflow) raiseRow(ctx context.Context, r store.Report, f store.Finding, made time.Time) error {
	for {
		a, err := store.LoadAlert(ctx, w.DB, f.ID())
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		a.ID, a.Kind = f.ID(), store.Stale
		if a, err = stood(a, f, made, r); err != nil {
			return err
		}
		if err = w.Save(ctx, &a); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

// stood is a row on a report that has found it, by what AWS made known at a time. What is being done goes on, and what
// somebody has decided since stands.
func stood(a store.Alert, f store.Finding, made time.Time, r store.Report) (_ store.Alert, err error) {
	if a.Finding != nil && a.Finding.Another(f) { // nothing was said of this one
		if a, err = fallen(a, r.At); err != nil {
			return a, err
		}
	}
	a.Report = r.ID
	var verb store.Verb
	switch {
	case a.State == store.Acting, a.State == store.Restoring, a.IsKept(r.At), a.State == store.Acted && a.LastAt.After(made):
		return a, nil
	case a.State == store.Kept:
		verb = store.Lapse
	case a.State != store.Raised:
		verb = store.Raise
	}
	was := a
	a.Finding, a.Account, a.AccountName = &f, f.Account, f.AccountName
	a.Subject = store.Subject{User: f.User, UserID: f.UserID, Person: f.Person}
	switch {
	case verb == "" && a.Terms() == was.Terms() && a.Subject == was.Subject && a.AccountName == was.AccountName:
		return was, nil
	case verb == "":
		verb = store.Again
	}
	a, err = a.After(store.Entry{Verb: verb, By: store.Self, At: r.At})
	a.ByAudit()
	return a, err
}

// fallen is a row that is no longer found.
func fallen(a store.Alert, at time.Time) (_ store.Alert, err error) {
	switch a.State {
	case store.Raised, store.Kept:
		a, err = a.After(store.Entry{Verb: store.Vanish, By: store.Self, At: at})
		a.ByAudit()
	case store.Acted:
		a.Settled = true
	}
	return a, err
}
