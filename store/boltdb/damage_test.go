package boltdb_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	bolt "go.etcd.io/bbolt"

	"sekisho/store"
	"sekisho/store/boltdb"
)

// ledger makes a ledger with some lives in it, which nobody has open, and returns its path.
func ledger(t *testing.T, lives int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger.db")
	db := open(t, path)
	for i := range lives {
		if err := live(t.Context(), db, fmt.Sprintf("login-%03d", i), nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// faults returns what is wrong with a file, and whether a ledger can be read in it at all.
func faults(t *testing.T, path string) (found []store.Fault, err error) {
	t.Helper()
	r, err := boltdb.OpenToRead(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	_, err = store.Audit(t.Context(), r, func(f store.Fault) { found = append(found, f) })
	if err == nil && len(found) == 0 {
		err = r.Pages(func(err error) { found = append(found, store.Fault{Err: err}) })
	}
	return found, err
}

// A bit that flipped in what a record says is found. Wherever it is, nothing crashes.
func TestFlippedBits(t *testing.T) {
	t.Parallel()
	path := ledger(t, 20)
	var file bytes.Buffer // without the space that bbolt allocates ahead
	if err := boltdb.Copy(t.Context(), path, &file); err != nil {
		t.Fatal(err)
	}
	whole, seed := file.Bytes(), rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 100 {
		at := r.IntN(len(whole))
		broken := bytes.Clone(whole)
		broken[at] ^= 1 << r.IntN(8)
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _ = faults(t, path) // a page that is not in use may say anything
		_ = boltdb.Copy(t.Context(), path, io.Discard)
	}
	for i := 1; i < 20; i++ { // keys that are out of order are a way round in circles
		broken := bytes.ReplaceAll(whole, fmt.Appendf(nil, "login-%03d", i), []byte("login-000"))
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		if found, err := faults(t, path); len(found) == 0 && err == nil {
			t.Errorf("nothing found where record %d has another's id", i)
		}
	}
	broken := bytes.ReplaceAll(whole, []byte(`"note":"as`), []byte(`"note":"at`))
	if err := os.WriteFile(path, broken, 0o600); err != nil {
		t.Fatal(err)
	}
	if found, err := faults(t, path); len(found) != 20 || err != nil || !errors.Is(found[0].Err, store.ErrChain) {
		t.Errorf("found %v, %v", found, err)
	}
}

// A file that was cut, as a copy onto a full disk is, is never copied as if it were whole, and crashes nobody.
func TestCutFile(t *testing.T) {
	t.Parallel()
	path := ledger(t, 20)
	var whole bytes.Buffer // without the space that bbolt allocates ahead
	if err := boltdb.Copy(t.Context(), path, &whole); err != nil {
		t.Fatal(err)
	}
	for at := 0; at < whole.Len(); at += 4096 {
		if err := os.WriteFile(path, whole.Bytes()[:at], 0o600); err != nil {
			t.Fatal(err)
		}
		if err := boltdb.Copy(t.Context(), path, io.Discard); err == nil {
			t.Fatalf("copied a ledger of which %d of %d bytes are left", at, whole.Len())
		}
		_, _ = faults(t, path) // what is gone may have been free
	}
}

// What somebody does to the file with bbolt's own tools is found, each with the record's id.
func TestTampering(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tamper func(tx *bolt.Tx) error
		want   error
	}{
		"a record is removed": {func(tx *bolt.Tx) error { return tx.Bucket([]byte("docs")).Delete([]byte("login-003")) }, store.ErrRecord},
		"an entry is no JSON": {func(tx *bolt.Tx) error {
			return tx.Bucket([]byte("entries")).Put([]byte("login-003\x00\x00\x00\x00\x00\x00\x00\x00\x02"), []byte("{"))
		}, nil},
		"a record is no JSON": {func(tx *bolt.Tx) error { return tx.Bucket([]byte("docs")).Put([]byte("login-003"), []byte("{")) }, nil},
		"an index is removed": {func(tx *bolt.Tx) error { return tx.Bucket([]byte("index")).DeleteBucket([]byte("take")) }, store.ErrIndex},
		"a record is put under another id": {func(tx *bolt.Tx) error {
			b := tx.Bucket([]byte("docs"))
			return b.Put([]byte("login-003"), bytes.Clone(b.Get([]byte("login-004"))))
		}, store.ErrRecord},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := ledger(t, 5)
			db, err := bolt.Open(path, 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(db.Update(c.tamper), db.Close()); err != nil {
				t.Fatal(err)
			}
			found, err := faults(t, path)
			if err != nil {
				t.Fatal(err)
			}
			hit := false
			for _, f := range found {
				hit = hit || f.ID == "login-003" && (c.want == nil || errors.Is(f.Err, c.want))
			}
			if !hit {
				t.Errorf("found %v", found)
			}
		})
	}
}

// A row that is no JSON is a record that cannot be used, by its id: others of its kind can.
func TestABrokenRowIsNamed(t *testing.T) {
	t.Parallel()
	path := ledger(t, 5)
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		return errors.Join(tx.Bucket([]byte("docs")).Put([]byte("login-003"), []byte(`{"version":3,"body":{`)),
			tx.Bucket([]byte("entries")).Put([]byte("login-004\x00\x00\x00\x00\x00\x00\x00\x00\x02"), []byte(`[]`)))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	l := open(t, path)
	if _, err := store.LoadGrant(t.Context(), l, "login-003"); !slices.Equal(store.BrokenIn(err), []string{"login-003"}) {
		t.Errorf("a record: %v", err)
	}
	if _, err := l.Entries(t.Context(), "login-004", 0); !slices.Equal(store.BrokenIn(err), []string{"login-004"}) {
		t.Errorf("entries: %v", err)
	}
	if _, err := store.LoadGrant(t.Context(), l, "login-002"); err != nil {
		t.Errorf("another: %v", err)
	}
	if _, err := store.LoadGrant(t.Context(), l, "login-none"); len(store.BrokenIn(err)) > 0 {
		t.Errorf("none: %v", err)
	}
}

// Pages that are damaged under an open ledger end no program: who writes, or reads, is told.
func TestPagesAreDamagedUnderAnOpenLedger(t *testing.T) {
	t.Parallel()
	path := ledger(t, 200)
	db := open(t, path)
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	const kind = 8                                                                         // where a page says of which kind it is, behind its number
	for page, size := int64(2), int64(os.Getpagesize()); page*size < info.Size(); page++ { // bbolt maps the file, so it sees this
		if _, err := file.WriteAt([]byte{0, 0}, page*size+kind); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := live(t.Context(), db, "login-new", nil); !errors.Is(err, boltdb.ErrDamaged) {
			t.Errorf("write: %v", err)
		}
	}
	if _, err := db.Get(t.Context(), "login-100"); !errors.Is(err, boltdb.ErrDamaged) {
		t.Errorf("read: %v", err)
	}
	if err := db.Close(); !errors.Is(err, boltdb.ErrDamaged) {
		t.Errorf("close: %v", err)
	}
}
