package handlers

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"sekisho/store"
)

// give makes an approved grant so. What was there before is written down before the first write.
func (k *Keeper) give(ctx context.Context, g store.Grant) error {
	g, err := k.claim(ctx, g)
	if err != nil {
		return err
	}
	if err := k.allowed(ctx, g); err != nil {
		return k.notGiven(ctx, g, err)
	}
	if !g.Planned {
		if g, err = k.plan(ctx, g); err != nil {
			return k.notGiven(ctx, g, err)
		}
	}
	result, err := k.step(ctx, g)
	if err != nil {
		return k.notGiven(ctx, g, err)
	}
	return k.settle(ctx, g, func(g store.Grant) (store.Grant, error) {
		if result.Again > 0 {
			g.Retry = k.now().Add(result.Again)
			return g, nil
		}
		given := store.Entry{Verb: store.Apply, By: store.Self, At: k.now(), Facts: result.Facts}
		if g.Endless && g.State == store.Approved {
			return g.After(k.handedOver(g, given))
		}
		return g.After(given)
	})
}

// handedOver is what was given once it is handed over to a rotation, in whose secret the next key is going to be.
func (k *Keeper) handedOver(g store.Grant, given store.Entry) store.Entry {
	given.Verb = store.HandOver
	if rule, ok := k.Policy.RotationOf(g.Account, g.Target); ok {
		next := map[string]string{store.FactRotation: rule.ID, store.FactNext: rule.Secret}
		maps.Copy(next, given.Facts)
		given.Facts = next
	}
	return given
}

// plan commits what was there before the first write.
func (k *Keeper) plan(ctx context.Context, g store.Grant) (store.Grant, error) {
	planCtx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	prev, err := store.Previous(planCtx, k.DB, g.Slot())
	if err != nil {
		return g, err
	}
	seen, err := k.cloud(g).Plan(planCtx, g, prev)
	if err != nil {
		return g, err
	}
	mine := g.Claim
	return k.update(ctx, g.ID, func(g store.Grant) (store.Grant, error) {
		if g.Claim != mine || g.State != store.Approved {
			return g, fmt.Errorf("plan %s: %w", g.ID, errMoved)
		}
		return g.After(store.Entry{Verb: store.Plan, By: store.Self, At: k.now(), Facts: seen})
	})
}

// notGiven writes why a grant could not be given: for good, or for now.
func (k *Keeper) notGiven(ctx context.Context, g store.Grant, cause error) error {
	var refused *Refused
	final := errors.As(cause, &refused)
	if errors.Is(cause, errMoved) { // revoked meanwhile: the claim is given back, and taking goes on from there
		return k.settle(ctx, g, func(g store.Grant) (store.Grant, error) { return g, nil })
	}
	k.Log.Warn("not given", "id", g.ID, "final", final, "err", cause)
	return k.settle(ctx, g, func(g store.Grant) (store.Grant, error) {
		if final && g.State == store.Approved {
			return g.After(store.Entry{Verb: store.Refuse, By: store.Self, At: k.now(), Note: refused.Code})
		}
		return failed(g, code(cause), k.now())
	})
}

// allowed asks everything again that was asked at the press: rules, people and the user may have changed since.
func (k *Keeper) allowed(ctx context.Context, g store.Grant) error {
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	if err := k.onTime(ctx); err != nil {
		return err
	}
	user, err := k.Users.User(ctx, g.Account, g.Subject.User)
	if errors.Is(err, ErrNoUser) || err == nil && user.ID != g.Subject.UserID {
		return &Refused{Code: UserGone}
	}
	if err != nil {
		return err
	}
	person, err := k.person(ctx, Login{Account: g.Account, User: g.Subject.User}, user)
	if err != nil {
		return err
	}
	if person != g.Subject.Person {
		return &Refused{Code: RuleChanged}
	}
	switch left, err := k.left(ctx, person); {
	case err != nil:
		return err
	case left:
		return &Refused{Code: HolderLeft}
	}
	switch leaves, err := k.leaves(ctx, person); {
	case err != nil:
		return err
	case leaves:
		return &Refused{Code: BeingOffboarded}
	}
	return k.upheld(ctx, g)
}
