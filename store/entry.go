package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Self is the By of what the program did of its own accord.
const Self = "sekisho"

// Entry is one thing that happened to a record.
type Entry struct {
	Record   string                     `json:"record"`
	Seq      uint64                     `json:"seq"` // from 1, without gaps
	Verb     Verb                       `json:"verb"`
	State    State                      `json:"state"` // the state it led to
	By       string                     `json:"by"`    // a Slack user id, Self or Rule
	At       time.Time                  `json:"at"`
	Note     string                     `json:"note,omitempty"`     // a person's own words, or the code of an error
	Until    time.Time                  `json:"until,omitzero"`     // the end of access that it sets; of an undo, when what it left is cleared away
	Steps    []int                      `json:"steps,omitempty"`    // of the grant, from 1, that an approval can count for
	Duration time.Duration              `json:"duration,omitempty"` // the longest that an approval allows, where that is less than was asked for
	Facts    map[string]string          `json:"facts,omitempty"`    // what was seen or done
	Set      map[string]json.RawMessage `json:"set,omitempty"`      // the record's facts that it changed, by name: null for one that is no more
	Digest   string                     `json:"digest,omitempty"`   // SHA-256 of the record's facts from then on, as they are stored
	Prev     string                     `json:"prev,omitempty"`     // the hash of the entry before
	Hash     string                     `json:"hash"`
}

// ErrChain says that entries do not follow one another: something was changed, removed or put in.
var ErrChain = errors.New("broken chain")

// digest returns the hash of everything in the entry but the hash itself. JSON writes maps in order, so it is stable.
func (e Entry) digest() string {
	e.Hash = ""
	body, err := json.Marshal(e)
	if err != nil { // strings and times only: a year beyond 9999 is the one way here
		return ""
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// Chain is the head of a record's entries.
type Chain struct {
	Seq  uint64    `json:"seq"`
	Head string    `json:"head"`
	At   time.Time `json:"at,omitzero"` // of the last entry; none where that is from before there were seals
}

// link makes e the next entry of the chain.
func (c *Chain) link(e Entry) Entry {
	e.Seq, e.Prev = c.Seq+1, c.Head
	e.At, e.Until = plain(e.At), plain(e.Until)
	e.Hash = e.digest()
	c.Seq, c.Head, c.At = e.Seq, e.Hash, e.At
	return e
}

// Verify recomputes a record's entries from the first and compares the last with its head.
func (c Chain) Verify(entries []Entry) error {
	var at Chain
	for _, e := range entries {
		if e.Seq != at.Seq+1 || e.Prev != at.Head || e.Hash == "" || e.Hash != e.digest() {
			return fmt.Errorf("verify entry %d of %s: %w", at.Seq+1, e.Record, ErrChain)
		}
		at = Chain{Seq: e.Seq, Head: e.Hash, At: e.At}
	}
	return c.endsAt(at)
}

// endsAt compares the head with where the entries have led.
func (c Chain) endsAt(at Chain) error {
	if at.Seq != c.Seq || at.Head != c.Head {
		return fmt.Errorf("verify head at entry %d, the record says %d: %w", at.Seq, c.Seq, ErrChain)
	}
	if !c.At.IsZero() && !c.At.Equal(at.At) {
		return fmt.Errorf("verify head: the last entry is of %s, the record says %s: %w", stamp(at.At), stamp(c.At), ErrChain)
	}
	return nil
}

// plain strips what does not survive being written down: the monotonic clock and the zone.
func plain(t time.Time) time.Time { return t.UTC().Round(0) }
