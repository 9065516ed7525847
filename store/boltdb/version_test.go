package boltdb_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	bolt "go.etcd.io/bbolt"

	"sekisho/store"
	"sekisho/store/boltdb"
)

// fixture unpacks a file that an earlier build wrote.
func fixture(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name+".db.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "ledger.db")
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A file of a build before there were versions opens if nothing in it is live, and all that it tells can be read from then on.
func TestAFileWithoutAVersionIsConverted(t *testing.T) {
	t.Parallel()
	path := fixture(t, "unversioned-rest")
	if _, err := boltdb.OpenToRead(path); !errors.Is(err, boltdb.ErrOlder) {
		t.Errorf("opened to read before: %v", err)
	}
	db := open(t, path)
	g, err := store.LoadGrant(t.Context(), db, "login-2")
	if err != nil || g.State != store.Ended || g.Subject.User != "t.yamada" || g.Chain.Seq != 7 || g.Version != 7 || g.Outcome != store.Expire {
		t.Errorf("a grant: %+v, %v", g, err)
	}
	p, err := store.LoadPress(t.Context(), db, store.PressPrefix+"9")
	if err != nil || !p.Judged || p.Refusal != "late" || p.By != "U1" {
		t.Errorf("a press: %+v, %v", p, err)
	}
	if m, err := store.LoadMark(t.Context(), db, "clock"); err != nil || m.At.IsZero() {
		t.Errorf("a mark: %+v, %v", m, err)
	}
	// The first sweep seals it. Before that no seal is missed.
	faultless(t, path, db)
	db = open(t, path)
	if n, err := store.NewSealer(db).Sweep(t.Context(), g.Ended, store.SealStart); err != nil || n != 1 {
		t.Errorf("%d seals, %v", n, err)
	}
	s, err := store.LoadSeal(t.Context(), db, 1)
	for _, id := range []string{"login-1", "login-2", "login-3", store.PressPrefix + "9"} {
		if err != nil || !slices.ContainsFunc(s.Records, func(r store.Sealed) bool { return r.ID == id }) {
			t.Errorf("%s is not sealed: %+v, %v", id, s.Records, err)
		}
	}
	// What happens from now on binds all of the record's facts.
	if g, err = g.After(store.Entry{Verb: store.Recheck, By: store.Self, At: g.Ended}); err != nil {
		t.Fatal(err)
	}
	if err := store.Save(t.Context(), db, &g); err != nil {
		t.Fatal(err)
	}
	if count := faultless(t, path, db); count.Grants != 3 || count.Old == 0 || count.Alerts != 1 || count.Tasks != 1 || count.Offboardings != 1 {
		t.Errorf("%+v", count)
	}
	if err := open(t, path).Close(); err != nil {
		t.Fatal("a second time", err)
	}
}

// faultless closes a ledger and fails if an audit finds something in it.
func faultless(t *testing.T, path string, db *boltdb.DB) store.Count {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := boltdb.OpenToRead(path)
	if err != nil {
		t.Fatal(err)
	}
	count, err := store.Audit(t.Context(), r, func(f store.Fault) { t.Errorf("%s: %v", f.ID, f.Err) })
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	return count
}

// One in which something is live is refused with how to drain it, and stays as it is.
func TestAFileWithoutAVersionThatIsLive(t *testing.T) {
	t.Parallel()
	path := fixture(t, "unversioned-live")
	for range 2 {
		db, err := boltdb.Open(path)
		if !errors.Is(err, boltdb.ErrLive) || !strings.Contains(err.Error(), "login-9") {
			t.Fatalf("opened: %v, %v", db, err)
		}
	}
}

// A newer file opens as long as this build knows its reader's version.
func TestANewerFile(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]error{`{"writer":9,"reader":3}`: nil, `{"writer":9,"reader":9}`: boltdb.ErrNewer} {
		path := ledger(t, 1)
		db, err := bolt.Open(path, 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = db.Update(func(tx *bolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte("version"), []byte(body)) })
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		opened, err := boltdb.Open(path)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", body, err)
		}
		if err == nil {
			_ = opened.Close()
		}
		if _, err := boltdb.OpenToRead(path); !errors.Is(err, want) {
			t.Errorf("%s, to read: %v", body, err)
		}
	}
}

// A file of version 2, which had no kinds, opens with all that is live in it. Each record gets the kind that its id is made for, and no
// chain, digest or seal changes. A copy of it that is not converted reads the same.
func TestAFileWithoutKindsIsConverted(t *testing.T) {
	t.Parallel()
	path := fixture(t, "version-2")
	r, err := boltdb.OpenToRead(path)
	if err != nil {
		t.Fatal(err)
	}
	before := everything(t, r)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	db := open(t, path)
	after := everything(t, db)
	if d := cmp.Diff(before, after); d != "" {
		t.Error("not converted and converted differ", d)
	}
	kinds := map[string]int{}
	for _, doc := range after {
		kinds[doc.Kind]++
	}
	want := map[string]int{store.KindGrant: 6, store.KindPress: 5, store.KindAlert: 2, store.KindTask: 2, store.KindOffboarding: 2,
		store.KindReport: 2, store.KindSeal: 4, store.KindMark: 3}
	if d := cmp.Diff(want, kinds); d != "" {
		t.Error(d)
	}
	g, err := store.LoadGrant(t.Context(), db, "login-live")
	if err != nil || g.State != store.Active || g.Claim.Owner != "pid-1" || g.Version != 6 {
		t.Errorf("what is live: %+v, %v", g, err)
	}
	if err := store.Sound(t.Context(), db, g.ID); err != nil {
		t.Error(err)
	}
	if g, err = g.After(store.Entry{Verb: store.Expire, By: store.Self, At: g.Until}); err != nil {
		t.Fatal(err)
	}
	if err := store.Save(t.Context(), db, &g); err != nil {
		t.Fatal(err)
	}
	if n, err := store.NewSealer(db).Sweep(t.Context(), g.Until, store.SealStart); err != nil || n != 1 {
		t.Errorf("%d seals, %v", n, err)
	}
	if count := faultless(t, path, db); count.Seals != 5 || count.Old != 11 {
		t.Errorf("%+v", count)
	}
}

// A conversion that was cut off goes on at the next start.
func TestAConversionThatWasCutOff(t *testing.T) {
	t.Parallel()
	path := fixture(t, "version-2")
	want := everything(t, open(t, fixture(t, "version-2")))
	raw(t, path, func(tx *bolt.Tx) error {
		docs := tx.Bucket([]byte("docs"))
		body := docs.Get([]byte("login-live"))
		return docs.Put([]byte("login-live"), bytes.Replace(body, []byte(`{"version"`), []byte(`{"kind":"grant","version"`), 1))
	})
	if d := cmp.Diff(want, everything(t, open(t, path))); d != "" {
		t.Error(d)
	}
}

// A record that cannot be read keeps nobody from opening the file.
func TestARecordThatCannotBeConverted(t *testing.T) {
	t.Parallel()
	path := fixture(t, "version-2")
	raw(t, path, func(tx *bolt.Tx) error { return tx.Bucket([]byte("docs")).Put([]byte("login-ended"), []byte("{")) })
	db := open(t, path)
	if _, err := store.LoadGrant(t.Context(), db, "login-ended"); !slices.Equal(store.BrokenIn(err), []string{"login-ended"}) {
		t.Error(err)
	}
	if _, err := store.LoadGrant(t.Context(), db, "login-live"); err != nil {
		t.Error(err)
	}
}

// raw changes a file that nobody has open.
func raw(t *testing.T, path string, change func(*bolt.Tx) error) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(change), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// everything returns all records of a ledger with their keys and entries.
func everything(t *testing.T, w store.Whole) (out []store.Doc) {
	t.Helper()
	for id := ""; ; {
		doc, err := w.Next(t.Context(), id)
		if errors.Is(err, store.ErrNotFound) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out, id = append(out, doc), doc.ID
	}
}
