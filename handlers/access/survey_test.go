package access_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"sekisho/handlers/access"

	"sekisho/aws/identity"
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
		s := access.Survey{Policy: auditPolicy(), Auditor: identity.Accounts{account: identity.In(w.aws.Config(account))}, Directory: w.leads, DB: w.db}
		for _, c := range []struct {
			name string
			s    access.Survey
			want []store.FindingKind
		}{
			{"with both", s, []store.FindingKind{store.Left}},
			{"without the ledger", access.Survey{Policy: s.Policy, Auditor: s.Auditor, Directory: s.Directory}, []store.FindingKind{store.Left, store.OwnKey}},
			{"without Slack", access.Survey{Policy: s.Policy, Auditor: s.Auditor, DB: s.DB}, nil},
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
