package store_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"sekisho/store"
)

// audit returns what an audit of docs finds, in a ledger that holds them as they are.
func audit(t *testing.T, docs ...store.Doc) (store.Count, []store.Fault) {
	t.Helper()
	db := &store.Mem{}
	for _, d := range docs {
		d.Version = 0
		if err := db.Put(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	var faults []store.Fault
	count, err := store.Audit(t.Context(), db, func(f store.Fault) { faults = append(faults, f) })
	if err != nil {
		t.Fatal(err)
	}
	return count, faults
}

// kept returns records as they stand in a ledger.
func kept(t *testing.T, records ...store.Record) []store.Doc {
	t.Helper()
	db := &store.Mem{}
	if err := store.Save(t.Context(), db, records...); err != nil {
		t.Fatal(err)
	}
	var docs []store.Doc
	for d, err := db.Next(t.Context(), ""); !errors.Is(err, store.ErrNotFound); d, err = db.Next(t.Context(), d.ID) {
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, d)
	}
	return docs
}

// Whatever stage a life is in, an audit finds nothing in it.
func TestAuditOfASoundLedger(t *testing.T) {
	life := []store.Verb{store.Approve, store.Plan, store.Apply, store.Extend, store.Fail, store.Expire, store.Fail, store.Undo, store.Recheck}
	for n := range life {
		g := asked()
		for i, v := range life[:n+1] {
			if _, err := g.State.Next(v); err == nil {
				g = after(g, noon.Add(time.Duration(i)*time.Minute), v)
			}
		}
		docs := kept(t, &g, &store.Press{ID: store.PressPrefix + "1", At: noon})
		count, faults := audit(t, docs...)
		if len(faults) > 0 || count.Grants != 1 || count.Presses != 1 || count.Entries != int(g.Chain.Seq) || count.Rows != len(docs[0].Keys)+len(docs[1].Keys) {
			t.Errorf("%s: %+v, %v", g.State, count, faults)
		}
	}
}

// Each of these would give somebody access for longer, or hide who did what.
func TestAuditFindsTampering(t *testing.T) {
	active := after(asked(), noon, store.Approve, store.Plan, store.Apply)
	earlier := after(asked(), noon, store.Approve)
	older := kept(t, &earlier)[0]
	for name, c := range map[string]struct {
		tamper func(d *store.Doc)
		want   []error
	}{
		"an entry is changed":        {func(d *store.Doc) { d.Entries[2].By = "U0SOMEBODYELSE" }, []error{store.ErrChain}},
		"an entry's note is changed": {func(d *store.Doc) { d.Entries[0].Note = "" }, []error{store.ErrChain}},
		"an entry is removed":        {func(d *store.Doc) { d.Entries = slices.Delete(d.Entries, 2, 3) }, []error{store.ErrChain}},
		"the last entry is removed":  {func(d *store.Doc) { d.Entries = d.Entries[:len(d.Entries)-1] }, []error{store.ErrChain}},
		"all entries are removed":    {func(d *store.Doc) { d.Entries = nil }, []error{store.ErrChain}},
		"entries change places":      {func(d *store.Doc) { slices.Reverse(d.Entries) }, []error{store.ErrChain}},
		"the state is changed": {func(d *store.Doc) {
			d.Facts = bytes.Replace(d.Facts, []byte(`"state":"active"`), []byte(`"state":"ended"`), 1)
		}, []error{store.ErrRecord, store.ErrIndex}},
		"the end is changed": {func(d *store.Doc) {
			d.Facts = bytes.Replace(d.Facts, []byte(`"until":"2026-11-22T16`), []byte(`"until":"2027-11-22T16`), 1)
		}, []error{store.ErrRecord, store.ErrIndex}},
		"an older copy of the record": {func(d *store.Doc) { d.Chain, d.Facts, d.Keys = older.Chain, older.Facts, older.Keys }, []error{store.ErrChain}},
		"nobody looks at it again": {func(d *store.Doc) {
			d.Keys = slices.DeleteFunc(d.Keys, func(k store.Key) bool { return k.Index == string(store.Take) })
		}, []error{store.ErrIndex}},
		"it holds another's slot": {func(d *store.Doc) {
			d.Keys = append(d.Keys, store.Key{Index: store.SlotIndex, Value: "elsewhere", Unique: true})
		}, []error{store.ErrIndex}},
		"under another id": {func(d *store.Doc) { d.ID = "login-2" }, []error{store.ErrRecord}},
		"no JSON":          {func(d *store.Doc) { d.Facts = []byte("{") }, nil},
	} {
		g := active
		doc := kept(t, &g)[0]
		c.tamper(&doc)
		_, faults := audit(t, doc)
		if len(faults) == 0 {
			t.Errorf("%s: nothing found", name)
		}
		for _, want := range c.want {
			if !slices.ContainsFunc(faults, func(f store.Fault) bool { return f.ID == doc.ID && errors.Is(f.Err, want) }) {
				t.Errorf("%s: found %v, want %v of %s", name, faults, want, doc.ID)
			}
		}
	}
}

func TestAuditFindsTwoHolders(t *testing.T) {
	a := asked()
	b := after(store.Grant{ID: "login-2", Account: a.Account, Subject: a.Subject, Target: a.Target, Lapses: a.Lapses}, noon, store.Receive, store.Ask)
	first, second := kept(t, &a)[0], kept(t, &b)[0]
	for i := range second.Keys { // the backend would have refused it
		second.Keys[i].Unique = false
	}
	_, faults := audit(t, first, second)
	if !slices.ContainsFunc(faults, func(f store.Fault) bool { return f.ID == "login-2" && errors.Is(f.Err, store.ErrTaken) }) {
		t.Errorf("found %v", faults)
	}
}

func TestAuditFindsEntriesOfAPress(t *testing.T) {
	doc := kept(t, &store.Press{ID: store.PressPrefix + "1", At: noon})[0]
	doc.Entries = []store.Entry{{Record: doc.ID, Seq: 1}}
	if _, faults := audit(t, doc); len(faults) != 1 || !errors.Is(faults[0].Err, store.ErrRecord) {
		t.Errorf("found %v", faults)
	}
}

func TestAuditEndsWithItsContext(t *testing.T) {
	g := asked()
	db := &store.Mem{}
	if err := store.Save(t.Context(), db, &g); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := store.Audit(ctx, db, func(store.Fault) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("audit: %v", err)
	}
}
