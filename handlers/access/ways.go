package access

import (
	"context"

	"sekisho/handlers"
	"sekisho/store"
)

// wayTo is nil if the grant may try now. Else the outage is told, if that is news, and the grant is held.
func (k *Keeper) wayTo(ctx context.Context, g store.Grant) error {
	return k.Allow(roadOf(g), g.ID, func(told store.Entry) error {
		if g.State != store.Ending || g.Trouble != "" && !g.News(told.Note, told.At) {
			return nil
		}
		g, err := g.After(told)
		if err != nil {
			return err
		}
		return k.Save(ctx, &g)
	})
}

// wayToRemedy is wayTo for an alert.
func (k *Keeper) wayToRemedy(ctx context.Context, a store.Alert) error {
	return k.Allow(roadOfAlert(a), a.ID, func(told store.Entry) error {
		if a.Trouble != "" && !a.News(told.Note, told.At) {
			return nil
		}
		a, err := a.After(told)
		if err != nil {
			return err
		}
		return k.Save(ctx, &a)
	})
}

// wayToRotate is wayTo for a task.
func (k *Keeper) wayToRotate(ctx context.Context, t store.Task) error {
	return k.Allow(roadOfTask(t), t.ID, func(told store.Entry) error {
		if t.Trouble != "" && !t.News(told.Note, told.At) {
			return nil
		}
		t, err := t.After(told)
		if err != nil {
			return err
		}
		return k.Save(ctx, &t)
	})
}

func roadOf(g store.Grant) handlers.Circuit {
	return handlers.Circuit{Account: g.Account, Kind: g.Kind, State: g.State}
}

func roadOfAlert(a store.Alert) handlers.Circuit {
	return handlers.Circuit{Account: a.Account, Kind: string(a.Kind), State: a.State}
}

func roadOfTask(t store.Task) handlers.Circuit {
	return handlers.Circuit{Account: t.Account, Kind: "rotation", State: t.State}
}
