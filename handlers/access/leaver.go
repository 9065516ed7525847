package access

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/audit"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
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
	// UserName returns the name that the user with the unique id has now, who was known by another one perhaps: ErrNoUser if
	// there is no such user.
	UserName(ctx context.Context, account string, known store.Subject) (string, error)
	// End ends a thing that a user has, any number of times with one effect. Whether it has ended, Holds says.
	End(ctx context.Context, h store.Holding) error
}

// Holds is what an IAM user has.
type Holds struct {
	UserID   string
	Groups   []Group
	Keys     []audit.Key
	Password bool     // to the console
	Policies []string // of its own, inline and attached
}

// GroupNames are the names of the groups.
func (h Holds) GroupNames() []string {
	var out []string
	for _, g := range h.Groups {
		out = append(out, g.Name)
	}
	return out
}

// Group is an IAM group, whose unique id a rename keeps.
type Group struct{ Name, ID string }

// Leaver is somebody who can be offboarded, with what they have now; or who is, or was, and security has not lifted it.
type Leaver struct {
	Person   store.Person
	Standing *store.Offboarding // nothing else is looked up then
	Users    []LeaverUser
	Grants   []store.Grant // live, or waiting for approvals: the newest, if there are very many; then those that were handed over
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
func (k *Keeper) mayEnd(ctx context.Context, by string, person store.Person) (string, error) {
	if k.Policy.People.Same(person, k.Policy.People.Of(by)) {
		return policy.Own, nil
	}
	standing, err := k.standingOf(ctx, person)
	if err == nil && standing.Stands() {
		return people.BeingOffboarded, nil
	}
	return "", err
}

// leaves reports whether a person is being offboarded, or was, and security has not lifted it.
func (k *Keeper) leaves(ctx context.Context, person store.Person) (bool, error) {
	_, err := k.offboardingOf(ctx, person)
	return exists(err)
}

// Leaves is leaves for a person by an IAM user as well: the configuration may name the user's person by another Slack
// account since.
func (k *Keeper) Leaves(ctx context.Context, person store.Person, account, userID string) (bool, error) {
	if leaves, err := k.leaves(ctx, person); err != nil || leaves || userID == "" {
		return leaves, err
	}
	_, err := store.OffboardedUser(ctx, k.DB, account, userID)
	return exists(err)
}

// exists reports whether what was looked up is there.
func exists(err error) (bool, error) {
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// offboardingOf returns the id of the offboarding that stands of a person, or ErrNotFound.
func (k *Keeper) offboardingOf(ctx context.Context, person store.Person) (string, error) {
	for _, account := range k.Policy.People.Accounts(person) {
		if id, err := store.Holder(ctx, k.DB, store.OffboardingSlot(account)); !errors.Is(err, store.ErrNotFound) {
			return id, err
		}
	}
	return "", store.ErrNotFound
}

// standingOf returns the offboarding that stands of a person, by any Slack account or IAM user that the configuration gives
// them now: its zero value if there is none.
func (k *Keeper) standingOf(ctx context.Context, person store.Person) (store.Offboarding, error) {
	id, err := k.offboardingOf(ctx, person)
	for _, l := range k.Policy.People.Logins(person) {
		if errors.Is(err, store.ErrNotFound) {
			id, err = store.OffboardedName(ctx, k.DB, l.Account, l.User)
		}
	}
	if errors.Is(err, store.ErrNotFound) {
		return store.Offboarding{}, nil
	}
	if err != nil {
		return store.Offboarding{}, err
	}
	return store.LoadOffboarding(ctx, k.DB, id)
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
	refusal, err := k.mayEnd(ctx, by, person)
	if refusal == people.BeingOffboarded {
		standing, err := k.standingOf(ctx, person)
		return Leaver{Person: person, Standing: &standing}, "", err
	}
	if err != nil || refusal != "" {
		return Leaver{}, refusal, err
	}
	out := Leaver{Person: person}
	grants, err := k.heldBy(ctx, person)
	if err != nil {
		return out, "", err
	}
	out.Grants = grants
	users, err := k.usersOf(ctx, person, grants)
	if err != nil {
		return out, "", err
	}
	if len(users)+len(grants) == 0 {
		return out, NoLeaver, nil
	}
	ctx, cancel := handlers.Outside(ctx, leaverTime)
	defer cancel()
	each := make([][]LeaverUser, len(users))
	var wg sync.WaitGroup
	for i, user := range users {
		wg.Go(func() { each[i] = k.leaverUsers(ctx, person, user, grants) })
	}
	wg.Wait()
	out.Users = slices.Concat(each...)
	return out, "", nil
}

// leaverUsers looks at the user of a name, and at those of the person who had the name before.
func (k *Keeper) leaverUsers(ctx context.Context, person store.Person, user store.Holding, given []store.Grant) []LeaverUser {
	first, renamed := k.leaverUser(ctx, person, user, given)
	var out []LeaverUser
	if !first.Gone || len(renamed) == 0 {
		out = append(out, first)
	}
	for _, user := range renamed {
		next, _ := k.leaverUser(ctx, person, user, given)
		out = append(out, next)
	}
	return out
}

func (k *Keeper) leaverUser(ctx context.Context, person store.Person, user store.Holding, given []store.Grant) (LeaverUser, []store.Holding) {
	out := LeaverUser{Holding: user}
	found, err := k.look(ctx, person, user, given)
	switch {
	case errors.Is(err, people.ErrNoUser):
		out.Gone = true
	case err != nil:
		k.Log.Warn("what a leaver has is not known yet", "account", user.Account, "user", user.User, "err", err)
		out.Trouble = handlers.CodeOf(err)
	default:
		out.Has, out.Held = found.has, found.held
	}
	return out, found.renamed
}

// heldBy returns a person's open requests and live grants, the newest first, and then the keys of others that they were given
// without an end.
func (k *Keeper) heldBy(ctx context.Context, person store.Person) ([]store.Grant, error) {
	ids, err := store.HeldBy(ctx, k.DB, mostHeld, k.Policy.People.Names(person)...)
	if err != nil {
		return nil, err
	}
	out, err := loaded(ctx, k.DB, ids, store.LoadGrant, func(g store.Grant) bool { return g.State.Open() && k.Policy.holds(person, g) })
	if err != nil {
		return nil, err
	}
	for _, rule := range k.Policy.Rotations {
		g, err := store.HandedOver(ctx, k.DB, slotOf(rule))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		if err == nil && k.Policy.holds(person, g) && !k.Policy.People.Same(person, k.Policy.People.Owner(people.Login{Account: rule.Account, User: rule.User})) {
			out = append(out, g)
		}
	}
	return out, nil
}

// usersOf are a person's IAM users: those of the configuration, and those by which a tag or an e-mail address knows them, as
// far as they have something now. Each has the unique id that the ledger knows from the person's grants, those that are over
// included: by the id a user is found who was renamed.
func (k *Keeper) usersOf(ctx context.Context, person store.Person, grants []store.Grant) ([]store.Holding, error) {
	var out []store.Holding
	at := func(account, user string) int {
		return slices.IndexFunc(out, func(h store.Holding) bool { return h.Account == account && strings.EqualFold(h.User, user) })
	}
	add := func(account, user, id string) {
		i := at(account, user)
		if i < 0 {
			i, out = len(out), append(out, store.Holding{Kind: store.HeldUser, Account: account, AccountName: k.Policy.Accounts[account], User: user})
		}
		out[i].UserID = cmp.Or(out[i].UserID, id)
	}
	for _, l := range k.Policy.People.Logins(person) {
		add(l.Account, l.User, "")
	}
	for _, g := range grants {
		add(g.Account, g.Subject.User, g.Subject.UserID)
	}
	past, err := k.pastOf(ctx, person)
	for _, g := range past {
		if at(g.Account, g.Subject.User) >= 0 {
			add(g.Account, g.Subject.User, g.Subject.UserID)
		}
	}
	return out, err
}

// pastOf returns a person's requests and grants that are over, the newest first.
func (k *Keeper) pastOf(ctx context.Context, person store.Person) ([]store.Grant, error) {
	ids, err := store.PastOf(ctx, k.DB, mostHeld, k.Policy.People.Accounts(person)...)
	if err != nil {
		return nil, err
	}
	return loaded(ctx, k.DB, ids, store.LoadGrant, func(store.Grant) bool { return true })
}

// meant is the person whom somebody names, or why that is nobody.
func (p *Settings) meant(whom string) (person store.Person, refusal string) {
	if person := p.People.Of(whom); person != "" {
		return person, ""
	}
	account, user, qualified := strings.Cut(whom, "/")
	if !qualified {
		user = whom
	}
	found := p.People.Owners(func(l people.Login) bool {
		here := !qualified || account == l.Account || strings.EqualFold(account, p.Accounts[l.Account])
		return here && strings.EqualFold(user, l.User)
	})
	switch len(found) {
	case 0:
		return store.Person(whom), "" // whom the configuration does not know can have something all the same
	case 1:
		return found[0], ""
	}
	return "", TwoLeavers
}
