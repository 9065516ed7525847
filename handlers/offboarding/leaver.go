package offboarding

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"sekisho/handlers"
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

// Holds is what an IAM user has.
type Holds struct {
	UserID   string
	Groups   []Group
	Keys     []Key
	Password bool     // to the console
	Policies []string // of its own, inline and attached
}

// GroupNames returns the names of the groups.
func (h Holds) GroupNames() []string {
	var out []string
	for _, g := range h.Groups {
		out = append(out, g.Name)
	}
	return out
}

// Group is an IAM group, whose unique id a rename keeps.
type Group struct{ Name, ID string }

// Key is an access key.
type Key struct {
	ID     string
	Active bool
}

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

// Offboards reports whether somebody may offboard people.
func (w *Offboarder) Offboards(ctx context.Context, by string) bool {
	refusal, err := w.mayOffboard(ctx, by)
	return err == nil && refusal == ""
}

// mayOffboard returns why a Slack account may offboard nobody, or "".
func (w *Offboarder) mayOffboard(ctx context.Context, by string) (string, error) {
	account, err := w.Directory.Account(ctx, by)
	if err != nil {
		return "", err
	}
	if refusal := w.Policy.Bars(by, account); refusal != "" {
		return refusal, nil
	}
	switch leaves, err := w.Leaves(ctx, w.Policy.People.Of(by)); {
	case err != nil:
		return "", err
	case leaves:
		return people.Leaves, nil
	}
	security, err := people.Among(ctx, w.Directory, w.Policy.Security, by)
	if err == nil && !security {
		return policy.NotSecurity, nil
	}
	return "", err
}

// mayEnd returns why a Slack account may not offboard this person now, or "". Nobody offboards themselves.
func (w *Offboarder) mayEnd(ctx context.Context, by string, person store.Person) (string, error) {
	if w.Policy.People.Same(person, w.Policy.People.Of(by)) {
		return policy.Own, nil
	}
	standing, err := w.standingOf(ctx, person)
	if err == nil && standing.Stands() {
		return people.BeingOffboarded, nil
	}
	return "", err
}

// Leaves reports whether a person is being offboarded, or was, and security has not lifted it.
func (w *Offboarder) Leaves(ctx context.Context, person store.Person) (bool, error) {
	_, err := w.offboardingOf(ctx, person)
	return exists(err)
}

// LeavesAs is Leaves for a person by an IAM user as well: the configuration may name another Slack account for the user by now.
func (w *Offboarder) LeavesAs(ctx context.Context, person store.Person, account, userID string) (bool, error) {
	if leaves, err := w.Leaves(ctx, person); err != nil || leaves || userID == "" {
		return leaves, err
	}
	_, err := store.OffboardedUser(ctx, w.DB, account, userID)
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
func (w *Offboarder) offboardingOf(ctx context.Context, person store.Person) (string, error) {
	for _, account := range w.Policy.People.Accounts(person) {
		if id, err := store.Holder(ctx, w.DB, store.OffboardingSlot(account)); !errors.Is(err, store.ErrNotFound) {
			return id, err
		}
	}
	return "", store.ErrNotFound
}

// standingOf returns the offboarding that stands of a person, by any Slack account or IAM user that the configuration gives
// them now: its zero value if there is none.
func (w *Offboarder) standingOf(ctx context.Context, person store.Person) (store.Offboarding, error) {
	id, err := w.offboardingOf(ctx, person)
	for _, l := range w.Policy.People.Logins(person) {
		if errors.Is(err, store.ErrNotFound) {
			id, err = store.OffboardedName(ctx, w.DB, l.Account, l.User)
		}
	}
	if errors.Is(err, store.ErrNotFound) {
		return store.Offboarding{}, nil
	}
	if err != nil {
		return store.Offboarding{}, err
	}
	return store.LoadOffboarding(ctx, w.DB, id)
}

// Leaver returns what a person has, for who may end all of it, or why they may not. The person is named by any Slack account
// of theirs or, as who has left Slack cannot be mentioned, by an IAM user: NAME or ACCOUNT/NAME. AWS is read; what does not
// answer in time is among the answer, with why.
func (w *Offboarder) Leaver(ctx context.Context, by, whom string) (Leaver, string, error) {
	if refusal, err := w.mayOffboard(ctx, by); err != nil || refusal != "" {
		return Leaver{}, refusal, err
	}
	person, refusal := w.meant(whom)
	if refusal != "" {
		return Leaver{}, refusal, nil
	}
	refusal, err := w.mayEnd(ctx, by, person)
	if refusal == people.BeingOffboarded {
		standing, err := w.standingOf(ctx, person)
		return Leaver{Person: person, Standing: &standing}, "", err
	}
	if err != nil || refusal != "" {
		return Leaver{}, refusal, err
	}
	out := Leaver{Person: person}
	grants, err := w.heldBy(ctx, person)
	if err != nil {
		return out, "", err
	}
	out.Grants = grants
	users, err := w.usersOf(ctx, person, grants)
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
		wg.Go(func() { each[i] = w.leaverUsers(ctx, person, user, grants) })
	}
	wg.Wait()
	out.Users = slices.Concat(each...)
	return out, "", nil
}

// leaverUsers looks at the user of a name, and at those of the person who had the name before.
func (w *Offboarder) leaverUsers(ctx context.Context, person store.Person, user store.Holding, given []store.Grant) []LeaverUser {
	first, renamed := w.leaverUser(ctx, person, user, given)
	var out []LeaverUser
	if !first.Gone || len(renamed) == 0 {
		out = append(out, first)
	}
	for _, user := range renamed {
		next, _ := w.leaverUser(ctx, person, user, given)
		out = append(out, next)
	}
	return out
}

// leaverUser looks at one user, and returns with it the users of the person who had the name before.
func (w *Offboarder) leaverUser(ctx context.Context, person store.Person, user store.Holding, given []store.Grant) (LeaverUser, []store.Holding) {
	out := LeaverUser{Holding: user}
	found, err := w.look(ctx, person, user, given)
	switch {
	case errors.Is(err, people.ErrNoUser):
		out.Gone = true
	case err != nil:
		w.Log.Warn("what a leaver has is not known yet", "account", user.Account, "user", user.User, "err", err)
		out.Trouble = handlers.CodeOf(err)
	default:
		out.Has, out.Held = found.has, found.held
	}
	return out, found.renamed
}

// heldBy returns a person's open requests and live grants, the newest first, and then the keys of others that they were given
// without an end.
func (w *Offboarder) heldBy(ctx context.Context, person store.Person) ([]store.Grant, error) {
	ids, err := store.HeldBy(ctx, w.DB, mostHeld, w.Policy.People.Names(person)...)
	if err != nil {
		return nil, err
	}
	out, err := handlers.LoadWanted(ctx, w.DB, ids, store.LoadGrant, func(g store.Grant) bool { return g.State.Open() && w.holds(person, g) })
	if err != nil {
		return nil, err
	}
	for _, l := range w.Rotated {
		g, err := store.HandedOver(ctx, w.DB, store.KeySlot(l.Account, l.User))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		if err == nil && w.holds(person, g) && !w.Policy.People.Same(person, w.Policy.People.Owner(l)) {
			out = append(out, g)
		}
	}
	return out, nil
}

// usersOf returns a person's IAM users: those of the configuration, and those by which a tag or an e-mail address knows them, as
// far as they have something now. Each has the unique id that the ledger knows from the person's grants, those that are over
// included: by the id a user is found who was renamed.
func (w *Offboarder) usersOf(ctx context.Context, person store.Person, grants []store.Grant) ([]store.Holding, error) {
	var out []store.Holding
	at := func(account, user string) int {
		return slices.IndexFunc(out, func(h store.Holding) bool { return h.Account == account && strings.EqualFold(h.User, user) })
	}
	add := func(account, user, id string) {
		i := at(account, user)
		if i < 0 {
			i, out = len(out), append(out, store.Holding{Kind: store.HeldUser, Account: account, AccountName: w.Policy.Accounts[account], User: user})
		}
		out[i].UserID = cmp.Or(out[i].UserID, id)
	}
	for _, l := range w.Policy.People.Logins(person) {
		add(l.Account, l.User, "")
	}
	for _, g := range grants {
		add(g.Account, g.Subject.User, g.Subject.UserID)
	}
	past, err := w.pastOf(ctx, person)
	for _, g := range past {
		if at(g.Account, g.Subject.User) >= 0 {
			add(g.Account, g.Subject.User, g.Subject.UserID)
		}
	}
	return out, err
}

// pastOf returns a person's requests and grants that are over, the newest first.
func (w *Offboarder) pastOf(ctx context.Context, person store.Person) ([]store.Grant, error) {
	ids, err := store.PastOf(ctx, w.DB, mostHeld, w.Policy.People.Accounts(person)...)
	if err != nil {
		return nil, err
	}
	return handlers.LoadWanted(ctx, w.DB, ids, store.LoadGrant, func(store.Grant) bool { return true })
}

// meant returns the person whom somebody names, or why that is nobody.
func (w *Offboarder) meant(whom string) (person store.Person, refusal string) {
	if person := w.Policy.People.Of(whom); person != "" {
		return person, ""
	}
	account, user, qualified := strings.Cut(whom, "/")
	if !qualified {
		user = whom
	}
	found := w.Policy.People.Owners(func(l people.Login) bool {
		here := !qualified || account == l.Account || strings.EqualFold(account, w.Policy.Accounts[l.Account])
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
