package people

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sekisho/store"
)

// Refusals of an account or of a person. They are keys of the catalogues in package bot.
const (
	Guest           = "guest"            // a guest of the workspace decides nothing
	Stranger        = "stranger"         // nor does anybody of another one
	HolderLeft      = "holder_left"      // the person has no Slack account any more
	HolderOutside   = "holder_outside"   // none of the person's Slack accounts is a member of the workspace: guest, stranger, bot
	BeingOffboarded = "being_offboarded" // an offboarding of the person is under way
	Leaves          = "leaves"           // one of who presses is: they decide nothing any more
)

// Account is what Slack says of a user.
type Account struct {
	Bot, Guest, Deleted bool
	Stranger            bool // of another workspace
}

// ErrNoGroup says that Slack has no such user group, or that it is disabled: nobody is in it.
var ErrNoGroup = errors.New("no such user group")

// Directory reads Slack's users and user groups, each by itself. What it says of membership may be a minute old.
type Directory interface {
	Members(ctx context.Context, group string) ([]string, error) // ErrNoGroup if there is no such group
	Account(ctx context.Context, user string) (Account, error)
	ByEmail(ctx context.Context, email string) (user string, err error) // "" if nobody has it
	// Lately returns the directory for what people only read, and for much of it: whole lists, asked for at Slack's pace, and the last
	// one that it had where it does not answer. Nothing is decided by it.
	Lately() Directory
}

// Refusal returns why a Slack account may press nothing at all, or "". Bots and deleted users press nothing, but a stored press may be
// of somebody who has left meanwhile.
func (a Account) Refusal() string {
	switch {
	case a.Stranger:
		return Stranger
	case a.Guest, a.Bot, a.Deleted:
		return Guest
	}
	return ""
}

// UserGroup marks a Slack user group among Slack users.
const UserGroup = "usergroup:"

// GroupsIn returns the Slack ids of the user groups among these, each once.
func GroupsIn(all []string) []string {
	var out []string
	for _, who := range all {
		if group, ok := GroupOf(who); ok && !slices.Contains(out, group) {
			out = append(out, group)
		}
	}
	return out
}

// GroupOf returns the Slack id of a user group. It reports false for a Slack user.
func GroupOf(approver string) (string, bool) { return strings.CutPrefix(approver, UserGroup) }

// Among reports whether a Slack account is one of these, or in one of these user groups. Groups are asked for only if nothing nearer says
// yes. Nobody is in a group that is gone.
func Among(ctx context.Context, directory Directory, these []string, account string) (bool, error) {
	if slices.Contains(these, account) {
		return true, nil
	}
	for _, group := range GroupsIn(these) {
		members, err := directory.Members(ctx, group)
		if err != nil && !errors.Is(err, ErrNoGroup) {
			return false, fmt.Errorf("read user group %s: %w", group, err)
		}
		if slices.Contains(members, account) {
			return true, nil
		}
	}
	return false, nil
}

// HasLeft reports whether no Slack account of a person is there any more.
func HasLeft(ctx context.Context, people Registry, directory Directory, person store.Person) (bool, error) {
	if person == "" { // who is nobody cannot leave
		return false, nil
	}
	for _, id := range people.Accounts(person) {
		account, err := directory.Account(ctx, id)
		if err != nil || !account.Deleted {
			return false, err
		}
	}
	return true, nil
}
