package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"sekisho/store"
)

// A backend may write what comes together together. Nobody may notice.

const crowd = 32

// together puts at once, and returns how each went.
func together(t *testing.T, db store.DB, puts [][]store.Doc) []error {
	t.Helper()
	errs := make([]error, len(puts))
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i, docs := range puts {
		wg.Go(func() {
			<-start
			errs[i] = db.Put(t.Context(), docs...)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

func oneWinsEachVersion(t *testing.T, db store.DB) {
	for v := range uint64(8) {
		var puts [][]store.Doc
		for i := range crowd {
			d := doc("r", v, due(fmt.Sprint(i)))
			d.Entries = []store.Entry{{Record: "r", Seq: v + 1, Note: fmt.Sprint(i)}}
			puts = append(puts, []store.Doc{d})
		}
		won := ""
		for i, err := range together(t, db, puts) {
			switch {
			case err == nil && won == "":
				won = fmt.Sprint(i)
			case !errors.Is(err, store.ErrConflict):
				t.Fatalf("version %d: %d beside %s: %v", v, i, won, err)
			}
		}
		same(t, must(db.Get(t.Context(), "r")).Version, v+1)
		same(t, must(db.Entries(t.Context(), "r", v)), []store.Entry{{Record: "r", Seq: v + 1, Note: won}})
		rows(t, db, "due", "", 9, store.Row{Value: won, ID: "r"})
	}
}

func allAreThere(t *testing.T, db store.DB) {
	const each = 8
	var wg sync.WaitGroup
	for i := range crowd {
		wg.Go(func() {
			for n := range each {
				id := fmt.Sprintf("r%02d.%d", i, n)
				d := doc(id, 0, due(id), slot(id))
				d.Entries = []store.Entry{{Record: id, Seq: 1}}
				if err := db.Put(t.Context(), d); err != nil {
					t.Errorf("put %s: %v", id, err)
				}
			}
		})
	}
	wg.Wait()
	all := must(db.List(t.Context(), "due", "", crowd*each+1))
	same(t, len(all), crowd*each)
	same(t, must(db.List(t.Context(), "slot", "", crowd*each+1)), all)
	for _, r := range all {
		same(t, must(db.Get(t.Context(), r.ID)).Version, uint64(1))
		same(t, must(db.Entries(t.Context(), r.ID, 0)), []store.Entry{{Record: r.ID, Seq: 1}})
	}
}

func refusedSpoilNothing(t *testing.T, db store.DB) {
	put(t, db, nil, doc("held", 0, slot("s")))
	var puts [][]store.Doc
	var want []error
	for i := range crowd {
		good, bad := fmt.Sprint("good", i), fmt.Sprint("bad", i)
		puts = append(puts,
			[]store.Doc{doc(good, 0, due(good))},
			[]store.Doc{doc(bad, 0, due(bad)), doc("held", 7)},
			[]store.Doc{doc(bad, 0, due(bad)), doc(bad+"'", 0, slot("s"))})
		want = append(want, nil, store.ErrConflict, store.ErrTaken)
	}
	for i, err := range together(t, db, puts) {
		if !errors.Is(err, want[i]) {
			t.Fatalf("put %s: %v, want %v", puts[i][0].ID, err, want[i])
		}
	}
	left := must(db.List(t.Context(), "due", "", 3*crowd))
	same(t, len(left), crowd)
	for i := range crowd {
		same(t, must(db.Get(t.Context(), fmt.Sprint("good", i))).Version, uint64(1))
		if _, err := db.Get(t.Context(), fmt.Sprint("bad", i)); !errors.Is(err, store.ErrNotFound) {
			t.Fatalf("half of a refused put is there: %v", err)
		}
	}
	rows(t, db, "slot", "", 9, store.Row{Value: "s", ID: "held"})
}

func nobodyWaits(t *testing.T, db store.DB) {
	ctx, leave := context.WithCancel(t.Context())
	leave()
	for range 8 { // one that listens to either of two at random would write some of them
		if err := db.Put(ctx, doc("r", 0)); !errors.Is(err, context.Canceled) {
			t.Fatalf("put with a context that has ended: %v", err)
		}
	}
	if _, err := db.Get(t.Context(), "r"); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("it was written: %v", err)
	}
}
