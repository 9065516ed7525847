package access

import (
	"context"
	"errors"
	"slices"
	"strings"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/store"
)

// membersMark begins the names of the marks of who was in a user group when it was last looked at.
const membersMark = "members-"

// MemberChange is a user group of the rules whose members are others by now: an editor of the group in Slack can make approvers.
type MemberChange struct {
	Group          string // its Slack id
	Gone           bool   // Slack does not have it any more
	Added, Removed []string
}

// tellMemberChanges tells the security channel of each user group that decides and has other members than at the last look. A member
// who came and went between two looks is not seen. An answer that Slack does not give, or a message that it does not take, is for the
// next look. A group is noted after it was told: a kill in between tells it once more.
func (k *Keeper) tellMemberChanges(ctx context.Context) error {
	var errs []error
	for _, group := range k.listDecidingGroups() {
		errs = append(errs, k.tellMemberChange(ctx, group))
	}
	return errors.Join(errs...)
}

// listDecidingGroups are the Slack ids of the user groups that say who may approve, and who may not.
func (k *Keeper) listDecidingGroups() []string {
	all := slices.Clone(k.Policy.Security)
	for _, rule := range k.Policy.Entitlements {
		all = append(all, rule.Deciders()...)
	}
	for _, rule := range k.Policy.Rotations {
		all = append(append(all, rule.Deciders()...), rule.Rotators...)
	}
	for _, p := range k.Policy.Programs {
		all = append(all, p.NotBy...)
	}
	return people.GroupsIn(all)
}

func (k *Keeper) tellMemberChange(ctx context.Context, group string) error {
	ctx, cancel := handlers.Outside(ctx, handlers.StepTime)
	defer cancel()
	members, err := k.Directory.Lately().Members(ctx, group)
	gone := errors.Is(err, people.ErrNoGroup)
	if err != nil && !gone {
		return err
	}
	members = slices.Clone(members)
	slices.Sort(members)
	mark, err := store.LoadMark(ctx, k.DB, membersMark+group)
	now := strings.Join(members, " ")
	if err != nil || !mark.At.IsZero() && mark.Value == now {
		return err
	}
	if before := strings.Fields(mark.Value); !mark.At.IsZero() {
		change := MemberChange{Group: group, Gone: gone, Added: subtract(members, before), Removed: subtract(before, members)}
		k.Log.Warn("members of a user group that decides have changed", "group", group, "added", change.Added, "removed", change.Removed)
		if err := k.Voice.Members(ctx, change); err != nil {
			return err
		}
	}
	mark.At, mark.Value = k.Time().UTC().Round(0), now
	return handlers.IgnoreFaster(store.Save(context.WithoutCancel(ctx), k.DB, &mark))
}

// subtract returns those of a list that are not among others.
func subtract(list, others []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(id string) bool { return slices.Contains(others, id) })
}
