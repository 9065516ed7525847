package fakeaws_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sekisho/aws/fakeaws"
)

func TestGetUser(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		id := a.AddUser(prod, "t.yamada", map[string]string{"team": "sre", "sekisho:slack-user-id": "U01ABCDEF"})
		if len(id) != 21 || !strings.HasPrefix(id, "AIDA") {
			t.Errorf("id %q is not AIDA and 17 letters", id)
		}
		out, err := iamOf(a, prod).GetUser(t.Context(), &iam.GetUserInput{UserName: new("T.Yamada")})
		if err != nil {
			t.Fatal(err)
		}
		tags := map[string]string{}
		for _, tag := range out.User.Tags {
			tags[*tag.Key] = *tag.Value
		}
		got := []any{*out.User.UserName, *out.User.UserId, *out.User.Arn, out.User.CreateDate.Equal(time.Now()), tags}
		want := []any{"t.yamada", id, "arn:aws:iam::111111111111:user/t.yamada", true,
			map[string]string{"team": "sre", "sekisho:slack-user-id": "U01ABCDEF"}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

// A name can be deleted and made again; the unique id tells the two apart.
func TestUserMadeAgain(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		first := a.AddUser(prod, "alice", nil)
		a.AddGroup(prod, "ops")
		a.Join(prod, "alice", "ops")
		a.DeleteUser(prod, "alice")
		_, err := iamOf(a, prod).GetUser(t.Context(), &iam.GetUserInput{UserName: new("alice")})
		is[*types.NoSuchEntityException](t, err)
		if second := a.AddUser(prod, "alice", nil); second == first {
			t.Error("the second alice has the id of the first")
		}
		if got := a.Groups(prod, "alice"); len(got) != 0 {
			t.Errorf("the second alice is in %v", got)
		}
	})
}

func TestCallerIsAUser(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		out := must[*iam.GetUserOutput](t)(iamOf(a, prod).GetUser(t.Context(), &iam.GetUserInput{}))
		if *out.User.UserName != "operator" {
			t.Errorf("caller is %s", *out.User.UserName)
		}
	})
}

func TestMembershipIsIdempotent(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		a.AddUser(prod, "alice", nil)
		a.AddGroup(prod, "ops")
		c := iamOf(a, prod)
		for range 2 {
			if err := add(c, "alice", "ops"); err != nil {
				t.Fatal(err)
			}
			if got := members(t, c, "ops", 100); !slices.Equal(got, []string{"alice"}) {
				t.Errorf("members %v", got)
			}
		}
		for range 2 {
			if err := remove(c, "alice", "ops"); err != nil {
				t.Fatal(err)
			}
			if got := groups(t, c, "alice", 100); len(got) != 0 {
				t.Errorf("groups %v", got)
			}
		}
	})
}

func TestIAMRefusals(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		a.AddUser(prod, "alice", nil)
		a.AddGroup(prod, "ops")
		c := iamOf(a, prod)
		for _, err := range []error{
			add(c, "nobody", "ops"), add(c, "alice", "nothing"),
			remove(c, "nobody", "ops"), remove(c, "alice", "nothing"),
			add(c, strings.Repeat("u", 128), "ops"),
		} {
			refused(t, err, "NoSuchEntity", 404)
			is[*types.NoSuchEntityException](t, err)
		}
		for _, err := range []error{
			add(c, "a b", "ops"), add(c, "alice", "a/b"), add(c, "日本", "ops"), add(c, "", "ops"),
			add(c, strings.Repeat("u", 129), "ops"), remove(c, "alice", strings.Repeat("g", 129)),
		} {
			refused(t, err, "ValidationError", 400)
		}
		for _, n := range []int32{0, 1001} {
			_, err := c.GetGroup(t.Context(), &iam.GetGroupInput{GroupName: new("ops"), MaxItems: &n})
			refused(t, err, "ValidationError", 400)
		}
		_, err := c.GetGroup(t.Context(), &iam.GetGroupInput{GroupName: new("ops"), Marker: new("?")})
		refused(t, err, "ValidationError", 400)
	})
}

func TestTenGroupsAUser(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		a.AddUser(prod, "alice", nil)
		c := iamOf(a, prod)
		for i := range 11 {
			a.AddGroup(prod, fmt.Sprint("g", i))
		}
		for i := range 10 {
			if err := add(c, "alice", fmt.Sprint("g", i)); err != nil {
				t.Fatal(err)
			}
		}
		err := add(c, "alice", "g10")
		refused(t, err, "LimitExceeded", 409)
		is[*types.LimitExceededException](t, err)
		if err := add(c, "alice", "g3"); err != nil {
			t.Errorf("add a member at the limit: %v", err)
		}
		if err := remove(c, "alice", "g3"); err != nil {
			t.Fatal(err)
		}
		if err := add(c, "alice", "g10"); err != nil {
			t.Errorf("add below the limit: %v", err)
		}
	})
}

func TestLag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := fakeaws.New(fakeaws.Options{Accounts: []string{prod}, Lag: 4 * time.Second})
		a.AddUser(prod, "alice", nil)
		a.AddGroup(prod, "ops")
		c := iamOf(a, prod)
		seen := func(want ...string) {
			t.Helper()
			if got := members(t, c, "ops", 100); !slices.Equal(got, want) {
				t.Errorf("members seen %v, want %v", got, want)
			}
			if got := groups(t, c, "alice", 100); len(got) != len(want) {
				t.Errorf("groups seen %v", got)
			}
		}
		if err := add(c, "alice", "ops"); err != nil {
			t.Fatal(err)
		}
		if got := a.Members(prod, "ops"); !slices.Equal(got, []string{"alice"}) {
			t.Errorf("members in truth %v", got)
		}
		time.Sleep(3 * time.Second)
		seen()
		if err := remove(c, "alice", "ops"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		seen("alice") // although it is out already
		time.Sleep(3 * time.Second)
		seen()
	})
}

// Whatever the size of the pages, each member comes exactly once, in order.
func TestPaging(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := fakeaws.New(fakeaws.Options{Accounts: []string{prod}})
		a.AddGroup(prod, "ops")
		want := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z+=,.@_-]{1,3}`), 0, 12, rapid.ID).Draw(t, "users")
		for _, name := range want {
			a.AddUser(prod, name, nil)
			a.Join(prod, name, "ops")
		}
		slices.Sort(want)
		perPage := rapid.Int32Range(1, 13).Draw(t, "per page")
		got := members(t, iamOf(a, prod), "ops", perPage)
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
		if pages := len(a.Calls()); pages != max(1, (len(want)+int(perPage)-1)/int(perPage)) {
			t.Fatalf("%d pages of %d for %d", pages, perPage, len(want))
		}
	})
}

// A member who leaves between two pages costs the others nothing.
func TestPagingWhileMembersLeave(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		a.AddGroup(prod, "ops")
		for _, name := range []string{"a", "b", "c", "d"} {
			a.AddUser(prod, name, nil)
			a.Join(prod, name, "ops")
		}
		pages := iam.NewGetGroupPaginator(iamOf(a, prod), &iam.GetGroupInput{GroupName: new("ops"), MaxItems: new(int32(2))})
		var got []string
		for pages.HasMorePages() {
			page := must[*iam.GetGroupOutput](t)(pages.NextPage(context.Background()))
			for _, u := range page.Users {
				got = append(got, *u.UserName)
			}
			if len(got) == 2 {
				a.Leave(prod, "a", "ops")
				a.Leave(prod, "b", "ops")
			}
		}
		if want := []string{"a", "b", "c", "d"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}
