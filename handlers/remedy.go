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
	if a.State != store.Acting || k.now().Before(a.Claim.End) {
		return nil
	}
	if err := k.wayToRemedy(ctx, a); err != nil {
		return unlessFaster(err)
	}
	a.Claim = k.newClaim()
	if err := k.save(ctx, &a); err != nil {
		return unlessFaster(err)
	}
	result, failure := k.do(ctx, a)
	k.tried(roadOfAlert(a), a.ID, failure)
	if failure != nil {
		k.Log.Error("remedy failed and will be tried again", "id", id, "tries", a.Tries+1, "err", failure)
	}
	_, err = k.updateAlert(ctx, id, func(now store.Alert) (store.Alert, error) {
		if now.Claim != a.Claim {
			return now, fmt.Errorf("settle %s: claim lost: %w", id, errMoved)
		}
		now.Claim = store.Claim{}
		switch {
		case failure == nil && result.Again > 0:
			now.Retry = k.now().Add(result.Again)
			return now, nil
		case failure == nil:
			return now.After(store.Entry{Verb: store.Done, By: store.Self, At: k.now(), Facts: result.Facts})
		case now.News(code(failure), k.now()):
			return now.After(store.Entry{Verb: store.Fail, By: store.Self, At: k.now(), Note: code(failure)})
		}
		now.Failed(k.now())
		return now, nil
	})
	return unlessFaster(err)
}

// do acts, unless a grant has come to explain the membership that the alert is about.
func (k *Keeper) do(ctx context.Context, a store.Alert) (Result, error) {
	if a.Kind == store.Unknown {
		explained, err := k.explained(ctx, a.Account, a.Target, a.Subject.UserID)
		if err != nil || explained {
			return Result{Facts: map[string]string{"explained": "true"}}, err
		}
	}
	r, ok := k.Remedies[a.Kind]
	if !ok {
		return Result{}, errNoKind
	}
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	return r.Do(ctx, a)
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
