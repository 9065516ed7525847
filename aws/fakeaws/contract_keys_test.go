package fakeaws_test

import (
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func makeKey(t *testing.T, c *iam.Client, user string) *types.AccessKey {
	t.Helper()
	return must[*iam.CreateAccessKeyOutput](t)(c.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: &user})).AccessKey
}

func dropKey(t *testing.T, c *iam.Client, user, id string) error {
	_, err := c.DeleteAccessKey(t.Context(), &iam.DeleteAccessKeyInput{UserName: &user, AccessKeyId: &id})
	return err
}

func lastUsed(t *testing.T, c *iam.Client, id string) *iam.GetAccessKeyLastUsedOutput {
	t.Helper()
	return must[*iam.GetAccessKeyLastUsedOutput](t)(c.GetAccessKeyLastUsed(t.Context(), &iam.GetAccessKeyLastUsedInput{AccessKeyId: &id}))
}

// whoami signs a call with a key.
func whoami(t *testing.T, c cloud, id, secret string) error {
	signed := c.cfg
	signed.Credentials = credentials.NewStaticCredentialsProvider(id, secret, "")
	_, err := sts.NewFromConfig(signed).GetCallerIdentity(t.Context(), nil)
	return err
}

var keyContract = []clause{
	{"key is made", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		k := makeKey(t, c.iam, "alice")
		if len(*k.AccessKeyId) != 20 || len(*k.SecretAccessKey) != 40 || k.Status != "Active" || *k.UserName != "alice" || k.CreateDate == nil {
			t.Errorf("got id %q of %s, %s, a secret of %d characters", *k.AccessKeyId, *k.UserName, k.Status, len(*k.SecretAccessKey))
		}
		if got := keys(t, c.iam, "alice", 100); !slices.Equal(got, []string{*k.AccessKeyId + " Active"}) {
			t.Errorf("listed %v", got)
		}
		if err := whoami(t, c, *k.AccessKeyId, *k.SecretAccessKey); err != nil {
			t.Error(err)
		}
	}},
	{"making a key is not idempotent, and ends at two", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		first, second := makeKey(t, c.iam, "alice"), makeKey(t, c.iam, "alice")
		if *first.AccessKeyId == *second.AccessKeyId || *first.SecretAccessKey == *second.SecretAccessKey {
			t.Error("the same key twice")
		}
		if err := setKey(t, c.iam, "alice", *first.AccessKeyId, "Inactive"); err != nil {
			t.Fatal(err)
		}
		_, err := c.iam.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: new("alice")})
		refused(t, err, "LimitExceeded", 409)
		is[*types.LimitExceededException](t, err)
	}},
	{"key is deleted, active or not", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		on, off := makeKey(t, c.iam, "alice"), makeKey(t, c.iam, "alice")
		if err := setKey(t, c.iam, "alice", *off.AccessKeyId, "Inactive"); err != nil {
			t.Fatal(err)
		}
		for _, k := range []*types.AccessKey{on, off} {
			if err := dropKey(t, c.iam, "alice", *k.AccessKeyId); err != nil {
				t.Fatal(err)
			}
			refused(t, dropKey(t, c.iam, "alice", *k.AccessKeyId), "NoSuchEntity", 404)
		}
		if got := keys(t, c.iam, "alice", 100); len(got) != 0 {
			t.Errorf("keys %v", got)
		}
	}},
	{"key of nobody is not made", func(t *testing.T, c cloud) {
		_, err := c.iam.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: new("bob")})
		refused(t, err, "NoSuchEntity", 404)
	}},
	{"key of somebody else is not deleted", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		c.user(t, "bob")
		id := c.key(t, "alice")
		refused(t, dropKey(t, c.iam, "bob", id), "NoSuchEntity", 404)
	}},
	{"deleted key signs nothing", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		k := makeKey(t, c.iam, "alice")
		if err := dropKey(t, c.iam, "alice", *k.AccessKeyId); err != nil {
			t.Fatal(err)
		}
		refused(t, whoami(t, c, *k.AccessKeyId, *k.SecretAccessKey), "InvalidClientTokenId", 403)
	}},
	{"key that was never used", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		out := lastUsed(t, c.iam, c.key(t, "alice"))
		if u := out.AccessKeyLastUsed; *out.UserName != "alice" || u.LastUsedDate != nil || *u.ServiceName != "N/A" || *u.Region != "N/A" {
			t.Errorf("%s: at %v, %s, %s", *out.UserName, u.LastUsedDate, *u.ServiceName, *u.Region)
		}
	}},
	{"key that was used", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		k := makeKey(t, c.iam, "alice")
		if err := whoami(t, c, *k.AccessKeyId, *k.SecretAccessKey); err != nil {
			t.Fatal(err)
		}
		u := lastUsed(t, c.iam, *k.AccessKeyId).AccessKeyLastUsed
		if u.LastUsedDate == nil || time.Since(*u.LastUsedDate) > time.Minute || *u.ServiceName != "sts" || *u.Region != "us-east-1" {
			t.Errorf("at %v, %s, %s", u.LastUsedDate, *u.ServiceName, *u.Region)
		}
	}},
	{"users are listed", func(t *testing.T, c cloud) {
		for _, name := range []string{"alice", "bob", "carol"} {
			c.user(t, name)
		}
		if got := users(t, c.iam, 100); !slices.Equal(got, []string{"alice", "bob", "carol"}) {
			t.Errorf("users %v", got)
		}
	}},
	{"pages of users", func(t *testing.T, c cloud) {
		for _, name := range []string{"alice", "bob", "carol"} {
			c.user(t, name)
		}
		out := must[*iam.ListUsersOutput](t)(c.iam.ListUsers(t.Context(), &iam.ListUsersInput{MaxItems: new(int32(2))}))
		if len(out.Users) != 2 || !out.IsTruncated || out.Marker == nil {
			t.Errorf("first page of 2: %d users, truncated %t", len(out.Users), out.IsTruncated)
		}
		if got := users(t, c.iam, 2); !slices.Equal(got, []string{"alice", "bob", "carol"}) {
			t.Errorf("users %v", got)
		}
	}},
	{"policies of a user", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		c.policies(t, "alice", "own", "managed")
		in := must[*iam.ListUserPoliciesOutput](t)(c.iam.ListUserPolicies(t.Context(), &iam.ListUserPoliciesInput{UserName: new("alice")}))
		on := must[*iam.ListAttachedUserPoliciesOutput](t)(c.iam.ListAttachedUserPolicies(t.Context(),
			&iam.ListAttachedUserPoliciesInput{UserName: new("alice")}))
		if !slices.Equal(in.PolicyNames, []string{"own"}) || len(on.AttachedPolicies) != 1 || *on.AttachedPolicies[0].PolicyName != "managed" {
			t.Errorf("own %v, attached %v", in.PolicyNames, on.AttachedPolicies)
		}
		_, err := c.iam.ListUserPolicies(t.Context(), &iam.ListUserPoliciesInput{UserName: new("bob")})
		_, err2 := c.iam.ListAttachedUserPolicies(t.Context(), &iam.ListAttachedUserPoliciesInput{UserName: new("bob")})
		_, err3 := c.iam.ListMFADevices(t.Context(), &iam.ListMFADevicesInput{UserName: new("bob")})
		for _, err := range []error{err, err2, err3} {
			refused(t, err, "NoSuchEntity", 404)
		}
	}},
	{"policies of a group", func(t *testing.T, c cloud) {
		const document = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}`
		c.group(t, "jit")
		c.groupPolicy(t, "jit", "own", document)
		in := must[*iam.ListGroupPoliciesOutput](t)(c.iam.ListGroupPolicies(t.Context(), &iam.ListGroupPoliciesInput{GroupName: new("jit")}))
		on := must[*iam.ListAttachedGroupPoliciesOutput](t)(c.iam.ListAttachedGroupPolicies(t.Context(), &iam.ListAttachedGroupPoliciesInput{GroupName: new("jit")}))
		if !slices.Equal(in.PolicyNames, []string{"own"}) || len(on.AttachedPolicies) != 0 {
			t.Errorf("own %v, attached %v", in.PolicyNames, on.AttachedPolicies)
		}
		got := must[*iam.GetGroupPolicyOutput](t)(c.iam.GetGroupPolicy(t.Context(), &iam.GetGroupPolicyInput{GroupName: new("jit"), PolicyName: new("own")}))
		if text, err := url.PathUnescape(*got.PolicyDocument); err != nil || text != document {
			t.Errorf("document %s, %v", text, err)
		}
		_, err := c.iam.ListGroupPolicies(t.Context(), &iam.ListGroupPoliciesInput{GroupName: new("nobody")})
		_, err2 := c.iam.ListAttachedGroupPolicies(t.Context(), &iam.ListAttachedGroupPoliciesInput{GroupName: new("nobody")})
		_, err3 := c.iam.GetGroupPolicy(t.Context(), &iam.GetGroupPolicyInput{GroupName: new("jit"), PolicyName: new("other")})
		for _, err := range []error{err, err2, err3} {
			refused(t, err, "NoSuchEntity", 404)
		}
	}},
	{"MFA device of a user", func(t *testing.T, c cloud) {
		for _, name := range []string{"alice", "bob"} {
			c.user(t, name)
		}
		c.mfa(t, "alice")
		for name, want := range map[string]int{"alice": 1, "bob": 0} {
			out := must[*iam.ListMFADevicesOutput](t)(c.iam.ListMFADevices(t.Context(), &iam.ListMFADevicesInput{UserName: &name}))
			if len(out.MFADevices) != want {
				t.Errorf("%d devices of %s", len(out.MFADevices), name)
			}
		}
	}},
}

// users reads the names of the users that the test made, page by page.
func users(t *testing.T, c *iam.Client, perPage int32) []string {
	t.Helper()
	var out []string
	for pages := iam.NewListUsersPaginator(c, &iam.ListUsersInput{MaxItems: &perPage}); pages.HasMorePages(); {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatalf("ListUsers: %v", err)
		}
		for _, u := range page.Users {
			if *u.UserName != "operator" {
				out = append(out, *u.UserName)
			}
		}
	}
	return out
}
