package access

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Reasons why a group is not given.
const (
	GroupChanged = "group_changed" // the name is another group's by now
	GroupHeld    = "group_held"    // the user has the group by another request, under a name that the group had before
)

// give makes an approved grant so. What was there before is written down before the first write.
func (k *Keeper) give(ctx context.Context, g store.Grant) error {
	wait, err := k.mustWait(ctx, g)
	if wait {
		return k.awaitSlot(ctx, g)
	}
	if err != nil {
		return err
	}
	g, err = k.claim(ctx, g)
	if err != nil {
		return err
	}
	if err := k.allowed(ctx, g); err != nil {
		return k.notGiven(ctx, g, err)
	}
	if !g.Planned {
		planned, err := k.plan(ctx, g)
		if err != nil {
			return k.notGiven(ctx, g, err) // under the claim of this worker: that of another is not its to give back
		}
		g = planned
	}
	result, err := k.step(ctx, g)
	if err != nil {
		return k.notGiven(ctx, g, err)
	}
	if g.AlreadyHeld() && result.Again == 0 {
		return k.settleHeld(ctx, g, result.Facts)
	}
	return k.settle(ctx, g, func(g store.Grant) (store.Grant, error) {
		if result.Again > 0 {
			g.Retry = k.Time().Add(result.Again)
			return g, nil
		}
		given := store.Entry{Verb: store.Apply, By: store.Self, At: k.Time(), Facts: result.Facts}
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
	planCtx, cancel := handlers.Outside(ctx, handlers.StepTime)
	defer cancel()
	seen, err := k.before(planCtx, g)
	if err != nil {
		return g, err
	}
	mine := g.Claim
	return k.update(ctx, g.ID, func(g store.Grant) (store.Grant, error) {
		if g.Claim != mine || g.State != store.Approved {
			return g, fmt.Errorf("plan %s: %w", g.ID, handlers.ErrMoved)
		}
		return g.After(store.Entry{Verb: store.Plan, By: store.Self, At: k.Time(), Facts: seen})
	})
}

// before asks what was there before. The grant before is looked for by the names at first, and once the plan has found the
// group's id by that: the group may have had another name in between. One that is live under that name is not given twice.
func (k *Keeper) before(ctx context.Context, g store.Grant) (map[string]string, error) {
	prev, err := store.Previous(ctx, k.DB, g.Slot())
	if err != nil {
		return nil, err
	}
	seen, err := k.cloud(g).Plan(ctx, g, prev)
	if err != nil || seen[store.FactGroup] == "" {
		return seen, err
	}
	others, err := store.InGroup(ctx, k.DB, g.Account, g.Subject.UserID, seen[store.FactGroup])
	if err != nil {
		return nil, err
	}
	for _, other := range others {
		switch {
		case other.ID == g.ID || prev != nil && other.ID == prev.ID:
		case other.State.Live():
			return nil, &handlers.Refused{Code: GroupHeld}
		case prev == nil:
			prev = &other
			seen, err = k.cloud(g).Plan(ctx, g, prev)
		}
	}
	return seen, err
}

// notGiven writes why a grant could not be given: for good, or for now.
func (k *Keeper) notGiven(ctx context.Context, g store.Grant, cause error) error {
	var refused *handlers.Refused
	final := errors.As(cause, &refused)
	if errors.Is(cause, handlers.ErrMoved) || errors.Is(cause, store.ErrTaken) { // revoked meanwhile, or its slot was taken: the next look goes on from there
		return k.settle(ctx, g, func(g store.Grant) (store.Grant, error) { return g, nil })
	}
	k.Log.Warn("not given", "id", g.ID, "final", final, "err", cause)
	return k.settle(ctx, g, func(g store.Grant) (store.Grant, error) {
		if final && g.State == store.Approved {
			return g.After(store.Entry{Verb: store.Refuse, By: store.Self, At: k.Time(), Note: refused.Code})
		}
		return failed(g, handlers.CodeOf(cause), k.Time())
	})
}

// allowed asks everything again that was asked at the press: rules, people and the user may have changed since.
func (k *Keeper) allowed(ctx context.Context, g store.Grant) error {
	ctx, cancel := handlers.Outside(ctx, handlers.StepTime)
	defer cancel()
	if err := k.CheckClock(ctx); err != nil {
		return err
	}
	user, err := k.Users.User(ctx, g.Account, g.Subject.User)
	if errors.Is(err, people.ErrNoUser) || err == nil && user.ID != g.Subject.UserID {
		return &handlers.Refused{Code: policy.UserGone}
	}
	if err != nil {
		return err
	}
	now, err := k.subject(ctx, people.Login{Account: g.Account, User: g.Subject.User}, user)
	if err != nil {
		return err
	}
	if !k.Policy.People.Same(now.Person, g.Subject.Person) || now.KnownBy != "" && now.KnownBy != g.Subject.KnownBy {
		return &handlers.Refused{Code: policy.RuleChanged}
	}
	return k.upheld(ctx, g, g, g.Start)
}
