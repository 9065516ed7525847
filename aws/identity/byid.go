package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/store"
)

// mostOnPage is the longest page that IAM gives.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html
const mostOnPage = 1000

// userName returns the present name of the user with the subject's unique id, and people.ErrNoUser if the account has no
// such user. IAM takes names, and a rename keeps the id: the known name is asked about first. The account's users are
// listed only if the known name means nobody or another user.
func (a Accounts) userName(ctx context.Context, account string, s store.Subject) (string, error) {
	user, err := a.User(ctx, account, s.User)
	switch {
	case err == nil && user.ID == s.UserID:
		return s.User, nil
	case err != nil && !errors.Is(err, people.ErrNoUser):
		return "", err
	}
	client, err := a.in(account)
	if err != nil {
		return "", err
	}
	users, err := allUsers(ctx, client)
	if err != nil {
		return "", err
	}
	for _, u := range users {
		if aws.ToString(u.UserId) == s.UserID {
			return aws.ToString(u.UserName), nil
		}
	}
	return "", fmt.Errorf("find user %s among all: %w", s.UserID, people.ErrNoUser)
}

// allUsers lists the users of an account.
func allUsers(ctx context.Context, client IAM) ([]types.User, error) {
	var out []types.User
	pages := iam.NewListUsersPaginator(client, &iam.ListUsersInput{MaxItems: aws.Int32(mostOnPage)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list users: %w", err)
		}
		out = append(out, page.Users...)
	}
	return out, nil
}

// errRenamed says that something was renamed while it was read.
var errRenamed = errors.New("renamed meanwhile")

// mustStay returns errRenamed unless the subject's name still means the subject: what was read by the name before may be
// another user's, and what was not found may stand under another name.
func (a Accounts) mustStay(ctx context.Context, account string, s store.Subject) error {
	user, err := a.User(ctx, account, s.User)
	if errors.Is(err, people.ErrNoUser) || err == nil && user.ID != s.UserID {
		return fmt.Errorf("look at user %s: %w", s.User, errRenamed)
	}
	return err
}

// UserOf implements handlers.Users.
func (a Accounts) UserOf(ctx context.Context, account string, s store.Subject) (access.User, error) {
	user, err := a.User(ctx, account, s.User)
	switch {
	case err == nil && (s.UserID == "" || user.ID == s.UserID):
		return user, nil
	case s.UserID == "", err != nil && !errors.Is(err, people.ErrNoUser):
		return access.User{}, err
	}
	name, err := a.userName(ctx, account, s)
	if err != nil {
		return access.User{}, err
	}
	if user, err = a.User(ctx, account, name); err == nil && user.ID != s.UserID { // renamed once more
		err = fmt.Errorf("find user %s: %w", s.UserID, people.ErrNoUser)
	}
	return user, err
}

// groupName returns the present name of the group with a unique id, and "" if the account has no such group.
func (a Accounts) groupName(ctx context.Context, account, id string) (string, error) {
	client, err := a.in(account)
	if err != nil {
		return "", err
	}
	pages := iam.NewListGroupsPaginator(client, &iam.ListGroupsInput{MaxItems: aws.Int32(mostOnPage)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", fmt.Errorf("find group %s among all: %w", id, err)
		}
		for _, g := range page.Groups {
			if aws.ToString(g.GroupId) == id {
				return aws.ToString(g.GroupName), nil
			}
		}
	}
	return "", nil
}
