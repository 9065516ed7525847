package access

import (
	"context"
	"errors"
	"strings"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// ownTime is for finding out whose user an alert is about, while other presses wait.
const ownTime = 5 * time.Second

// subject returns an IAM user with the person behind it: the one under whom the configuration lists the user, or, where
// that is allowed, the one whom the user's tag or its name names. A tag or a name counts only if it leads to somebody under
// people: of others nobody knows which accounts they have. A tag is preferred to a name, and one that leads to nobody is
// not made up for by the name.
func (k *Keeper) subject(ctx context.Context, l people.Login, user User) (store.Subject, error) {
	s := store.Subject{User: l.User, UserID: user.ID, Person: k.Policy.People.Owner(l)}
	switch {
	case s.Person != "":
		return s, nil
	case k.Policy.MatchTag && user.Slack != "":
		return claimed(s, k.Policy.People.Of(user.Slack), store.ByTag), nil
	}
	person, err := k.byEmail(ctx, l.User)
	return claimed(s, person, store.ByEmail), err
}

// byEmail returns the person who has the e-mail address in Slack that an IAM user is called, where that counts, or "".
func (k *Keeper) byEmail(ctx context.Context, user string) (store.Person, error) {
	if !k.Policy.MatchEmail || !strings.Contains(user, "@") {
		return "", nil
	}
	account, err := k.Directory.ByEmail(ctx, user)
	return k.Policy.People.Of(account), err
}

// claimed returns the subject as a person's, if that is somebody, and by what it is theirs.
func claimed(s store.Subject, person store.Person, by store.KnownBy) store.Subject {
	if person != "" {
		s.Person, s.KnownBy = person, by
	}
	return s
}

// suspected returns a member whom no grant explains with the person whose user it is as far as anybody says: by the
// configuration, or else by the user's tag, whether or not tags count, or by the name. Security reads it and decides on
// nothing of their own. What AWS or Slack does not say in time is left out: the alarm does not wait.
func (k *Keeper) suspected(ctx context.Context, account string, s store.Subject) store.Subject {
	if owner := k.Policy.People.Owner(people.Login{Account: account, User: s.User}); owner != "" {
		s.Person, s.KnownBy = owner, ""
		return s
	}
	ctx, cancel := handlers.Outside(ctx, lookTime)
	defer cancel()
	user, err := k.Users.UserOf(ctx, account, s)
	s = claimed(s, k.Policy.People.Of(user.Slack), store.ByTag)
	if err == nil && s.KnownBy == "" {
		var person store.Person
		person, err = k.byEmail(ctx, s.User)
		s = claimed(s, person, store.ByEmail)
	}
	if err != nil {
		k.Log.Warn("tag of an unknown member is not known", "account", account, "user", s.User, "err", err)
	}
	return s
}

// ownInAWS says why a person may not decide that what an alert is about stays: AWS says, by the user's tag or its name, that
// the user is theirs, whether or not that counts elsewhere. Of a user who cannot be found nobody knows whose it is. An error
// is neither yes nor no.
func (k *Keeper) ownInAWS(ctx context.Context, a store.Alert, person store.Person) (string, error) {
	if a.Subject.User == store.RootUser {
		return "", nil
	}
	ctx, cancel := handlers.Outside(ctx, ownTime)
	defer cancel()
	user, err := k.Users.UserOf(ctx, a.Account, a.Subject)
	stays := a.Kind == store.Unknown || a.Kind == store.Stale
	switch persons := k.Policy.People; {
	case errors.Is(err, people.ErrNoUser) && stays:
		return policy.UserGone, nil
	case errors.Is(err, people.ErrNoUser):
		return "", nil
	case err != nil:
		return "", err
	case persons.Same(person, persons.Of(user.Slack)):
		return policy.Own, nil
	}
	named, err := k.byEmail(ctx, a.Subject.User)
	if err == nil && k.Policy.People.Same(person, named) {
		return policy.Own, nil
	}
	return "", err
}

// unfit says why a person can be given nothing, by what Slack says of all their accounts: one at least must be a member of
// the workspace. Nobody is not unfit.
func (k *Keeper) unfit(ctx context.Context, person store.Person) (string, error) {
	if person == "" {
		return "", nil
	}
	refusal := people.HolderLeft
	for _, id := range k.Policy.People.Accounts(person) {
		account, err := k.Directory.Account(ctx, id)
		switch {
		case err != nil:
			return "", err
		case account.Refusal() == "":
			return "", nil
		case !account.Deleted:
			refusal = people.HolderOutside
		}
	}
	return refusal, nil
}

// unfitNow is unfit before a card is drawn. While Slack does not answer the card is drawn all the same: the press asks again.
func (k *Keeper) unfitNow(ctx context.Context, person store.Person) string {
	ctx, cancel := handlers.Outside(ctx, lookTime)
	defer cancel()
	refusal, err := k.unfit(ctx, person)
	if err != nil {
		k.Log.Warn("it is not known yet whether the holder is a member of the workspace", "person", person, "err", err)
	}
	return refusal
}
