package access

import (
	"context"
	"errors"
	"time"

	"sekisho/handlers"
	"sekisho/store"
)

// slowest is the longest pause between tries of a rotation: nobody loses access by its waiting, and what it writes to, AWS
// wants to be written seldom.
const slowest = 5 * time.Minute

// rotate does what a rotation needs now: claim, plan, step, outcome. Until it is done it never gives up.
func (k *Keeper) rotate(ctx context.Context, id string) error {
	t, err := store.LoadTask(ctx, k.DB, id)
	now := k.Time()
	switch {
	case err != nil:
		return err
	case now.Before(t.Claim.End) || !t.Open():
		return nil
	case t.State == store.Asked:
		return handlers.IgnoreFaster(k.undecided(ctx, t))
	}
	if err := k.wayToRotate(ctx, t); err != nil {
		return handlers.IgnoreFaster(err)
	}
	t.Claim = k.NewClaim()
	if err := k.Save(ctx, &t); err != nil {
		return handlers.IgnoreFaster(err)
	}
	t = k.withFleet(t)
	if t.State == store.Making && !t.Planned {
		var planned store.Task
		if planned, err = k.planTask(ctx, t); err == nil {
			t = k.withFleet(planned)
		} else if errors.Is(err, handlers.ErrMoved) { // what is known stays that of this worker's claim, which alone is its to give back
			err = nil
		}
	}
	var p Progress
	looked := k.Time()
	if err == nil && t.Planned {
		p, err = k.stepTask(ctx, t)
	}
	k.Observe(roadOfTask(t), t.ID, err)
	if err != nil {
		k.Log.Error("rotation does not go on and will be tried again", "id", id, "state", t.State, "tries", t.Tries+1, "err", err)
	}
	return handlers.IgnoreFaster(k.settleTask(ctx, t, p, err, looked))
}

// withFleet returns the task with its servers as its rule names them now: how they are told can be mended on the way.
func (k *Keeper) withFleet(t store.Task) store.Task {
	if rule, ok := k.Policy.Rotation(t.Rule); ok {
		t.Fleet = rule.Fleet
	}
	return t
}

// planTask asks again what was asked when it was approved, and commits what was there before the first write.
func (k *Keeper) planTask(ctx context.Context, t store.Task) (store.Task, error) {
	planCtx, cancel := k.CallContext(ctx, roadOfTask(t))
	defer cancel()
	if err := k.CheckClock(planCtx); err != nil {
		return t, err
	}
	if err := k.upheldTask(planCtx, t); err != nil {
		return t, err
	}
	seen, err := k.rotator(t.Kind).Plan(planCtx, t)
	if err != nil {
		return t, err
	}
	switch holder, err := k.holderOf(planCtx, t, seen[store.FactOld]); {
	case err != nil:
		return t, err
	case holder != "": // whose key was never in this secret, so none of its versions has it
		seen[store.FactHolder] = holder.Account()
		seen[store.FactBefore] += seen[store.FactVersion]
		seen[store.FactVersion] = ""
	}
	mine := t.Claim
	return k.updateTask(ctx, t.ID, func(t store.Task) (store.Task, error) {
		if t.Claim != mine || t.State != store.Making {
			return t, handlers.ErrMoved
		}
		return t.After(store.Entry{Verb: store.Plan, By: store.Self, At: k.Time(), Facts: seen})
	})
}

// holderOf is who was given the key that is to be retired, "" for nobody: a key that servers use, or one that a rotation made.
func (k *Keeper) holderOf(ctx context.Context, t store.Task, key string) (store.Person, error) {
	g, err := store.HandedOver(ctx, k.DB, t.Slot())
	if errors.Is(err, store.ErrNotFound) || err == nil && (key == "" || g.Effects[store.FactKey] != key) {
		return "", nil
	}
	return g.Subject.Person, err
}

// stepTask lets the rotator act, in bounded time.
func (k *Keeper) stepTask(ctx context.Context, t store.Task) (Progress, error) {
	ctx, cancel := k.CallContext(ctx, roadOfTask(t))
	defer cancel()
	return k.rotator(t.Kind).Step(ctx, t)
}

// settleTask writes what came of a step. Where somebody has put the old key back meanwhile, or wants it deleted, what came
// of it is found again in AWS by the next one.
func (k *Keeper) settleTask(ctx context.Context, mine store.Task, p Progress, failure error, looked time.Time) error {
	_, err := k.updateTask(ctx, mine.ID, func(t store.Task) (store.Task, error) {
		if t.Claim != mine.Claim {
			return t, handlers.ErrMoved
		}
		t.Claim = store.Claim{}
		if t.State != mine.State || t.Back != mine.Back {
			return t, nil
		}
		fleet := t.Fleet
		t.Fleet = mine.Fleet
		t, err := progress(t, p, failure, looked, k.Time())
		if len(t.Fresh()) == 0 {
			t.Fleet = fleet
		}
		return t, err
	})
	return err
}

// progress is the task after a step. When to look again is reckoned from the look before: a clock that has jumped meanwhile,
// as that of a machine which was asleep, must not put it off.
func progress(t store.Task, p Progress, failure error, looked, now time.Time) (store.Task, error) {
	if p.Servers != nil {
		t = t.With(p.Servers)
	}
	e := store.Entry{Verb: p.Verb, By: store.Self, At: now, Facts: p.Facts}
	var refused *handlers.Refused
	switch {
	case errors.As(failure, &refused):
		e.Verb, e.Note = store.Refuse, refused.Code
		return t.After(e)
	case failure != nil:
		return waiting(t, store.Entry{Verb: store.Fail, By: store.Self, At: now, Note: handlers.CodeOf(failure)}, pauseAfter(t.Tries))
	case p.Waits != "":
		return waiting(t, store.Entry{Verb: store.Fail, By: store.Self, At: now, Note: p.Waits, Facts: p.Facts}, p.Again)
	}
	if !t.Lagging() {
		t.Recovered(now)
	}
	if p.Verb != "" {
		before := t.State
		var err error
		if t, err = t.After(e); err != nil || t.State != before {
			return t, err
		}
	}
	t.Retry = looked.Add(p.Again).UTC().Round(0)
	return t, nil
}

// waiting counts a try that did not go on, tells of it when that is news, and puts the next one off.
func waiting(t store.Task, fail store.Entry, pause time.Duration) (store.Task, error) {
	if t.News(fail.Note, fail.At) {
		var err error
		if t, err = t.After(fail); err != nil {
			return t, err
		}
	} else {
		t.Failed(fail.At)
	}
	t.Retry = fail.At.Add(pause).UTC().Round(0)
	return t, nil
}

// pauseAfter is the pause after so many failed tries in a row: it doubles from a second.
func pauseAfter(tries int) time.Duration {
	return min(slowest, time.Second<<min(tries, 16))
}

// rotator returns what rotates a kind. One that the program has lost is a failure like any other.
func (k *Keeper) rotator(kind string) Rotator {
	if r, ok := k.Rotators[kind]; ok {
		return r
	}
	return noRotator{}
}

type noRotator struct{}

func (noRotator) Plan(context.Context, store.Task) (map[string]string, error) { return nil, errNoKind }
func (noRotator) Step(context.Context, store.Task) (Progress, error)          { return Progress{}, errNoKind }
func (noRotator) Made(context.Context, string, string) (time.Time, error) {
	return time.Time{}, errNoKind
}
