package store

import (
	"encoding/json"
	"fmt"
)

// Converted returns a record that stands in one body, as builds wrote it of which no entry holds facts, and tells whether it is
// live: something is to be done about it, or people wait for it. It stands under the time of its last entry in the index of what has
// changed, so that the first sweep seals it.
func Converted(id string, body []byte, entries []Entry) (doc Doc, live bool, err error) {
	r := kinds[KindByID(id)].blank()
	var held struct {
		Chain Chain `json:"chain"`
	}
	for _, into := range []any{r, r.progress(), &held} {
		if err := json.Unmarshal(body, into); err != nil {
			return doc, false, fmt.Errorf("convert record %s: %w", id, err)
		}
	}
	if n := len(entries); n > 0 && held.Chain.At.IsZero() {
		held.Chain.At = entries[n-1].At
	}
	r.head().Chain = held.Chain
	doc, err = Encode(r)
	doc.Chain, doc.Old = held.Chain, true
	return doc, isLive(r), err
}

func isLive(r Record) bool {
	switch r := r.(type) {
	case *Grant:
		return r.State == Received || r.State.Open()
	case *Task:
		return r.Open()
	case *Offboarding:
		return r.Open()
	case *Alert:
		return r.State == Acting || r.State == Restoring
	}
	return false
}
