package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// Mem is a DB in memory: for tests, and the model that the others are compared with. The zero value is ready.
type Mem struct {
	mu      sync.Mutex
	docs    map[string]Doc
	entries map[string][]Entry
	index   map[string][]Row // each in order
}

// Get implements DB.
func (m *Mem) Get(_ context.Context, id string) (Doc, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	doc, ok := m.docs[id]
	if !ok {
		return Doc{}, fmt.Errorf("get %s: %w", id, ErrNotFound)
	}
	return Doc{ID: id, Kind: doc.Kind, Version: doc.Version, Chain: doc.Chain, Facts: slices.Clone(doc.Facts), Progress: slices.Clone(doc.Progress),
		Keys: slices.Clone(doc.Keys), Old: doc.Old}, nil
}

// Entries implements DB.
func (m *Mem) Entries(_ context.Context, id string, after uint64) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := m.entries[id]
	at, _ := slices.BinarySearchFunc(all, after+1, func(e Entry, seq uint64) int { return cmp.Compare(e.Seq, seq) })
	return slices.Clone(all[at:]), nil
}

// List implements DB.
func (m *Mem) List(_ context.Context, index, from string, limit int) ([]Row, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	rows := m.index[index]
	at, _ := slices.BinarySearchFunc(rows, Row{Value: from}, byRow)
	return slices.Clone(rows[at:min(at+limit, len(rows))]), nil
}

// Due implements DB.
func (m *Mem) Due(ctx context.Context, queue string, now time.Time, limit int) ([]Row, error) {
	rows, err := m.List(ctx, queue, "", limit)
	if at := slices.IndexFunc(rows, func(r Row) bool { return r.Value > stamp(now) }); at >= 0 {
		rows = rows[:at]
	}
	return rows, err
}

// Next implements Whole.
func (m *Mem) Next(_ context.Context, after string) (Doc, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	next := ""
	for id := range m.docs {
		if id > after && (next == "" || id < next) {
			next = id
		}
	}
	doc, ok := m.docs[next]
	if !ok {
		return Doc{}, fmt.Errorf("get the record after %q: %w", after, ErrNotFound)
	}
	return Doc{ID: next, Kind: doc.Kind, Version: doc.Version, Chain: doc.Chain, Facts: slices.Clone(doc.Facts), Progress: slices.Clone(doc.Progress),
		Keys: slices.Clone(doc.Keys), Entries: slices.Clone(m.entries[next]), Old: doc.Old}, nil
}

// Indexes implements Whole.
func (m *Mem) Indexes(context.Context) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.index)), nil
}

// Put implements DB.
func (m *Mem) Put(ctx context.Context, docs ...Doc) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("put: not written: %w", err)
	}
	if err := CheckSize(docs...); err != nil {
		return err
	}
	if m.docs == nil {
		m.docs, m.entries, m.index = map[string]Doc{}, map[string][]Entry{}, map[string][]Row{}
	}
	if err := m.check(docs); err != nil {
		return err
	}
	for _, d := range docs {
		for _, k := range m.docs[d.ID].Keys {
			m.drop(k, d.ID)
		}
		if d.Delete {
			delete(m.docs, d.ID)
			delete(m.entries, d.ID)
			continue
		}
		for _, k := range d.Keys {
			m.add(k, d.ID)
		}
		m.docs[d.ID] = Doc{Kind: d.Kind, Version: d.Version + 1, Chain: d.Chain, Facts: slices.Clone(d.Facts), Progress: slices.Clone(d.Progress),
			Keys: slices.Clone(d.Keys), Old: d.Old}
		if len(d.Entries) > 0 {
			all := m.entries[d.ID]
			at, _ := slices.BinarySearchFunc(all, d.Entries[0].Seq, func(e Entry, seq uint64) int { return cmp.Compare(e.Seq, seq) })
			m.entries[d.ID] = append(all[:at:at], d.Entries...)
		}
	}
	return nil
}

// check tells whether all docs may be written together.
func (m *Mem) check(docs []Doc) error {
	written := map[string]bool{}
	for _, d := range docs {
		if m.docs[d.ID].Version != d.Version || written[d.ID] {
			return fmt.Errorf("put %s at version %d: %w", d.ID, d.Version, ErrConflict)
		}
		written[d.ID] = true
	}
	wanted := map[Key]bool{}
	for _, d := range docs {
		for _, k := range d.Keys {
			if !k.Unique || d.Delete {
				continue
			}
			holder := m.holder(k)
			if wanted[k] || holder != "" && !written[holder] {
				return fmt.Errorf("put %s: %s %s: %w", d.ID, k.Index, k.Value, ErrTaken)
			}
			wanted[k] = true
		}
	}
	return nil
}

func (m *Mem) holder(k Key) string {
	rows := m.index[k.Index]
	at, _ := slices.BinarySearchFunc(rows, Row{Value: k.Value}, byRow)
	if at < len(rows) && rows[at].Value == k.Value {
		return rows[at].ID
	}
	return ""
}

func (m *Mem) add(k Key, id string) {
	row := Row{Value: k.Value, ID: id}
	if at, found := slices.BinarySearchFunc(m.index[k.Index], row, byRow); !found {
		m.index[k.Index] = slices.Insert(m.index[k.Index], at, row)
	}
}

func (m *Mem) drop(k Key, id string) {
	if at, found := slices.BinarySearchFunc(m.index[k.Index], Row{Value: k.Value, ID: id}, byRow); found {
		m.index[k.Index] = slices.Delete(m.index[k.Index], at, at+1)
	}
}

func byRow(a, b Row) int { return cmp.Or(cmp.Compare(a.Value, b.Value), cmp.Compare(a.ID, b.ID)) }
