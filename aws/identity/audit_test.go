package identity_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sekisho/aws/fakeaws"
	"sekisho/aws/identity"
	"sekisho/handlers/audit"
)

// read takes an inventory, by few calls.
func read(t *testing.T, a *fakeaws.AWS, managed ...string) (in audit.Inventory, calls map[string]int) {
	t.Helper()
	before := len(a.Calls())
	in, err := identity.Accounts{prod: identity.In(a.Config(prod))}.Inventory(t.Context(), prod, managed)
	if err != nil {
		t.Fatal(err)
	}
	calls = map[string]int{}
	for _, c := range a.Calls()[before:] {
		calls[c.Action]++
	}
	return in, calls
}

func userIn(in audit.Inventory, name string) (audit.Credentials, bool) {
	i := slices.IndexFunc(in.Users, func(c audit.Credentials) bool { return c.User == name })
	if i < 0 {
		return audit.Credentials{}, false
	}
	return in.Users[i], true
}

func TestAuditReadsTheReport(t *testing.T) {
	bubble(t, fakeaws.Options{}, func(t *testing.T, _ world, a *fakeaws.AWS) {
		day := func(n int) time.Time { return time.Now().UTC().Add(-time.Duration(n) * 24 * time.Hour) }
		for i := range 150 {
			a.AddUser(prod, fmt.Sprint("other-", i), nil)
		}
		id := a.AddUser(prod, "T.Yamada", nil)
		a.AddPasswordAt(prod, "T.Yamada", day(100))
		a.SignInAt(prod, "T.Yamada", day(20))
		a.AddMFA(prod, "T.Yamada")
		a.AddUserPolicy(prod, "T.Yamada", "by-hand")
		a.AttachUserPolicy(prod, "T.Yamada", "arn:aws:iam::aws:policy/ReadOnlyAccess")
		used, off := a.AddKeyAt(prod, "T.Yamada", day(50)), a.AddKeyAt(prod, "T.Yamada", day(40))
		a.UseKeyAt(used, "s3", day(3))
		a.SetKey(prod, "T.Yamada", off, false)
		a.AddUserPolicy(prod, "other-7", "by-hand")
		a.AddKeyAt(prod, "other-7", day(9))

		in, calls := read(t, a, "t.yamada", "nobody")
		if diff := cmp.Diff(map[string]int{"GenerateCredentialReport": 3, "GetCredentialReport": 1, "ListUserPolicies": 2, "ListAttachedUserPolicies": 1, "ListAccessKeys": 1, "ListUsers": 1}, calls); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
		got, _ := userIn(in, "T.Yamada")
		slices.SortFunc(got.Keys, func(a, b audit.Key) int { return a.Made.Compare(b.Made) })
		want := audit.Credentials{User: "T.Yamada", ID: id, Made: day(0), Password: true, PasswordSet: day(100), SignedIn: day(20), MFA: true,
			Policies: []string{"by-hand", "ReadOnlyAccess"},
			Keys:     []audit.Key{{ID: used, Active: true, Made: day(50), Used: day(3)}, {ID: off, Made: day(40)}}}
		seconds := cmp.Comparer(func(a, b time.Time) bool { return a.Sub(b).Abs() < 5*time.Second })
		if diff := cmp.Diff(want, got, seconds); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		other, _ := userIn(in, "other-7")
		if other.ID == "" || other.ID == id {
			t.Errorf("id of other-7: %q", other.ID)
		}
		other.ID = ""
		if diff := cmp.Diff(audit.Credentials{User: "other-7", Made: day(0), Keys: []audit.Key{{ID: "access_key_1", Active: true, Made: day(9)}}}, other, seconds); diff != "" {
			t.Errorf("of a user who is not managed (-want +got):\n%s", diff)
		}
		if root, _ := userIn(in, "<root_account>"); !root.Password || !root.MFA || len(root.Keys) != 0 {
			t.Errorf("root: %+v", root)
		}
		if _, there := userIn(in, "nobody"); there || len(in.Users) < 152 {
			t.Errorf("%d users; one whom there is not: %t", len(in.Users), there)
		}
	})
}

// What has happened since the report was made is seen of managed users, and the report's age is said.
func TestAuditSeesManagedUsersAsTheyAre(t *testing.T) {
	bubble(t, fakeaws.Options{}, func(t *testing.T, _ world, a *fakeaws.AWS) {
		a.AddUser(prod, "leaver", nil)
		gone := a.AddKey(prod, "leaver")
		first, _ := read(t, a)
		time.Sleep(3 * time.Hour)
		a.DeleteKey(prod, "leaver", gone)
		a.DeleteUser(prod, "leaver")
		a.AddUser(prod, "joiner", nil)
		key := a.AddKey(prod, "joiner")
		second, _ := read(t, a, "joiner", "leaver")
		if !second.Made.Equal(first.Made) || second.Made.IsZero() {
			t.Errorf("made %s, then %s: want the same report", first.Made, second.Made)
		}
		joiner, _ := userIn(second, "joiner")
		if _, there := userIn(second, "leaver"); there || len(joiner.Keys) != 1 || joiner.Keys[0].ID != key {
			t.Errorf("leaver there: %t, joiner %+v", there, joiner)
		}
	})
}

// A failure is an error, and never an account in which all is well.
func TestAuditThatFails(t *testing.T) {
	for _, action := range []string{"GenerateCredentialReport", "GetCredentialReport", "ListUserPolicies", "ListAttachedUserPolicies", "ListAccessKeys"} {
		t.Run(action, func(t *testing.T) {
			bubble(t, fakeaws.Options{}, func(t *testing.T, _ world, a *fakeaws.AWS) {
				a.AddUser(prod, "t.yamada", nil)
				a.Fault(func(c fakeaws.Call) *fakeaws.Failure {
					if c.Action == action {
						return &fakeaws.Failure{Code: "AccessDenied"}
					}
					return nil
				})
				_, err := identity.Accounts{prod: identity.In(a.Config(prod))}.Inventory(t.Context(), prod, []string{"t.yamada"})
				var answer interface{ ErrorCode() string }
				if !errors.As(err, &answer) || answer.ErrorCode() != "AccessDenied" {
					t.Errorf("%v", err)
				}
			})
		})
	}
}
