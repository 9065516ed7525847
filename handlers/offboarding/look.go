package offboarding

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/store"
)

// looked is the outcome of a look at an IAM user.
type looked struct {
	has   Holds
	held  []store.Holding // that is to be ended here, or is left to somebody
	waits bool            // a live grant of the person's gives more, which ends with it

	renamed []store.Holding // users of the person who had the name before, under the names that they have now
}

// now returns a holding under the name that it has now.
func (l looked) now(h store.Holding) store.Holding {
	if i := slices.IndexFunc(l.held, h.Is); i >= 0 {
		h.Name = l.held[i].Name
	}
	return h
}

// look reads what an IAM user has, and who else ends it: people.ErrNoUser if no user has the name, or the name is another person's.
// That says nothing of the user who is known by a unique id: one who was renamed is looked for.
func (w *Offboarder) look(ctx context.Context, person store.Person, user store.Holding, given []store.Grant) (looked, error) {
	has, err := w.Closer.Holds(ctx, user.Account, user.User)
	if errors.Is(err, people.ErrNoUser) {
		has = Holds{}
	} else if err != nil {
		return looked{}, err
	}
	renamed, lost := w.renamed(ctx, person, user, has, given)
	if lost != nil || err != nil {
		return looked{renamed: renamed}, cmp.Or(lost, err)
	}
	owner := w.Policy.People.Owner(people.Login{Account: user.Account, User: user.User})
	anew := user.UserID != "" && has.UserID != user.UserID
	if !w.Policy.People.Same(owner, person) && (owner != "" || anew) {
		return looked{renamed: renamed}, people.ErrNoUser
	}
	keys, err := w.keyManagerOf(ctx, person, user)
	if err != nil {
		return looked{}, err
	}
	held, waits := held(user, has, given, keys)
	return looked{has, held, waits, renamed}, nil
}

// renamed finds the users of a person who are known by a unique id and by a name that they do not have any more. One who has
// a name that the configuration gives to another person by now is left alone.
func (w *Offboarder) renamed(ctx context.Context, person store.Person, user store.Holding, has Holds, given []store.Grant) ([]store.Holding, error) {
	ids := []string{user.UserID}
	for _, g := range given {
		if g.Account == user.Account && strings.EqualFold(g.Subject.User, user.User) {
			ids = append(ids, g.Subject.UserID)
		}
	}
	slices.Sort(ids)
	var out []store.Holding
	for _, id := range slices.Compact(ids) {
		if id == "" || id == has.UserID {
			continue
		}
		name, err := w.Closer.UserName(ctx, user.Account, store.Subject{User: user.User, UserID: id})
		if errors.Is(err, people.ErrNoUser) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if owner := w.Policy.People.Owner(people.Login{Account: user.Account, User: name}); owner == "" || w.Policy.People.Same(owner, person) {
			out = append(out, store.Holding{Kind: store.HeldUser, Account: user.Account, AccountName: user.AccountName, User: name, UserID: id})
		}
	}
	return out, nil
}

// foundRenamed returns an offboarding once users were found under other names: each is to be looked at under that.
func foundRenamed(o store.Offboarding, users []store.Holding, now time.Time) (_ store.Offboarding, err error) {
	for _, user := range users {
		known, ok := o.Find(user)
		if ok && known.Result != store.WasRenamed && known.Result != store.WasGone {
			continue
		}
		if o, err = o.After(store.Entry{Verb: store.Found, By: store.Self, At: now, Facts: user.Facts()}); err != nil {
			return o, err
		}
	}
	return o, nil
}

// keyManager is the rotation or grant that makes and deletes a user's keys. Its zero value is none: people do.
type keyManager struct {
	rotation bool
	grant    store.Grant
	leavers  bool // the grant is of the person who leaves
}

// keyManagerOf returns the holder of the slot of the user's keys.
func (w *Offboarder) keyManagerOf(ctx context.Context, person store.Person, user store.Holding) (keyManager, error) {
	id, err := store.Holder(ctx, w.DB, store.KeySlot(user.Account, user.User))
	if errors.Is(err, store.ErrNotFound) {
		return keyManager{}, nil
	}
	if err != nil {
		return keyManager{}, err
	}
	holder, err := store.Load(ctx, w.DB, id)
	switch holder := holder.(type) {
	case *store.Task:
		return keyManager{rotation: holder.State != store.Asked}, nil // one that waits for approvals may never begin
	case *store.Grant:
		return keyManager{grant: *holder, leavers: w.holds(person, *holder)}, nil
	}
	return keyManager{}, err
}

// held returns the things that an offboarding ends, or leaves to somebody, by what IAM and the ledger say. What a live grant of
// the person gives is none of them: the end of the grant takes it. waits reports whether there is such a thing.
func held(user store.Holding, has Holds, given []store.Grant, manager keyManager) (out []store.Holding, waits bool) {
	add := func(kind store.HoldingKind, name, result string) {
		out = append(out, store.Holding{Kind: kind, Account: user.Account, AccountName: user.AccountName, User: user.User, Name: name, Result: result})
	}
	for _, group := range has.Groups {
		if slices.ContainsFunc(given, func(g store.Grant) bool { return gives(g, user.Account, has.UserID, group) }) {
			waits = true
			continue
		}
		add(store.HeldGroup, group.Name, "")
		out[len(out)-1].ID = group.ID
	}
	for _, key := range has.Keys {
		switch result := manager.ends(key.ID); {
		case !key.Active:
		case result == store.ByGrant && manager.leavers:
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

// gives reports whether a grant gives the membership, or may have given it: it is looked at again once that has ended. A grant
// of a build that knew no ids of groups goes by the group's name.
func gives(g store.Grant, account, userID string, group Group) bool {
	same := strings.EqualFold(g.Target, group.Name)
	if id := g.Effects[store.FactGroup]; id != "" {
		same = id == group.ID
	}
	return same && g.State.Live() && g.Planned && g.Kind != store.KeyKind && g.Account == account && g.Subject.UserID == userID
}

// ends returns the result of a key that somebody else ends, or "". Of a grant that issues a key just now it is known only which keys
// are not its own.
func (m keyManager) ends(key string) string {
	issued, before := m.grant.Effects[store.FactKey], strings.Split(m.grant.Effects[store.FactKeysBefore], ",")
	switch {
	case m.rotation:
		return store.ByRotation
	case m.grant.State.Live() && m.grant.Planned && (issued == key || issued == "" && !slices.Contains(before, key)):
		return store.ByGrant
	}
	return ""
}

// seen returns an offboarding once a user has been looked at: what is found there is to be ended, or left to somebody, and what
// is not there any more is ended.
func seen(o store.Offboarding, user store.Holding, found looked, now time.Time) (_ store.Offboarding, err error) {
	user.UserID = found.has.UserID
	o = o.Answered(user, now)
	note := func(v store.Verb, h store.Holding, result string) {
		if err == nil {
			o, err = o.After(store.Entry{Verb: v, By: store.Self, At: now, Note: result, Facts: h.Facts()})
		}
	}
	if known, ok := o.Find(user); ok && known.UserID == "" && user.UserID != "" {
		note(store.Known, user, "")
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

// vanished returns an offboarding once IAM has said that the name is no user's of the person: what it had is gone with it, or
// stands under another name.
func vanished(o store.Offboarding, user store.Holding, renamed bool, now time.Time) (_ store.Offboarding, err error) {
	result := store.WasGone
	if renamed {
		result = store.WasRenamed
	}
	o = o.Answered(user, now)
	known, _ := o.Find(user)
	for _, h := range append(o.Of(user), known) {
		if h.Result == "" && err == nil {
			o, err = o.After(store.Entry{Verb: store.Settled, By: store.Self, At: now, Note: result, Facts: h.Facts()})
		}
	}
	return o, err
}

// inVain returns an offboarding once a try has failed, which is told if it is news.
func inVain(o store.Offboarding, h store.Holding, failure error, now time.Time) (store.Offboarding, error) {
	known, ok := o.Find(h)
	if !ok || !known.Work.News(handlers.CodeOf(failure), now) {
		return o.Tried(h, now), nil
	}
	return o.After(store.Entry{Verb: store.Fail, By: store.Self, At: now, Note: handlers.CodeOf(failure), Facts: h.Facts()})
}
