package fakeaws_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sekisho/aws/fakeaws"
)

func deletePassword(t *testing.T, c *iam.Client, user string) error {
	_, err := c.DeleteLoginProfile(t.Context(), &iam.DeleteLoginProfileInput{UserName: &user})
	return err
}

func setKey(t *testing.T, c *iam.Client, user, id string, status types.StatusType) error {
	_, err := c.UpdateAccessKey(t.Context(), &iam.UpdateAccessKeyInput{UserName: &user, AccessKeyId: &id, Status: status})
	return err
}

// keys reads a user's keys and their status through the SDK, page by page.
func keys(t rapid.TB, c *iam.Client, user string, perPage int32) []string {
	t.Helper()
	var out []string
	in := &iam.ListAccessKeysInput{UserName: &user, MaxItems: &perPage}
	for pages := iam.NewListAccessKeysPaginator(c, in); pages.HasMorePages(); {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			t.Fatalf("ListAccessKeys %s: %v", user, err)
		}
		for _, k := range page.AccessKeyMetadata {
			out = append(out, *k.AccessKeyId+" "+string(k.Status))
		}
	}
	return out
}

func sameSet(x, y []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(x)), slices.Sorted(slices.Values(y)))
}

func TestPassword(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		a.AddUser(prod, "alice", nil)
		if a.HasPassword(prod, "alice") {
			t.Error("a new user has a password")
		}
		a.AddPassword(prod, "alice")
		out := must[*iam.GetLoginProfileOutput](t)(iamOf(a, prod).GetLoginProfile(t.Context(), &iam.GetLoginProfileInput{UserName: new("Alice")}))
		if !out.LoginProfile.CreateDate.Equal(time.Now()) || out.LoginProfile.PasswordResetRequired {
			t.Errorf("got %+v", out.LoginProfile)
		}
		if err := deletePassword(t, iamOf(a, prod), "alice"); err != nil {
			t.Fatal(err)
		}
		if a.HasPassword(prod, "alice") {
			t.Error("the password is still there")
		}
		calls := a.Calls()
		if last := calls[len(calls)-1]; !last.Write || !last.Done {
			t.Errorf("logged as %+v", last)
		}
	})
}

// Whoever gets the name of a user deleted minutes ago keeps his password for as long.
func TestPasswordOfUserMadeAgain(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		a.AddUser(prod, "alice", nil)
		a.DeleteUser(prod, "alice")
		a.AddUser(prod, "Alice", nil)
		a.AddPassword(prod, "alice")
		err := deletePassword(t, iamOf(a, prod), "alice")
		refused(t, err, "EntityTemporarilyUnmodifiable", 409)
		is[*types.EntityTemporarilyUnmodifiableException](t, err)
		time.Sleep(5 * time.Minute)
		if err := deletePassword(t, iamOf(a, prod), "alice"); err != nil {
			t.Error(err)
		}
	})
}

func TestKeys(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		a.AddUser(prod, "alice", nil)
		first, second := a.AddKey(prod, "alice"), a.AddKey(prod, "alice")
		if len(first) != 20 || first[:4] != "AKIA" || first == second {
			t.Errorf("ids %q, %q", first, second)
		}
		if err := setKey(t, iamOf(a, prod), "alice", first, "Inactive"); err != nil {
			t.Fatal(err)
		}
		want := []fakeaws.Key{{ID: first}, {ID: second, Active: true}}
		slices.SortFunc(want, func(x, y fakeaws.Key) int { return strings.Compare(x.ID, y.ID) })
		if diff := cmp.Diff(want, a.Keys(prod, "alice")); diff != "" {
			t.Error(diff)
		}
		defer func() {
			if recover() == nil {
				t.Error("a third key was made")
			}
		}()
		a.AddKey(prod, "alice")
	})
}

// Without a name each call is about the caller, whose own key it may switch off.
func TestCredentialsOfTheCaller(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		c := iamOf(a, prod)
		id, _ := a.Credentials(prod)
		out := must[*iam.ListAccessKeysOutput](t)(c.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{}))
		if len(out.AccessKeyMetadata) != 1 || *out.AccessKeyMetadata[0].AccessKeyId != id || *out.AccessKeyMetadata[0].UserName != "operator" {
			t.Errorf("keys %+v", out.AccessKeyMetadata)
		}
		_, err := c.GetLoginProfile(t.Context(), &iam.GetLoginProfileInput{})
		refused(t, err, "NoSuchEntity", 404)
		must[*iam.UpdateAccessKeyOutput](t)(c.UpdateAccessKey(t.Context(), &iam.UpdateAccessKeyInput{AccessKeyId: &id, Status: "Inactive"}))
		_, err = c.GetUser(t.Context(), &iam.GetUserInput{})
		refused(t, err, "InvalidClientTokenId", 403)
	})
}

func TestKeyGoesWithItsUser(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		a.AddUser(prod, "alice", nil)
		cfg := a.Config(prod)
		cfg.Credentials = credentials.NewStaticCredentialsProvider(a.AddKey(prod, "alice"), "any", "")
		a.DeleteUser(prod, "alice")
		_, err := iam.NewFromConfig(cfg).GetUser(t.Context(), &iam.GetUserInput{})
		refused(t, err, "InvalidClientTokenId", 403)
	})
}

func TestCredentialRefusals(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		a.AddUser(prod, "alice", nil)
		c := iamOf(a, prod)
		id := a.AddKey(prod, "alice")
		refused(t, setKey(t, c, "alice", id, "Expired"), "InvalidInput", 400)
		refused(t, setKey(t, c, "alice", "short", "Inactive"), "ValidationError", 400)
		refused(t, setKey(t, c, "a b", id, "Inactive"), "ValidationError", 400)
		refused(t, deletePassword(t, c, "a b"), "ValidationError", 400)
	})
}
