package boltdb_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sekisho/store"
	"sekisho/store/boltdb"
)

// Close in the middle of a crowd: nobody hangs, who was told nil is in the file, who was told ErrClosed is not. The
// bubble shows that no goroutine stays behind.
func TestCloseInTheMiddle(t *testing.T) {
	for range 5 {
		synctest.Test(t, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "ledger.db")
			db := open(t, path)
			var mu sync.Mutex
			told := map[string]error{}
			var wg sync.WaitGroup
			for i := range 32 {
				wg.Go(func() {
					for n := 0; ; n++ {
						id := fmt.Sprintf("r%02d.%d", i, n)
						err := db.Put(t.Context(), store.Doc{ID: id, Facts: []byte("{}")})
						mu.Lock()
						told[id] = err
						enough := len(told) > 200
						mu.Unlock()
						if enough {
							go func() { _ = db.Close() }()
						}
						if err != nil {
							return
						}
					}
				})
			}
			wg.Wait()
			if err := db.Close(); err != nil {
				t.Error(err)
			}
			again := open(t, path)
			closed := 0
			for id, err := range told {
				_, missing := again.Get(t.Context(), id)
				switch {
				case errors.Is(err, boltdb.ErrClosed):
					closed++
					if missing == nil {
						t.Errorf("%s was refused, and written", id)
					}
				case err != nil || missing != nil:
					t.Errorf("%s: told %v, then %v", id, err, missing)
				}
			}
			if closed == 0 {
				t.Error("nobody was there when it closed")
			}
			if err := again.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	db := open(t, filepath.Join(t.TempDir(), "ledger.db"))
	if err := errors.Join(db.Close(), db.Close()); err != nil {
		t.Fatal(err)
	}
	if err := db.Put(t.Context(), store.Doc{ID: "r", Facts: []byte("{}")}); !errors.Is(err, boltdb.ErrClosed) {
		t.Errorf("put: %v", err)
	}
	if _, err := db.Get(t.Context(), "r"); err == nil {
		t.Error("get from a closed ledger")
	}
	if err := db.Serve(t.Context()); err == nil {
		t.Error("serve a closed ledger")
	}
}

// The ledger lives in a bubble whose clock is not the world's.
func TestInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := open(t, filepath.Join(t.TempDir(), "ledger.db"))
		for i := range 3 {
			time.Sleep(24 * time.Hour)
			if err := db.Put(t.Context(), store.Doc{ID: fmt.Sprint(i), Facts: []byte("{}")}); err != nil {
				t.Error(err)
			}
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
}
