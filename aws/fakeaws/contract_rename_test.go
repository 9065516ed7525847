package fakeaws_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// A rename keeps the unique id, and an old name means nobody.
var renameContract = []clause{
	{"renamed user is found by the new name only", func(t *testing.T, c cloud) {
		id := c.user(t, "alice")
		c.renameUser(t, "alice", "alicia")
		out := must[*iam.GetUserOutput](t)(c.iam.GetUser(t.Context(), &iam.GetUserInput{UserName: new("alicia")}))
		if *out.User.UserId != id {
			t.Errorf("id %s, want %s", *out.User.UserId, id)
		}
		_, err := c.iam.GetUser(t.Context(), &iam.GetUserInput{UserName: new("alice")})
		refused(t, err, "NoSuchEntity", 404)
		if got := users(t, c.iam, 100); !slices.Equal(got, []string{"alicia"}) {
			t.Errorf("users %v", got)
		}
	}},
	{"renamed user stays a member", func(t *testing.T, c cloud) {
		id := c.user(t, "alice")
		c.group(t, "ops")
		if err := add(c.iam, "alice", "ops"); err != nil {
			t.Fatal(err)
		}
		c.renameUser(t, "alice", "alicia")
		refused(t, remove(c.iam, "alice", "ops"), "NoSuchEntity", 404)
		out := must[*iam.GetGroupOutput](t)(c.iam.GetGroup(t.Context(), &iam.GetGroupInput{GroupName: new("ops")}))
		if len(out.Users) != 1 || *out.Users[0].UserName != "alicia" || *out.Users[0].UserId != id {
			t.Errorf("members %+v, want alicia with the id %s", out.Users, id)
		}
		if err := remove(c.iam, "alicia", "ops"); err != nil {
			t.Error(err)
		}
		if got := members(t, c.iam, "ops", 100); len(got) != 0 {
			t.Errorf("members %v", got)
		}
	}},
	{"renamed group keeps its id and its members", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		c.group(t, "ops")
		if err := add(c.iam, "alice", "ops"); err != nil {
			t.Fatal(err)
		}
		id := *must[*iam.GetGroupOutput](t)(c.iam.GetGroup(t.Context(), &iam.GetGroupInput{GroupName: new("ops")})).Group.GroupId
		c.renameGroup(t, "ops", "operations")
		refused(t, remove(c.iam, "alice", "ops"), "NoSuchEntity", 404)
		_, err := c.iam.GetGroup(t.Context(), &iam.GetGroupInput{GroupName: new("ops")})
		refused(t, err, "NoSuchEntity", 404)
		out := must[*iam.ListGroupsForUserOutput](t)(c.iam.ListGroupsForUser(t.Context(), &iam.ListGroupsForUserInput{UserName: new("alice")}))
		if len(out.Groups) != 1 || *out.Groups[0].GroupName != "operations" || *out.Groups[0].GroupId != id {
			t.Errorf("groups %+v, want operations with the id %s", out.Groups, id)
		}
		all := must[*iam.ListGroupsOutput](t)(c.iam.ListGroups(t.Context(), nil))
		if len(all.Groups) != 1 || *all.Groups[0].GroupName != "operations" || *all.Groups[0].GroupId != id {
			t.Errorf("all groups %+v", all.Groups)
		}
	}},
	{"name that was given up can be another's", func(t *testing.T, c cloud) {
		id := c.user(t, "alice")
		c.renameUser(t, "alice", "alicia")
		if again := c.user(t, "alice"); again == id {
			t.Errorf("the new alice has the id of the old one, %s", id)
		}
		c.group(t, "ops")
		c.renameGroup(t, "ops", "operations")
		c.group(t, "ops")
		all := must[*iam.ListGroupsOutput](t)(c.iam.ListGroups(t.Context(), nil))
		if len(all.Groups) != 2 || *all.Groups[0].GroupId == *all.Groups[1].GroupId {
			t.Errorf("all groups %+v", all.Groups)
		}
	}},
	{"pages of an account's groups", func(t *testing.T, c cloud) {
		want := []string{"a", "b", "c", "d", "e"}
		for _, g := range want {
			c.group(t, g)
		}
		out := must[*iam.ListGroupsOutput](t)(c.iam.ListGroups(t.Context(), &iam.ListGroupsInput{MaxItems: new(int32(2))}))
		if len(out.Groups) != 2 || !out.IsTruncated || out.Marker == nil {
			t.Errorf("first page of 2: %d groups, truncated %t", len(out.Groups), out.IsTruncated)
		}
		var got []string
		for pages := iam.NewListGroupsPaginator(c.iam, &iam.ListGroupsInput{MaxItems: new(int32(2))}); pages.HasMorePages(); {
			page := must[*iam.ListGroupsOutput](t)(pages.NextPage(t.Context()))
			for _, g := range page.Groups {
				got = append(got, *g.GroupName)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("groups %v", got)
		}
		for _, most := range []int32{0, 1001} {
			_, err := c.iam.ListGroups(t.Context(), &iam.ListGroupsInput{MaxItems: aws.Int32(most)})
			refused(t, err, "ValidationError", 400)
		}
	}},
	{"nothing stands under another path", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		c.group(t, "ops")
		for prefix, want := range map[string]int{"/": 1, "/staff/": 0} {
			named := func(u types.User) bool { return *u.UserName == "alice" }
			in := must[*iam.ListUsersOutput](t)(c.iam.ListUsers(t.Context(), &iam.ListUsersInput{PathPrefix: &prefix}))
			all := must[*iam.ListGroupsOutput](t)(c.iam.ListGroups(t.Context(), &iam.ListGroupsInput{PathPrefix: &prefix}))
			if slices.ContainsFunc(in.Users, named) != (want == 1) || len(all.Groups) != want {
				t.Errorf("under %s: %d users, %d groups, want %d", prefix, len(in.Users), len(all.Groups), want)
			}
		}
	}},
	{"path prefix that is none", func(t *testing.T, c cloud) {
		_, err := c.iam.ListUsers(t.Context(), &iam.ListUsersInput{PathPrefix: new("staff")})
		_, err2 := c.iam.ListGroups(t.Context(), &iam.ListGroupsInput{PathPrefix: new("staff")})
		for _, err := range []error{err, err2} {
			refused(t, err, "ValidationError", 400)
		}
	}},
}
