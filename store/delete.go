package store

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"time"
)

const (
	mostDeleted = 200           // records in one go: what is more waits for the next
	sealedSoon  = 2 * time.Hour // after its time a change is sealed, or it never was
)

// spentKeys put a record with these rows of what has changed where it is found once it can be deleted.
func spentKeys(changed []Key) []Key {
	var keys []Key
	for _, k := range changed {
		keys = append(keys, Key{Index: spentIndex, Value: k.Value})
	}
	return keys
}

// Delete deletes ignored sign-ins and judged presses that have not changed since a time, and returns how many. Nothing else is
// ever deleted, and of these only what was sealed as it is. First a seal says that they are gone, with what they had come to,
// then they are deleted one by one: a crash in between leaves records that the next call deletes. A transaction of
// both would hold more items than DynamoDB takes.
func (s *Sealer) Delete(ctx context.Context, now, before time.Time) (int, error) {
	spent, err := s.spent(ctx, before)
	if err != nil || len(spent) == 0 {
		return 0, err
	}
	if s.known == nil {
		if err := s.load(ctx, now); err != nil {
			return 0, err
		}
	}
	if err := s.put(ctx, plain(now), SealMinute, spent); err != nil {
		s.known = nil
		return 0, fmt.Errorf("seal what is to be deleted: %w", err)
	}
	n := 0
	for _, r := range spent {
		deleted, err := s.delete(ctx, r)
		if err != nil {
			return n, fmt.Errorf("delete %s: %w", r.ID, err)
		}
		if deleted {
			n++
		}
	}
	return n, nil
}

// spent lists what can be deleted, as it was sealed. What was never sealed is left, and is not looked at again by this process.
func (s *Sealer) spent(ctx context.Context, before time.Time) ([]Sealed, error) {
	rows, err := s.db.List(ctx, spentIndex, "", mostDeleted+len(s.unsealed))
	if err != nil {
		return nil, err
	}
	var spent []Sealed
	var first, last time.Time
	for _, r := range rows {
		c, changed := change(r)
		at, err := time.Parse(time.RFC3339Nano, changed)
		if c.Head == "" || err != nil || s.unsealed[c] {
			continue
		}
		if !at.Before(before) || len(spent) > 0 && at.Sub(first) > time.Hour { // the seals of an hour are read, not of all time
			break
		}
		if last = at; len(spent) == 0 {
			first = at
		}
		spent = append(spent, c)
	}
	if len(spent) == 0 {
		return nil, nil
	}
	sealed, err := s.sealedBetween(ctx, first, last.Add(sealedSoon))
	if err != nil {
		return nil, err
	}
	var out []Sealed
	for _, c := range spent {
		if !sealed[c] {
			if s.unsealed == nil {
				s.unsealed = map[Sealed]bool{}
			}
			s.unsealed[c] = true
			continue
		}
		c.Gone = true
		out = append(out, c)
	}
	return out, nil
}

// sealedBetween reads the seals of a time, which it finds by their numbers.
func (s *Sealer) sealedBetween(ctx context.Context, from, to time.Time) (map[Sealed]bool, error) {
	last, err := LastSeal(ctx, s.db)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	first := sort.Search(int(last.Number), func(i int) bool {
		seal, failure := LoadSeal(ctx, s.db, uint64(i)+1)
		err = errors.Join(err, failure)
		return !seal.At.Before(from)
	})
	sealed := map[Sealed]bool{}
	for n := uint64(first) + 1; err == nil && n <= last.Number; n++ {
		var seal Seal
		if seal, err = LoadSeal(ctx, s.db, n); seal.At.After(to) {
			break
		}
		for _, r := range seal.Records {
			sealed[r] = true
		}
	}
	return sealed, err
}

// delete deletes a record that is as it was sealed last, and tells whether it was.
func (s *Sealer) delete(ctx context.Context, sealed Sealed) (bool, error) {
	doc, err := s.db.Get(ctx, sealed.ID)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	r, err := Decode(doc)
	if err != nil {
		return false, err
	}
	is := false
	for _, k := range r.keys() {
		now, _ := change(Row{Value: k.Value, ID: doc.ID})
		now.Gone = true
		is = is || k.Index == spentIndex && now == sealed
	}
	if !is {
		return false, nil
	}
	err = s.db.Put(ctx, Doc{ID: doc.ID, Version: doc.Version, Was: doc.Keys, Delete: true})
	if errors.Is(err, ErrConflict) {
		return false, nil
	}
	return err == nil, err
}
