package store_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"sekisho/store"
)

// What is true of a record is changed by an entry and by nothing else. How far the work has come is no fact.
func TestFactsAreChangedByEntriesAlone(t *testing.T) {
	db := &store.Mem{}
	g := asked()
	if err := store.Save(t.Context(), db, &g); err != nil {
		t.Fatal(err)
	}
	beside := g
	beside.Subject.User, beside.Longest = "h.sato", 2*beside.Longest
	if err := store.Save(t.Context(), db, &beside); !errors.Is(err, store.ErrBeside) || !strings.Contains(err.Error(), "longest, subject") {
		t.Errorf("facts set beside an entry: %v", err)
	}
	after := after(g, noon, store.Approve)
	after.Note = "a note after the entry"
	if err := store.Save(t.Context(), db, &after); !errors.Is(err, store.ErrBeside) {
		t.Errorf("facts set after the entry: %v", err)
	}
	if err := store.Save(t.Context(), db, &store.Grant{ID: "login-9"}); !errors.Is(err, store.ErrBeside) {
		t.Errorf("a record to which nothing has happened: %v", err)
	}
	g.Claim.Owner, g.Looks = "worker", noon
	if err := store.Save(t.Context(), db, &g); err != nil {
		t.Errorf("progress: %v", err)
	}
	p := store.Press{ID: "press-1", By: "U1"}
	if err := store.Save(t.Context(), db, &p); err != nil {
		t.Fatal(err)
	}
	if p.Judged, p.Refusal = true, "late"; store.Save(t.Context(), db, &p) != nil {
		t.Error("what became of a press is not saved")
	}
	if p.By = "U2"; !errors.Is(store.Save(t.Context(), db, &p), store.ErrBeside) {
		t.Error("who pressed is changed")
	}
}

// Nothing that stands in the progress of a record is taken for a fact of it.
func TestProgressHoldsNoFacts(t *testing.T) {
	for _, r := range []store.Record{ptr(asked()), ptr(begun()), ptr(leaving()), &store.Press{ID: "press-1", By: "U1"}, &store.Alert{ID: "alert-1", Account: "1"}} {
		doc, err := store.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		facts := map[string]json.RawMessage{}
		if err := json.Unmarshal(doc.Facts, &facts); err != nil {
			t.Fatal(err)
		}
		for name := range facts { // all of them, as an attacker would write them
			if name != "facts" {
				facts[name] = json.RawMessage(`null`)
			}
		}
		facts["state"], facts["effects"] = json.RawMessage(`"active"`), json.RawMessage(`{"was_member":"true"}`)
		forged := doc
		if forged.Progress, err = json.Marshal(facts); err != nil {
			t.Fatal(err)
		}
		read, err := store.Decode(forged)
		if err != nil {
			t.Fatalf("%s: %v", doc.ID, err)
		}
		again, err := store.Encode(read)
		if err != nil || !bytes.Equal(again.Facts, doc.Facts) {
			t.Errorf("%s was %s and is %s, %v", doc.ID, doc.Facts, again.Facts, err)
		}
	}
}

// Facts that an entry does not change keep the bytes that they were stored in, also those that this build does not know.
func TestFactsKeepTheirBytes(t *testing.T) {
	db := &store.Mem{}
	g := asked()
	if err := store.Save(t.Context(), db, &g); err != nil {
		t.Fatal(err)
	}
	doc, err := db.Get(t.Context(), g.ID)
	if err != nil {
		t.Fatal(err)
	}
	doc.Facts = bytes.Replace(doc.Facts, []byte(`{"account":`), []byte(`{"a_newer_build":1.50,"account":`), 1)
	if err := db.Put(t.Context(), doc); err != nil {
		t.Fatal(err)
	}
	if g, err = store.LoadGrant(t.Context(), db, g.ID); err != nil {
		t.Fatal(err)
	}
	g = after(g, noon, store.Approve)
	if err := store.Save(t.Context(), db, &g); err != nil {
		t.Fatal(err)
	}
	entries, err := db.Entries(t.Context(), g.ID, g.Chain.Seq-1)
	if err != nil || len(entries) != 1 || entries[0].Set["a_newer_build"] != nil || entries[0].Set["approvals"] == nil {
		t.Fatalf("%+v, %v", entries, err)
	}
	if doc, err = db.Get(t.Context(), g.ID); err != nil || !bytes.Contains(doc.Facts, []byte(`{"a_newer_build":1.50,`)) {
		t.Errorf("%s, %v", doc.Facts, err)
	}
}

func ptr[T any](v T) *T { return &v }
