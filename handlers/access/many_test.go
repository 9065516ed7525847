package access_test

import (
	"fmt"
	"testing"
	"time"

	"sekisho/handlers/policy"
	"sekisho/store"
)

// slackWaits is how long Slack waits for suggestions in a form.
const slackWaits = 3 * time.Second

// TestTenThousandEntitlements: what a person may ask for is found while Slack waits, and so is what a sign-in asks for.
func TestTenThousandEntitlements(t *testing.T) {
	const many = 10_000
	w := newWorld(t)
	one := w.policy.Entitlements[0]
	w.policy.Entitlements = nil
	for i := range many {
		e := one
		e.ID, e.Target, e.Askers = fmt.Sprint("rule-", i), fmt.Sprint("group-", i), []string{"usergroup:S0LEADS"}
		w.policy.Entitlements = append(w.policy.Entitlements, e)
	}
	begin := time.Now()
	offers, refusal, err := w.keeper.Offers(t.Context(), "U0YAMADA")
	if took := time.Since(begin); err != nil || refusal != "" || len(offers) != many || took > slackWaits {
		t.Errorf("%d offers after %s, %q, %v", len(offers), took, refusal, err)
	} else {
		t.Logf("%d offers after %s", many, took)
	}
	begin = time.Now()
	d := w.policy.SignIn(account, policy.Question{Person: "U0OTHER", When: time.Now(), Members: map[string][]string{"S0LEADS": {"U0SATO"}}})
	if took := time.Since(begin); d.Refusal != policy.NotAsker || took > slackWaits {
		t.Errorf("a sign-in of somebody for whom none is: %q after %s", d.Refusal, took)
	} else {
		t.Logf("a sign-in is decided on after %s", took)
	}
	begin = time.Now()
	d = w.policy.Decide(policy.Question{Origin: store.Requested, Person: "U0YAMADA", Entitlement: fmt.Sprint("rule-", many-1), When: time.Now(),
		Members: map[string][]string{"S0LEADS": {"U0SATO", "U0YAMADA"}}})
	if took := time.Since(begin); d.Refusal != "" || took > 100*time.Millisecond {
		t.Errorf("the last rule: %q after %s", d.Refusal, took)
	}
}
