package handlers

import (
	"context"
	"errors"

	"sekisho/store"
)

// LoadWanted returns the records of a kind that are wanted. An index may be older than its record by a moment. A record that is not what its
// entries say is left out: it is told when it is due.
func LoadWanted[T any](ctx context.Context, db store.DB, ids []string, load func(context.Context, store.DB, string) (T, error), wanted func(T) bool) ([]T, error) {
	var out []T
	for _, id := range ids {
		r, err := load(ctx, db, id)
		if len(store.BrokenIn(err)) > 0 || errors.Is(err, store.ErrNotFound) {
			continue // it is told when it is due; or it is of another kind
		}
		if err != nil {
			return nil, err
		}
		if wanted(r) {
			out = append(out, r)
		}
	}
	return out, nil
}
