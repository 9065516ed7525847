package access_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"sekisho/store"
)

// looked is a ledger that counts how often one record is verified, and fails once that is very often: work without any pause
// lets no time pass.
type looked struct {
	*store.Mem
	id string
	n  atomic.Int64
}

func (l *looked) Entries(ctx context.Context, id string, after uint64) ([]store.Entry, error) {
	if id == l.id && l.n.Add(1) > 10_000 {
		return nil, errors.New("looked at too often")
	}
	return l.Mem.Entries(ctx, id, after)
}

// forgeRow puts a record under one more row of an index, as somebody does who can write to the file.
func (w *world) forgeRow(id string, k store.Key) {
	w.t.Helper()
	last := len(id) - 1
	doc, err := w.db.(store.Whole).Next(w.t.Context(), id[:last]+string(id[last]-1)+"~")
	if err != nil || doc.ID != id {
		w.t.Fatal(doc.ID, err)
	}
	doc.Keys, doc.Entries = append(doc.Keys, k), nil
	if err := w.db.Put(w.t.Context(), doc); err != nil {
		w.t.Fatal(err)
	}
}

// A row that says that a record is due, although nothing is to be done about it, is looked at now and then, and the record ends in time.
func TestARowThatTheRecordDoesNotDeclare(t *testing.T) {
	for _, lane := range []store.Lane{store.Take, store.Give, store.Look, store.Tell} {
		t.Run(string(lane), func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.approved()
				w.stop()
				db := &looked{Mem: w.db.(*store.Mem), id: "login-1"}
				w.db = db
				w.forgeRow("login-1", store.Key{Index: string(lane), Value: "2000-01-01T00:00:00.000000000Z"})
				w.keeper = w.newKeeper()
				w.run()
				w.wait(time.Minute)
				n := db.n.Load()
				t.Logf("%s: looked at %d times in a minute", lane, n)
				if n < 10 || n > 61 {
					t.Errorf("looked at %d times in a minute", n)
				}
				w.wait(time.Until(w.grant("1").Until) + 15*time.Second)
				w.is("1", store.Ended, false)
			})
		})
	}
}

// A record that changes while it rests is due at once: the rest is for what it was.
func TestARecordThatChangesWhileItRests(t *testing.T) {
	inWorld(t, func(w *world) {
		w.approved()
		w.stop()
		w.forgeRow("login-1", store.Key{Index: string(store.Take), Value: "2000-01-01T00:00:00.000000000Z"})
		w.keeper = w.newKeeper()
		w.run()
		w.wait(100 * time.Millisecond)
		began := time.Now()
		if refusal := w.press("U0YAMADA", store.Finish); refusal != "" {
			t.Fatal(refusal)
		}
		w.is("1", store.Ended, false)
		if took := time.Since(began); took > 500*time.Millisecond {
			t.Errorf("it took %s", took)
		}
	})
}
