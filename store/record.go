package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ErrBeside says that a record would be saved with facts that no entry tells of.
var ErrBeside = errors.New("facts were changed beside an entry")

// Head is what the ledger keeps of a record beside what is true of it.
type Head struct {
	Version uint64 // as it was read, 0 for one that was never saved
	Chain   Chain

	facts []byte  // as they are stored, or as they are after the last fresh entry
	fresh []Entry // that have not been written yet
	keys  []Key   // as they are stored
	old   bool    // see Doc
}

// Fresh returns the entries that have not been written yet.
func (h Head) Fresh() []Entry { return h.fresh }

func (h *Head) head() *Head { return h }

// Record is a *Grant, a *Press, an *Alert, a *Task, an *Offboarding, a *Report, a *Seal or a *Mark. As JSON it is its facts.
type Record interface {
	head() *Head
	id() string
	kind() string
	keys() []Key
	// progress returns a struct of pointers into the record: how far the work on it has come. No fact is among them, so that
	// decoding progress changes no fact.
	progress() any
}

// lived is a record to which entries happen. The others are written once, but for their progress.
type lived interface {
	Record
	state() *State
	work() *Work // nil: nothing is worked on
	telling() *Telling
	leads(from State, v Verb) (State, bool) // by the table of its kind
}

// enter makes e the next entry of a record. The entry holds what has changed among the facts since the one before, wherever
// that was set, and the digest of the facts as they are stored from now on.
func enter(r lived, e Entry) error {
	h := r.head()
	set, err := changes(r)
	if err != nil {
		return err
	}
	if h.facts, err = merge(h.facts, set); err != nil {
		return err
	}
	e.Record, e.State = r.id(), *r.state()
	if e.Set = set; h.old { // nothing else holds them
		e.Set, err = fieldsOf(h.facts)
	}
	e.Digest, h.old = sumOf(h.facts), false
	h.fresh = append(slices.Clip(h.fresh), h.Chain.link(e))
	return err
}

// changes returns the facts of a record that are not as they are stored, by their names: null for one that is no more. What
// another build has stored in other words, or what this one does not know, has not changed.
func changes(r Record) (map[string]json.RawMessage, error) {
	stored, err := fieldsOf(r.head().facts)
	if err != nil {
		return nil, fmt.Errorf("read facts of %s: %w", r.id(), err)
	}
	now, err := encoded(r)
	if err != nil {
		return nil, err
	}
	set := difference(stored, now)
	if len(set) == 0 || len(stored) == 0 {
		return set, nil
	}
	was := kinds[r.kind()].blank()
	if err := json.Unmarshal(r.head().facts, was); err != nil {
		return nil, fmt.Errorf("read facts of %s: %w", r.id(), err)
	}
	read, err := encoded(was)
	maps.DeleteFunc(set, func(name string, _ json.RawMessage) bool { return bytes.Equal(read[name], now[name]) })
	return set, err
}

// difference is what makes b of a, by merge.
func difference(a, b map[string]json.RawMessage) map[string]json.RawMessage {
	set := map[string]json.RawMessage{}
	for name, value := range b {
		if !bytes.Equal(a[name], value) {
			set[name] = value
		}
	}
	for name := range a {
		if _, ok := b[name]; !ok {
			set[name] = null
		}
	}
	return set
}

var null = json.RawMessage("null")

// merge returns facts once these have changed, in the one encoding in which facts are stored: compact, by name.
func merge(facts []byte, set map[string]json.RawMessage) ([]byte, error) {
	fields, err := fieldsOf(facts)
	if err != nil {
		return nil, fmt.Errorf("read facts: %w", err)
	}
	for name, value := range set {
		if fields[name] = value; bytes.Equal(value, null) {
			delete(fields, name)
		}
	}
	return json.Marshal(fields)
}

// encoded returns a record's facts as they are now.
func encoded(r Record) (map[string]json.RawMessage, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode record %s: %w", r.id(), err)
	}
	return fieldsOf(body)
}

// fieldsOf returns the top-level fields of a JSON object. A null is none.
func fieldsOf(body []byte) (map[string]json.RawMessage, error) {
	fields := map[string]json.RawMessage{}
	if len(body) == 0 {
		return fields, nil
	}
	err := json.Unmarshal(body, &fields)
	maps.DeleteFunc(fields, func(_ string, value json.RawMessage) bool { return bytes.Equal(value, null) })
	return fields, err
}

// document returns a record as it is to be stored. Facts that an entry has not changed keep the bytes that they have.
func document(r Record) (Doc, error) {
	h := r.head()
	doc, err := Encode(r)
	if err != nil {
		return doc, err
	}
	set, err := changes(r)
	switch {
	case err != nil:
		return doc, err
	case len(set) > 0 && (h.Version > 0 || hasEntries(r)):
		return doc, fmt.Errorf("save %s: %w: %s", doc.ID, ErrBeside, strings.Join(slices.Sorted(maps.Keys(set)), ", "))
	case len(set) > 0: // it is written once, and its digest stands in the entries' place
		doc.Chain = Chain{Head: sumOf(doc.Facts)}
	default:
		doc.Facts, doc.Chain = h.facts, h.Chain
	}
	doc.Version, doc.Entries, doc.Was, doc.Old = h.Version, h.fresh, h.keys, h.old
	return doc, doc.check()
}

// Encode returns a record as this build would store it anew, with its keys.
func Encode(r Record) (Doc, error) {
	doc := Doc{ID: r.id(), Kind: r.kind(), Keys: r.keys()}
	facts, err := encoded(r)
	if err != nil {
		return doc, err
	}
	if doc.Facts, err = json.Marshal(facts); err != nil {
		return doc, err
	}
	if doc.Progress, err = json.Marshal(r.progress()); err != nil {
		err = fmt.Errorf("encode progress of %s: %w", doc.ID, err)
	}
	return doc, err
}

// Save writes records with their fresh entries, all or nothing, and moves their versions on.
func Save(ctx context.Context, db DB, records ...Record) error {
	docs := make([]Doc, len(records))
	for i, r := range records {
		var err error
		if docs[i], err = document(r); err != nil {
			return err
		}
	}
	err := db.Put(ctx, docs...)
	if errors.Is(err, ErrUnknown) {
		err = written(context.WithoutCancel(ctx), db, docs, err)
	}
	if err != nil {
		return err
	}
	for i, r := range records {
		*r.head() = Head{Version: docs[i].Version + 1, Chain: docs[i].Chain, facts: docs[i].Facts, keys: docs[i].Keys, old: docs[i].Old}
	}
	return nil
}

// Parts divides records, in their order, into as few parts as one write takes each.
func Parts(records ...Record) (parts [][]Record, err error) {
	room := 0
	for _, r := range records {
		doc, err := document(r)
		if err != nil {
			return nil, err
		}
		n := doc.items()
		if n > room {
			parts, room = append(parts, nil), MaxItems
		}
		last := len(parts) - 1
		parts[last], room = append(parts[last], r), room-n
	}
	return parts, nil
}

// written finds out what has become of a write whose outcome is unknown, and returns nil if it has happened. ErrConflict if another
// has been made in its place, so that it cannot happen any more. It stays unknown as long as the records stand as they were: who does
// it again reads them first, and of two writes of one version one is refused.
func written(ctx context.Context, db DB, docs []Doc, unknown error) error {
	for _, d := range docs {
		is, err := db.Get(ctx, d.ID)
		if errors.Is(err, ErrNotFound) && d.Version == 0 || err == nil && is.Version == d.Version {
			return unknown
		}
		if err != nil {
			return errors.Join(unknown, err)
		}
		if n := len(d.Entries); n > 0 { // it may have gone on since
			entries, err := db.Entries(ctx, d.ID, d.Entries[n-1].Seq-1)
			if err != nil {
				return errors.Join(unknown, err)
			}
			if len(entries) > 0 && entries[0].Hash == d.Entries[n-1].Hash {
				return nil // all of them were written, or none
			}
		} else if is.Version == d.Version+1 && is.Chain == d.Chain && bytes.Equal(is.Facts, d.Facts) && bytes.Equal(is.Progress, d.Progress) {
			continue
		}
		return fmt.Errorf("save %s: %w", d.ID, ErrConflict)
	}
	return nil
}

// decode reads a record from a document. One that cannot be read, or is the record of another id, is [Broken]. ErrNotFound where the
// document is of another kind: there is no such record under its id.
func decode(doc Doc, into Record) error {
	if _, err := blank(doc); err != nil {
		return err
	}
	if doc.Kind != into.kind() {
		return fmt.Errorf("%s is of the kind %s and not %s: %w", doc.ID, doc.Kind, into.kind(), ErrNotFound)
	}
	if err := json.Unmarshal(doc.Facts, into); err != nil {
		return &Broken{ID: doc.ID, Err: err}
	}
	if into.id() != doc.ID {
		return &Broken{ID: doc.ID, Err: fmt.Errorf("%w: it is the record %q, put under another id", ErrRecord, into.id())}
	}
	*into.head() = Head{Version: doc.Version, Chain: doc.Chain, facts: doc.Facts, keys: doc.Keys, old: doc.Old}
	if len(doc.Progress) == 0 {
		return nil
	}
	if err := json.Unmarshal(doc.Progress, into.progress()); err != nil {
		return &Broken{ID: doc.ID, Err: fmt.Errorf("progress: %w", err)}
	}
	return nil
}

// Decode returns the record of a document.
func Decode(doc Doc) (Record, error) {
	r, err := blank(doc)
	if err == nil {
		err = decode(doc, r)
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Load reads a record of any kind.
func Load(ctx context.Context, db DB, id string) (Record, error) {
	doc, err := db.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return Decode(doc)
}

func load(ctx context.Context, db DB, id string, into Record) error {
	doc, err := db.Get(ctx, id)
	if err != nil {
		return err
	}
	return decode(doc, into)
}

// LoadGrant reads a grant.
func LoadGrant(ctx context.Context, db DB, id string) (Grant, error) { return grants.Load(ctx, db, id) }

// LoadPress reads a press.
func LoadPress(ctx context.Context, db DB, id string) (p Press, err error) {
	err = load(ctx, db, id, &p)
	return p, err
}

// LoadAlert reads an alert.
func LoadAlert(ctx context.Context, db DB, id string) (Alert, error) { return alerts.Load(ctx, db, id) }

// LoadTask reads a task.
func LoadTask(ctx context.Context, db DB, id string) (Task, error) { return tasks.Load(ctx, db, id) }

// LoadOffboarding reads an offboarding.
func LoadOffboarding(ctx context.Context, db DB, id string) (Offboarding, error) {
	return offboardings.Load(ctx, db, id)
}

// LoadReport reads a report.
func LoadReport(ctx context.Context, db DB, id string) (Report, error) {
	return reports.Load(ctx, db, id)
}
