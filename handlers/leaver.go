package handlers

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"sekisho/store"
)

// Refusals of an offboarding, beside those of a press.
const (
	NoLeaver   = "no_leaver"   // nobody is known by that name, or they have nothing
	TwoLeavers = "two_leavers" // the IAM users of several people are called so
)

const (
	leaverTime = 8 * time.Second // for looking at all that a person has, while somebody waits for the form
	mostHeld   = 100             // grants of one person that are ended in one go
)

// Closer reads what IAM users have, and ends it, whoever gave it.
type Closer interface {
	// Holds reads what a user has now: ErrNoUser if there is none of that name.
	Holds(ctx context.Context, account, user string) (Holds, error)
	// End ends a thing that a user has, any number of times with one effect. Whether it has ended, Holds says.
	End(ctx context.Context, h store.Holding) error
}

// Holds is what an IAM user has.
type Holds struct {
	UserID   string
	Groups   []string
	Keys     []Key
	Password bool     // to the console
	Policies []string // of its own, inline and attached
}

// Leaver is somebody who can be offboarded, with what they have now.
type Leaver struct {
	Person string
	Users  []LeaverUser
	Grants []store.Grant // live, or waiting for approvals: the newest, if there are very many; then those that were handed over
}

// LeaverUser is an IAM user of theirs.
type LeaverUser struct {
	store.Holding
	Has     Holds
	Held    []store.Holding // that an offboarding ends, or leaves to somebody
	Gone    bool            // IAM has no user of this name
	Trouble string          // why it could not be looked at now, as a code
}

// Offboards tells whether somebody may offboard people.
func (k *Keeper) Offboards(ctx context.Context, by string) bool {
	refusal, err := k.mayOffboard(ctx, by)
	return err == nil && refusal == ""
}

// mayOffboard tells why a Slack account may offboard nobody, or "".
func (k *Keeper) mayOffboard(ctx context.Context, by string) (string, error) {
	if refusal, err := k.strange(ctx, by); err != nil || refusal != "" {
		return refusal, err
	}
	security, err := k.among(ctx, k.Policy.Security, by)
	if err == nil && !security {
		return NotSecurity, nil
	}
	return "", err
}

// mayEnd tells why a Slack account may not offboard this person now, or "". Nobody offboards themselves.
func (k *Keeper) mayEnd(ctx context.Context, by, person string) (string, error) {
	if person == k.Policy.People.Of(by) {
		return Own, nil
	}
	leaves, err := k.leaves(ctx, person)
	if leaves {
		return BeingOffboarded, err
	}
	return "", err
}

// leaves tells whether a person is being offboarded.
func (k *Keeper) leaves(ctx context.Context, person string) (bool, error) {
	_, err := store.Holder(ctx, k.DB, store.OffboardingSlot(person))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Leaver returns what a person has, for who may end all of it, or why they may not. The person is named by any Slack account
// of theirs or, as who has left Slack cannot be mentioned, by an IAM user: NAME or ACCOUNT/NAME. AWS is read; what does not
// answer in time is among the answer, with why.
func (k *Keeper) Leaver(ctx context.Context, by, whom string) (Leaver, string, error) {
	if refusal, err := k.mayOffboard(ctx, by); err != nil || refusal != "" {
		return Leaver{}, refusal, err
	}
	person, refusal := k.Policy.meant(whom)
	if refusal != "" {
		return Leaver{}, refusal, nil
	}
	if refusal, err := k.mayEnd(ctx, by, person); err != nil || refusal != "" {
		return Leaver{}, refusal, err
	}
	out := Leaver{Person: person}
	grants, err := k.heldBy(ctx, person)
	if err != nil {
		return out, "", err
	}
	out.Grants = grants
	users := k.usersOf(person, grants)
	if len(users)+len(grants) == 0 {
		return out, NoLeaver, nil
	}
	ctx, cancel := context.WithTimeout(ctx, leaverTime)
	defer cancel()
	out.Users = make([]LeaverUser, len(users))
	var wg sync.WaitGroup
	for i, user := range users {
		wg.Go(func() { out.Users[i] = k.leaverUser(ctx, person, user, grants) })
	}
	wg.Wait()
	return out, "", nil
}

func (k *Keeper) leaverUser(ctx context.Context, person string, user store.Holding, given []store.Grant) LeaverUser {
	out := LeaverUser{Holding: user}
	found, err := k.look(ctx, person, user, given)
	switch {
	case errors.Is(err, ErrNoUser):
		out.Gone = true
	case err != nil:
		k.Log.Warn("what a leaver has is not known yet", "account", user.Account, "user", user.User, "err", err)
		out.Trouble = code(err)
	default:
		out.Has, out.Held = found.has, found.held
	}
	return out
}

// heldBy returns a person's open requests and live grants, the newest first, and then the keys of others that they were given
// without an end.
func (k *Keeper) heldBy(ctx context.Context, person string) ([]store.Grant, error) {
	ids, err := store.HeldBy(ctx, k.DB, person, mostHeld)
	if err != nil {
		return nil, err
	}
	out, err := loaded(ctx, k.DB, ids, store.LoadGrant, func(g store.Grant) bool { return g.State.Open() })
	if err != nil {
		return nil, err
	}
	for _, rule := range k.Policy.Rotations {
		g, err := store.HandedOver(ctx, k.DB, slotOf(rule))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		if err == nil && g.Subject.Person == person && k.Policy.People.byLogin[Login{rule.Account, rule.User}.folded()] != person {
			out = append(out, g)
		}
	}
	return out, nil
}

// usersOf are a person's IAM users: those of the configuration, and those by which a tag or an e-mail address knows them, as
// far as they have something now.
func (k *Keeper) usersOf(person string, grants []store.Grant) []store.Holding {
	var out []store.Holding
	add := func(account, user, id string) {
		if !slices.ContainsFunc(out, func(h store.Holding) bool { return h.Account == account && strings.EqualFold(h.User, user) }) {
			out = append(out, store.Holding{Kind: store.HeldUser, Account: account, AccountName: k.Policy.Accounts[account], User: user, UserID: id})
		}
	}
	for _, l := range k.Policy.People.logins[person] {
		add(l.Account, l.User, "")
	}
	for _, g := range grants {
		add(g.Account, g.Subject.User, g.Subject.UserID)
	}
	return out
}

// meant is the person whom somebody names, or why that is nobody.
func (p *Policy) meant(whom string) (person, refusal string) {
	if person := p.People.Of(whom); person != "" {
		return person, ""
	}
	account, user, qualified := strings.Cut(whom, "/")
	if !qualified {
		user = whom
	}
	var found []string
	for l, person := range p.People.byLogin {
		here := !qualified || account == l.Account || strings.EqualFold(account, p.Accounts[l.Account])
		if here && strings.EqualFold(user, l.User) && !slices.Contains(found, person) {
			found = append(found, person)
		}
	}
	switch len(found) {
	case 0:
		return whom, "" // whom the configuration does not know can have something all the same
	case 1:
		return found[0], ""
	}
	return "", TwoLeavers
}
