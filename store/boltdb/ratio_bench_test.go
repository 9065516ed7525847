package boltdb_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"sekisho/store"
)

// BenchmarkAgainstBolt compares durable writes with plain bbolt in one run: the same bytes in as many buckets, each write checked for a record
// that is there already. The four take turns, so that a slow disk slows all of them.
//
//	go test -run '^$' -bench AgainstBolt -benchtime 3x ./store/boltdb
func BenchmarkAgainstBolt(b *testing.B) {
	const perWriter = 40
	for _, writers := range []int{1, 64} {
		b.Run(fmt.Sprint("writers=", writers), func(b *testing.B) {
			ours := open(b, filepath.Join(b.TempDir(), "ledger.db"))
			update, batch, tuned := plainBolt(b), plainBolt(b), plainBolt(b)
			tuned.MaxBatchSize, tuned.MaxBatchDelay = writers, time.Millisecond // a batch is full once all writers wait in it
			var next atomic.Int64
			took := map[string]time.Duration{}
			for b.Loop() {
				for name, put := range map[string]func(store.Doc) error{
					"ours":   func(d store.Doc) error { return ours.Put(b.Context(), d) },
					"update": func(d store.Doc) error { return update.Update(func(tx *bolt.Tx) error { return plainPut(tx, d) }) },
					"batch":  func(d store.Doc) error { return batch.Batch(func(tx *bolt.Tx) error { return plainPut(tx, d) }) },
					"tuned":  func(d store.Doc) error { return tuned.Batch(func(tx *bolt.Tx) error { return plainPut(tx, d) }) },
				} {
					begun := time.Now()
					var wg sync.WaitGroup
					for range writers {
						wg.Go(func() {
							for range perWriter {
								if err := put(life(next.Add(1))); err != nil {
									b.Error(err)
								}
							}
						})
					}
					wg.Wait()
					took[name] += time.Since(begun)
				}
			}
			for _, name := range []string{"update", "batch", "tuned"} {
				b.ReportMetric(took[name].Seconds()/took["ours"].Seconds(), "x_"+name)
			}
			b.ReportMetric(float64(b.N*writers*perWriter)/took["ours"].Seconds(), "puts/s")
		})
	}
}

var plainBuckets = []string{"docs", "rows", "unique", "entries"}

func plainBolt(b *testing.B) *bolt.DB {
	b.Helper()
	db, err := bolt.Open(filepath.Join(b.TempDir(), "plain.db"), 0o600, nil)
	if err == nil {
		err = db.Update(func(tx *bolt.Tx) error {
			for _, name := range plainBuckets {
				if _, err := tx.CreateBucket([]byte(name)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	return db
}

// plainPut writes the bytes of a document as somebody would who needs no versions, chains and indexes: and checks what Put checks.
func plainPut(tx *bolt.Tx, d store.Doc) error {
	docs := tx.Bucket([]byte("docs"))
	if docs.Get([]byte(d.ID)) != nil {
		return store.ErrConflict
	}
	for _, k := range d.Keys {
		name := "rows"
		if k.Unique {
			name = "unique"
		}
		rows, row := tx.Bucket([]byte(name)), []byte(k.Index+"\x00"+k.Value)
		if k.Unique && rows.Get(row) != nil {
			return store.ErrTaken
		}
		if err := rows.Put(append(row, d.ID...), nil); err != nil {
			return err
		}
	}
	for _, e := range d.Entries {
		body, err := json.Marshal(e)
		if err != nil {
			return err
		}
		if err := tx.Bucket([]byte("entries")).Put(fmt.Appendf(nil, "%s\x00%020d", d.ID, e.Seq), body); err != nil {
			return err
		}
	}
	return docs.Put([]byte(d.ID), d.Facts)
}
