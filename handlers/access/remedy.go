package access

import (
	"context"
	"errors"
	"fmt"

	"sekisho/handlers"
	"sekisho/store"
)

// remedy does what was pressed on an alert: claim, act, read back, outcome. Like taking access back it never gives up.
func (k *Keeper) remedy(ctx context.Context, id string) error {
	a, err := store.LoadAlert(ctx, k.DB, id)
	if err != nil {
		return err
	}
	if _, due := a.Due(store.Take); !due || k.Time().Before(a.Claim.End) {
		return nil
	}
	if err := k.wayToRemedy(ctx, a); err != nil {
		return handlers.IgnoreFaster(err)
	}
	a.Claim = k.NewClaim()
	if err := k.Save(ctx, &a); err != nil {
		return handlers.IgnoreFaster(err)
	}
	o, failure := k.do(ctx, a)
	k.Observe(roadOfAlert(a), a.ID, failure)
	if failure != nil {
		k.Log.Error("remedy failed and will be tried again", "id", id, "tries", a.Tries+1, "err", failure)
	}
	err = k.settleRemedy(ctx, a, o, failure)
	if err == nil && failure == nil && o.Again == 0 && a.Kind == store.Exposed {
		return handlers.IgnoreFaster(k.inspectSoon(ctx, a.Grant)) // what was put right is to be seen on the card
	}
	return err
}

// settleRemedy writes down what came of a try, under its own claim only.
func (k *Keeper) settleRemedy(ctx context.Context, a store.Alert, o handlers.Outcome, failure error) error {
	_, err := k.updateAlert(ctx, a.ID, func(now store.Alert) (store.Alert, error) {
		if now.Claim != a.Claim {
			return now, fmt.Errorf("settle %s: claim lost: %w", a.ID, handlers.ErrMoved)
		}
		now.Claim = store.Claim{}
		switch {
		case failure == nil && o.Again > 0:
			now.Retry = k.Time().Add(o.Again)
			return now, nil
		case failure == nil:
			return now.After(store.Entry{Verb: o.Verb, By: store.Self, At: k.Time(), Note: o.Note, Facts: o.Facts})
		case now.News(handlers.CodeOf(failure), k.Time()):
			return now.After(store.Entry{Verb: store.Fail, By: store.Self, At: k.Time(), Note: handlers.CodeOf(failure)})
		}
		now.Failed(k.Time())
		return now, nil
	})
	return handlers.IgnoreFaster(err)
}

// do acts, unless a grant has come to explain what the alert is about.
func (k *Keeper) do(ctx context.Context, a store.Alert) (handlers.Outcome, error) {
	if a.Kind == store.Unknown {
		explained, err := k.explained(ctx, a.Account, a.Target, a.GroupID, a.Subject.UserID)
		if err != nil || explained {
			return handlers.Outcome{Verb: store.Done, Result: handlers.Result{Facts: map[string]string{"explained": "true"}}}, err
		}
	}
	ctx, cancel := k.CallContext(ctx, roadOfAlert(a))
	defer cancel()
	if a.Kind == store.Stale {
		return k.Rows.Mend(ctx, a)
	}
	r, ok := k.Remedies[a.Kind]
	if !ok {
		return handlers.Outcome{}, errNoKind
	}
	result, err := r.Do(ctx, a)
	return handlers.Outcome{Result: result, Verb: store.Done}, err
}

// explained tells whether a live grant gives this membership. One that has not begun does not, nor one that found the
// membership there.
func (k *Keeper) explained(ctx context.Context, account, target, groupID, userID string) (bool, error) {
	g, live, err := k.liveIn(ctx, account, target, groupID, userID)
	return live && !g.AlreadyHeld(), err
}

// liveIn returns the live grant of a membership, if there is one that has begun: also one that knows the group under another
// name, and none that knows another group under this name.
func (k *Keeper) liveIn(ctx context.Context, account, target, groupID, userID string) (g store.Grant, live bool, err error) {
	if groupID != "" {
		grants, err := store.InGroup(ctx, k.DB, account, userID, groupID)
		if err != nil {
			return g, false, err
		}
		for _, g := range grants {
			if g.State.Live() {
				return g, true, nil
			}
		}
	}
	slot := store.Grant{Account: account, Target: target, Subject: store.Subject{UserID: userID}}.Slot()
	id, err := store.Holder(ctx, k.DB, slot)
	if errors.Is(err, store.ErrNotFound) {
		return g, false, nil
	}
	if err != nil {
		return g, false, err
	}
	g, err = store.LoadGrant(ctx, k.DB, id)
	known := g.Effects[store.FactGroup]
	another := known != "" && groupID != "" && known != groupID
	return g, g.State.Live() && !another && !k.Time().Before(g.Start), err
}
