package access_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"sekisho/aws/identity"
	"sekisho/handlers/audit"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// A key that a live grant has issued is no finding, as it has its end; without the ledger nobody knows, and without Slack
// nobody knows who has left.
func TestSurveyOfAKeyUnderAGrant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.aws.AddUser(account, "svc-deploy", nil)
		key := w.aws.AddKey(account, "svc-deploy")
		w.leads.leave("U0YAMADA", "U0YAMADA2")
		w.given(store.Grant{ID: "request-1", Kind: "access-key", Account: account, Target: "svc-deploy", Exclusive: true}, map[string]string{store.FactKey: key})
		s := audit.Survey{Rules: auditPolicy(), Reader: identity.Accounts{account: identity.In(w.aws.Config(account))}, Directory: w.leads, DB: w.db}
		for _, c := range []struct {
			name string
			s    audit.Survey
			want []store.FindingKind
		}{
			{"with both", s, []store.FindingKind{store.Left}},
			{"without the ledger", audit.Survey{Rules: s.Rules, Reader: s.Reader, Directory: s.Directory}, []store.FindingKind{store.Left, store.OwnKey}},
			{"without Slack", audit.Survey{Rules: s.Rules, Reader: s.Reader, DB: s.DB}, nil},
		} {
			got, err := c.s.Take(t.Context(), time.Now())
			if err != nil || got.Unjudged != (c.s.Directory == nil) || len(got.Findings) != len(c.want) {
				t.Fatalf("%s: %v, %+v", c.name, err, got)
			}
			for i, f := range got.Findings {
				if f.Kind != c.want[i] {
					t.Errorf("%s: %s, want %s", c.name, f.Kind, c.want[i])
				}
			}
		}
		w.leads.set(true)
		if got, err := s.Take(t.Context(), time.Now()); !errors.Is(err, errDown) || !got.Unjudged || got.Accounts[0].Trouble != "" {
			t.Errorf("with Slack down: %v, %+v", err, got)
		}
	})
}

// auditPolicy has a person with a user, a user whose key is rotated, and one whose key is given.
func auditPolicy() audit.Rules {
	return audit.Rules{
		Policy: &policy.Policy{Accounts: map[string]string{account: "production"}, People: people.New(team()),
			Entitlements: []policy.Entitlement{{ID: "key", Kind: "access-key", Account: account, Target: "svc-deploy"}}},
		Settings: &audit.Settings{Password: 90 * aDay, KeyAge: 90 * aDay, KeyUnused: 45 * aDay, Policies: []string{"IAMUserChangePassword"}},
		Rotated:  []audit.Rotated{{Rule: "batch", Login: people.Login{Account: account, User: batch}}},
	}
}
