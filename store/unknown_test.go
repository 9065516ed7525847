package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"sekisho/store"
)

// lossy is a ledger over a network that breaks off: a write happens, or not, and nobody is told.
type lossy struct {
	*store.Mem
	writes bool
	then   func() // what others do before it is read again
}

func (l *lossy) Put(ctx context.Context, docs ...store.Doc) error {
	if l.writes {
		if err := l.Mem.Put(ctx, docs...); err != nil {
			return err
		}
	}
	l.then()
	return store.ErrUnknown
}

// Of a write whose outcome is unknown the record is read again: it was written, or another was in its place, or it stays unknown.
func TestAWriteWhoseOutcomeIsUnknown(t *testing.T) {
	entered := func(g *store.Grant) { *g = after(*g, noon, store.Again) }
	worked := func(g *store.Grant) { g.Claim.Owner = "worker" }
	other := func(db store.DB) func() {
		return func() {
			g, err := store.LoadGrant(t.Context(), db, "login-1")
			if err != nil {
				t.Fatal(err)
			}
			g = after(g, noon.Add(time.Minute), store.Again)
			if err := store.Save(t.Context(), db, &g); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		name   string
		change func(*store.Grant)
		writes bool
		other  bool
		want   error
	}{
		{"written, with an entry", entered, true, false, nil},
		{"written, with an entry, and others went on", entered, true, true, nil},
		{"written, without an entry", worked, true, false, nil},
		{"not written", entered, false, false, store.ErrUnknown},
		{"not written, without an entry", worked, false, false, store.ErrUnknown},
		{"others were faster", entered, false, true, store.ErrConflict},
		{"others were faster, without an entry", worked, false, true, store.ErrConflict},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := &store.Mem{}
			g := asked()
			if err := store.Save(t.Context(), db, &g); err != nil {
				t.Fatal(err)
			}
			l := &lossy{db, c.writes, func() {}}
			if c.other {
				l.then = other(db)
			}
			version := g.Version
			c.change(&g)
			if err := store.Save(t.Context(), l, &g); !errors.Is(err, c.want) {
				t.Fatalf("%v, want %v", err, c.want)
			}
			if is := g.Version == version+1 && len(g.Fresh()) == 0; is != (c.want == nil) {
				t.Errorf("version %d, was %d", g.Version, version)
			}
		})
	}
}

// A record that is new is found again as well, with all that was written with it.
func TestANewRecordWhoseOutcomeIsUnknown(t *testing.T) {
	for _, writes := range []bool{true, false} {
		g, p := asked(), store.Press{ID: "press-1"}
		err := store.Save(t.Context(), &lossy{&store.Mem{}, writes, func() {}}, &p, &g)
		if writes != (err == nil) || !writes && !errors.Is(err, store.ErrUnknown) {
			t.Errorf("written %t: %v", writes, err)
		}
	}
}

// honest fails where a record is saved with other keys than those that it had: a backend may go by them.
type honest struct {
	*store.Mem
	t *testing.T
}

func (h honest) Put(ctx context.Context, docs ...store.Doc) error {
	for _, d := range docs {
		is, err := h.Mem.Get(ctx, d.ID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if !slices.Equal(d.Was, is.Keys) {
			h.t.Errorf("%s at version %d had %v and says %v", d.ID, d.Version, is.Keys, d.Was)
		}
	}
	return h.Mem.Put(ctx, docs...)
}

// What is saved says which keys it had, whether it was read or saved before.
func TestKeysThatARecordHad(t *testing.T) {
	db := honest{&store.Mem{}, t}
	g := asked()
	for _, v := range []store.Verb{"", store.Approve, store.Plan, store.Apply, store.Expire, store.Undo} {
		if v != "" {
			g = after(g, noon, v)
		}
		for range 2 {
			if err := store.Save(t.Context(), db, &g); err != nil {
				t.Fatal(err)
			}
			g.Claim.Owner += "x"
		}
		var err error
		if g, err = store.LoadGrant(t.Context(), db, g.ID); err != nil {
			t.Fatal(err)
		}
	}
}
