package access

import (
	"context"

	"sekisho/handlers"
	"sekisho/store"
)

func (k *Keeper) update(ctx context.Context, id string, change func(store.Grant) (store.Grant, error)) (store.Grant, error) {
	return handlers.Change(ctx, k.Engine, store.LoadGrant, id, change)
}

func (k *Keeper) updateAlert(ctx context.Context, id string, change func(store.Alert) (store.Alert, error)) (store.Alert, error) {
	return handlers.Change(ctx, k.Engine, store.LoadAlert, id, change)
}

func (k *Keeper) updateTask(ctx context.Context, id string, change func(store.Task) (store.Task, error)) (store.Task, error) {
	return handlers.Change(ctx, k.Engine, store.LoadTask, id, change)
}
