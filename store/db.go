package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Errors of a backend.
var (
	ErrNotFound = errors.New("not found")
	ErrConflict = errors.New("changed meanwhile")      // the version is not the one that was read
	ErrTaken    = errors.New("key is taken")           // another record holds the unique key
	ErrTooLarge = errors.New("too much for one write") // see MaxItems; nothing was written

	// ErrUnknown says that a write may have happened, or may happen yet: the context ended, or the disk or the network failed, while it
	// ran. What was to be written is to be read again, as Save does.
	ErrUnknown = errors.New("outcome of a write is unknown")

	ErrUnwritten = errors.New("the ledger cannot be written") // for now, and what is written next would meet the same
)

// Key puts a record into an index. A unique key is held by one record at a time. No part of it holds a NUL.
type Key struct {
	Index  string `json:"index"`
	Value  string `json:"value"`
	Unique bool   `json:"unique,omitempty"`
}

func (k Key) String() string { return k.Index + " " + strconv.Quote(k.Value) }

// Doc is a record as a backend sees it.
type Doc struct {
	ID       string
	Kind     string  // of record, by which it is decoded: one of those that this package has
	Version  uint64  // Get: as stored. Put: as it was read, 0 for one that must not exist yet
	Chain    Chain   // the end of the entries; of a record without entries, the digest of its facts
	Facts    []byte  // what is true of it: JSON, as json.Marshal writes it. An entry changes them, and nothing else
	Progress []byte  // how far the work on it has come: the same, and no fact
	Keys     []Key   // all of them
	Was      []Key   // Put: the keys that Get returned, so that a backend need not read again which of them go. Get: none
	Entries  []Entry // Put: the new ones. Get: none, see DB.Entries
	Delete   bool    // Put: nothing of it stays, neither entries nor keys. Only ID, Version and Was are read
	Old      bool    // no entry holds its facts, as a build wrote them in which none did
}

// check refuses what would run into its neighbour in a backend that joins names with a NUL.
func (d Doc) check() error {
	text := d.ID
	for _, k := range d.Keys {
		text += k.Index + k.Value
	}
	if d.ID == "" || strings.ContainsRune(text, 0) {
		return fmt.Errorf("save record %q: an id is needed, and no NUL in it or in a key", d.ID)
	}
	return nil
}

// Row is a place in an index.
type Row struct{ Value, ID string }

// DB keeps records and entries. The rules are not in it; package storetest holds what every backend promises.
type DB interface {
	// Get returns a record with its keys, or ErrNotFound.
	Get(ctx context.Context, id string) (Doc, error)
	// Entries returns those of a record with a Seq beyond after, in order, and none for a record that is not there.
	Entries(ctx context.Context, id string, after uint64) ([]Entry, error)
	// Put writes all docs with their keys and entries, or nothing. What entries a record has from the first new one's Seq on, these
	// take their place. It returns after they are durable. ErrConflict if one is not at its version, ErrTaken if a unique key would be
	// held by two once all docs are written, ErrTooLarge for more than MaxItems, the context's error if it had ended before,
	// ErrUnknown if it ended, or something failed, while the write ran, ErrUnwritten if the fault is not in what was to be written.
	Put(ctx context.Context, docs ...Doc) error
	// List returns at most limit rows of an index with Value >= from, in the order of Value and ID.
	List(ctx context.Context, index, from string, limit int) ([]Row, error)
	// Due returns at most limit rows of a queue, an index by [Stamp], whose time is not after now, the earliest first.
	Due(ctx context.Context, queue string, now time.Time, limit int) ([]Row, error)
}

// MaxItems is how many items one Put may hold: records, entries, and the rows of indexes that come. A transaction of DynamoDB takes as
// many. Rows that go do not count: a write that ends access is never refused for what it leaves behind, such as the rows that an older
// build has written for each of many approvers.
const MaxItems = 100

// CheckSize is ErrTooLarge for docs that no Put takes.
func CheckSize(docs ...Doc) error {
	n := 0
	for _, d := range docs {
		n += d.items()
	}
	if n > MaxItems {
		return fmt.Errorf("put %d records, such as %s: %w: %d items of %d", len(docs), docs[0].ID, ErrTooLarge, n, MaxItems)
	}
	return nil
}

// items counts what a Put of the document writes: the record, its new entries, and the rows that come.
func (d Doc) items() int {
	if d.Delete {
		return 1
	}
	n := 1 + len(d.Entries)
	for _, k := range d.Keys {
		if !slices.Contains(d.Was, k) {
			n++
		}
	}
	return n
}

// The indexes beside those of the lanes.
const (
	SlotIndex     = "slot"     // who holds it
	ClaimIndex    = "claim"    // by its end
	CardIndex     = "card"     // the grants of a digest
	UncardedIndex = "uncarded" // open requests that have no card yet
	pastIndex     = "past"     // ended grants of a slot that AWS may still show
	handedIndex   = "handed"   // grants of a slot that were handed over, the newest first
	deniedIndex   = "denied"   // requests of a slot that an approver has denied, the newest first
)

// Holder returns the id of the record that holds a slot, or ErrNotFound.
func Holder(ctx context.Context, db DB, slot string) (string, error) {
	rows, err := db.List(ctx, SlotIndex, slot, 1)
	if err != nil {
		return "", err
	}
	if len(rows) == 0 || rows[0].Value != slot {
		return "", ErrNotFound
	}
	return rows[0].ID, nil
}

// Previous returns the grant that held a slot before and is still looked at, or nil.
func Previous(ctx context.Context, db DB, slot string) (*Grant, error) {
	rows, err := db.List(ctx, pastIndex, slot, 1)
	if err != nil || len(rows) == 0 || rows[0].Value != slot {
		return nil, err
	}
	g, err := LoadGrant(ctx, db, rows[0].ID)
	return &g, err
}

// HandedOver returns the grant of a slot that was handed over last, or ErrNotFound.
func HandedOver(ctx context.Context, db DB, slot string) (Grant, error) {
	return loadLatest(ctx, db, handedIndex, slot)
}

// DeniedLast returns the request of a slot that an approver has denied last, or ErrNotFound.
func DeniedLast(ctx context.Context, db DB, slot string) (Grant, error) {
	return loadLatest(ctx, db, deniedIndex, slot)
}

func loadLatest(ctx context.Context, db DB, index, slot string) (Grant, error) {
	ids, err := under(ctx, db, index, 1, slot)
	if err != nil {
		return Grant{}, err
	}
	if len(ids) == 0 {
		return Grant{}, ErrNotFound
	}
	return LoadGrant(ctx, db, ids[0])
}

// OnSameCard returns the ids of at most limit grants that a digest draws.
func OnSameCard(ctx context.Context, db DB, c Card, limit int) ([]string, error) {
	rows, err := db.List(ctx, CardIndex, c.key(), limit)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range rows {
		if r.Value == c.key() {
			ids = append(ids, r.ID)
		}
	}
	return ids, nil
}

// DueBy returns at most limit ids of records that are due in a lane at the time given, the earliest first.
func DueBy(ctx context.Context, db DB, lane Lane, now time.Time, limit int) ([]string, error) {
	rows, err := db.Due(ctx, string(lane), now, limit)
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	return ids, err
}

func (g *Grant) keys() []Key {
	keys := laneKeys(g.Due)
	if g.State.Open() {
		keys = append(keys, Key{Index: SlotIndex, Value: g.held(), Unique: true})
	}
	keys = append(keys, g.personKeys()...)
	keys = append(append(keys, g.Work.keys()...), g.Chain.changedKeys()...)
	keys = append(keys, g.awaitKeys()...)
	if g.unsettled() {
		keys = append(keys, Key{Index: pastIndex, Value: g.Slot()})
	}
	keys = append(keys, g.groupKeys()...)
	if g.Outcome == HandOver {
		keys = append(keys, Key{Index: handedIndex, Value: newest(g.Slot(), g.Ended)})
	}
	if g.State == Denied && g.Outcome == Deny && g.Offboarding == "" {
		keys = append(keys, Key{Index: deniedIndex, Value: newest(g.Slot(), g.Ended)})
	}
	switch {
	case g.State == Ignored && len(laneKeys(g.Due)) == 0:
		keys = append(keys, spentKeys(g.Chain.changedKeys())...)
	case g.Digest:
		keys = append(keys, Key{Index: CardIndex, Value: g.Card.key()})
	case g.State == Asked && g.Card.TS == "":
		keys = append(keys, Key{Index: UncardedIndex, Value: stamp(g.TellAt)})
	}
	return keys
}

func laneKeys(due func(Lane) (time.Time, bool)) []Key {
	var keys []Key
	for _, lane := range Lanes() {
		if at, ok := due(lane); ok {
			keys = append(keys, Key{Index: string(lane), Value: stamp(at)})
		}
	}
	return keys
}

// Stamp writes a time so that text order is time order: the value of a row in a queue.
func Stamp(t time.Time) string { return stamp(t) }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }
