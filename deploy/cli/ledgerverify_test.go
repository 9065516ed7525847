package cli_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"
)

// change does something to a ledger behind its back, as somebody could who can write to the file.
func change(t *testing.T, path string, do func(docs, entries, index *bolt.Bucket) error) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		return do(tx.Bucket([]byte("docs")), tx.Bucket([]byte("entries")), tx.Bucket([]byte("index")))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// edit replaces a text in a row that has it.
func edit(b *bolt.Bucket, key, was, is string) error {
	body := b.Get([]byte(key))
	if !bytes.Contains(body, []byte(was)) {
		return errors.New(key + " has no " + was)
	}
	return b.Put([]byte(key), bytes.Replace(body, []byte(was), []byte(is), 1))
}

// entry is the key of an entry of login-2, which is active.
func entry(seq byte) string { return "login-2\x00\x00\x00\x00\x00\x00\x00\x00" + string([]byte{seq}) }

func TestLedgerVerify(t *testing.T) {
	path := ledger(t)
	eachWay(t, path, func(t *testing.T) {
		code, out, errOut := run("ledger", "verify", "--ledger", path)
		if want := path + ": 3 grants, 1 presses, 0 alerts, 0 tasks, 0 offboardings, 0 reports, 15 entries, "; code != 0 || errOut != "" || !strings.HasPrefix(out, want) || !strings.HasSuffix(out, ", 0 faults\n") {
			t.Errorf("exit %d\n%s%s", code, out, errOut)
		}
	})
}

// Whatever somebody changes for their own good is found, on a ledger in use as well, and nothing but that.
func TestLedgerVerifyFindsTampering(t *testing.T) {
	for name, c := range map[string]struct {
		tamper func(docs, entries, index *bolt.Bucket) error
		want   string
	}{
		"an entry's field": {func(_, entries, _ *bolt.Bucket) error {
			return edit(entries, entry(3), "U0SATO", "U0EVIL")
		}, "login-2: verify entry 3 of login-2: broken chain"},
		"an entry less": {func(_, entries, _ *bolt.Bucket) error {
			return entries.Delete([]byte(entry(4)))
		}, "login-2: verify entry 4 of login-2: broken chain"},
		"the last entry less": {func(_, entries, _ *bolt.Bucket) error {
			return entries.Delete([]byte(entry(5)))
		}, "login-2: verify head at entry 4, the record says 5: broken chain"},
		"the record's state": {func(docs, _, _ *bolt.Bucket) error {
			return edit(docs, "login-2", `"state":"active"`, `"state":"ended"`)
		}, "login-2: record and entries disagree: it is ended, its last entry led to active"},
		"the record's end": {func(docs, _, _ *bolt.Bucket) error {
			return edit(docs, "login-2", `"until":"2026-11-22T14:`, `"until":"2029-11-22T14:`)
		}, "login-2: record and entries disagree: access ends 2029"},
		"a record less": {func(docs, _, _ *bolt.Bucket) error {
			return docs.Delete([]byte("login-2"))
		}, "login-2: record and entries disagree: its 5 entries stand without it"},
		"a row less": {func(_, _, index *bolt.Bucket) error { // so that it never expires
			return index.Bucket([]byte("take")).Delete([]byte("2026-11-22T14:02:00.000000000Z\x00login-2"))
		}, `login-2: record and index disagree: index take lacks it under "2026-11-22T14:02:00.000000000Z"`},
		"a row more": {func(_, _, index *bolt.Bucket) error { // so that nobody gets what it names
			return index.Bucket([]byte("slot")).Put([]byte("x\x1b[2J\x00login-1"), nil)
		}, `login-1: record and index disagree: index slot has it under "x\x1b[2J"`},
	} {
		t.Run(name, func(t *testing.T) {
			path := ledger(t)
			change(t, path, c.tamper)
			eachWay(t, path, func(t *testing.T) { mustFind(t, path, c.want) })
		})
	}
}

// An older copy of one record, in an otherwise untouched ledger, would let an access be given twice.
func TestLedgerVerifyFindsAnOlderRecord(t *testing.T) {
	path := ledger(t)
	var older []byte
	change(t, path, func(docs, _, _ *bolt.Bucket) error {
		older = bytes.Clone(docs.Get([]byte("login-2")))
		return nil
	})
	end(t, path, "login-2")
	change(t, path, func(docs, _, _ *bolt.Bucket) error { return docs.Put([]byte("login-2"), older) })
	eachWay(t, path, func(t *testing.T) {
		mustFind(t, path, "login-2: verify head at entry 7, the record says 5: broken chain")
	})
}

func mustFind(t *testing.T, path, want string) {
	t.Helper()
	code, out, errOut := run("ledger", "verify", "--ledger", path)
	if code != 1 || !strings.Contains(out, want) || !strings.Contains(errOut, path+" does not fit together") {
		t.Errorf("exit %d, want %q in\n%s%s", code, want, out, errOut)
	}
	for line := range strings.Lines(out) {
		if about, _, _ := strings.Cut(want, ":"); !strings.HasPrefix(line, about+": ") && !strings.HasPrefix(line, path+": ") {
			t.Errorf("a fault elsewhere: %s", line)
		}
	}
	if strings.Contains(out, "\x1b") {
		t.Errorf("text from outside is active in %q", out)
	}
}
