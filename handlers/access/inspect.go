package access

import (
	"context"
	"errors"
	"time"

	"sekisho/handlers"
	"sekisho/store"
)

// inspectAgain is when a look that failed is made once more: soon enough for the five minutes in which people are to hear.
const inspectAgain = time.Minute

// inspect is the look at an issued key that is due although nothing has happened: at one that rests, whether it is still off; at
// one that stands, whether its secret is still its requester's alone. It reads AWS, and writes what has become of it.
func (k *Keeper) inspect(ctx context.Context, id string) error {
	g, err := store.LoadGrant(ctx, k.DB, id)
	if err != nil {
		return err
	}
	return k.inspectGrant(ctx, g)
}

func (k *Keeper) inspectGrant(ctx context.Context, g store.Grant) error {
	if at, ok := g.Due(store.Look); !ok || k.Time().Before(at) {
		return nil
	}
	if err := k.wayTo(ctx, g); err != nil {
		return err
	}
	callCtx, cancel := k.CallContext(ctx, roadOf(g))
	defer cancel()
	seen, err := k.guard(g).Look(callCtx, g)
	k.Observe(roadOf(g), g.ID, err)
	if err != nil {
		k.Log.Warn("issued key could not be looked at and will be again", "id", g.ID, "err", err)
		return handlers.IgnoreFaster(k.inspectAt(ctx, g, k.Time().Add(inspectAgain)))
	}
	return handlers.IgnoreFaster(k.inspected(ctx, g, seen))
}

// inspected writes what a look has shown.
func (k *Keeper) inspected(ctx context.Context, g store.Grant, seen Sight) error {
	next := k.Time().Add(store.LookEvery)
	switch {
	case g.Rests() && seen.Works != "":
		return k.drift(ctx, g, seen.Works)
	case g.Rests():
		return errors.Join(k.closeKeyAlerts(ctx, g), k.inspectAt(ctx, g, next))
	case seen.Gone && g.State == store.Ended: // a rotation has replaced it
		return errors.Join(k.closeKeyAlerts(ctx, g), k.inspectAt(ctx, g, time.Time{}))
	case seen.Exposed && g.Exposed.IsZero():
		return k.expose(ctx, g, next)
	case !seen.Exposed && !g.Exposed.IsZero():
		return k.protect(ctx, g, next)
	}
	return k.inspectAt(ctx, g, next)
}

// inspectAt puts the next look off. Nothing has happened, so there is no entry.
func (k *Keeper) inspectAt(ctx context.Context, g store.Grant, at time.Time) error {
	g.Looks = at
	return k.Save(ctx, &g)
}

// expose writes that others could read a key's secret, and tells the security channel in the same write.
func (k *Keeper) expose(ctx context.Context, g store.Grant, next time.Time) error {
	k.Log.Error("others than its requester can read a key's secret", "id", g.ID, "secret", g.Effects[store.FactSecret])
	g, err := g.After(store.Entry{Verb: store.Expose, By: store.Self, At: k.Time()})
	if err != nil {
		return err
	}
	g.Looks = next
	return k.saveWithAlert(ctx, g, store.Exposed)
}

// protect writes that its requester alone can read a key's secret again.
func (k *Keeper) protect(ctx context.Context, g store.Grant, next time.Time) error {
	g, err := g.After(store.Entry{Verb: store.Protect, By: store.Self, At: k.Time()})
	if err != nil {
		return err
	}
	g.Looks = next
	if err := k.Save(ctx, &g); err != nil {
		return err
	}
	return k.closeKeyAlerts(ctx, g)
}

// saveWithAlert saves a grant together with the alert about its key, unless that stands already.
func (k *Keeper) saveWithAlert(ctx context.Context, g store.Grant, kind store.AlertKind) error {
	id := store.KeyAlertID(kind, g.ID)
	a, err := store.LoadAlert(ctx, k.DB, id)
	if errors.Is(err, store.ErrNotFound) {
		a = store.Alert{ID: id, Kind: kind, Account: g.Account, AccountName: g.AccountName, Subject: g.Subject, Target: g.Target, Grant: g.ID}
	} else if err != nil {
		return err
	}
	a, err = a.After(store.Entry{Verb: store.Raise, By: store.Self, At: k.Time(),
		Facts: map[string]string{store.FactKey: g.Effects[store.FactKey], store.FactSecret: g.Effects[store.FactSecret]}})
	if errors.Is(err, store.ErrState) {
		return k.Save(ctx, &g)
	}
	if err != nil {
		return err
	}
	return k.Save(ctx, &g, &a)
}

// closeKeyAlerts closes the alerts about a grant's key that it is over with. One that could not be closed is closed by the
// next look.
func (k *Keeper) closeKeyAlerts(ctx context.Context, g store.Grant) error {
	if g.Effects[store.FactKey] == "" {
		return nil
	}
	var errs []error
	for _, kind := range []store.AlertKind{store.Exposed, store.Reused} {
		_, err := k.updateAlert(ctx, store.KeyAlertID(kind, g.ID), func(a store.Alert) (store.Alert, error) {
			return a.After(store.Entry{Verb: store.Vanish, By: store.Self, At: k.Time()})
		})
		if !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrState) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// inspectSoon has a grant looked at now.
func (k *Keeper) inspectSoon(ctx context.Context, id string) error {
	_, err := k.update(ctx, id, func(g store.Grant) (store.Grant, error) {
		if !g.Looks.IsZero() {
			g.Looks = k.Time()
		}
		return g, nil
	})
	return err
}

// keyWorks returns the id of the key that a grant has issued, if it works.
func (k *Keeper) keyWorks(ctx context.Context, g store.Grant) (string, error) {
	seen, err := k.guard(g).Look(ctx, g)
	return seen.Works, err
}

// guard returns what looks at the grant's kind. Of a kind that is not looked at there is nothing to see.
func (k *Keeper) guard(g store.Grant) Guard {
	if guard, ok := k.Guards[g.Kind]; ok {
		return guard
	}
	return noGuard{}
}

type noGuard struct{}

func (noGuard) Look(context.Context, store.Grant) (Sight, error) { return Sight{}, nil }
