package offboarding

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// lastLook is how long after the end of the last thing IAM is looked at once more: what was written elsewhere just before
// it, or by a call that was given up, shows by then.
const lastLook = time.Minute

// mostFound is how many IAM users, or grants, one write of an offboarding adds: each has an entry or more, and rows in indexes.
const mostFound = 15

// Offboard ends all that the person behind a Slack account has. With a refusal nothing was stored; without one the duty to
// end it is durable.
func (w *Offboarder) Offboard(ctx context.Context, by, account, reason string) (string, error) {
	person := w.Policy.People.OrSelf(account)
	refusal, err := w.mayOffboard(ctx, by)
	if err == nil && refusal == "" {
		refusal, err = w.mayEnd(ctx, by, person)
	}
	switch {
	case err != nil || refusal != "":
		return refusal, err
	case !policy.Says(reason):
		return policy.NoReason, nil
	}
	given, err := w.heldBy(ctx, person)
	if err != nil {
		return "", err
	}
	users, err := w.usersOf(ctx, person, given)
	if err != nil {
		return "", err
	}
	if len(users) == 0 {
		return NoLeaver, nil
	}
	now := w.Time()
	o := store.Offboarding{ID: store.OffboardingPrefix + now.UTC().Format("20060102T150405.000Z-") + person.Account(), Person: person, Accounts: w.Policy.People.Accounts(person), By: by, Reason: reason}
	o, err = o.After(store.Entry{Verb: store.Begin, By: by, At: now, Note: reason, Facts: map[string]string{"person": person.Account()}})
	for _, user := range users[:min(len(users), mostFound)] { // the others are found when it is looked at first
		if err == nil {
			o, err = o.After(store.Entry{Verb: store.Found, By: by, At: now, Facts: user.Facts()})
		}
	}
	if err == nil {
		err = w.Save(ctx, &o)
	}
	if errors.Is(err, store.ErrTaken) || errors.Is(err, store.ErrConflict) { // another was faster
		return people.BeingOffboarded, nil
	}
	if err != nil {
		return "", fmt.Errorf("begin %s: %w", o.ID, err)
	}
	w.Log.Info("offboarding begun", "id", o.ID, "by", by, "person", person)
	return "", nil
}

// offboard does what an offboarding needs now: claim, then what the ledger can end, then IAM user by user, all at the same
// time: none waits for another's account. It never gives up.
func (w *Offboarder) offboard(ctx context.Context, id string) error {
	o, err := store.LoadOffboarding(ctx, w.DB, id)
	if err != nil || w.Time().Before(o.Claim.End) || !o.Open() {
		return err
	}
	o.Claim = w.NewClaim()
	if err := w.Save(ctx, &o); err != nil {
		return handlers.IgnoreFaster(err)
	}
	if !o.Voided {
		if o, err = w.voidVotes(ctx, o); err != nil {
			return handlers.IgnoreFaster(w.settle(ctx, o, err))
		}
	}
	now, given, err := w.endGrants(ctx, o)
	if err == nil {
		err = w.endUsers(ctx, now, given)
	}
	if err != nil {
		w.Log.Error("offboarding is not over and will be tried again", "id", id, "tries", o.Tries+1, "err", err)
	}
	return handlers.IgnoreFaster(w.settle(ctx, o, err))
}

// voidVotes takes away the leaver's approvals, and notes that this is done.
func (w *Offboarder) voidVotes(ctx context.Context, mine store.Offboarding) (store.Offboarding, error) {
	if err := w.Access.VoidVotes(ctx, mine); err != nil {
		return mine, err
	}
	return w.note(ctx, mine, func(o store.Offboarding) (store.Offboarding, error) {
		o.Voided = true
		return o, nil
	})
}

// settle gives the claim back, and says how far it is by that.
func (w *Offboarder) settle(ctx context.Context, mine store.Offboarding, failure error) error {
	_, err := w.note(ctx, mine, func(o store.Offboarding) (store.Offboarding, error) {
		o.Claim = store.Claim{}
		now := w.Time()
		over := failure == nil && len(o.ToEnd()) == 0
		switch {
		case over && o.State == store.Leaving:
			o, err := o.After(store.Entry{Verb: store.Emptied, By: store.Self, At: now})
			o.Retry = now.Add(lastLook).UTC().Round(0)
			return o, err
		case over:
			return o.After(store.Entry{Verb: store.Done, By: store.Self, At: now})
		}
		o.Failed(now)
		return o, nil
	})
	return err
}

// note changes an offboarding, as long as the claim on it is this worker's.
func (w *Offboarder) note(ctx context.Context, mine store.Offboarding, change func(store.Offboarding) (store.Offboarding, error)) (store.Offboarding, error) {
	o, err := handlers.Change(ctx, w.Engine, store.LoadOffboarding, mine.ID, func(o store.Offboarding) (store.Offboarding, error) {
		if o.Claim != mine.Claim {
			return o, fmt.Errorf("note on %s: claim lost: %w", o.ID, handlers.ErrMoved)
		}
		return change(o)
	})
	if err != nil {
		return mine, err // the claim of another is not this worker's to give back
	}
	return o, nil
}

// endGrants ends what the person has by the ledger: each is written down, then ended as people end it, and followed until its
// own end has been read back. It returns what was open.
func (w *Offboarder) endGrants(ctx context.Context, mine store.Offboarding) (store.Offboarding, []store.Grant, error) {
	open, err := w.heldBy(ctx, mine.Person)
	if err != nil {
		return mine, nil, err
	}
	o, err := w.foundUsers(ctx, mine, open)
	for some := range slices.Chunk(open, mostFound) {
		if err != nil {
			break
		}
		o, err = w.note(ctx, o, func(o store.Offboarding) (store.Offboarding, error) {
			for _, g := range some {
				if o, err = foundGrant(o, g, w.Time()); err != nil {
					return o, err
				}
			}
			return o, nil
		})
	}
	for _, h := range o.ToEnd() {
		if err == nil && h.Record != "" {
			o, err = w.endGrant(ctx, o, h)
		}
	}
	return o, open, err
}

// foundUsers notes the person's IAM users for which the first write of the offboarding had no room.
func (w *Offboarder) foundUsers(ctx context.Context, mine store.Offboarding, open []store.Grant) (store.Offboarding, error) {
	if len(mine.Users()) < mostFound {
		return mine, nil
	}
	users, err := w.usersOf(ctx, mine.Person, open)
	users = slices.DeleteFunc(users, func(user store.Holding) bool {
		_, known := mine.Find(user)
		return known
	})
	for some := range slices.Chunk(users, mostFound) {
		if err != nil {
			break
		}
		mine, err = w.note(ctx, mine, func(o store.Offboarding) (store.Offboarding, error) {
			for _, user := range some {
				if o, err = o.After(store.Entry{Verb: store.Found, By: store.Self, At: w.Time(), Facts: user.Facts()}); err != nil {
					return o, err
				}
			}
			return o, nil
		})
	}
	return mine, err
}

// foundGrant notes what is open, and the IAM user that it is of, which a tag can have made the person's since.
func foundGrant(o store.Offboarding, g store.Grant, now time.Time) (store.Offboarding, error) {
	h := store.Holding{Kind: store.HeldGrant, Account: g.Account, AccountName: g.AccountName, User: g.Subject.User, Name: g.Target, Record: g.ID}
	if g.State == store.Asked {
		h.Kind = store.HeldRequest
	}
	user := store.Holding{Kind: store.HeldUser, Account: g.Account, AccountName: g.AccountName, User: g.Subject.User, UserID: g.Subject.UserID}
	_, known := o.Find(user)
	follows := slices.ContainsFunc(o.ToEnd(), func(h store.Holding) bool { return h.Record == g.ID }) // also one that was approved meanwhile
	handed := g.Outcome == store.HandOver
	if _, noted := o.Find(h); handed && noted {
		return o, nil
	}
	for _, each := range []store.Holding{user, h} {
		if known && each.Kind == store.HeldUser || follows && each.Record != "" {
			continue
		}
		var err error
		if o, err = o.After(store.Entry{Verb: store.Found, By: store.Self, At: now, Facts: each.Facts()}); err != nil {
			return o, err
		}
	}
	if !handed {
		return o, nil
	}
	return o.After(store.Entry{Verb: store.Settled, By: store.Self, At: now, Note: store.ToRotate, Facts: h.Facts()})
}

// endGrant has a request denied, or a grant revoked, and follows it until its own end has been read back.
func (w *Offboarder) endGrant(ctx context.Context, mine store.Offboarding, h store.Holding) (store.Offboarding, error) {
	g, err := w.Access.End(ctx, mine, h.Record)
	switch {
	case err != nil:
		return mine, err
	case g.State.Open() && g.Trouble == h.Work.Trouble: // its own end is on its way
		return mine, nil
	}
	e := store.Entry{Verb: store.Settled, By: store.Self, At: w.Time(), Note: store.WasEnded, Facts: h.Facts()}
	switch {
	case g.State.Open():
		e.Verb, e.Note = store.Fail, g.Trouble
	case g.AlreadyHeld():
		e.Note = store.WasHeld
	}
	return w.note(ctx, mine, func(o store.Offboarding) (store.Offboarding, error) { return o.After(e) })
}

// endUsers ends what IAM users have, of those that are not done with; for the last look, of all.
func (w *Offboarder) endUsers(ctx context.Context, o store.Offboarding, given []store.Grant) error {
	var errs []error
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, user := range o.Users() {
		if user.Result != "" && o.State != store.Looking {
			continue
		}
		wg.Go(func() {
			err := w.endUser(ctx, o, user, given)
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, err)
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// endUser looks, writes down what there is to end, ends it, and looks again: what IAM still shows has its next turn.
func (w *Offboarder) endUser(ctx context.Context, mine store.Offboarding, user store.Holding, given []store.Grant) error {
	step, cancel := handlers.Outside(ctx, handlers.StepTime)
	defer cancel()
	o, found, err := w.lookAt(ctx, step, mine, user, given)
	if err != nil {
		return err
	}
	acted := false
	var errs []error
	for _, h := range o.Of(user) {
		if h.Result != "" {
			continue
		}
		acted = true
		if failure := w.Closer.End(step, found.now(h)); failure != nil {
			_, err := w.note(ctx, mine, func(o store.Offboarding) (store.Offboarding, error) { return inVain(o, h, failure, w.Time()) })
			errs = append(errs, failure, err)
		}
	}
	if acted {
		_, _, err = w.lookAt(ctx, step, mine, user, given)
	}
	return errors.Join(append(errs, err)...)
}

// lookAt reads what a user has, in the time of the step, and writes down what came of it.
func (w *Offboarder) lookAt(ctx, step context.Context, mine store.Offboarding, user store.Holding, given []store.Grant) (store.Offboarding, looked, error) {
	found, failure := w.look(step, mine.Person, user, given)
	o, err := w.note(ctx, mine, func(o store.Offboarding) (store.Offboarding, error) {
		o, err := foundRenamed(o, found.renamed, w.Time())
		switch {
		case err != nil:
			return o, err
		case errors.Is(failure, people.ErrNoUser):
			return vanished(o, user, len(found.renamed) > 0, w.Time())
		case failure != nil:
			return inVain(o, user, failure, w.Time())
		}
		return seen(o, user, found, w.Time())
	})
	if errors.Is(failure, people.ErrNoUser) {
		failure = nil
	}
	return o, found, errors.Join(failure, err)
}
