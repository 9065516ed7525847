// Package storetest holds the promises that every backend of the ledger keeps. A backend's own test calls [Run], and
// [Model] to live many random lives beside the one in memory.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"sekisho/store"
)

// Run holds a backend to the contract of store.DB. open returns an empty one.
func Run(t *testing.T, open func(t *testing.T) store.DB) {
	for _, c := range []struct {
		name  string
		check func(*testing.T, store.DB)
	}{
		{"get what was put", getWhatWasPut},
		{"what is not there", notThere},
		{"version", version},
		{"all or nothing", allOrNothing},
		{"one record twice", oneRecordTwice},
		{"unique keys", uniqueKeys},
		{"a slot changes hands in one put", slotChangesHands},
		{"old keys go", oldKeysGo},
		{"list in order", listInOrder},
		{"what is due", whatIsDue},
		{"as much as one put takes", asMuchAsOnePutTakes},
		{"entries", entries},
		{"entries take places", entriesTakePlaces},
		{"what is returned is the caller's", callersOwn},
		{"one of many wins", oneWins},
		{"one of many wins each version", oneWinsEachVersion},
		{"all of many are there", allAreThere},
		{"the refused spoil nothing", refusedSpoilNothing},
		{"nobody waits any more", nobodyWaits},
		{"what is deleted is gone", deletedIsGone},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, open(t)) })
	}
}

// Model lives random lives on a backend and on store.Mem at once; every answer must be the same. reset empties db.
func Model(t *testing.T, open func(t *rapid.T) store.DB) {
	rapid.Check(t, func(rt *rapid.T) {
		db, model := open(rt), &store.Mem{}
		rt.Repeat(map[string]func(*rapid.T){
			"put": func(rt *rapid.T) {
				docs := rapid.SliceOfN(rapid.Custom(anyDoc), 1, 3).Draw(rt, "docs")
				for i := range docs {
					if held, err := model.Get(t.Context(), docs[i].ID); err == nil {
						docs[i].Version += held.Version // right or one too far
						docs[i].Entries = []store.Entry{{Record: docs[i].ID, Seq: held.Version + 1}}
						docs[i].Delete = rapid.IntRange(0, 3).Draw(rt, "delete") == 0
					}
				}
				same(rt, kind(db.Put(t.Context(), docs...)), kind(model.Put(t.Context(), docs...)))
			},
			"look": func(rt *rapid.T) {
				id, from := anyID(rt), rapid.SampledFrom([]string{"", "a", "b", "bb", "c"}).Draw(rt, "from")
				index, limit := anyIndex(rt), rapid.IntRange(0, 5).Draw(rt, "limit")
				a, aErr := db.Get(t.Context(), id)
				b, bErr := model.Get(t.Context(), id)
				same(rt, kind(aErr), kind(bErr))
				same(rt, a, b)
				same(rt, must(db.List(t.Context(), index, from, limit)), must(model.List(t.Context(), index, from, limit)))
				same(rt, must(db.Entries(t.Context(), id, 1)), must(model.Entries(t.Context(), id, 1)))
			},
		})
	})
}

func anyID(rt *rapid.T) string { return rapid.SampledFrom([]string{"r1", "r2", "r3"}).Draw(rt, "id") }

func anyIndex(rt *rapid.T) string {
	return rapid.SampledFrom([]string{"due", "slot"}).Draw(rt, "index")
}

func anyDoc(rt *rapid.T) store.Doc {
	d := store.Doc{ID: anyID(rt), Facts: fmt.Appendf(nil, `{"n":%d}`, rapid.IntRange(0, 9).Draw(rt, "n"))}
	d.Kind = rapid.SampledFrom([]string{"", "a", "b"}).Draw(rt, "kind")
	d.Version = rapid.SampledFrom([]uint64{0, 0, 0, 1}).Draw(rt, "off by")
	for _, index := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"due", "slot"}), 0, 2, rapid.ID).Draw(rt, "keys") {
		value := rapid.SampledFrom([]string{"a", "b", "bb", "c"}).Draw(rt, "value")
		d.Keys = append(d.Keys, store.Key{Index: index, Value: value, Unique: index == "slot"})
	}
	return d
}

func same(t interface{ Fatalf(string, ...any) }, got, want any) {
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("differs (-want +got):\n%s", d)
	}
}

// kind is the sentinel that an error stands for.
func kind(err error) string {
	for _, k := range []error{store.ErrNotFound, store.ErrConflict, store.ErrTaken} {
		if errors.Is(err, k) {
			return k.Error()
		}
	}
	if err != nil {
		return "other: " + err.Error()
	}
	return ""
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func put(t *testing.T, db store.DB, want error, docs ...store.Doc) {
	t.Helper()
	if err := db.Put(t.Context(), docs...); !errors.Is(err, want) {
		t.Fatalf("put: %v, want %v", err, want)
	}
}

func doc(id string, version uint64, keys ...store.Key) store.Doc {
	return store.Doc{ID: id, Kind: "k" + id, Version: version, Facts: fmt.Appendf(nil, `{"v":%d}`, version), Progress: []byte(`{}`), Keys: keys}
}

func due(value string) store.Key { return store.Key{Index: "due", Value: value} }

func slot(value string) store.Key { return store.Key{Index: "slot", Value: value, Unique: true} }

func rows(t *testing.T, db store.DB, index, from string, limit int, want ...store.Row) {
	t.Helper()
	got, err := db.List(t.Context(), index, from, limit)
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, want)
}

func getWhatWasPut(t *testing.T, db store.DB) {
	is := store.Doc{ID: "r", Kind: "kind of which no backend knows", Chain: store.Chain{Seq: 2, Head: "ab"}, Facts: []byte(`{"名前":"\u003c山田\u003e"}`), Progress: []byte(`{"tries":1}`),
		Keys: []store.Key{due("1"), slot("s")}, Old: true}
	put(t, db, nil, is)
	is.Version = 1
	got, err := db.Get(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, is)
	got.Was, got.Keys = got.Keys, []store.Key{due("2")}
	put(t, db, nil, got)
	same(t, must(db.Get(t.Context(), "r")).Keys, got.Keys)
	rows(t, db, "due", "", 9, store.Row{Value: "2", ID: "r"})
	rows(t, db, "slot", "", 9)
}

func notThere(t *testing.T, db store.DB) {
	if _, err := db.Get(t.Context(), "nobody"); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("get: %v, want %v", err, store.ErrNotFound)
	}
	rows(t, db, "due", "", 9)
	same(t, must(db.Entries(t.Context(), "nobody", 0)), []store.Entry(nil))
}

func version(t *testing.T, db store.DB) {
	put(t, db, store.ErrConflict, doc("r", 1)) // not there yet
	put(t, db, nil, doc("r", 0))
	put(t, db, store.ErrConflict, doc("r", 0)) // there already
	put(t, db, nil, doc("r", 1))
	put(t, db, store.ErrConflict, doc("r", 1)) // somebody was faster
	same(t, must(db.Get(t.Context(), "r")).Version, uint64(2))
}

func allOrNothing(t *testing.T, db store.DB) {
	put(t, db, nil, doc("held", 0, slot("s")))
	put(t, db, store.ErrConflict, doc("a", 0, due("1")), doc("b", 7))
	put(t, db, store.ErrTaken, store.Doc{ID: "a", Facts: []byte("{}"), Keys: []store.Key{due("1")}, Entries: []store.Entry{{Record: "a", Seq: 1}}},
		doc("b", 0, slot("s")))
	if _, err := db.Get(t.Context(), "a"); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("half of a refused put is there: %v", err)
	}
	rows(t, db, "due", "", 9)
	same(t, must(db.Entries(t.Context(), "a", 0)), []store.Entry(nil))
}

func oneRecordTwice(t *testing.T, db store.DB) {
	put(t, db, store.ErrConflict, doc("r", 0), doc("r", 0))
}

func uniqueKeys(t *testing.T, db store.DB) {
	put(t, db, nil, doc("a", 0, slot("s")))
	put(t, db, store.ErrTaken, doc("b", 0, slot("s")))
	put(t, db, store.ErrTaken, doc("c", 0, slot("new")), doc("d", 0, slot("new")))
	put(t, db, nil, doc("b", 0, slot("s2"))) // one that begins like it
	put(t, db, nil, doc("a", 1, slot("s")))  // its holder may keep it
}

func slotChangesHands(t *testing.T, db store.DB) {
	put(t, db, nil, doc("old", 0, slot("s")))
	put(t, db, nil, doc("new", 0, slot("s")), doc("old", 1)) // in either order
	rows(t, db, "slot", "s", 9, store.Row{Value: "s", ID: "new"})
}

func oldKeysGo(t *testing.T, db store.DB) {
	put(t, db, nil, doc("r", 0, due("1"), slot("s")))
	put(t, db, nil, doc("r", 1, due("2")))
	rows(t, db, "due", "", 9, store.Row{Value: "2", ID: "r"})
	put(t, db, nil, doc("other", 0, slot("s")))
}

func deletedIsGone(t *testing.T, db store.DB) {
	first, neighbour := doc("r", 0, due("1"), slot("s")), doc("r1", 0, due("2"))
	first.Entries, neighbour.Entries = []store.Entry{{Record: "r", Seq: 1}, {Record: "r", Seq: 2}}, []store.Entry{{Record: "r1", Seq: 1}}
	put(t, db, nil, first, neighbour)
	put(t, db, store.ErrConflict, store.Doc{ID: "r", Version: 7, Delete: true})
	put(t, db, store.ErrConflict, store.Doc{ID: "r", Version: 1, Delete: true}, doc("r1", 7))
	put(t, db, store.ErrConflict, store.Doc{ID: "nobody", Version: 1, Delete: true})
	rows(t, db, "slot", "", 9, store.Row{Value: "s", ID: "r"})
	put(t, db, nil, store.Doc{ID: "r", Version: 1, Delete: true}, doc("other", 0, slot("s")))
	if _, err := db.Get(t.Context(), "r"); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("get: %v", err)
	}
	same(t, must(db.Entries(t.Context(), "r", 0)), []store.Entry(nil))
	same(t, len(must(db.Entries(t.Context(), "r1", 0))), 1)
	rows(t, db, "due", "", 9, store.Row{Value: "2", ID: "r1"})
	put(t, db, nil, doc("r", 0, due("3")))
	same(t, must(db.Entries(t.Context(), "r", 0)), []store.Entry(nil))
}

func listInOrder(t *testing.T, db store.DB) {
	put(t, db, nil, doc("c", 0, due("2")), doc("b", 0, due("1")), doc("a", 0, due("2")), doc("d", 0, due("10")))
	rows(t, db, "due", "", 9, store.Row{Value: "1", ID: "b"}, store.Row{Value: "10", ID: "d"},
		store.Row{Value: "2", ID: "a"}, store.Row{Value: "2", ID: "c"})
	rows(t, db, "due", "10", 2, store.Row{Value: "10", ID: "d"}, store.Row{Value: "2", ID: "a"})
	rows(t, db, "due", "", 0)
	rows(t, db, "due", "3", 9)
	rows(t, db, "du", "", 9)
}

func whatIsDue(t *testing.T, db store.DB) {
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	at := func(d time.Duration) string { return store.Stamp(now.Add(d)) }
	put(t, db, nil, doc("c", 0, due(at(1))), doc("b", 0, due(at(0))), doc("a", 0, due(at(0))), doc("d", 0, due(at(-time.Hour))), doc("e", 0, slot(at(0))))
	is := func(limit int, want ...store.Row) {
		t.Helper()
		same(t, must(db.Due(t.Context(), "due", now, limit)), want)
	}
	is(9, store.Row{Value: at(-time.Hour), ID: "d"}, store.Row{Value: at(0), ID: "a"}, store.Row{Value: at(0), ID: "b"})
	is(2, store.Row{Value: at(-time.Hour), ID: "d"}, store.Row{Value: at(0), ID: "a"})
	is(0)
	same(t, must(db.Due(t.Context(), "nothing", now, 9)), []store.Row(nil))
	same(t, must(db.Due(t.Context(), "due", now.In(time.FixedZone("JST", 9*3600)), 1)), []store.Row{{Value: at(-time.Hour), ID: "d"}})
}

// asMuchAsOnePutTakes counts records, entries, and the rows that come: rows that stay or go cost nothing, so that no write which ends
// something is ever refused for what it leaves behind.
func asMuchAsOnePutTakes(t *testing.T, db store.DB) {
	d := doc("r", 0)
	for i := range store.MaxItems - 3 {
		d.Keys = append(d.Keys, due(fmt.Sprint(i)))
	}
	d.Keys = append(d.Keys, slot("s"))
	d.Entries = []store.Entry{{Record: "r", Seq: 1}}
	for _, more := range [][]store.Doc{{doc("other", 0)}, {{ID: "other", Delete: true}}} {
		put(t, db, store.ErrTooLarge, append(more, d)...)
	}
	d.Entries = append(d.Entries, store.Entry{Record: "r", Seq: 2})
	put(t, db, store.ErrTooLarge, d)
	if _, err := db.Get(t.Context(), "r"); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("what is too large was written: %v", err)
	}
	d.Entries = d.Entries[:1]
	put(t, db, nil, d)
	d.Version, d.Was, d.Entries = 1, d.Keys, nil
	d.Keys = append(slices.Clone(d.Keys), due("one more"), due("and another"))
	put(t, db, nil, d)
	rows(t, db, "slot", "", 9, store.Row{Value: "s", ID: "r"})
	ended := doc("r", 2)
	ended.Was = d.Keys
	put(t, db, nil, ended)
	rows(t, db, "slot", "", 9)
	rows(t, db, "due", "", 9)
}

func entries(t *testing.T, db store.DB) {
	d := doc("r", 0)
	d.Entries = []store.Entry{{Record: "r", Seq: 1, Note: "一"}, {Record: "r", Seq: 2}}
	put(t, db, nil, d)
	d = doc("r", 1)
	d.Entries = []store.Entry{{Record: "r", Seq: 3, Facts: map[string]string{"k": "v"}}}
	put(t, db, nil, d, doc("r2", 0))
	same(t, must(db.Entries(t.Context(), "r", 0)), []store.Entry{{Record: "r", Seq: 1, Note: "一"}, {Record: "r", Seq: 2},
		{Record: "r", Seq: 3, Facts: map[string]string{"k": "v"}}})
	same(t, must(db.Entries(t.Context(), "r", 2)), []store.Entry{{Record: "r", Seq: 3, Facts: map[string]string{"k": "v"}}})
	same(t, must(db.Entries(t.Context(), "r", 3)), []store.Entry(nil))
	same(t, must(db.Entries(t.Context(), "r2", 0)), []store.Entry(nil)) // whose id begins with r
}

func entriesTakePlaces(t *testing.T, db store.DB) {
	d := doc("r", 0)
	for seq := range uint64(4) {
		d.Entries = append(d.Entries, store.Entry{Record: "r", Seq: seq + 1})
	}
	other := doc("r2", 0)
	other.Entries = []store.Entry{{Record: "r2", Seq: 9}}
	put(t, db, nil, d, other)
	d = doc("r", 1)
	d.Entries = []store.Entry{{Record: "r", Seq: 2, Note: "anew"}}
	put(t, db, nil, d)
	same(t, must(db.Entries(t.Context(), "r", 0)), []store.Entry{{Record: "r", Seq: 1}, {Record: "r", Seq: 2, Note: "anew"}})
	same(t, must(db.Entries(t.Context(), "r2", 0)), other.Entries)
}

func callersOwn(t *testing.T, db store.DB) {
	put(t, db, nil, doc("r", 0))
	got := must(db.Get(t.Context(), "r"))
	clear(got.Facts)
	clear(got.Progress)
	is := must(db.Get(t.Context(), "r"))
	same(t, [][]byte{is.Facts, is.Progress}, [][]byte{[]byte(`{"v":0}`), []byte(`{}`)})
}

func oneWins(t *testing.T, db store.DB) {
	var wg sync.WaitGroup
	wins := make(chan int, 16)
	for i := range 16 {
		wg.Go(func() {
			if err := db.Put(context.Background(), doc(fmt.Sprint("r", i%2), 0, slot("s"))); err == nil {
				wins <- i
			}
		})
	}
	wg.Wait()
	same(t, len(wins), 1)
}
