package handlers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sekisho/store"
)

const (
	claimSteps  = 3                                 // the most steps that anybody takes under one claim: to give is to ask again, to plan and to act
	claimMargin = 30 * time.Second                  // for what is written between them, and for the clocks of two programs that differ
	claimTime   = claimSteps*stepTime + claimMargin // so a claim that has run out is a dead worker's
)

// tend does what a record needs now.
func (k *Keeper) tend(ctx context.Context, id string) error {
	r, err := k.trust(ctx, id)
	if err != nil {
		return unlessFaster(err)
	}
	switch r := r.(type) {
	case *store.Alert:
		return k.remedy(ctx, id)
	case *store.Task:
		return k.rotate(ctx, id)
	case *store.Offboarding:
		return k.offboard(ctx, id)
	case *store.Grant:
		return unlessFaster(k.tendGrant(ctx, *r))
	}
	return nil
}

// tendGrant does what a grant needs now; it is the one place where the state of a grant picks the work.
func (k *Keeper) tendGrant(ctx context.Context, g store.Grant) error {
	now := k.now()
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

// unlessFaster passes over what failed because somebody was faster: the record is due again, as what it is now.
func unlessFaster(err error) error {
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrTaken) || errors.Is(err, errMoved) {
		return nil
	}
	return err
}

// claim writes that this worker, and nobody else, touches AWS for the grant until the lease runs out.
func (k *Keeper) claim(ctx context.Context, g store.Grant) (store.Grant, error) {
	g.Claim = k.newClaim()
	return g, k.save(ctx, &g)
}

func (k *Keeper) newClaim() store.Claim {
	return store.Claim{Owner: k.Owner, End: k.now().Add(claimTime).UTC().Round(0)}
}

// settle writes an outcome, if the claim is still this worker's, and gives the claim back.
func (k *Keeper) settle(ctx context.Context, mine store.Grant, outcome func(store.Grant) (store.Grant, error)) error {
	_, err := k.update(ctx, mine.ID, func(g store.Grant) (store.Grant, error) {
		if g.Claim != mine.Claim {
			return g, fmt.Errorf("settle %s: claim lost: %w", g.ID, errMoved)
		}
		g.Claim = store.Claim{}
		return outcome(g)
	})
	return err
}

// step lets the grant's cloud act, in bounded time.
func (k *Keeper) step(ctx context.Context, g store.Grant) (Result, error) {
	ctx, cancel := k.toward(ctx, roadOf(g))
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
func (noCloud) Step(context.Context, store.Grant) (Result, error) { return Result{}, errNoKind }
func (noCloud) Check(context.Context, store.Grant) (bool, error)  { return false, errNoKind }

// Recover voids the claims of a process that is dead. Only who knows that no other lives may call it: the owner of a
// locked ledger file, before Run. The claim on a record that cannot be read stays, and is told.
func (k *Keeper) Recover(ctx context.Context) error {
	for stuck := 0; ; {
		rows, err := k.DB.List(ctx, store.ClaimIndex, "", stuck+recoverAtOnce)
		if err != nil || len(rows) == stuck {
			return err
		}
		stuck = 0
		for _, row := range rows {
			err := k.unclaim(ctx, row.ID)
			if len(store.BrokenIn(err)) > 0 {
				stuck++
				err = k.tellBroken(ctx, err)
			}
			if err != nil {
				return fmt.Errorf("void claim on %s: %w", row.ID, err)
			}
		}
	}
}

// unclaim voids the claim on a record.
func (k *Keeper) unclaim(ctx context.Context, id string) error {
	r, err := store.Load(ctx, k.DB, id)
	switch r.(type) {
	case *store.Alert:
		_, err = k.updateAlert(ctx, id, func(a store.Alert) (store.Alert, error) {
			a.Claim = store.Claim{}
			return a, nil
		})
	case *store.Task:
		_, err = k.updateTask(ctx, id, func(t store.Task) (store.Task, error) {
			t.Claim = store.Claim{}
			return t, nil
		})
	case *store.Offboarding:
		_, err = k.updateOffboarding(ctx, id, func(o store.Offboarding) (store.Offboarding, error) {
			o.Claim = store.Claim{}
			return o, nil
		})
	case *store.Grant:
		_, err = k.update(ctx, id, func(g store.Grant) (store.Grant, error) {
			g.Claim = store.Claim{}
			return g, nil
		})
	}
	return err
}

const recoverAtOnce = 100
