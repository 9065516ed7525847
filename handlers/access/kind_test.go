package access_test

import (
	"testing"
	"time"

	"sekisho/store"
)

// A live grant whose kind was edited ends in time, by what its entries say.
func TestAChangedKindOfRecord(t *testing.T) {
	for _, kind := range []string{"", "review", store.KindMark} {
		t.Run(kind, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.approved()
				until := w.grant("1").Until
				w.stop()
				doc, err := w.db.(store.Whole).Next(w.t.Context(), "login-0~")
				if err != nil || doc.ID != "login-1" {
					t.Fatal(doc.ID, err)
				}
				if doc.Kind, doc.Entries = kind, nil; w.db.Put(w.t.Context(), doc) != nil {
					t.Fatal("not written")
				}
				w.keeper = w.newKeeper()
				w.run()
				w.wait(time.Until(until) + 15*time.Second)
				w.is("1", store.Ended, false)
				w.told("login-1", store.IsRebuilt)
			})
		})
	}
}
