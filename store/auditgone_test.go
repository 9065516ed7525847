package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"sekisho/store"
)

// holed is a ledger of which somebody has taken a row out of an index, or a record away from its entries.
type holed struct {
	*store.Mem
	index, orphan string
}

func (h holed) List(ctx context.Context, index, from string, limit int) ([]store.Row, error) {
	rows, err := h.Mem.List(ctx, index, from, limit)
	if index == h.index {
		rows = nil
	}
	return rows, err
}

func (h holed) Next(ctx context.Context, after string) (store.Doc, error) {
	d, err := h.Mem.Next(ctx, after)
	if err == nil && d.ID == h.orphan {
		d = store.Doc{ID: d.ID, Entries: d.Entries}
	}
	return d, err
}

// What somebody has taken away is found: a row by the record that declares it, a record by its entries.
func TestAuditFindsWhatWasTakenAway(t *testing.T) {
	g := after(asked(), noon, store.Approve, store.Plan, store.Apply)
	for name, c := range map[string]struct {
		holed
		want error
	}{
		"nothing":               {holed{}, nil},
		"the row of its end":    {holed{index: string(store.Take)}, store.ErrIndex},
		"the row of its holder": {holed{index: store.SlotIndex}, store.ErrIndex},
		"the record":            {holed{orphan: g.ID}, store.ErrRecord},
	} {
		kept := g
		c.Mem = &store.Mem{}
		if err := store.Save(t.Context(), c.Mem, &kept); err != nil {
			t.Fatal(err)
		}
		var faults []store.Fault
		if _, err := store.Audit(t.Context(), c.holed, func(f store.Fault) { faults = append(faults, f) }); err != nil {
			t.Fatal(err)
		}
		found := slices.ContainsFunc(faults, func(f store.Fault) bool { return f.ID == g.ID && errors.Is(f.Err, c.want) })
		if found != (c.want != nil) || c.want == nil && len(faults) > 0 {
			t.Errorf("%s: found %v", name, faults)
		}
	}
}
