package audit_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sekisho/handlers/audit"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

var auditNow = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

const (
	account = "123456789012"
	batch   = "svc-batch"
	aDay    = 24 * time.Hour
)

func ago(d time.Duration) time.Time { return auditNow.Add(-d) }

// findingRules has a person with a user, a user whose key is rotated, and one whose key is given.
func findingRules() audit.Rules {
	return audit.Rules{
		Policy: &policy.Policy{Accounts: map[string]string{account: "production"}, People: people.New([]people.Person{{Slack: []string{"U0YAMADA", "U0YAMADA2"}, IAM: []people.Login{{Account: account, User: "t.yamada"}}}}),
			Entitlements: []policy.Entitlement{{ID: "key", Kind: "access-key", Account: account, Target: "svc-deploy"}}},
		Settings: &audit.Settings{Password: 90 * aDay, KeyAge: 90 * aDay, KeyUnused: 45 * aDay, Policies: []string{"IAMUserChangePassword"}},
		Rotated:  []audit.Rotated{{Rule: "batch", Login: people.Login{Account: account, User: batch}}},
	}
}

func TestFindings(t *testing.T) {
	key := func(id string, made, used time.Time) audit.Key {
		return audit.Key{ID: id, Active: true, Made: made, Used: used}
	}
	young := key("AKIA1", ago(aDay), ago(time.Hour))
	for _, c := range []struct {
		name  string
		user  audit.Credentials
		known audit.Known
		want  []string // kind, cure, key, policies, since days ago
	}{
		{"nothing at all", audit.Credentials{User: "t.yamada"}, audit.Known{}, nil},
		{"a password in use, with MFA", audit.Credentials{User: "t.yamada", Password: true, MFA: true, PasswordSet: ago(400 * aDay), SignedIn: ago(90 * aDay)}, audit.Known{}, nil},
		{"a password without MFA", audit.Credentials{User: "x", Password: true, SignedIn: ago(aDay)}, audit.Known{}, []string{"no_mfa add_mfa  [] -"}},
		{"no password needs no MFA", audit.Credentials{User: "x"}, audit.Known{}, nil},
		{"a password that nobody uses", audit.Credentials{User: "x", Password: true, MFA: true, PasswordSet: ago(400 * aDay), SignedIn: ago(91 * aDay)}, audit.Known{},
			[]string{"idle_password delete_password  [] 91"}},
		{"a password that was never used", audit.Credentials{User: "x", Password: true, MFA: true, PasswordSet: ago(100 * aDay)}, audit.Known{},
			[]string{"idle_password delete_password  [] 100"}},
		{"a password that was set yesterday", audit.Credentials{User: "x", Password: true, MFA: true, PasswordSet: ago(aDay), SignedIn: ago(400 * aDay)}, audit.Known{}, nil},
		{"a password of which no date is known", audit.Credentials{User: "<root_account>", Password: true, MFA: true}, audit.Known{}, nil},
		{"the root user's password, however old its last sign-in", audit.Credentials{User: store.RootUser, Password: true, MFA: true, PasswordSet: ago(900 * aDay), SignedIn: ago(300 * aDay)}, audit.Known{}, nil},
		{"a young key of the root user, used today", audit.Credentials{User: store.RootUser, Keys: []audit.Key{young}}, audit.Known{}, []string{"root_key delete_key AKIA1 [] 1"}},
		{"an old key of the root user, never used", audit.Credentials{User: store.RootUser, Keys: []audit.Key{key("access_key_2", ago(900*aDay), time.Time{})}}, audit.Known{},
			[]string{"root_key delete_key access_key_2 [] 900"}},
		{"a key of the root user of which no date is known", audit.Credentials{User: store.RootUser, Keys: []audit.Key{key("access_key_1", time.Time{}, time.Time{})}}, audit.Known{},
			[]string{"root_key delete_key access_key_1 [] -"}},
		{"an inactive key of the root user", audit.Credentials{User: store.RootUser, Keys: []audit.Key{{ID: "access_key_1", Made: ago(900 * aDay)}}}, audit.Known{}, nil},
		{"a key of a user who is not managed", audit.Credentials{User: "x", Keys: []audit.Key{young}}, audit.Known{}, nil},
		{"a managed user's own key", audit.Credentials{User: "T.Yamada", Keys: []audit.Key{young}}, audit.Known{}, []string{"own_key deactivate_key AKIA1 [] 1"}},
		{"a key that nothing explains any more", audit.Credentials{User: "svc-deploy", Keys: []audit.Key{young}}, audit.Known{}, []string{"own_key deactivate_key AKIA1 [] 1"}},
		{"a key under a grant", audit.Credentials{User: "svc-deploy", Keys: []audit.Key{key("AKIA1", ago(200*aDay), time.Time{})}}, audit.Known{Keys: []string{"AKIA1"}}, nil},
		{"a key beside one under a grant", audit.Credentials{User: "svc-deploy", Keys: []audit.Key{young, key("AKIA2", ago(2*aDay), ago(aDay))}},
			audit.Known{Keys: []string{"AKIA1"}}, []string{"own_key deactivate_key AKIA2 [] 2"}},
		{"a key that is rotated", audit.Credentials{User: "SVC-batch", Keys: []audit.Key{young}}, audit.Known{}, nil},
		{"one that is rotated, and old", audit.Credentials{User: batch, Keys: []audit.Key{key("AKIA1", ago(91*aDay), ago(aDay))}}, audit.Known{},
			[]string{"old_key rotate_key AKIA1 [] 91"}},
		{"an old key", audit.Credentials{User: "x", Keys: []audit.Key{key("access_key_2", ago(91*aDay), ago(aDay))}}, audit.Known{},
			[]string{"old_key replace_key access_key_2 [] 91"}},
		{"a key of just that age, unused for just that long", audit.Credentials{User: "x", Keys: []audit.Key{key("access_key_1", ago(90*aDay), ago(45*aDay))}}, audit.Known{}, nil},
		{"a key that nobody uses", audit.Credentials{User: "x", Keys: []audit.Key{key("access_key_1", ago(80*aDay), ago(46*aDay))}}, audit.Known{},
			[]string{"idle_key deactivate_key access_key_1 [] 46"}},
		{"a key that was never used", audit.Credentials{User: "x", Keys: []audit.Key{key("access_key_1", ago(50*aDay), time.Time{})}}, audit.Known{},
			[]string{"idle_key deactivate_key access_key_1 [] 50"}},
		{"an inactive key", audit.Credentials{User: "t.yamada", Keys: []audit.Key{{ID: "AKIA1", Made: ago(900 * aDay)}}}, audit.Known{}, nil},
		{"policies of its own", audit.Credentials{User: "t.yamada", Policies: []string{"IAMUserChangePassword", "AdministratorAccess", "mine"}}, audit.Known{},
			[]string{"own_policy move_policy  [AdministratorAccess mine] -"}},
		{"a policy that it may have", audit.Credentials{User: "t.yamada", Policies: []string{"IAMUserChangePassword"}}, audit.Known{}, nil},
		{"who has left", audit.Credentials{User: "t.yamada", Password: true, SignedIn: ago(aDay)}, audit.Known{Left: []store.Person{"U0YAMADA"}},
			[]string{"left shut_out  [] -", "no_mfa add_mfa  [] -"}},
		{"whom somebody else has left", audit.Credentials{User: "t.yamada"}, audit.Known{Left: []store.Person{"U0SATO"}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range findingRules().Findings(account, audit.Inventory{Users: []audit.Credentials{c.user}}, c.known, auditNow) {
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
		var users []audit.Credentials
		var held []string
		for i, name := range []string{"t.yamada", batch, "svc-deploy", "x", "<root_account>"} {
			c := audit.Credentials{User: name, Password: rapid.Bool().Draw(t, "password"), MFA: rapid.Bool().Draw(t, "mfa"),
				PasswordSet: moment.Draw(t, "set"), SignedIn: moment.Draw(t, "signed in")}
			for j := range rapid.IntRange(0, 2).Draw(t, "keys") {
				k := audit.Key{ID: fmt.Sprint("AKIA", i, j), Active: rapid.Bool().Draw(t, "active"), Made: moment.Draw(t, "made"), Used: moment.Draw(t, "used")}
				if rapid.Bool().Draw(t, "held") {
					held = append(held, k.ID)
				}
				c.Keys = append(c.Keys, k)
			}
			users = append(users, c)
		}
		find := func(users []audit.Credentials, now time.Time) []store.Finding {
			return findingRules().Findings(account, audit.Inventory{Users: users}, audit.Known{Keys: held}, now)
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
