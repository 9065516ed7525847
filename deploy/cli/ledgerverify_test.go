package cli_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"sekisho/store"
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
	path := sealedLedger(t)
	eachWay(t, path, func(t *testing.T) {
		code, out, errOut := run("ledger", "verify", "--ledger", path)
		if want := path + ": 3 grants, 1 presses, 0 alerts, 0 tasks, 0 offboardings, 0 reports, 3 seals, 15 entries, "; code != 0 || errOut != "" || !strings.Contains(out, want) || !strings.HasSuffix(out, ", 0 faults\n") {
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
		}, `login-2: record and entries disagree: entry 5 left other facts: until; until was "2026-11-22T14:02:00Z" and is "2029-11-22T14:02:00Z"`},
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
			path := sealedLedger(t)
			change(t, path, c.tamper)
			eachWay(t, path, func(t *testing.T) { mustFind(t, path, c.want) })
		})
	}
}

// Every fact of a record is bound by its entries, and what the entries say by what was approved.
func TestLedgerVerifyFindsEditedFacts(t *testing.T) {
	const left = "login-2: record and entries disagree: entry 5 left other facts: "
	for name, c := range map[string]struct{ was, is, want string }{
		"there before":     {`"effects":{"member":"no"}`, `"effects":{"was_member":"true"}`, left + "effects"},
		"who":              {`"user":"h.sato"`, `"user":"t.yamada"`, left + "subject"},
		"who, by id":       {`"user_id":"AIDAlogin-2"`, `"user_id":"AIDAlogin-1"`, left + "subject"},
		"the group":        {`"target":"jit-ops"`, `"target":"jit-all"`, left + "target"},
		"the account":      {`"account":"123456789012"`, `"account":"999999999999"`, left + "account"},
		"an approver less": {`"approvals":[{"by":"U0SATO",`, `"approvals":[{"by":"U0EVIL",`, left + "approvals"},
		"an approver more": {`"approvals":[`, `"approvals":[{"by":"U0EVIL","at":"2026-11-22T13:02:00Z"},`, left + "approvals"},
		"the latest end":   {`"max":"2026-`, `"max":"2027-`, left + "max"},
		"the longest":      {`"longest":7200000000000`, `"longest":9200000000000000`, left + "longest"},
		"the steps":        {`"count":1`, `"count":0`, left + "steps"},
		"a fact more":      {`"state":"active"`, `"outcome":"expire","state":"active"`, left + "outcome"},
		"the bytes":        {`"state":"active"`, `"state":"\u0061ctive"`, left + "state"},
		"the head":         {`"chain":{"seq":5,"head":"`, `"chain":{"seq":5,"head":"0`, "login-2: verify head at entry 5, the record says 5: broken chain"},
		"an older build's": {`"chain":{`, `"old":true,"chain":{`, "login-2: record and entries disagree: whether entries hold its facts is not as it says"},
	} {
		t.Run(name, func(t *testing.T) {
			path := sealedLedger(t)
			change(t, path, func(docs, _, _ *bolt.Bucket) error { return edit(docs, "login-2", c.was, c.is) })
			finds(t, path, c.want)
		})
	}
	for name, c := range map[string]struct{ was, is string }{"a note": {`今日だけ`, `今日も`}, "a time": {`"at":"2026-11-22T13:02`, `"at":"2026-11-22T13:01`},
		"what it set": {`"set":{"approvals":[{"by":"U0SATO"`, `"set":{"approvals":[{"by":"U0EVIL"`}, "the digest": {`"digest":"`, `"digest":"0`}} {
		t.Run("of an entry, "+name, func(t *testing.T) {
			path := sealedLedger(t)
			change(t, path, func(_, entries, _ *bolt.Bucket) error { return edit(entries, entry(3), c.was, c.is) })
			finds(t, path, "login-2: verify entry 3 of login-2: broken chain")
		})
	}
	t.Run("a press", func(t *testing.T) {
		path := sealedLedger(t)
		change(t, path, func(docs, _, _ *bolt.Bucket) error { return edit(docs, "press-1", "U0SATO", "U0EVIL") })
		finds(t, path, "press-1: record and entries disagree: its facts are not those of which the digest was written")
	})
}

// An entry with the right hash and digest, as somebody makes one who has read the source, lets nobody have access for a year.
func TestLedgerVerifyFindsAForgedExtension(t *testing.T) {
	for name, set := range map[string]map[string]json.RawMessage{
		"the end alone":     {"until": json.RawMessage(`"2027-11-22T13:00:00Z"`)},
		"and what it keeps": {"until": json.RawMessage(`"2027-11-22T13:00:00Z"`), "max": json.RawMessage(`"2027-11-22T13:00:00Z"`)},
	} {
		t.Run(name, func(t *testing.T) {
			path := sealedLedger(t)
			change(t, path, func(docs, entries, _ *bolt.Bucket) error {
				var row struct {
					Version  uint64                     `json:"version"`
					Keys     json.RawMessage            `json:"keys"`
					Chain    store.Chain                `json:"chain"`
					Kind     string                     `json:"kind"`
					Facts    map[string]json.RawMessage `json:"facts"`
					Progress json.RawMessage            `json:"progress"`
				}
				if err := json.Unmarshal(docs.Get([]byte("login-2")), &row); err != nil {
					return err
				}
				maps.Copy(row.Facts, set)
				facts := must(json.Marshal(row.Facts))(t)
				e := store.Entry{Record: "login-2", Seq: 6, Verb: store.Extend, State: store.Active, By: "U0SATO", At: noon.Add(2 * time.Hour), Until: noon.AddDate(1, 0, 0).Add(time.Hour),
					Set: set, Digest: sum(facts), Prev: row.Chain.Head}
				e.Hash = sum(must(json.Marshal(e))(t))
				row.Chain = store.Chain{Seq: 6, Head: e.Hash, At: e.At}
				return errors.Join(docs.Put([]byte("login-2"), must(json.Marshal(row))(t)), entries.Put([]byte(entry(6)), must(json.Marshal(e))(t)))
			})
			finds(t, path, "login-2: record and entries disagree: entry 6 (extend) ")
		})
	}
}

func sum(body []byte) string {
	digest := sha256.Sum256(body)
	return hex.EncodeToString(digest[:])
}

// finds fails unless verify names what is wrong, and logs how.
func finds(t *testing.T, path, want string) {
	t.Helper()
	code, out, _ := run("ledger", "verify", "--ledger", path)
	if code != 1 || !strings.Contains(out, want) {
		t.Errorf("exit %d, want %q in\n%s", code, want, out)
	}
	logFound(t, out, want)
}

// logFound logs the line by which verify has named what is wrong: with -v that is one line for each kind of tampering.
func logFound(t *testing.T, out, want string) {
	t.Helper()
	for line := range strings.Lines(out) {
		if strings.Contains(line, want) {
			t.Logf("%s", strings.TrimSpace(line))
		}
	}
}

// An older copy of one record, in an otherwise untouched ledger, would let an access be given twice.
func TestLedgerVerifyFindsAnOlderRecord(t *testing.T) {
	path := sealedLedger(t)
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
	logFound(t, out, want)
}
