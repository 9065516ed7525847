package storetest

import (
	"errors"
	"testing"

	"sekisho/store"
)

// whole is a backend that can be written too.
type whole interface {
	store.DB
	store.Whole
}

// RunWhole holds a backend to the contract of store.Whole. open returns an empty one.
func RunWhole[DB whole](t *testing.T, open func(t *testing.T) DB) {
	t.Run("everything once", func(t *testing.T) { everythingOnce(t, open(t)) })
	t.Run("an audit of real records", func(t *testing.T) { auditFinds(t, open(t)) })
}

func everythingOnce(t *testing.T, db whole) {
	if _, err := db.Next(t.Context(), ""); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("the first of none: %v", err)
	}
	same(t, must(db.Indexes(t.Context())), []string(nil))
	docs := []store.Doc{doc("r", 0, due("1"), slot("s")), doc("r!", 0), doc("r1", 0, due("2"))} // in order; one begins like the other
	docs[0].Entries = []store.Entry{{Record: "r", Seq: 1}, {Record: "r", Seq: 2}}
	docs[2].Entries = []store.Entry{{Record: "r1", Seq: 1}}
	put(t, db, nil, docs[2], docs[0], docs[1])
	var got []store.Doc
	for d, err := db.Next(t.Context(), ""); !errors.Is(err, store.ErrNotFound); d, err = db.Next(t.Context(), d.ID) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, d)
	}
	for i := range docs {
		docs[i].Version = 1
	}
	same(t, got, docs)
	same(t, must(db.Indexes(t.Context())), []string{"due", "slot"})
}

// auditFinds keeps a backend from being taken for sound because it shows an audit nothing.
func auditFinds(t *testing.T, db whole) {
	g := store.Grant{ID: "login-1", Account: "1"}
	g, err := g.After(store.Entry{Verb: store.Receive, By: store.Self})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Save(t.Context(), db, &g, &store.Press{ID: store.PressPrefix + "1"}); err != nil {
		t.Fatal(err)
	}
	same(t, audited(t, db), []string(nil))
	put(t, db, nil, store.Doc{ID: "login-1", Kind: store.KindGrant, Version: 1, Facts: []byte(`{"id":"login-1","state":"active"}`), Keys: []store.Key{due("1")}})
	if ids := audited(t, db); len(ids) < 3 { // the chain, the state and the keys
		t.Errorf("found in %v", ids)
	}
}

// audited returns the ids in which faults were found.
func audited(t *testing.T, db store.Whole) []string {
	t.Helper()
	var ids []string
	count, err := store.Audit(t.Context(), db, func(f store.Fault) { ids = append(ids, f.ID) })
	if err != nil || count.Grants != 1 || count.Presses != 1 || count.Entries != 1 {
		t.Fatalf("audit: %+v, %v", count, err)
	}
	return ids
}
