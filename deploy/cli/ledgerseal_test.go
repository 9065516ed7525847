package cli_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"sekisho/store"
	"sekisho/store/boltdb"
)

// seal seals what has changed in a ledger, as a bot does that stops.
func seal(t *testing.T, path string, at time.Time) {
	t.Helper()
	db := must(boltdb.Open(path))(t)
	_, err := store.NewSealer(db).Sweep(t.Context(), at, store.SealStop)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// erase takes away all that stands of a record, so that what is left fits together.
func erase(docs, entries, index *bolt.Bucket, id string) error {
	if err := docs.Delete([]byte(id)); err != nil {
		return err
	}
	drop := func(b *bolt.Bucket, gone func(key []byte) bool) {
		c := b.Cursor()
		for k, _ := c.First(); k != nil; k, _ = c.Next() {
			if gone(k) {
				_ = c.Delete()
			}
		}
	}
	drop(entries, func(k []byte) bool { return bytes.HasPrefix(k, []byte(id+"\x00")) })
	return index.ForEachBucket(func(name []byte) error {
		drop(index.Bucket(name), func(k []byte) bool { return bytes.HasSuffix(k, []byte("\x00"+id)) })
		return nil
	})
}

// printedHead is the head that verify prints.
func printedHead(t *testing.T, path string) string {
	t.Helper()
	code, out, errOut := run("ledger", "verify", "--ledger", path)
	found := regexp.MustCompile(`: head (\d+:[0-9a-f]{64}) of 2026-`).FindStringSubmatch(out)
	if code != 0 || found == nil {
		t.Fatalf("exit %d\n%s%s", code, out, errOut)
	}
	return found[1]
}

// What was sealed and is not there is named, also where all that is left fits together, and on a ledger in use.
func TestLedgerVerifyFindsWhatWasDeleted(t *testing.T) {
	for id, entries := range map[string]string{"login-1": "7", "press-1": "2"} {
		path := sealedLedger(t)
		change(t, path, func(docs, entries, index *bolt.Bucket) error { return erase(docs, entries, index, id) })
		eachWay(t, path, func(t *testing.T) {
			mustFind(t, path, id+": ledger and seals disagree: it was sealed at "+entries+" on 2026-11-22T12:10:00.000000000Z by seal 1, and is not there")
		})
	}
}

// Seals that are gone are missed, also if all of them are, and after a bot has sealed anew what is left.
func TestLedgerVerifyFindsThatSealsAreGone(t *testing.T) {
	const all = "records that changed from 2026-11-22T12:00:00.000000000Z to 2026-11-22T14:02:00.000000000Z are in no seal"
	for name, c := range map[string]struct {
		gone   []string
		sealed bool
		want   string
	}{
		"all":                  {[]string{"1", "2", "3"}, false, "seal-000000000001: ledger and seals disagree: it is not there, and 4 " + all},
		"all, and sealed anew": {[]string{"1", "2", "3"}, true, "seal-000000000001: ledger and seals disagree: it is the first, and has what changed from 2026-11-22T12:06"},
		"the first":            {[]string{"1"}, false, "seal-000000000002: ledger and seals disagree: it is seal 2 and follows seal 0"},
	} {
		t.Run(name, func(t *testing.T) {
			path := sealedLedger(t)
			for _, n := range c.gone {
				change(t, path, func(docs, entries, index *bolt.Bucket) error {
					return erase(docs, entries, index, "seal-00000000000"+n)
				})
			}
			if c.sealed {
				seal(t, path, noon.Add(3*time.Hour))
			}
			finds(t, path, c.want)
		})
	}
}

// An older copy of the whole ledger fits together. The head that was read before tells, and so it does of one that went on
// by itself, and of one whose last seal was edited.
func TestLedgerVerifyHead(t *testing.T) {
	path := sealedLedger(t)
	first := printedHead(t, path)
	older := filepath.Join(t.TempDir(), "older.db")
	if err := os.WriteFile(older, must(os.ReadFile(path))(t), 0o600); err != nil {
		t.Fatal(err)
	}
	end(t, path, "login-2")
	seal(t, path, noon.Add(4*time.Hour))
	head := printedHead(t, path)
	if !strings.HasPrefix(first, "3:") || !strings.HasPrefix(head, "4:") {
		t.Fatalf("heads %s and %s", first, head)
	}
	t.Run("its own", func(t *testing.T) {
		eachWay(t, path, func(t *testing.T) {
			for _, known := range []string{first, head} {
				if code, out, errOut := run("ledger", "verify", "--ledger", path, "--head", known); code != 0 {
					t.Errorf("with %s: exit %d\n%s%s", known, code, out, errOut)
				}
			}
		})
	})
	t.Run("an older copy", func(t *testing.T) {
		eachWay(t, older, func(t *testing.T) {
			lacks(t, older, head, "seal 4 is not in it: this is an older copy, or its end was cut off")
		})
	})
	end(t, older, "login-2")
	seal(t, older, noon.Add(5*time.Hour))
	lacks(t, older, head, "seal 4 has the hash ")
	change(t, path, func(docs, _, _ *bolt.Bucket) error {
		return edit(docs, "seal-000000000004", `"why":"stop"`, `"why":"none"`)
	})
	lacks(t, path, head, "seal 4 has the hash ")
	if code, _, errOut := run("ledger", "verify", "--ledger", path, "--head", "2"); code != 2 || !strings.Contains(errOut, "write the number of a seal, a colon and its hash") {
		t.Errorf("exit %d: %s", code, errOut)
	}
}

func lacks(t *testing.T, path, head, want string) {
	t.Helper()
	code, out, errOut := run("ledger", "verify", "--ledger", path, "--head", head)
	if code != 1 || !strings.Contains(out, path+": ledger and seals disagree: "+want) || !strings.Contains(errOut, path+" does not fit together") {
		t.Errorf("exit %d, want %q in\n%s%s", code, want, out, errOut)
	}
}
