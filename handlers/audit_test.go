package handlers_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sekisho/handlers"
	"sekisho/handlers/policy"
	"sekisho/store"
)

const aDay = 24 * time.Hour

var auditNow = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

func ago(d time.Duration) time.Time { return auditNow.Add(-d) }

// auditPolicy has a person with a user, a user whose key is rotated, and one whose key is given.
func auditPolicy() *handlers.Settings {
	p := oneRule()
	p.Audit = &handlers.Audit{Password: 90 * aDay, KeyAge: 90 * aDay, KeyUnused: 45 * aDay, Policies: []string{"IAMUserChangePassword"}, Zone: time.UTC}
	p.Rotations = []handlers.Rotation{{ID: "batch", Account: account, User: batch}}
	p.Entitlements = append(p.Entitlements, policy.Entitlement{ID: "key", Kind: "access-key", Account: account, Target: "svc-deploy"})
	return p
}

func TestFindings(t *testing.T) {
	key := func(id string, made, used time.Time) handlers.Key {
		return handlers.Key{ID: id, Active: true, Made: made, Used: used}
	}
	young := key("AKIA1", ago(aDay), ago(time.Hour))
	for _, c := range []struct {
		name  string
		user  handlers.Credentials
		known handlers.Known
		want  []string // kind, cure, key, policies, since days ago
	}{
		{"nothing at all", handlers.Credentials{User: "t.yamada"}, handlers.Known{}, nil},
		{"a password in use, with MFA", handlers.Credentials{User: "t.yamada", Password: true, MFA: true, PasswordSet: ago(400 * aDay), SignedIn: ago(90 * aDay)}, handlers.Known{}, nil},
		{"a password without MFA", handlers.Credentials{User: "x", Password: true, SignedIn: ago(aDay)}, handlers.Known{}, []string{"no_mfa add_mfa  [] -"}},
		{"no password needs no MFA", handlers.Credentials{User: "x"}, handlers.Known{}, nil},
		{"a password that nobody uses", handlers.Credentials{User: "x", Password: true, MFA: true, PasswordSet: ago(400 * aDay), SignedIn: ago(91 * aDay)}, handlers.Known{},
			[]string{"idle_password delete_password  [] 91"}},
		{"a password that was never used", handlers.Credentials{User: "x", Password: true, MFA: true, PasswordSet: ago(100 * aDay)}, handlers.Known{},
			[]string{"idle_password delete_password  [] 100"}},
		{"a password that was set yesterday", handlers.Credentials{User: "x", Password: true, MFA: true, PasswordSet: ago(aDay), SignedIn: ago(400 * aDay)}, handlers.Known{}, nil},
		{"a password of which no date is known", handlers.Credentials{User: "<root_account>", Password: true, MFA: true}, handlers.Known{}, nil},
		{"the root user's password, however old its last sign-in", handlers.Credentials{User: store.RootUser, Password: true, MFA: true, PasswordSet: ago(900 * aDay), SignedIn: ago(300 * aDay)}, handlers.Known{}, nil},
		{"a young key of the root user, used today", handlers.Credentials{User: store.RootUser, Keys: []handlers.Key{young}}, handlers.Known{}, []string{"root_key delete_key AKIA1 [] 1"}},
		{"an old key of the root user, never used", handlers.Credentials{User: store.RootUser, Keys: []handlers.Key{key("access_key_2", ago(900*aDay), time.Time{})}}, handlers.Known{},
			[]string{"root_key delete_key access_key_2 [] 900"}},
		{"a key of the root user of which no date is known", handlers.Credentials{User: store.RootUser, Keys: []handlers.Key{key("access_key_1", time.Time{}, time.Time{})}}, handlers.Known{},
			[]string{"root_key delete_key access_key_1 [] -"}},
		{"an inactive key of the root user", handlers.Credentials{User: store.RootUser, Keys: []handlers.Key{{ID: "access_key_1", Made: ago(900 * aDay)}}}, handlers.Known{}, nil},
		{"a key of a user who is not managed", handlers.Credentials{User: "x", Keys: []handlers.Key{young}}, handlers.Known{}, nil},
		{"a managed user's own key", handlers.Credentials{User: "T.Yamada", Keys: []handlers.Key{young}}, handlers.Known{}, []string{"own_key deactivate_key AKIA1 [] 1"}},
		{"a key that nothing explains any more", handlers.Credentials{User: "svc-deploy", Keys: []handlers.Key{young}}, handlers.Known{}, []string{"own_key deactivate_key AKIA1 [] 1"}},
		{"a key under a grant", handlers.Credentials{User: "svc-deploy", Keys: []handlers.Key{key("AKIA1", ago(200*aDay), time.Time{})}}, handlers.Known{Keys: []string{"AKIA1"}}, nil},
		{"a key beside one under a grant", handlers.Credentials{User: "svc-deploy", Keys: []handlers.Key{young, key("AKIA2", ago(2*aDay), ago(aDay))}},
			handlers.Known{Keys: []string{"AKIA1"}}, []string{"own_key deactivate_key AKIA2 [] 2"}},
		{"a key that is rotated", handlers.Credentials{User: "SVC-batch", Keys: []handlers.Key{young}}, handlers.Known{}, nil},
		{"one that is rotated, and old", handlers.Credentials{User: batch, Keys: []handlers.Key{key("AKIA1", ago(91*aDay), ago(aDay))}}, handlers.Known{},
			[]string{"old_key rotate_key AKIA1 [] 91"}},
		{"an old key", handlers.Credentials{User: "x", Keys: []handlers.Key{key("access_key_2", ago(91*aDay), ago(aDay))}}, handlers.Known{},
			[]string{"old_key replace_key access_key_2 [] 91"}},
		{"a key of just that age, unused for just that long", handlers.Credentials{User: "x", Keys: []handlers.Key{key("access_key_1", ago(90*aDay), ago(45*aDay))}}, handlers.Known{}, nil},
		{"a key that nobody uses", handlers.Credentials{User: "x", Keys: []handlers.Key{key("access_key_1", ago(80*aDay), ago(46*aDay))}}, handlers.Known{},
			[]string{"idle_key deactivate_key access_key_1 [] 46"}},
		{"a key that was never used", handlers.Credentials{User: "x", Keys: []handlers.Key{key("access_key_1", ago(50*aDay), time.Time{})}}, handlers.Known{},
			[]string{"idle_key deactivate_key access_key_1 [] 50"}},
		{"an inactive key", handlers.Credentials{User: "t.yamada", Keys: []handlers.Key{{ID: "AKIA1", Made: ago(900 * aDay)}}}, handlers.Known{}, nil},
		{"policies of its own", handlers.Credentials{User: "t.yamada", Policies: []string{"IAMUserChangePassword", "AdministratorAccess", "mine"}}, handlers.Known{},
			[]string{"own_policy move_policy  [AdministratorAccess mine] -"}},
		{"a policy that it may have", handlers.Credentials{User: "t.yamada", Policies: []string{"IAMUserChangePassword"}}, handlers.Known{}, nil},
		{"who has left", handlers.Credentials{User: "t.yamada", Password: true, SignedIn: ago(aDay)}, handlers.Known{Left: []store.Person{"U0YAMADA"}},
			[]string{"left shut_out  [] -", "no_mfa add_mfa  [] -"}},
		{"whom somebody else has left", handlers.Credentials{User: "t.yamada"}, handlers.Known{Left: []store.Person{"U0SATO"}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range auditPolicy().Findings(account, handlers.Inventory{Users: []handlers.Credentials{c.user}}, c.known, auditNow) {
				since := "-"
				if !f.Since.IsZero() {
					since = fmt.Sprint(int(auditNow.Sub(f.Since) / aDay))
				}
				if f.User != c.user.User || f.AccountName != "production" || (f.Rotation == "batch") != (f.Cure == store.RotateKey) {
					t.Errorf("%+v", f)
				}
				got = append(got, fmt.Sprint(f.Kind, " ", f.Cure, " ", f.Key, " ", f.Policies, " ", since))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Whatever users there are, in whatever order: the findings are the same and stand in one order, a key that has its end is
// in none, and as time goes by none goes away.
func TestFindingsHold(t *testing.T) {
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "unknown") {
			return time.Time{}
		}
		return ago(time.Duration(rapid.IntRange(0, 200).Draw(t, "days")) * aDay)
	})
	rapid.Check(t, func(t *rapid.T) {
		var users []handlers.Credentials
		var held []string
		for i, name := range []string{"t.yamada", batch, "svc-deploy", "x", "<root_account>"} {
			c := handlers.Credentials{User: name, Password: rapid.Bool().Draw(t, "password"), MFA: rapid.Bool().Draw(t, "mfa"),
				PasswordSet: moment.Draw(t, "set"), SignedIn: moment.Draw(t, "signed in")}
			for j := range rapid.IntRange(0, 2).Draw(t, "keys") {
				k := handlers.Key{ID: fmt.Sprint("AKIA", i, j), Active: rapid.Bool().Draw(t, "active"), Made: moment.Draw(t, "made"), Used: moment.Draw(t, "used")}
				if rapid.Bool().Draw(t, "held") {
					held = append(held, k.ID)
				}
				c.Keys = append(c.Keys, k)
			}
			users = append(users, c)
		}
		find := func(users []handlers.Credentials, now time.Time) []store.Finding {
			return auditPolicy().Findings(account, handlers.Inventory{Users: users}, handlers.Known{Keys: held}, now)
		}
		first := find(users, auditNow)
		if diff := cmp.Diff(first, find(rapid.Permutation(users).Draw(t, "order"), auditNow)); diff != "" {
			t.Fatalf("in another order of users:\n%s", diff)
		}
		later := find(users, auditNow.Add(30*aDay))
		for i, f := range first {
			if slices.Contains(held, f.Key) {
				t.Fatalf("%s has its end and is found: %+v", f.Key, f)
			}
			if !slices.ContainsFunc(later, func(l store.Finding) bool { return cmp.Equal(l, f) }) {
				t.Fatalf("a month later it is not found any more: %+v", f)
			}
			if i > 0 && slices.Index(store.Findings, first[i-1].Kind) > slices.Index(store.Findings, f.Kind) {
				t.Fatalf("%s stands before %s", first[i-1].Kind, f.Kind)
			}
		}
	})
}
