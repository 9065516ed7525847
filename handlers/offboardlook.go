package handlers

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"sekisho/store"
)

// looked is what came of a look at an IAM user.
type looked struct {
	has   Holds
	held  []store.Holding // that is to be ended here, or is left to somebody
	waits bool            // a live grant of the person's gives more, which ends with it
}

// look reads what an IAM user has, and who else ends it: ErrNoUser if the user is gone, or the name is another person's.
func (k *Keeper) look(ctx context.Context, person string, user store.Holding, given []store.Grant) (looked, error) {
	has, err := k.Closer.Holds(ctx, user.Account, user.User)
	if err != nil {
		return looked{}, err
	}
	owner := k.Policy.People.byLogin[Login{user.Account, user.User}.folded()]
	anew := user.UserID != "" && has.UserID != user.UserID
	if owner != person && (owner != "" || anew) {
		return looked{}, ErrNoUser
	}
	keys, err := k.custody(ctx, user)
	if err != nil {
		return looked{}, err
	}
	held, waits := held(person, user, has, given, keys)
	return looked{has, held, waits}, nil
}

// custody is who makes and deletes a user's keys beside people, if somebody does.
type custody struct {
	rotation bool
	grant    store.Grant
}

func (k *Keeper) custody(ctx context.Context, user store.Holding) (custody, error) {
	id, err := store.Holder(ctx, k.DB, store.Task{Account: user.Account, Kind: rotated, User: user.User}.Slot())
	switch {
	case errors.Is(err, store.ErrNotFound):
		return custody{}, nil
	case err != nil:
		return custody{}, err
	case strings.HasPrefix(id, store.TaskPrefix):
		t, err := store.LoadTask(ctx, k.DB, id)
		return custody{rotation: t.State != store.Asked}, err // one that waits for approvals may never begin
	}
	g, err := store.LoadGrant(ctx, k.DB, id)
	return custody{grant: g}, err
}

// held are the things that an offboarding ends, or leaves to somebody, by what IAM and the ledger say. What a live grant of
// the person gives is none of them: the grant's own end takes it.
func held(person string, user store.Holding, has Holds, given []store.Grant, keys custody) (out []store.Holding, waits bool) {
	add := func(kind store.HoldingKind, name, result string) {
		out = append(out, store.Holding{Kind: kind, Account: user.Account, AccountName: user.AccountName, User: user.User, Name: name, Result: result})
	}
	for _, group := range has.Groups {
		if slices.ContainsFunc(given, func(g store.Grant) bool { return gives(g, user, group) }) {
			waits = true
			continue
		}
		add(store.HeldGroup, group, "")
	}
	for _, key := range has.Keys {
		switch result := keys.ends(key.ID); {
		case !key.Active:
		case result == store.ByGrant && keys.grant.Subject.Person == person:
			waits = true
		default:
			add(store.HeldKey, key.ID, result)
		}
	}
	if has.Password {
		add(store.HeldPassword, "", "")
	}
	for _, policy := range has.Policies {
		add(store.HeldPolicy, policy, store.ByHand)
	}
	return out, waits
}

// gives tells whether a grant gives the membership, or may have given it: it is looked at again once that has ended.
func gives(g store.Grant, user store.Holding, group string) bool {
	return g.State.Live() && g.Planned && g.Kind != rotated && g.Account == user.Account &&
		strings.EqualFold(g.Subject.User, user.User) && strings.EqualFold(g.Target, group)
}

// ends tells who ends a key, if somebody does: of a grant that issues one just now it is known only which it is not.
func (c custody) ends(key string) string {
	issued, before := c.grant.Effects[store.FactKey], strings.Split(c.grant.Effects[store.FactKeysBefore], ",")
	switch {
	case c.rotation:
		return store.ByRotation
	case c.grant.State.Live() && c.grant.Planned && (issued == key || issued == "" && !slices.Contains(before, key)):
		return store.ByGrant
	}
	return ""
}

// seen is an offboarding once a user has been looked at: what is found there is to be ended, or left to somebody, and what
// is not there any more is ended.
func seen(o store.Offboarding, user store.Holding, found looked, now time.Time) (_ store.Offboarding, err error) {
	user.UserID = found.has.UserID
	o = o.Answered(user, now)
	note := func(v store.Verb, h store.Holding, result string) {
		if err == nil {
			o, err = o.After(store.Entry{Verb: v, By: store.Self, At: now, Note: result, Facts: h.Facts()})
		}
	}
	for _, h := range found.held {
		known, before := o.Find(h)
		if !before || known.Result != h.Result && h.Result == "" {
			note(store.Found, h, "")
		}
		if h.Result != "" && known.Result != h.Result {
			note(store.Settled, h, h.Result)
		}
	}
	there := func(h store.Holding) bool { return slices.ContainsFunc(found.held, h.Is) }
	for _, h := range o.Of(user) {
		if h.Result == "" && !there(h) {
			note(store.Settled, h, store.WasEnded)
		}
	}
	done := !found.waits && !slices.ContainsFunc(o.Of(user), func(h store.Holding) bool { return h.Result == "" })
	if known, _ := o.Find(user); done && known.Result == "" {
		note(store.Settled, user, store.WasEnded)
	}
	return o, err
}

// vanished is an offboarding once IAM has said that there is no such user: what it had is gone with it.
func vanished(o store.Offboarding, user store.Holding, now time.Time) (_ store.Offboarding, err error) {
	o = o.Answered(user, now)
	known, _ := o.Find(user)
	for _, h := range append(o.Of(user), known) {
		if h.Result == "" && err == nil {
			o, err = o.After(store.Entry{Verb: store.Settled, By: store.Self, At: now, Note: store.WasGone, Facts: h.Facts()})
		}
	}
	return o, err
}

// inVain is an offboarding once a try has failed, which is told if it is news.
func inVain(o store.Offboarding, h store.Holding, failure error, now time.Time) (store.Offboarding, error) {
	known, ok := o.Find(h)
	if !ok || !known.Work.News(code(failure), now) {
		return o.Tried(h, now), nil
	}
	return o.After(store.Entry{Verb: store.Fail, By: store.Self, At: now, Note: code(failure), Facts: h.Facts()})
}
