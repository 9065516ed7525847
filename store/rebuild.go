package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
)

// Facts of a [Rebuild].
const (
	FactFault = "fault" // what did not fit
	FactFit   = "fit"   // the number of the last entry that did
	FactLost  = "lost"  // the sum of the facts and entries that stood there instead
)

// LoadSound reads a record with its entries and verifies it, before it is acted on. One that is not what its entries say is [Broken],
// and so is a live grant whose facts no entry holds. One that is not there is ErrNotFound, unless it has left its entries.
func LoadSound(ctx context.Context, db DB, id string) (Record, error) {
	doc, _, _, err := verified(ctx, db, id)
	if err != nil {
		return nil, err
	}
	return Decode(doc)
}

// Sound is nil for a record that LoadSound reads.
func Sound(ctx context.Context, db DB, id string) error {
	_, err := LoadSound(ctx, db, id)
	return err
}

// verified reads a record and its entries as of one moment, and returns how many of these fit.
func verified(ctx context.Context, db DB, id string) (doc Doc, entries []Entry, fit int, err error) {
	for {
		doc, err = db.Get(ctx, id)
		gone := errors.Is(err, ErrNotFound)
		if err != nil && !gone {
			return doc, nil, 0, err
		}
		if entries, err = db.Entries(ctx, id, 0); err != nil || gone && len(entries) == 0 {
			return doc, nil, 0, errors.Join(err, missingIf(gone, id))
		}
		doc.ID = id
		fit, fault := Verify(doc, entries)
		switch {
		case gone:
			fault = fmt.Errorf("%w: its %d entries stand without it", ErrRecord, len(entries))
		case fault == nil && doc.Old:
			fault = liveAndOld(doc)
		}
		if fault == nil {
			return doc, entries, fit, nil
		}
		if again, err := db.Get(ctx, id); err == nil && again.Version != doc.Version { // it was written in between
			continue
		}
		return doc, entries, fit, &Broken{ID: id, Err: fault}
	}
}

func missingIf(gone bool, id string) error {
	if !gone {
		return nil
	}
	return fmt.Errorf("get %s: %w", id, ErrNotFound)
}

// liveAndOld reports a live grant whose facts no entry holds: none was taken over from an older build.
func liveAndOld(doc Doc) error {
	r, err := Decode(doc)
	if g, ok := r.(*Grant); err == nil && ok && g.State.Open() {
		return fmt.Errorf("%w: no entry holds its facts", ErrRecord)
	}
	return err
}

// Rebuilt returns a grant that is [Broken] as those of its entries say that fit, once it has ended by that: the entry is the next
// after them, and takes the place of those that do not fit. ErrRecord where none fits, or the record is no grant. Its kind may have been
// edited, and is a grant's again if the entries are.
func Rebuilt(ctx context.Context, db DB, id string, e Entry) (g Grant, err error) {
	doc, entries, fit, fault := verified(ctx, db, id)
	if broken := (*Broken)(nil); !errors.As(fault, &broken) {
		return g, errors.Join(fault, fmt.Errorf("rebuild %s: it is sound", id))
	}
	lost := sumOfAll(string(doc.Facts), entries[fit:])
	rebuilt := Doc{ID: id, Kind: KindGrant, Version: doc.Version, Keys: doc.Keys}
	for _, each := range entries[:fit] {
		if rebuilt.Facts, err = merge(rebuilt.Facts, each.Set); err != nil {
			return g, err
		}
		rebuilt.Chain = Chain{Seq: each.Seq, Head: each.Hash, At: each.At}
	}
	if KindByID(id) != KindGrant || fit == 0 || entries[fit-1].Digest == "" {
		return g, fmt.Errorf("rebuild %s: %w: no entry holds the facts of a grant", id, ErrRecord)
	}
	if err := decode(rebuilt, &g); err != nil {
		return g, err
	}
	var was Grant
	if doc.Progress != nil && decode(Doc{ID: id, Kind: KindGrant, Facts: rebuilt.Facts, Progress: doc.Progress}, &was) == nil {
		g.Telling = was.Telling // where its messages stand; the claim and the pauses may be anything
	}
	e.Facts = maps.Clone(e.Facts)
	if e.Facts == nil {
		e.Facts = map[string]string{}
	}
	e.Facts[FactFault], e.Facts[FactFit], e.Facts[FactLost] = fault.Error(), strconv.Itoa(fit), lost
	return g.After(e)
}
