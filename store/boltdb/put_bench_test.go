package boltdb_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

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
	return store.Doc{ID: id, Body: fmt.Appendf(nil, `{"id":%q,"filling":"%01200d"}`, id, n),
		Keys:    []store.Key{{Index: "give", Value: id}, {Index: "slot", Value: id, Unique: true}},
		Entries: []store.Entry{{Record: id, Seq: 1, Note: "as long as a person's own words may be"}}}
}
