package store

import (
	"context"
	"encoding/json"
	"fmt"
)

// LoadGrant reads a grant.
func LoadGrant(ctx context.Context, db DB, id string) (g Grant, err error) {
	g.Version, err = load(ctx, db, id, &g)
	return g, err
}

// LoadPress reads a press.
func LoadPress(ctx context.Context, db DB, id string) (p Press, err error) {
	p.Version, err = load(ctx, db, id, &p)
	return p, err
}

// LoadAlert reads an alert.
func LoadAlert(ctx context.Context, db DB, id string) (a Alert, err error) {
	a.Version, err = load(ctx, db, id, &a)
	return a, err
}

// LoadTask reads a task.
func LoadTask(ctx context.Context, db DB, id string) (t Task, err error) {
	t.Version, err = load(ctx, db, id, &t)
	return t, err
}

// LoadOffboarding reads an offboarding.
func LoadOffboarding(ctx context.Context, db DB, id string) (o Offboarding, err error) {
	o.Version, err = load(ctx, db, id, &o)
	return o, err
}

// LoadReport reads a report.
func LoadReport(ctx context.Context, db DB, id string) (r Report, err error) {
	r.Version, err = load(ctx, db, id, &r)
	return r, err
}

func load(ctx context.Context, db DB, id string, into any) (uint64, error) {
	doc, err := db.Get(ctx, id)
	if err != nil {
		return 0, err
	}
	if err := json.Unmarshal(doc.Body, into); err != nil {
		return 0, fmt.Errorf("decode record %s: %w", id, err)
	}
	return doc.Version, nil
}
