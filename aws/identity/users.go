package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"

	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// SlackTag is the tag by which an IAM user names the person behind it.
const SlackTag = "sekisho:slack-user-id"

// IAM is what this package calls of the SDK's client.
type IAM interface {
	GetUser(context.Context, *iam.GetUserInput, ...func(*iam.Options)) (*iam.GetUserOutput, error)
	ListUsers(context.Context, *iam.ListUsersInput, ...func(*iam.Options)) (*iam.ListUsersOutput, error)
	GetRole(context.Context, *iam.GetRoleInput, ...func(*iam.Options)) (*iam.GetRoleOutput, error)
	AddUserToGroup(context.Context, *iam.AddUserToGroupInput, ...func(*iam.Options)) (*iam.AddUserToGroupOutput, error)
	RemoveUserFromGroup(context.Context, *iam.RemoveUserFromGroupInput, ...func(*iam.Options)) (*iam.RemoveUserFromGroupOutput, error)
	GetGroup(context.Context, *iam.GetGroupInput, ...func(*iam.Options)) (*iam.GetGroupOutput, error)
	ListGroups(context.Context, *iam.ListGroupsInput, ...func(*iam.Options)) (*iam.ListGroupsOutput, error)
	GetLoginProfile(context.Context, *iam.GetLoginProfileInput, ...func(*iam.Options)) (*iam.GetLoginProfileOutput, error)
	DeleteLoginProfile(context.Context, *iam.DeleteLoginProfileInput, ...func(*iam.Options)) (*iam.DeleteLoginProfileOutput, error)
	ListMFADevices(context.Context, *iam.ListMFADevicesInput, ...func(*iam.Options)) (*iam.ListMFADevicesOutput, error)
	ListAccessKeys(context.Context, *iam.ListAccessKeysInput, ...func(*iam.Options)) (*iam.ListAccessKeysOutput, error)
	GetAccessKeyLastUsed(context.Context, *iam.GetAccessKeyLastUsedInput, ...func(*iam.Options)) (*iam.GetAccessKeyLastUsedOutput, error)
	CreateAccessKey(context.Context, *iam.CreateAccessKeyInput, ...func(*iam.Options)) (*iam.CreateAccessKeyOutput, error)
	UpdateAccessKey(context.Context, *iam.UpdateAccessKeyInput, ...func(*iam.Options)) (*iam.UpdateAccessKeyOutput, error)
	DeleteAccessKey(context.Context, *iam.DeleteAccessKeyInput, ...func(*iam.Options)) (*iam.DeleteAccessKeyOutput, error)
	ListGroupsForUser(context.Context, *iam.ListGroupsForUserInput, ...func(*iam.Options)) (*iam.ListGroupsForUserOutput, error)
	GenerateCredentialReport(context.Context, *iam.GenerateCredentialReportInput, ...func(*iam.Options)) (*iam.GenerateCredentialReportOutput, error)
	GetCredentialReport(context.Context, *iam.GetCredentialReportInput, ...func(*iam.Options)) (*iam.GetCredentialReportOutput, error)
	ListUserPolicies(context.Context, *iam.ListUserPoliciesInput, ...func(*iam.Options)) (*iam.ListUserPoliciesOutput, error)
	ListAttachedUserPolicies(context.Context, *iam.ListAttachedUserPoliciesInput, ...func(*iam.Options)) (*iam.ListAttachedUserPoliciesOutput, error)
}

// Clients are the SDK's clients in one account.
type Clients struct {
	IAM     IAM
	Secrets Secrets
	SSM     SSM
}

// In returns the clients of an account. Each of their calls has a deadline of its own.
func In(c aws.Config) Clients {
	c = withDeadline(c)
	return Clients{IAM: iam.NewFromConfig(c), Secrets: secretsmanager.NewFromConfig(c), SSM: ssm.NewFromConfig(c)}
}

// Accounts has the clients of each account, by its twelve digits.
type Accounts map[string]Clients

// ErrNoAccount says that an account is not in the configuration.
var ErrNoAccount error = noAccount{}

type noAccount struct{}

func (noAccount) Error() string     { return "account is not in the configuration" }
func (noAccount) ErrorCode() string { return access.AccountGone }

func (a Accounts) in(account string) (IAM, error) {
	if clients, ok := a[account]; ok {
		return clients.IAM, nil
	}
	return nil, fmt.Errorf("account %q: %w", account, ErrNoAccount)
}

// User implements handlers.Users. Without a name there is no user: GetUser would answer with the caller, who is the bot.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html
func (a Accounts) User(ctx context.Context, account, name string) (access.User, error) {
	client, err := a.in(account)
	if err != nil {
		return access.User{}, err
	}
	if name == "" {
		return access.User{}, fmt.Errorf("get user: %w", people.ErrNoUser)
	}
	out, err := client.GetUser(ctx, &iam.GetUserInput{UserName: aws.String(name)})
	if missing(err) {
		return access.User{}, fmt.Errorf("get user %s: %w", name, people.ErrNoUser)
	}
	if err != nil {
		return access.User{}, fmt.Errorf("get user %s: %w", name, err)
	}
	user := access.User{ID: aws.ToString(out.User.UserId), ARN: aws.ToString(out.User.Arn)}
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
		return "", fmt.Errorf("get role %s: %w", name, people.ErrNoRole)
	}
	if err != nil {
		return "", fmt.Errorf("get role %s: %w", name, err)
	}
	return aws.ToString(out.Role.RoleId), nil
}

// is tells whether the subject's name still means the same user.
func (a Accounts) is(ctx context.Context, g store.Grant) (bool, error) {
	user, err := a.User(ctx, g.Account, g.Subject.User)
	if errors.Is(err, people.ErrNoUser) {
		return false, nil
	}
	return err == nil && user.ID == g.Subject.UserID, err
}

// mustBe refuses if the subject's name no longer means the same user.
func (a Accounts) mustBe(ctx context.Context, g store.Grant) error {
	same, err := a.is(ctx, g)
	if err == nil && !same {
		return &handlers.Refused{Code: policy.UserGone}
	}
	return err
}

// missing tells whether IAM says that what was named does not exist.
func missing(err error) bool {
	var said smithy.APIError // GetAccessKeyLastUsed has no error of its own in the SDK
	return errors.As(err, &said) && said.ErrorCode() == new(types.NoSuchEntityException).ErrorCode()
}
