package audit

import (
	"context"
	"errors"
	"maps"

	"sekisho/handlers"
	"sekisho/store"
)

// tellReport draws a report, until it is heard.
func (w *Workflow) tellReport(ctx context.Context, id string) error {
	w.reporting <- struct{}{}
	defer func() { <-w.reporting }()
	r, err := store.LoadReport(ctx, w.DB, id)
	if err != nil || r.Told[store.OnCard] >= r.Chain.Seq {
		return err
	}
	_, err = w.drawReport(ctx, r)
	if err == nil || handlers.IsShared(err) {
		return err
	}
	w.Log.Error("report will be sent again", "id", id, "tries", r.Mute+1, "err", err)
	_, err = handlers.Change(context.WithoutCancel(ctx), w.Engine, store.LoadReport, id, func(now store.Report) (store.Report, error) {
		now.Unheard(w.Time())
		return now, nil
	})
	return err
}

// TellRow draws the report on which a row stands, and says in its thread what has happened to the row.
func (w *Workflow) TellRow(ctx context.Context, a store.Alert) error {
	w.reporting <- struct{}{}
	defer func() { <-w.reporting }()
	sayErr := w.sayRow(ctx, a.ID)
	if sayErr == nil || handlers.IsShared(sayErr) {
		return sayErr
	}
	w.Log.Warn("message will be sent again", "id", a.ID, "tries", a.Mute+1, "err", sayErr)
	_, err := w.update(context.WithoutCancel(ctx), a.ID, func(now store.Alert) (store.Alert, error) {
		now.Unheard(w.Time())
		return now, nil
	})
	return err
}

// sayRow says what is new of a row. Where its report was never made, since a crash came between the two, there is nothing
// to be said: the next report draws the row as it is then.
func (w *Workflow) sayRow(ctx context.Context, id string) error {
	ctx, cancel := handlers.Outside(ctx, handlers.TellTime)
	defer cancel()
	a, err := store.LoadAlert(ctx, w.DB, id) // what is drawn is the latest: another's turn may have served this one
	if err != nil {
		return err
	}
	r, err := store.LoadReport(ctx, w.DB, a.Report)
	if errors.Is(err, store.ErrNotFound) {
		return w.told(ctx, id, a.Chain.Seq, store.OnCard, store.InThread)
	}
	if err == nil && a.Told[store.OnCard] < a.Chain.Seq {
		r, err = w.drawReport(ctx, r)
	}
	if err != nil {
		return err
	}
	entries, err := w.DB.Entries(ctx, id, a.Told[store.InThread])
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Seq > a.Chain.Seq {
			break // what came since has its own turn
		}
		if err := w.Notifier.ReportThread(ctx, r, a, e); err != nil {
			return err
		}
		if err := w.told(ctx, id, e.Seq, store.InThread); err != nil {
			return err
		}
	}
	return nil
}

// drawReport draws a report with the rows as they are, and writes down what was drawn. One teller at a time does it: of two
// who drew it at once the one with the older rows could be the last.
func (w *Workflow) drawReport(ctx context.Context, r store.Report) (store.Report, error) {
	ctx, cancel := handlers.Outside(ctx, handlers.TellTime)
	defer cancel()
	var rows []store.Alert
	for _, f := range r.Findings {
		a, err := store.LoadAlert(ctx, w.DB, f.ID())
		if err != nil && !errors.Is(err, store.ErrNotFound) { // of a version that had none
			return r, err
		}
		rows = append(rows, a)
	}
	card, err := w.Notifier.Report(ctx, r, rows)
	if err != nil {
		return r, err
	}
	ctx = context.WithoutCancel(ctx)
	for _, a := range rows {
		if a.Report != r.ID || a.Told[store.OnCard] >= a.Chain.Seq {
			continue
		}
		if err := w.told(ctx, a.ID, a.Chain.Seq, store.OnCard); err != nil {
			return r, err
		}
	}
	return handlers.Change(ctx, w.Engine, store.LoadReport, r.ID, func(now store.Report) (store.Report, error) {
		now.Card, now.Told = card, map[string]uint64{store.OnCard: r.Chain.Seq}
		return now, nil
	})
}

// told writes down that audiences of a row have heard up to an entry.
func (w *Workflow) told(ctx context.Context, id string, seq uint64, audiences ...string) error {
	_, err := w.update(context.WithoutCancel(ctx), id, func(now store.Alert) (store.Alert, error) {
		heard := map[string]uint64{}
		maps.Copy(heard, now.Told)
		for _, audience := range audiences {
			heard[audience] = seq
		}
		now.Told = heard
		return now, nil
	})
	return err
}
