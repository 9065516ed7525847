package identity

import (
	"context"

	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/store"
)

// Members implements handlers.Roster: everybody who is in the group, whoever put them there.
func (c Group) Members(ctx context.Context, account, target string) (access.Roll, error) {
	client, err := c.Accounts.in(account)
	if err != nil {
		return access.Roll{}, err
	}
	id, members, err := membersOf(ctx, client, target)
	return access.Roll{GroupID: id, Members: members}, err
}

// GroupName implements handlers.Roster.
func (c Group) GroupName(ctx context.Context, account, groupID string) (string, error) {
	return c.Accounts.groupName(ctx, account, groupID)
}

// Member removes a member of a group that no grant explains.
type Member struct{ Group Group }

// Do implements handlers.Remedy. The user and the group are those that were reported, whatever their names are now.
func (m Member) Do(ctx context.Context, a store.Alert) (handlers.Result, error) {
	return m.Group.take(ctx, store.Grant{Account: a.Account, Subject: a.Subject, Target: a.Target,
		Effects: map[string]string{GroupID: a.GroupID}}, false)
}
