package access

import (
	"context"
	"errors"
	"fmt"

	"sekisho/handlers"
	"sekisho/store"
)

// tend does what a grant needs now.
func (k *Keeper) tend(ctx context.Context, id string) error {
	g, err := store.LoadGrant(ctx, k.DB, id)
	if err != nil {
		return err
	}
	return handlers.IgnoreFaster(k.tendGrant(ctx, g))
}

// tendGrant does what a grant needs now; it is the one place where the state of a grant picks the work.
func (k *Keeper) tendGrant(ctx context.Context, g store.Grant) error {
	now := k.Time()
	if now.Before(g.Claim.End) {
		return nil // its worker brings it back
	}
	switch {
	case g.State == store.Received:
		return k.identify(ctx, g)
	case g.State == store.Asked && !now.Before(g.Lapses):
		return k.lapse(ctx, g)
	case g.State == store.Asked:
		return k.escalate(ctx, g)
	case (g.State == store.Approved || g.State == store.Active) && g.Over(now):
		return k.expire(ctx, g)
	case g.State == store.Approved && now.Before(g.Start):
	case g.State == store.Approved:
		return k.give(ctx, g)
	case g.State == store.Ending:
		return k.take(ctx, g)
	case g.State == store.Ended:
		return k.recheck(ctx, g)
	}
	return nil
}

// claim writes that this worker, and nobody else, touches AWS for the grant until the lease runs out.
func (k *Keeper) claim(ctx context.Context, g store.Grant) (store.Grant, error) {
	g.Claim = k.NewClaim()
	return g, k.Save(ctx, &g)
}

// settle writes an outcome, if the claim is still this worker's, and gives the claim back.
func (k *Keeper) settle(ctx context.Context, mine store.Grant, outcome func(store.Grant) (store.Grant, error)) error {
	_, err := k.update(ctx, mine.ID, func(g store.Grant) (store.Grant, error) {
		if g.Claim != mine.Claim {
			return g, fmt.Errorf("settle %s: claim lost: %w", g.ID, handlers.ErrMoved)
		}
		g.Claim = store.Claim{}
		return outcome(g)
	})
	return err
}

// step lets the grant's cloud act, in bounded time.
func (k *Keeper) step(ctx context.Context, g store.Grant) (handlers.Result, error) {
	ctx, cancel := k.CallContext(ctx, roadOf(g))
	defer cancel()
	return k.cloud(g).Step(ctx, g)
}

// cloud returns what gives and takes the grant's kind. A kind that the program has lost is a failure like any other:
// it is told, and tried again by the next program that knows it.
func (k *Keeper) cloud(g store.Grant) Cloud {
	if c, ok := k.Clouds[g.Kind]; ok {
		return c
	}
	return noCloud{}
}

type noCloud struct{}

var errNoKind = errors.New("this program does not know the kind of access")

func (noCloud) Plan(context.Context, store.Grant, *store.Grant) (map[string]string, error) {
	return nil, errNoKind
}
func (noCloud) Step(context.Context, store.Grant) (handlers.Result, error) {
	return handlers.Result{}, errNoKind
}
func (noCloud) Check(context.Context, store.Grant) (bool, error) { return false, errNoKind }
