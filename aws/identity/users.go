package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"sekisho/handlers"
	"sekisho/store"
)

// SlackTag is the tag by which an IAM user names the person behind it.
const SlackTag = "sekisho:slack-user-id"

// IAM is what this package calls of the SDK's client.
type IAM interface {
	GetUser(context.Context, *iam.GetUserInput, ...func(*iam.Options)) (*iam.GetUserOutput, error)
	GetRole(context.Context, *iam.GetRoleInput, ...func(*iam.Options)) (*iam.GetRoleOutput, error)
	AddUserToGroup(context.Context, *iam.AddUserToGroupInput, ...func(*iam.Options)) (*iam.AddUserToGroupOutput, error)
	RemoveUserFromGroup(context.Context, *iam.RemoveUserFromGroupInput, ...func(*iam.Options)) (*iam.RemoveUserFromGroupOutput, error)
	GetGroup(context.Context, *iam.GetGroupInput, ...func(*iam.Options)) (*iam.GetGroupOutput, error)
	GetLoginProfile(context.Context, *iam.GetLoginProfileInput, ...func(*iam.Options)) (*iam.GetLoginProfileOutput, error)
	DeleteLoginProfile(context.Context, *iam.DeleteLoginProfileInput, ...func(*iam.Options)) (*iam.DeleteLoginProfileOutput, error)
	ListAccessKeys(context.Context, *iam.ListAccessKeysInput, ...func(*iam.Options)) (*iam.ListAccessKeysOutput, error)
	UpdateAccessKey(context.Context, *iam.UpdateAccessKeyInput, ...func(*iam.Options)) (*iam.UpdateAccessKeyOutput, error)
	ListGroupsForUser(context.Context, *iam.ListGroupsForUserInput, ...func(*iam.Options)) (*iam.ListGroupsForUserOutput, error)
}

// Accounts has a client for each account, by its twelve digits.
type Accounts map[string]IAM

// ErrNoAccount says that an account is not in the configuration.
var ErrNoAccount = errors.New("account is not in the configuration")

func (a Accounts) in(account string) (IAM, error) {
	if client := a[account]; client != nil {
		return client, nil
	}
	return nil, fmt.Errorf("account %q: %w", account, ErrNoAccount)
}

// User implements handlers.Users. Without a name there is no user: GetUser would answer with the caller, who is the bot.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html
func (a Accounts) User(ctx context.Context, account, name string) (handlers.User, error) {
	client, err := a.in(account)
	if err != nil {
		return handlers.User{}, err
	}
	if name == "" {
		return handlers.User{}, fmt.Errorf("get user: %w", handlers.ErrNoUser)
	}
	out, err := client.GetUser(ctx, &iam.GetUserInput{UserName: aws.String(name)})
	if missing(err) {
		return handlers.User{}, fmt.Errorf("get user %s: %w", name, handlers.ErrNoUser)
	}
	if err != nil {
		return handlers.User{}, fmt.Errorf("get user %s: %w", name, err)
	}
	user := handlers.User{ID: aws.ToString(out.User.UserId)}
	for _, tag := range out.User.Tags {
		if aws.ToString(tag.Key) == SlackTag {
			user.Slack = aws.ToString(tag.Value)
		}
	}
	return user, nil
}

// RoleID implements handlers.Users.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html
func (a Accounts) RoleID(ctx context.Context, account, name string) (string, error) {
	client, err := a.in(account)
	if err != nil {
		return "", err
	}
	out, err := client.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(name)})
	if missing(err) {
		return "", fmt.Errorf("get role %s: %w", name, handlers.ErrNoRole)
	}
	if err != nil {
		return "", fmt.Errorf("get role %s: %w", name, err)
	}
	return aws.ToString(out.Role.RoleId), nil
}

// is tells whether the subject's name still means the same user.
func (a Accounts) is(ctx context.Context, g store.Grant) (bool, error) {
	user, err := a.User(ctx, g.Account, g.Subject.User)
	if errors.Is(err, handlers.ErrNoUser) {
		return false, nil
	}
	return err == nil && user.ID == g.Subject.UserID, err
}

// mustBe refuses if the subject's name no longer means the same user.
func (a Accounts) mustBe(ctx context.Context, g store.Grant) error {
	same, err := a.is(ctx, g)
	if err == nil && !same {
		return &handlers.Refused{Code: handlers.UserGone}
	}
	return err
}

// missing tells whether IAM says that what was named does not exist.
func missing(err error) bool {
	var no *types.NoSuchEntityException
	return errors.As(err, &no)
}
