package handlers

import (
	"context"
	"errors"

	"sekisho/store"
)

// errMoved says that the grant is no longer what the change was meant for.
var errMoved = errors.New("grant has moved on")

// changed changes a record by a pure function of what it is now, again if somebody else was faster.
func changed[T any, R interface {
	*T
	store.Record
}](ctx context.Context, k *Keeper, load func(context.Context, store.DB, string) (T, error), id string, change func(T) (T, error)) (T, error) {
	for {
		r, err := load(ctx, k.DB, id)
		if err != nil {
			return r, err
		}
		if r, err = change(r); err != nil {
			return r, err
		}
		if err = k.save(ctx, R(&r)); !errors.Is(err, store.ErrConflict) {
			return r, err
		}
	}
}

func (k *Keeper) update(ctx context.Context, id string, change func(store.Grant) (store.Grant, error)) (store.Grant, error) {
	return changed(ctx, k, store.LoadGrant, id, change)
}

func (k *Keeper) updateAlert(ctx context.Context, id string, change func(store.Alert) (store.Alert, error)) (store.Alert, error) {
	return changed(ctx, k, store.LoadAlert, id, change)
}

func (k *Keeper) updateTask(ctx context.Context, id string, change func(store.Task) (store.Task, error)) (store.Task, error) {
	return changed(ctx, k, store.LoadTask, id, change)
}

func (k *Keeper) updateOffboarding(ctx context.Context, id string, change func(store.Offboarding) (store.Offboarding, error)) (store.Offboarding, error) {
	return changed(ctx, k, store.LoadOffboarding, id, change)
}
