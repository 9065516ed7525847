package boltdb_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"sekisho/store"
	"sekisho/store/boltdb"
	"sekisho/store/storetest"
)

func open(t testing.TB, path string) *boltdb.DB {
	t.Helper()
	db, err := boltdb.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() }) // a second Close does nothing
	return db
}

func TestContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.DB { return open(t, filepath.Join(t.TempDir(), "ledger.db")) })
	storetest.RunWhole(t, func(t *testing.T) *boltdb.DB { return open(t, filepath.Join(t.TempDir(), "ledger.db")) })
}

func TestModel(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	storetest.Model(t, func(rt *rapid.T) store.DB {
		path := filepath.Join(dir, "ledger.db")
		_ = os.Remove(path)
		db, err := boltdb.Open(path)
		if err != nil {
			rt.Fatal(err)
		}
		rt.Cleanup(func() { _ = db.Close() })
		return db
	})
}

func TestWhatWasPutSurvivesReopening(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	db := open(t, path)
	want := store.Doc{ID: "r", Facts: []byte(`{}`), Keys: []store.Key{{Index: "due", Value: "1"}},
		Entries: []store.Entry{{Record: "r", Seq: 1}}}
	if err := errors.Join(db.Put(t.Context(), want), db.Close()); err != nil {
		t.Fatal(err)
	}
	db = open(t, path)
	if got, err := db.Get(t.Context(), "r"); err != nil || got.Version != 1 {
		t.Errorf("get: %+v, %v", got, err)
	}
	if rows, err := db.List(t.Context(), "due", "", 9); err != nil || len(rows) != 1 {
		t.Errorf("list: %v, %v", rows, err)
	}
	if entries, err := db.Entries(t.Context(), "r", 0); err != nil || len(entries) != 1 {
		t.Errorf("entries: %v, %v", entries, err)
	}
}

func TestFileIsTheOwnersAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil { // as a careless restore would leave it
		t.Fatal(err)
	}
	open(t, path)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if rest, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".ledger-*")); len(rest) > 0 {
		t.Errorf("left behind: %v", rest)
	}
}

func TestSecondProcessIsTold(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	open(t, path)
	_, err := boltdb.Open(path)
	if !errors.Is(err, boltdb.ErrInUse) || !strings.Contains(err.Error(), path) {
		t.Errorf("second open: %v, want one that names the file", err)
	}
}

// A file that is made by two at once must be one file: with a rename, the slower would pull it away from the faster.
func TestTwoMakeOneLedger(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			db, err := boltdb.Open(path)
			if err != nil {
				t.Error(err)
				return
			}
			id := string(rune('a' + i))
			if err := errors.Join(db.Put(t.Context(), store.Doc{ID: id, Facts: []byte("{}")}), db.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	db := open(t, path)
	for i := range 8 {
		if _, err := db.Get(t.Context(), string(rune('a'+i))); err != nil {
			t.Error(err)
		}
	}
}

func TestWhatIsNoLedger(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text, other := filepath.Join(dir, "text"), filepath.Join(dir, "other.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a ledger\n", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(other, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{text, other, filepath.Join(dir, "no", "such", "folder.db"), dir} {
		if _, err := boltdb.Open(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("open %s: %v, want an error that names it", path, err)
		}
	}
}
