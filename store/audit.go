package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

// What an audit finds, beside ErrChain and a unique key with two holders, which is ErrTaken.
var (
	ErrRecord = errors.New("record and entries disagree")
	ErrIndex  = errors.New("record and index disagree")
)

// Whole is a ledger that can be read from end to end, which the work never does and an audit must.
type Whole interface {
	// List is that of DB.
	List(ctx context.Context, index, from string, limit int) ([]Row, error)
	// Next returns the record that follows an id in the order of ids, the first for "", with its keys and entries as
	// they stand, and ErrNotFound after the last. Version is 0 where entries stand without their record. With another
	// error the Doc has the ID of the record that cannot be read, or none if not even that is known.
	Next(ctx context.Context, after string) (Doc, error)
	// Indexes returns the names of all indexes, in order.
	Indexes(ctx context.Context) ([]string, error)
}

// Fault is something in a ledger that does not fit.
type Fault struct {
	ID  string // of the record
	Err error
}

// Count is how much an audit has looked at.
type Count struct {
	Grants, Presses, Alerts, Tasks, Offboardings, Reports, Seals, Entries, Rows int

	Old  int      // records whose facts no entry holds, as an older build wrote them
	Head SealHead // no number: nothing is sealed
}

// Audit reads a ledger to which nobody writes meanwhile, and reports every fault: a record that [Verify] finds not to be what its
// entries say, or that is not what was sealed of it, one that was sealed and is not there, and an index that does not hold just
// what the records declare. Its error means that the ledger could not be read to the end.
//
// It judges by this program's rules: a record that another version wrote, with other rules of what is due, may differ.
// And it sees what does not fit together: a ledger that was rolled back as a whole does, so a head must also be kept
// elsewhere (CheckHead).
func Audit(ctx context.Context, w Whole, found func(Fault)) (Count, error) {
	a := audit{found: found, declared: map[place]bool{}, holders: map[Key]string{}, seals: seals{of: map[string][]sealing{}}}
	if err := a.readSeals(ctx, w); err != nil {
		return a.count, err
	}
	a.count.Head = a.seals.last
	for id := ""; ; {
		doc, err := w.Next(ctx, id)
		if errors.Is(err, ErrNotFound) {
			break
		}
		if err != nil && doc.ID == "" {
			return a.count, fmt.Errorf("read the record after %q: %w", id, err)
		}
		if err != nil {
			a.fault(doc.ID, err)
		} else {
			a.record(doc)
		}
		id = doc.ID
		delete(a.seals.of, id)
		if err := ctx.Err(); err != nil {
			return a.count, err
		}
	}
	a.missing()
	return a.count, a.rows(ctx, w)
}

type audit struct {
	found    func(Fault)
	count    Count
	declared map[place]bool // rows that there must be
	holders  map[Key]string // of unique keys
	seals    seals
}

// place is a row in an index.
type place struct {
	index string
	row   Row
}

func (a *audit) fault(id string, err error) { a.found(Fault{ID: id, Err: err}) }

func (a *audit) record(d Doc) {
	a.count.Entries += len(d.Entries)
	if d.Version == 0 {
		a.fault(d.ID, fmt.Errorf("%w: its %d entries stand without it", ErrRecord, len(d.Entries)))
		return
	}
	r, err := blank(d)
	switch r.(type) {
	case *Grant:
		a.count.Grants++
	case *Press:
		a.count.Presses++
	case *Alert:
		a.count.Alerts++
	case *Task:
		a.count.Tasks++
	case *Offboarding:
		a.count.Offboardings++
	case *Report:
		a.count.Reports++
	case *Seal:
		a.count.Seals++
	}
	if d.Old {
		a.count.Old++
	}
	if _, err := Verify(d, d.Entries); err != nil {
		a.fault(d.ID, err)
	}
	if err == nil && decode(d, r) == nil {
		declares := r.keys()
		a.keys(d.ID, declares, d.Keys)
		a.sealed(d, declares)
	}
}

// keys compares what a record declares with what was written beside it, and remembers it for the rows.
func (a *audit) keys(id string, declares, written []Key) {
	for _, k := range declares {
		if !slices.Contains(written, k) {
			a.fault(id, fmt.Errorf("%w: it declares %s, which was not written with it", ErrIndex, k))
		}
		if other, held := a.holders[k]; held {
			a.fault(id, fmt.Errorf("%w: %s by %s", ErrTaken, k, other))
		}
		if k.Unique {
			a.holders[k] = id
		}
		a.declared[place{k.Index, Row{Value: k.Value, ID: id}}] = true
	}
	for _, k := range written {
		if !slices.Contains(declares, k) {
			a.fault(id, fmt.Errorf("%w: it was written with %s, which it does not declare", ErrIndex, k))
		}
	}
}

// rows compares the indexes with what the records declare, both ways.
func (a *audit) rows(ctx context.Context, w Whole) error {
	indexes, err := w.Indexes(ctx)
	if err != nil {
		return fmt.Errorf("read indexes: %w", err)
	}
	for _, index := range indexes {
		rows, err := w.List(ctx, index, "", math.MaxInt)
		if err != nil {
			return fmt.Errorf("read index %s: %w", index, err)
		}
		a.count.Rows += len(rows)
		for _, r := range rows {
			if p := (place{index, r}); a.declared[p] {
				delete(a.declared, p)
			} else {
				a.fault(r.ID, fmt.Errorf("%w: index %s has it under %q, which it does not declare", ErrIndex, index, r.Value))
			}
		}
	}
	for _, p := range slices.SortedFunc(maps.Keys(a.declared), byPlace) {
		a.fault(p.row.ID, fmt.Errorf("%w: index %s lacks it under %q, so it is not found there", ErrIndex, p.index, p.row.Value))
	}
	return nil
}

func byPlace(a, b place) int {
	return cmp.Or(cmp.Compare(a.row.ID, b.row.ID), cmp.Compare(a.index, b.index), cmp.Compare(a.row.Value, b.row.Value))
}
