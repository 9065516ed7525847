package fakeaws_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

var credentialContract = []clause{
	{"password is seen and deleted", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		c.password(t, "alice")
		out := must[*iam.GetLoginProfileOutput](t)(c.iam.GetLoginProfile(t.Context(), &iam.GetLoginProfileInput{UserName: new("alice")}))
		if *out.LoginProfile.UserName != "alice" || out.LoginProfile.CreateDate == nil {
			t.Errorf("got %+v", out.LoginProfile)
		}
		if err := deletePassword(t, c.iam, "alice"); err != nil {
			t.Fatal(err)
		}
		_, err := c.iam.GetLoginProfile(t.Context(), &iam.GetLoginProfileInput{UserName: new("alice")})
		refused(t, err, "NoSuchEntity", 404)
	}},
	{"no password, no user", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		for _, user := range []string{"alice", "bob"} {
			_, err := c.iam.GetLoginProfile(t.Context(), &iam.GetLoginProfileInput{UserName: &user})
			for _, err := range []error{err, deletePassword(t, c.iam, user)} {
				refused(t, err, "NoSuchEntity", 404)
				is[*types.NoSuchEntityException](t, err)
			}
		}
	}},
	{"keys are listed", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		if got := keys(t, c.iam, "alice", 100); len(got) != 0 {
			t.Errorf("keys of a user without: %v", got)
		}
		want := []string{c.key(t, "alice") + " Active", c.key(t, "alice") + " Active"}
		if got := keys(t, c.iam, "alice", 100); !sameSet(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		_, err := c.iam.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: new("bob")})
		refused(t, err, "NoSuchEntity", 404)
	}},
	{"pages of keys", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		want := []string{c.key(t, "alice") + " Active", c.key(t, "alice") + " Active"}
		out := must[*iam.ListAccessKeysOutput](t)(c.iam.ListAccessKeys(t.Context(),
			&iam.ListAccessKeysInput{UserName: new("alice"), MaxItems: new(int32(1))}))
		if len(out.AccessKeyMetadata) != 1 || !out.IsTruncated || out.Marker == nil {
			t.Errorf("first page of 1: %d keys, truncated %t", len(out.AccessKeyMetadata), out.IsTruncated)
		}
		if got := keys(t, c.iam, "alice", 1); !sameSet(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}},
	{"key is switched off and on", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		id := c.key(t, "alice")
		for _, status := range []types.StatusType{"Inactive", "Inactive", "Active"} {
			if err := setKey(t, c.iam, "alice", id, status); err != nil {
				t.Fatal(err)
			}
			if got := keys(t, c.iam, "alice", 100); !slices.Equal(got, []string{id + " " + string(status)}) {
				t.Errorf("after %s: %v", status, got)
			}
		}
	}},
	{"key of somebody else, or of nobody", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		c.user(t, "bob")
		id := c.key(t, "alice")
		for _, err := range []error{
			setKey(t, c.iam, "bob", id, "Inactive"), setKey(t, c.iam, "carol", id, "Inactive"),
			setKey(t, c.iam, "alice", "AKIAIOSFODNN7EXAMPLE", "Inactive"),
		} {
			refused(t, err, "NoSuchEntity", 404)
		}
		if got := keys(t, c.iam, "alice", 100); !slices.Equal(got, []string{id + " Active"}) {
			t.Errorf("keys %v", got)
		}
	}},
	{"status of a key outside the model", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		err := setKey(t, c.iam, "alice", c.key(t, "alice"), "Off")
		refused(t, err, "ValidationError", 400)
	}},
	{"key that is off signs nothing", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		id := c.key(t, "alice")
		url := c.queue(t, "q", 0, "")
		signed := c.cfg
		signed.Credentials = credentials.NewStaticCredentialsProvider(id, "any", "")
		who := must[*sts.GetCallerIdentityOutput](t)(sts.NewFromConfig(signed).GetCallerIdentity(t.Context(), nil))
		user := must[*iam.GetUserOutput](t)(iam.NewFromConfig(signed).GetUser(t.Context(), &iam.GetUserInput{}))
		if *who.UserId != *user.User.UserId {
			t.Errorf("signs for %s, %s", *who.UserId, *user.User.UserId)
		}
		if err := setKey(t, c.iam, "alice", id, "Inactive"); err != nil {
			t.Fatal(err)
		}
		_, err := sts.NewFromConfig(signed).GetCallerIdentity(t.Context(), nil)
		_, err2 := iam.NewFromConfig(signed).GetUser(t.Context(), &iam.GetUserInput{})
		_, err3 := sqs.NewFromConfig(signed).ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url})
		for _, err := range []error{err, err2, err3} {
			refused(t, err, "InvalidClientTokenId", 403)
		}
	}},
}
