package store

import (
	"context"
	"encoding/json"
	"fmt"
)

// LoadGrant reads a grant.
func LoadGrant(ctx context.Context, db DB, id string) (Grant, error) {
	var g Grant
	v, err := load(ctx, db, id, &g)
	g.Version = v
	return g, err
}

// LoadPress reads a press.
func LoadPress(ctx context.Context, db DB, id string) (Press, error) {
	var p Press
	v, err := load(ctx, db, id, &p)
	p.Version = v
	return p, err
}

// LoadAlert reads an alert.
func LoadAlert(ctx context.Context, db DB, id string) (Alert, error) {
	var a Alert
	v, err := load(ctx, db, id, &a)
	a.Version = v
	return a, err
}

// LoadTask reads a task.
func LoadTask(ctx context.Context, db DB, id string) (Task, error) {
	var t Task
	v, err := load(ctx, db, id, &t)
	t.Version = v
	return t, err
}

// LoadOffboarding reads an offboarding.
func LoadOffboarding(ctx context.Context, db DB, id string) (Offboarding, error) {
	var o Offboarding
	v, err := load(ctx, db, id, &o)
	o.Version = v
	return o, err
}

// LoadReport reads a report.
func LoadReport(ctx context.Context, db DB, id string) (Report, error) {
	var r Report
	v, err := load(ctx, db, id, &r)
	r.Version = v
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
