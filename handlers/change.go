package handlers

import (
	"context"
	"errors"

	"sekisho/store"
)

// ErrMoved says that the grant is no longer what the change was meant for.
var ErrMoved = errors.New("grant has moved on")

// Change changes a record by a pure function of what it is now, again if somebody else was faster.
func Change[T any, R interface {
	*T
	store.Record
}](ctx context.Context, e *Engine, load func(context.Context, store.DB, string) (T, error), id string, change func(T) (T, error)) (T, error) {
	for {
		r, err := load(ctx, e.DB, id)
		if err != nil {
			return r, err
		}
		if r, err = change(r); err != nil {
			return r, err
		}
		if err = e.Save(ctx, R(&r)); !errors.Is(err, store.ErrConflict) {
			return r, err
		}
	}
}
