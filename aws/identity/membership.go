package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"sekisho/handlers/people"
	"sekisho/store"
)

// membership is what IAM shows of a grant's membership: of the user and the group that have the grant's unique ids, under
// the names that they have now.
type membership struct {
	user  string // "" for a user who is not found: the name is not theirs, and they are no member
	group string // "" where the membership was not found
	is    bool
}

// look reads the grant's membership. A name that means nobody says nothing of it, so a user who was renamed is looked for
// among the members.
func (c Group) look(ctx context.Context, g store.Grant) (membership, error) {
	same, err := c.Accounts.is(ctx, g)
	switch {
	case err != nil:
		return membership{}, err
	case same:
		return c.lookAs(ctx, g, g.Subject.User)
	}
	return c.amongMembers(ctx, g)
}

// lookAs reads the membership of the grant's user, who has this name: by the groups of the user, which show a renamed group
// under its present name.
func (c Group) lookAs(ctx context.Context, g store.Grant, user string) (membership, error) {
	if g.Effects[GroupID] == "" {
		return c.byName(ctx, g, user)
	}
	client, err := c.Accounts.in(g.Account)
	if err != nil {
		return membership{}, err
	}
	groups, err := groupsOf(ctx, client, user)
	if missing(err) {
		return c.amongMembers(ctx, g)
	}
	name, is := nameIn(groups, g.Effects[GroupID])
	return membership{user, name, is}, err
}

// amongMembers looks for the user among the members of the group, which is found by its id. Without a group of that id
// there is no membership.
func (c Group) amongMembers(ctx context.Context, g store.Grant) (membership, error) {
	if g.Effects[GroupID] == "" {
		return c.byName(ctx, g, "")
	}
	group, err := c.groupNow(ctx, g)
	if err != nil || group == "" {
		return membership{}, err
	}
	client, err := c.Accounts.in(g.Account)
	if err != nil {
		return membership{}, err
	}
	id, members, err := membersOf(ctx, client, group)
	if err != nil {
		return membership{}, err
	}
	if id != g.Effects[GroupID] {
		return membership{}, fmt.Errorf("read members of group %s: %w", group, errRenamed)
	}
	return among(members, g.Subject.UserID, "", group), nil
}

// byName reads the membership for a grant of an older build, which knows no id of the group. That the name means no group
// is then a failure, unless the user is gone or is in no group at all. user is the user's name, if it is known.
func (c Group) byName(ctx context.Context, g store.Grant, user string) (membership, error) {
	client, err := c.Accounts.in(g.Account)
	if err != nil {
		return membership{}, err
	}
	_, members, err := membersOf(ctx, client, g.Target)
	if !missing(err) {
		return among(members, g.Subject.UserID, user, g.Target), err
	}
	user, lost := c.Accounts.userName(ctx, g.Account, g.Subject)
	if errors.Is(lost, people.ErrNoUser) {
		return membership{}, nil
	}
	if lost != nil {
		return membership{}, lost
	}
	groups, lost := groupsOf(ctx, client, user)
	if lost != nil || len(groups) == 0 {
		return membership{}, lost
	}
	return membership{}, err
}

// groupNow returns the name that the grant's group has now, and "" if there is no group with its id.
func (c Group) groupNow(ctx context.Context, g store.Grant) (string, error) {
	client, err := c.Accounts.in(g.Account)
	if err != nil {
		return "", err
	}
	id, err := groupID(ctx, client, g.Target)
	switch {
	case err == nil && id == g.Effects[GroupID]:
		return g.Target, nil
	case err != nil && !missing(err):
		return "", err
	}
	return c.Accounts.groupName(ctx, g.Account, g.Effects[GroupID])
}

// among is the membership of a user in a group whose members are known.
func among(members []store.Subject, userID, name, group string) membership {
	for _, m := range members {
		if m.UserID == userID {
			return membership{m.User, group, true}
		}
	}
	return membership{name, group, false}
}

// nameIn returns the present name of the group with a unique id, if it is among these.
func nameIn(groups []types.Group, id string) (string, bool) {
	i := slices.IndexFunc(groups, func(g types.Group) bool { return aws.ToString(g.GroupId) == id })
	if i < 0 {
		return "", false
	}
	return aws.ToString(groups[i].GroupName), true
}

// groupsOf lists the groups in which a user is.
func groupsOf(ctx context.Context, client IAM, user string) ([]types.Group, error) {
	var out []types.Group
	pages := iam.NewListGroupsForUserPaginator(client, &iam.ListGroupsForUserInput{UserName: aws.String(user)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list groups of %s: %w", user, err)
		}
		out = append(out, page.Groups...)
	}
	return out, nil
}

// groupID returns the unique id of the group that a name means now.
func groupID(ctx context.Context, client IAM, name string) (string, error) {
	out, err := client.GetGroup(ctx, &iam.GetGroupInput{GroupName: aws.String(name), MaxItems: aws.Int32(1)})
	if err != nil {
		return "", fmt.Errorf("get group %s: %w", name, err)
	}
	return aws.ToString(out.Group.GroupId), nil
}

// membersOf returns the unique id of the group that a name means now, and everybody who is in it.
func membersOf(ctx context.Context, client IAM, name string) (id string, members []store.Subject, err error) {
	pages := iam.NewGetGroupPaginator(client, &iam.GetGroupInput{GroupName: aws.String(name)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", nil, fmt.Errorf("list members of group %s: %w", name, err)
		}
		if now := aws.ToString(page.Group.GroupId); id == "" {
			id = now
		} else if now != id {
			return "", nil, fmt.Errorf("list members of group %s: %w", name, errRenamed)
		}
		for _, u := range page.Users {
			members = append(members, store.Subject{User: aws.ToString(u.UserName), UserID: aws.ToString(u.UserId)})
		}
	}
	return id, members, nil
}
