package boltdb_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sekisho/store"
)

// BenchmarkPut shows what group commit is for: one writer pays a whole sync for each Put, many share one.
func BenchmarkPut(b *testing.B) {
	for _, writers := range []int{1, 8, 64} {
		b.Run(fmt.Sprint("writers=", writers), func(b *testing.B) {
			db := open(b, filepath.Join(b.TempDir(), "ledger.db"))
			var wg sync.WaitGroup
			var next atomic.Int64
			b.ResetTimer()
			for range writers {
				wg.Go(func() {
					for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
						if err := db.Put(b.Context(), life(n)); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "puts/s")
		})
	}
}

// life is a record of the size of a grant, with a key and an entry.
func life(n int64) store.Doc {
	id := fmt.Sprintf("login-%08d", n)
	return store.Doc{ID: id, Facts: fmt.Appendf(nil, `{"id":%q,"filling":"%01200d"}`, id, n),
		Keys:    []store.Key{{Index: "give", Value: id}, {Index: "slot", Value: id, Unique: true}},
		Entries: []store.Entry{{Record: id, Seq: 1, Note: "as long as a person's own words may be"}}}
}

// BenchmarkSeal shows what seals cost: the row by which a change is found, and a sweep over so many changes.
func BenchmarkSeal(b *testing.B) {
	changed := func(n int64) store.Doc {
		d := life(n)
		at := time.Date(2026, 11, 22, 12, 0, 0, int(n), time.UTC).Format("2006-01-02T15:04:05.000000000Z")
		d.Keys = append(d.Keys, store.Key{Index: "changed", Value: fmt.Sprintf("%s/%010d/%s", at, 1, strings.Repeat("0", 64))})
		return d
	}
	for name, doc := range map[string]func(int64) store.Doc{"row=no": life, "row=yes": changed} {
		b.Run("put/"+name, func(b *testing.B) {
			db := open(b, filepath.Join(b.TempDir(), "ledger.db"))
			n := int64(0)
			for b.Loop() {
				docs := make([]store.Doc, 20)
				for i := range docs {
					n++
					docs[i] = doc(n)
				}
				if err := db.Put(b.Context(), docs...); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(n), "us/record")
		})
	}
	for _, n := range []int64{1, 1000, 10_000} {
		b.Run(fmt.Sprint("sweep/changed=", n), func(b *testing.B) {
			db := open(b, filepath.Join(b.TempDir(), "ledger.db"))
			s, next := store.NewSealer(db), int64(0)
			for b.Loop() {
				b.StopTimer()
				docs := make([]store.Doc, n)
				for i := range docs {
					next++
					docs[i] = changed(next)
				}
				for some := range slices.Chunk(docs, 20) {
					if err := db.Put(b.Context(), some...); err != nil {
						b.Fatal(err)
					}
				}
				b.StartTimer()
				if _, err := s.Sweep(b.Context(), time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), store.SealMinute); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(next), "us/record")
		})
	}
}
