package store_test

import (
	"errors"
	"slices"
	"testing"

	"sekisho/store"
)

// A record whose kind this build does not know, or that is of another kind than its id, is broken. It is no grant, whatever its facts say.
func TestARecordOfNoKnownKind(t *testing.T) {
	g := asked()
	for _, c := range []struct{ id, kind string }{{g.ID, ""}, {g.ID, "review"}, {g.ID, "Grant"}, {g.ID, store.KindAlert},
		{"alert-1", store.KindGrant}, {"press-1", store.KindTask}, {"review-1", "review"}} {
		db := &store.Mem{}
		doc := kept(t, ptr(g))[0]
		doc.ID, doc.Kind, doc.Version = c.id, c.kind, 0
		if err := db.Put(t.Context(), doc); err != nil {
			t.Fatal(err)
		}
		_, err := store.Load(t.Context(), db, c.id)
		_, asGrant := store.LoadGrant(t.Context(), db, c.id)
		_, asAlert := store.LoadAlert(t.Context(), db, c.id)
		_, asMark := store.LoadMark(t.Context(), db, "1")
		for _, err := range []error{err, asGrant, asAlert, store.Sound(t.Context(), db, c.id), store.Readable(t.Context(), db, c.id)} {
			if !errors.Is(err, store.ErrKind) || !slices.Equal(store.BrokenIn(err), []string{c.id}) {
				t.Errorf("%s of the kind %q: %v", c.id, c.kind, err)
			}
		}
		if asMark != nil {
			t.Error(asMark)
		}
		if _, faults := audit(t, doc); !slices.ContainsFunc(faults, func(f store.Fault) bool { return f.ID == c.id && errors.Is(f.Err, store.ErrKind) }) {
			t.Errorf("%s of the kind %q: an audit finds %v", c.id, c.kind, faults)
		}
	}
}

// A record of one kind is no record of another: there is none under its id.
func TestARecordOfAnotherKind(t *testing.T) {
	db := &store.Mem{}
	task := begun()
	if err := store.Save(t.Context(), db, &task); err != nil {
		t.Fatal(err)
	}
	_, asGrant := store.LoadGrant(t.Context(), db, task.ID)
	_, asAlert := store.LoadAlert(t.Context(), db, task.ID)
	for _, err := range []error{asGrant, asAlert} {
		if !errors.Is(err, store.ErrNotFound) || store.BrokenIn(err) != nil {
			t.Error(err)
		}
	}
	if r, err := store.Load(t.Context(), db, task.ID); err != nil || r.(*store.Task).ID != task.ID {
		t.Error(r, err)
	}
}

// A grant whose kind was edited is rebuilt as what its entries say that it is, and ends. What entries say of another record makes it no grant.
func TestAKindThatWasEdited(t *testing.T) {
	g, task := asked(), begun()
	for _, kind := range []string{"", "review", store.KindPress} {
		docs := kept(t, ptr(g), ptr(task))
		db := &store.Mem{}
		for _, doc := range docs {
			doc.Kind, doc.Version = kind, 0
			if err := db.Put(t.Context(), doc); err != nil {
				t.Fatal(err)
			}
		}
		e := store.Entry{Verb: store.Rebuild, By: store.Self, At: noon}
		is, err := store.Rebuilt(t.Context(), db, g.ID, e)
		if err != nil || is.State != store.Denied {
			t.Fatal(is.State, err)
		}
		if err := store.Save(t.Context(), db, &is); err != nil {
			t.Fatal(err)
		}
		if is, err = store.LoadGrant(t.Context(), db, g.ID); err != nil || is.Outcome != store.Rebuild {
			t.Error(is.Outcome, err)
		}
		if err := store.Sound(t.Context(), db, g.ID); err != nil {
			t.Error(err)
		}
		if _, err := store.Rebuilt(t.Context(), db, task.ID, e); !errors.Is(err, store.ErrRecord) {
			t.Errorf("a rotation is rebuilt as a grant: %v", err)
		}
	}
}

// Each kind names one type of record, and an id that is made for it is one of no other.
func TestKinds(t *testing.T) {
	g, task, o := asked(), begun(), leaving()
	a, r := store.Alert{ID: "alert-1"}, store.NewReport(noon, nil, nil, 0, false)
	seen := map[string]bool{}
	for _, record := range []store.Record{&g, &task, &o, &a, &r, &store.Press{ID: "press-1"}, &store.Seal{ID: "seal-1"}, &store.Mark{ID: "mark-1"}} {
		doc, err := store.Encode(record)
		if err != nil || doc.Kind != store.KindByID(doc.ID) || seen[doc.Kind] {
			t.Errorf("%s is of the kind %q, %v", doc.ID, doc.Kind, err)
		}
		seen[doc.Kind] = true
	}
	if len(seen) != store.Kinds {
		t.Errorf("%d of %d kinds", len(seen), store.Kinds)
	}
}
