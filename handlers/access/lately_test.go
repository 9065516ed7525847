package access_test

import (
	"testing"

	"sekisho/handlers/policy"
	"sekisho/store"
)

// What people read goes by the lists, which may be old; a form that is sent, a press and what is given go by what Slack says now.
func TestWhatIsOldIsReadAndDecidesNothing(t *testing.T) {
	inWorld(t, func(w *world) {
		w.leads.also("S0OPS", "U0SATO")
		w.leads.also("S0STAFF", "U0YAMADA")
		w.ruled(func(e *policy.Entitlement) {
			e.Askers = []string{"usergroup:S0STAFF"}
			e.Steps = []store.Step{{By: []string{"usergroup:S0OPS"}, Count: 1}}
		})
		old := &userGroup{}
		old.also("S0OPS", "U0SATO", "U0KATO")
		old.also("S0STAFF", "U0YAMADA")
		old.leave("U0OTHER")
		w.leads.listed = old
		if d := w.asks(wish("1", nil)); d.Refusal != "" {
			t.Fatalf("%+v", d)
		}
		if a, err := w.keeper.Access(w.t.Context(), "U0KATO", 0); err != nil || len(a.Waiting) != 1 {
			t.Errorf("by the list it waits for Kato: %+v, %v", a.Waiting, err)
		}
		if refusal := w.press("U0KATO", store.Approve); refusal != policy.NotApprover || w.member() {
			t.Errorf("Kato, who was removed a second ago, presses: %q", refusal)
		}
		w.leads.also("S0STAFF")
		if offers, _, err := w.keeper.Offers(w.t.Context(), "U0YAMADA"); err != nil || len(offers) != 1 {
			t.Errorf("by the list it is offered: %+v, %v", offers, err)
		}
		w.refuses("who may not ask any more", wish("2", nil), policy.NotAsker)
		if refusal := w.press("U0SATO", store.Approve); refusal != policy.NotAsker || w.member() {
			t.Errorf("approved for who may not ask any more: %q", refusal)
		}
		w.leads.set(true)
		if offers, _, err := w.keeper.Offers(w.t.Context(), "U0YAMADA"); err == nil {
			t.Errorf("offered to an account of which Slack says nothing: %+v", offers)
		}
	})
}
