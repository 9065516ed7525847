package fakeaws_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"pgregory.net/rapid"

	"sekisho/aws/fakeaws"
)

const prod, dev = "111111111111", "222222222222"

// bubble runs f in a synctest bubble with an AWS of two accounts.
func bubble(t *testing.T, f func(*testing.T, *fakeaws.AWS)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f(t, fakeaws.New(fakeaws.Options{Accounts: []string{prod, dev}}))
	})
}

func iamOf(a *fakeaws.AWS, account string) *iam.Client { return iam.NewFromConfig(a.Config(account)) }
func sqsOf(a *fakeaws.AWS, account string) *sqs.Client { return sqs.NewFromConfig(a.Config(account)) }
func stsOf(a *fakeaws.AWS, account string) *sts.Client { return sts.NewFromConfig(a.Config(account)) }

// overSocket returns a configuration that reaches the AWS through a real socket.
func overSocket(t *testing.T, a *fakeaws.AWS, account string) aws.Config {
	t.Helper()
	srv := httptest.NewServer(a)
	t.Cleanup(srv.Close)
	id, secret := a.Credentials(account)
	return aws.Config{
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider(id, secret, ""),
		BaseEndpoint: aws.String(srv.URL),
	}
}

// add and remove change a membership through the SDK.
func add(c *iam.Client, user, group string) error {
	return addIn(context.Background(), c, user, group)
}

func addIn(ctx context.Context, c *iam.Client, user, group string) error {
	_, err := c.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: &user, GroupName: &group})
	return err
}

func remove(c *iam.Client, user, group string) error {
	_, err := c.RemoveUserFromGroup(context.Background(), &iam.RemoveUserFromGroupInput{UserName: &user, GroupName: &group})
	return err
}

// members and groups read memberships through the SDK, page by page.
func members(t rapid.TB, c *iam.Client, group string, perPage int32) []string {
	t.Helper()
	var names []string
	in := &iam.GetGroupInput{GroupName: &group, MaxItems: &perPage}
	for pages := iam.NewGetGroupPaginator(c, in); pages.HasMorePages(); {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			t.Fatalf("GetGroup %s: %v", group, err)
		}
		for _, u := range page.Users {
			names = append(names, *u.UserName)
		}
	}
	return names
}

func groups(t rapid.TB, c *iam.Client, user string, perPage int32) []string {
	t.Helper()
	var names []string
	in := &iam.ListGroupsForUserInput{UserName: &user, MaxItems: &perPage}
	for pages := iam.NewListGroupsForUserPaginator(c, in); pages.HasMorePages(); {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			t.Fatalf("ListGroupsForUser %s: %v", user, err)
		}
		for _, g := range page.Groups {
			names = append(names, *g.GroupName)
		}
	}
	return names
}

// must fails the test on an error of its setting.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// refused fails unless err is AWS's refusal with that code and HTTP status.
func refused(t testing.TB, err error, code string, status int) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code {
		t.Errorf("got %v, want the code %s", err, code)
		return
	}
	var res *smithyhttp.ResponseError
	if !errors.As(err, &res) || res.HTTPStatusCode() != status {
		t.Errorf("got %v, want the status %d", err, status)
	}
}

// is fails unless err can be had as an E, as callers look for the SDK's types.
func is[E error](t testing.TB, err error) {
	t.Helper()
	var want E
	if !errors.As(err, &want) {
		t.Errorf("got %v, want a %T", err, want)
	}
}
