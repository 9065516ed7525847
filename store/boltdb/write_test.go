package boltdb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	bolt "go.etcd.io/bbolt"

	"sekisho/store"
)

func record(id string) store.Doc {
	return store.Doc{ID: id, Facts: []byte(`{}`), Keys: []store.Key{{Index: "due", Value: id}}, Entries: []store.Entry{{Record: id, Seq: 1}}}
}

func missing(t *testing.T, db *DB, id string) bool {
	t.Helper()
	_, err := db.Get(t.Context(), id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		t.Fatal(err)
	}
	return err != nil
}

// paused returns a ledger whose writer is this test.
func paused(t *testing.T) *DB {
	t.Helper()
	db, err := Open(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	writer := *db
	writer.changes = make(chan *change)
	return &writer
}

// What queued up is written by one commit, but no more than the bound.
func TestWhatQueuedUpSharesACommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := paused(t)
		var wg sync.WaitGroup
		for i := range most + 5 {
			wg.Go(func() {
				if err := db.Put(t.Context(), record(fmt.Sprint("r", i))); err != nil {
					t.Error(err)
				}
			})
		}
		gone, leave := context.WithCancel(t.Context())
		wg.Go(func() {
			if err := db.Put(gone, record("gone")); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "not written") {
				t.Errorf("put whose caller went away: %v", err)
			}
		})
		synctest.Wait()
		leave()
		synctest.Wait()
		for _, want := range []int{most, 5} {
			group := db.gather(<-db.changes)
			if len(group) != want {
				t.Errorf("%d in a group, want %d", len(group), want)
			}
			before := commits(t, db)
			db.commit(group)
			if n := commits(t, db) - before; n != 1 {
				t.Errorf("%d commits", n)
			}
		}
		wg.Wait()
		if !missing(t, db, "gone") || missing(t, db, "r0") || missing(t, db, fmt.Sprint("r", most+4)) {
			t.Error("written is not what was asked for")
		}
	})
}

func commits(t *testing.T, db *DB) (n int) {
	t.Helper()
	if err := db.bolt.View(func(tx *bolt.Tx) error { n = tx.ID(); return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

// A caller may go away between the moment the writer takes the change and the moment it looks at it.
func TestCallerGoesAwayInTheGroup(t *testing.T) {
	t.Parallel()
	db := paused(t)
	gone, leave := context.WithCancel(t.Context())
	leave()
	a, _ := ready(record("gone"))
	b, _ := ready(record("stays"))
	group := []*change{{ctx: gone, docs: []sheet{a}, done: make(chan error, 1)}, {ctx: t.Context(), docs: []sheet{b}, done: make(chan error, 1)}}
	db.commit(group)
	if err := <-group[0].done; !errors.Is(err, context.Canceled) || !missing(t, db, "gone") {
		t.Errorf("put whose caller went away: %v", err)
	}
	if err := <-group[1].done; err != nil || missing(t, db, "stays") {
		t.Errorf("put beside it: %v", err)
	}
}

// Nothing is synced for a group in which all are refused.
func TestRefusedCostNoCommit(t *testing.T) {
	t.Parallel()
	db, err := Open(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	before := commits(t, db)
	late := record("r")
	late.Version = 7
	if err := db.Put(t.Context(), late); !errors.Is(err, store.ErrConflict) {
		t.Error(err)
	}
	if n := commits(t, db); n != before {
		t.Errorf("%d commits", n-before)
	}
}

// A full disk fails the whole group, and nothing of it is there; with room again, the ledger goes on.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	db, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	db.bolt.MaxSize = 1 << 20 // bbolt's own disk, which is full at 1 MB
	large := func(id string) store.Doc {
		return store.Doc{ID: id, Facts: fmt.Appendf(nil, `"%0200000d"`, 0), Keys: record(id).Keys}
	}
	wrote := []string{}
	for i := 0; ; i++ {
		id := fmt.Sprint("r", i)
		err := db.Put(t.Context(), large(id))
		if err == nil {
			wrote = append(wrote, id)
			continue
		}
		if !errors.Is(err, store.ErrUnwritten) || !strings.Contains(err.Error(), path) || !missing(t, db, id) {
			t.Errorf("put on a full disk: %v", err)
		}
		break
	}
	if len(wrote) == 0 || db.Put(t.Context(), large("again")) == nil {
		t.Fatal("the disk was not full")
	}
	db.bolt.MaxSize = 0
	if err := eventually(func() error { return db.Put(t.Context(), large("more")) }); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if db, err = Open(path); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for _, id := range append(wrote, "more") {
		if missing(t, db, id) {
			t.Errorf("%s is gone", id)
		}
	}
	if !missing(t, db, "again") {
		t.Error("what failed is there")
	}
}

// eventually tries for some seconds.
func eventually(do func() error) (err error) {
	for range 500 {
		if err = do(); err == nil {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return err
}

// With the spare given up, what has begun goes on and nothing begins; and the spare is made again.
func TestSpareIsForWhatEnds(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	db, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Put(t.Context(), record("old")); err != nil {
		t.Fatal(err)
	}
	full := &fs.PathError{Op: "write", Path: path, Err: syscall.ENOSPC}
	blocked := path + ".spare"
	if !db.spare.give(full) { // nothing else uses the writer now
		t.Fatal("there was no spare")
	}
	if err := os.Mkdir(blocked, 0o700); err != nil { // so that none can be made
		t.Fatal(err)
	}
	old, begun := record("old"), record("new")
	old.Version, old.Entries = 1, nil
	if err := db.Put(t.Context(), old); err != nil {
		t.Errorf("what has begun: %v", err)
	}
	if err := db.Put(t.Context(), begun); !errors.Is(err, store.ErrUnwritten) || !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), path) {
		t.Errorf("what begins: %v", err)
	}
	if err := os.Remove(blocked); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if err := eventually(func() error { return db.Put(t.Context(), begun) }); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if there, err := os.Stat(blocked); err != nil || there.Size() != spareSize {
		t.Errorf("the spare: %v, %v", there, err)
	}
}

// What bbolt would refuse in the middle of a group is refused before it.
func TestWhatDoesNotFitIsRefusedAlone(t *testing.T) {
	t.Parallel()
	db, err := Open(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	long := strings.Repeat("x", bolt.MaxKeySize)
	fits := strings.Repeat("y", bolt.MaxKeySize-9)
	for name, c := range map[string]struct {
		doc store.Doc
		ok  bool
	}{
		"no id":         {record(""), false},
		"long id":       {store.Doc{ID: long, Facts: []byte("{}")}, false},
		"longest id":    {store.Doc{ID: fits, Facts: []byte("{}"), Entries: []store.Entry{{Seq: 1}}}, true},
		"long key":      {store.Doc{ID: "k", Facts: []byte("{}"), Keys: []store.Key{{Index: "due", Value: long}}}, false},
		"long index":    {store.Doc{ID: "k", Facts: []byte("{}"), Keys: []store.Key{{Index: long}}}, false},
		"no index":      {store.Doc{ID: "k", Facts: []byte("{}"), Keys: []store.Key{{Value: "v"}}}, false},
		"body no JSON":  {store.Doc{ID: "k", Facts: []byte("{")}, false},
		"year of entry": {store.Doc{ID: "k", Facts: []byte("{}"), Entries: []store.Entry{{At: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}}}, false},
	} {
		if err := db.Put(t.Context(), c.doc); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !missing(t, db, "k") {
		t.Error("half of it was written")
	}
}

// Who waits for a commit that does not end is told, once their context has ended, that the outcome is unknown.
func TestAContextThatEndsDuringACommit(t *testing.T) {
	t.Parallel()
	db, err := Open(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	held, err := db.bolt.Begin(true)
	if err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer leave()
	if err := db.Put(ctx, record("r")); !errors.Is(err, store.ErrUnknown) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("put: %v", err)
	}
	if err := held.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := db.Put(t.Context(), record("another")); err != nil || missing(t, db, "another") {
		t.Errorf("the next one: %v", err)
	}
}
