package handlers

import (
	"context"
	"errors"
	"fmt"

	"sekisho/store"
)

// remedy does what was pressed on an alert: claim, act, read back, outcome. Like taking access back it never gives up.
func (k *Keeper) remedy(ctx context.Context, id string) error {
	a, err := store.LoadAlert(ctx, k.DB, id)
	if err != nil {
		return err
	}
	if _, due := a.Due(store.Take); !due || k.now().Before(a.Claim.End) {
		return nil
	}
	if err := k.wayToRemedy(ctx, a); err != nil {
		return unlessFaster(err)
	}
	a.Claim = k.newClaim()
	if err := k.save(ctx, &a); err != nil {
		return unlessFaster(err)
	}
	o, failure := k.do(ctx, a)
	k.tried(roadOfAlert(a), a.ID, failure)
	if failure != nil {
		k.Log.Error("remedy failed and will be tried again", "id", id, "tries", a.Tries+1, "err", failure)
	}
	return k.settleRemedy(ctx, a, o, failure)
}

// settleRemedy writes down what came of a try, under its own claim only.
func (k *Keeper) settleRemedy(ctx context.Context, a store.Alert, o outcome, failure error) error {
	_, err := k.updateAlert(ctx, a.ID, func(now store.Alert) (store.Alert, error) {
		if now.Claim != a.Claim {
			return now, fmt.Errorf("settle %s: claim lost: %w", a.ID, errMoved)
		}
		now.Claim = store.Claim{}
		switch {
		case failure == nil && o.Again > 0:
			now.Retry = k.now().Add(o.Again)
			return now, nil
		case failure == nil:
			return now.After(store.Entry{Verb: o.verb, By: store.Self, At: k.now(), Note: o.note, Facts: o.Facts})
		case now.News(code(failure), k.now()):
			return now.After(store.Entry{Verb: store.Fail, By: store.Self, At: k.now(), Note: code(failure)})
		}
		now.Failed(k.now())
		return now, nil
	})
	return unlessFaster(err)
}

// do acts, unless a grant has come to explain what the alert is about.
func (k *Keeper) do(ctx context.Context, a store.Alert) (outcome, error) {
	if a.Kind == store.Unknown {
		explained, err := k.explained(ctx, a.Account, a.Target, a.Subject.UserID)
		if err != nil || explained {
			return outcome{verb: store.Done, Result: Result{Facts: map[string]string{"explained": "true"}}}, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	if a.Kind == store.Stale {
		return k.mend(ctx, a)
	}
	r, ok := k.Remedies[a.Kind]
	if !ok {
		return outcome{}, errNoKind
	}
	result, err := r.Do(ctx, a)
	return outcome{Result: result, verb: store.Done}, err
}

// explained tells whether a live grant gives this membership. One that has not begun does not.
func (k *Keeper) explained(ctx context.Context, account, target, userID string) (bool, error) {
	slot := store.Grant{Account: account, Target: target, Subject: store.Subject{UserID: userID}}.Slot()
	id, err := store.Holder(ctx, k.DB, slot)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	g, err := store.LoadGrant(ctx, k.DB, id)
	return g.State.Live() && !k.now().Before(g.Start), err
}
