package store_test

import (
	"bytes"
	"fmt"
	"testing"

	"sekisho/store"
)

// A report is told once, holds no more of each kind than is shown, counts all, and stands in the ledger as its entry says.
func TestReport(t *testing.T) {
	var found []store.Finding
	for i := range 30 {
		found = append(found, store.Finding{Kind: store.Findings[i%3], User: fmt.Sprint(i)})
	}
	r := store.NewReport(noon, []store.Audited{{Account: "123456789012", Made: noon}}, found, 0, false)
	if r.Total() != 30 || len(r.Findings) != 12 || r.Counts[store.Findings[0]] != 10 {
		t.Errorf("%d of %d findings held, %v", len(r.Findings), r.Total(), r.Counts)
	}
	if at, due := r.Due(store.Tell); !due || !at.Equal(noon) {
		t.Errorf("due %t at %s: it is to be told at once", due, at)
	}
	if count, faults := audit(t, kept(t, &r)...); len(faults) > 0 || count.Reports != 1 || count.Entries != 1 {
		t.Errorf("%+v: %v", count, faults)
	}
	r.Told = map[string]uint64{store.OnCard: 1}
	if _, due := r.Due(store.Tell); due {
		t.Error("it is told, and due")
	}
	forged := store.NewReport(noon, nil, found, 0, false)
	doc := kept(t, &forged)[0]
	doc.Facts = bytes.Replace(doc.Facts, []byte(`"state":"raised"`), []byte(`"state":"kept"`), 1)
	if _, faults := audit(t, doc); len(faults) == 0 {
		t.Error("a report in a state that its entry does not lead to is not found out")
	}
}

// Of a user whose row cannot be read nothing is known, so that what was found before still stands.
func TestAnOddRowIsNoCure(t *testing.T) {
	for _, c := range []struct {
		odd   []store.OddRow
		knows bool
	}{{nil, true}, {[]store.OddRow{{User: "other"}}, true}, {[]store.OddRow{{User: "other"}, {User: "t.yamada"}}, false}, {[]store.OddRow{{}}, false}} {
		if got := (store.Audited{Odd: c.odd}).Knows("t.yamada"); got != c.knows {
			t.Errorf("%v: %t", c.odd, got)
		}
	}
}
