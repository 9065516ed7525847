package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Errors of a backend.
var (
	ErrNotFound = errors.New("not found")
	ErrConflict = errors.New("changed meanwhile") // the version is not the one that was read
	ErrTaken    = errors.New("key is taken")      // another record holds the unique key
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
	ID      string
	Version uint64  // Get: as stored. Put: as it was read, 0 for one that must not exist yet
	Body    []byte  // JSON, as json.Marshal writes it
	Keys    []Key   // Put: all of them. Get: none
	Entries []Entry // Put: the new ones. Get: none, see DB.Entries
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
	// Get returns a record, or ErrNotFound.
	Get(ctx context.Context, id string) (Doc, error)
	// Entries returns those of a record with a Seq beyond after, in order, and none for a record that is not there.
	Entries(ctx context.Context, id string, after uint64) ([]Entry, error)
	// Put writes all docs with their keys and entries, or nothing. It returns after they are durable. ErrConflict if
	// one is not at its version, ErrTaken if a unique key would be held by two once all docs are written, the context's
	// error if it had ended before.
	Put(ctx context.Context, docs ...Doc) error
	// List returns at most limit rows of an index with Value >= from, in the order of Value and ID.
	List(ctx context.Context, index, from string, limit int) ([]Row, error)
}

// The indexes beside those of the lanes.
const (
	SlotIndex     = "slot"     // who holds it
	ClaimIndex    = "claim"    // by its end
	CardIndex     = "card"     // the grants of a digest
	UncardedIndex = "uncarded" // open requests that have no card yet
	pastIndex     = "past"     // ended grants of a slot that AWS may still show
	handedIndex   = "handed"   // grants of a slot that were handed over, the newest first
)

// Record is a *Grant, a *Press, an *Alert, a *Task, an *Offboarding, a *Report or a *Mark.
type Record interface {
	doc() (Doc, error)
	saved()
	differs(entries []Entry) []error
}

// Save writes records with their fresh entries, all or nothing, and moves their versions on.
func Save(ctx context.Context, db DB, records ...Record) error {
	docs := make([]Doc, len(records))
	for i, r := range records {
		doc, err := r.doc()
		if err != nil {
			return err
		}
		if err := doc.check(); err != nil {
			return err
		}
		docs[i] = doc
	}
	if err := db.Put(ctx, docs...); err != nil {
		return err
	}
	for _, r := range records {
		r.saved()
	}
	return nil
}

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
	ids, err := under(ctx, db, handedIndex, slot, 1)
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
	rows, err := db.List(ctx, string(lane), "", limit)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range rows {
		if r.Value > stamp(now) {
			break
		}
		ids = append(ids, r.ID)
	}
	return ids, nil
}

func (g *Grant) doc() (Doc, error) {
	keys := laneKeys(g.Due)
	if g.State.Open() {
		keys = append(keys, Key{Index: SlotIndex, Value: g.Slot(), Unique: true})
	}
	keys = append(keys, g.personKeys()...)
	keys = append(keys, g.Work.keys()...)
	if g.unsettled() {
		keys = append(keys, Key{Index: pastIndex, Value: g.Slot()})
	}
	if g.Outcome == HandOver {
		keys = append(keys, Key{Index: handedIndex, Value: newest(g.Slot(), g.Ended)})
	}
	switch {
	case g.Digest:
		keys = append(keys, Key{Index: CardIndex, Value: g.Card.key()})
	case g.State == Asked && g.Card.TS == "":
		keys = append(keys, Key{Index: UncardedIndex, Value: stamp(g.TellAt)})
	}
	return encode(g.ID, g.Version, g, keys, g.fresh)
}

func (g *Grant) saved() { g.Version, g.fresh = g.Version+1, nil }

func (p *Press) doc() (Doc, error) {
	return encode(p.ID, p.Version, p, laneKeys(p.Due), nil)
}

func (p *Press) saved() { p.Version++ }

func encode(id string, version uint64, record any, keys []Key, entries []Entry) (Doc, error) {
	body, err := json.Marshal(record)
	if err != nil {
		return Doc{}, fmt.Errorf("encode record %s: %w", id, err)
	}
	return Doc{ID: id, Version: version, Body: body, Keys: keys, Entries: entries}, nil
}

func laneKeys(due func(Lane) (time.Time, bool)) []Key {
	var keys []Key
	for _, lane := range []Lane{Take, Give, Judge, Tell} {
		if at, ok := due(lane); ok {
			keys = append(keys, Key{Index: string(lane), Value: stamp(at)})
		}
	}
	return keys
}

// stamp writes a time so that text order is time order.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }
