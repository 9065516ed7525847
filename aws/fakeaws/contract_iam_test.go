package fakeaws_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

var iamContract = []clause{
	{"user has a unique id", func(t *testing.T, c cloud) {
		id := c.user(t, "alice")
		out := must[*iam.GetUserOutput](t)(c.iam.GetUser(t.Context(), &iam.GetUserInput{UserName: new("alice")}))
		if *out.User.UserId != id {
			t.Errorf("id %s, want %s", *out.User.UserId, id)
		}
	}},
	{"unique id says that it is a user's", func(t *testing.T, c cloud) {
		if id := c.user(t, "alice"); !strings.HasPrefix(id, "AIDA") {
			t.Errorf("id %s", id)
		}
	}},
	{"missing user or group", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		c.group(t, "ops")
		_, err := c.iam.GetUser(t.Context(), &iam.GetUserInput{UserName: new("bob")})
		_, err2 := c.iam.GetGroup(t.Context(), &iam.GetGroupInput{GroupName: new("dev")})
		_, err3 := c.iam.ListGroupsForUser(t.Context(), &iam.ListGroupsForUserInput{UserName: new("bob")})
		for _, err := range []error{err, err2, err3,
			add(c.iam, "bob", "ops"), add(c.iam, "alice", "dev"), remove(c.iam, "bob", "ops"), remove(c.iam, "alice", "dev"),
		} {
			refused(t, err, "NoSuchEntity", 404)
			is[*types.NoSuchEntityException](t, err)
		}
	}},
	{"member is added again", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		c.group(t, "ops")
		for range 2 {
			if err := add(c.iam, "alice", "ops"); err != nil {
				t.Error(err)
			}
		}
		if got := members(t, c.iam, "ops", 100); !slices.Equal(got, []string{"alice"}) {
			t.Errorf("members %v", got)
		}
	}},
	{"member is removed", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		c.group(t, "ops")
		if err := add(c.iam, "alice", "ops"); err != nil {
			t.Fatal(err)
		}
		if got := groups(t, c.iam, "alice", 100); !slices.Equal(got, []string{"ops"}) {
			t.Errorf("groups %v", got)
		}
		if err := remove(c.iam, "alice", "ops"); err != nil {
			t.Error(err)
		}
		if got := groups(t, c.iam, "alice", 100); len(got) != 0 {
			t.Errorf("groups %v", got)
		}
	}},
	{"non-member is removed", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		c.group(t, "ops")
		if err := remove(c.iam, "alice", "ops"); err != nil {
			t.Error(err)
		}
	}},
	{"ten groups a user", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		var err error
		for i := range 11 {
			c.group(t, fmt.Sprint("g", i))
			err = add(c.iam, "alice", fmt.Sprint("g", i))
		}
		refused(t, err, "LimitExceeded", 409)
	}},
	{"pages of groups", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		want := []string{"a", "b", "c"}
		for _, g := range want {
			c.group(t, g)
			if err := add(c.iam, "alice", g); err != nil {
				t.Fatal(err)
			}
		}
		out := must[*iam.ListGroupsForUserOutput](t)(c.iam.ListGroupsForUser(t.Context(),
			&iam.ListGroupsForUserInput{UserName: new("alice"), MaxItems: new(int32(2))}))
		if len(out.Groups) != 2 || !out.IsTruncated || out.Marker == nil {
			t.Errorf("first page of 2: %d groups, truncated %t", len(out.Groups), out.IsTruncated)
		}
		if got := groups(t, c.iam, "alice", 2); !slices.Equal(got, want) {
			t.Errorf("groups %v", got)
		}
	}},
	{"pages of members", func(t *testing.T, c cloud) {
		c.group(t, "ops")
		for _, u := range []string{"a", "b", "c"} {
			c.user(t, u)
			if err := add(c.iam, u, "ops"); err != nil {
				t.Fatal(err)
			}
		}
		out := must[*iam.GetGroupOutput](t)(c.iam.GetGroup(t.Context(), &iam.GetGroupInput{GroupName: new("ops"), MaxItems: new(int32(2))}))
		if len(out.Users) != 2 || !out.IsTruncated || out.Marker == nil {
			t.Errorf("first page of 2: %d users, truncated %t", len(out.Users), out.IsTruncated)
		}
	}},
	{"names are not told apart by case", func(t *testing.T, c cloud) {
		id := c.user(t, "Alice")
		out := must[*iam.GetUserOutput](t)(c.iam.GetUser(t.Context(), &iam.GetUserInput{UserName: new("aLICE")}))
		if *out.User.UserId != id || *out.User.UserName != "Alice" {
			t.Errorf("got %s, %s", *out.User.UserName, *out.User.UserId)
		}
	}},
	{"name outside the pattern", func(t *testing.T, c cloud) {
		_, err := c.iam.GetUser(t.Context(), &iam.GetUserInput{UserName: new("a b")})
		refused(t, err, "ValidationError", 400)
	}},
}
