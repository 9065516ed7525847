package store

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"
)

// liveIndexes have what is live, and for a while what has ended: never all that there is. A live grant stands in two or three of them.
var liveIndexes = []string{SlotIndex, string(Take), groupIndex}

// Live returns the rows of each record that is live, by its id.
func Live(ctx context.Context, db DB) (map[string][]Key, error) {
	out := map[string][]Key{}
	for _, index := range liveIndexes {
		rows, err := db.List(ctx, index, "", math.MaxInt32)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[r.ID] = append(out[r.ID], Key{Index: index, Value: r.Value})
		}
	}
	return out, nil
}

// ChangedSince returns the ids of the records that have changed last since a time.
func ChangedSince(ctx context.Context, db DB, since time.Time) ([]string, error) {
	rows, err := db.List(ctx, changedIndex, stamp(since), math.MaxInt32)
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	return ids, err
}

// Unlisted returns a record that lacks one of its rows, and nil for any other. The rows are those that [Live] has returned: where one is
// missing it looks again, as the record may have changed since.
func Unlisted(ctx context.Context, db DB, id string, rows []Key) (Record, error) {
	was, err := Load(ctx, db, id)
	if errors.Is(err, ErrNotFound) || err == nil && !lacks(rows, was) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	live, err := Live(ctx, db)
	if err != nil {
		return nil, err
	}
	is, err := Load(ctx, db, id)
	if err != nil {
		return nil, err
	}
	if is.head().Version != was.head().Version || !lacks(live[id], is) {
		return nil, nil
	}
	return is, nil
}

// lacks reports whether a record declares a row in one of the indexes that is not among these.
func lacks(rows []Key, r Record) bool {
	return slices.ContainsFunc(r.keys(), func(k Key) bool {
		return slices.Contains(liveIndexes, k.Index) && !slices.Contains(rows, Key{Index: k.Index, Value: k.Value})
	})
}
