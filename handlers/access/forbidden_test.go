package access_test

import (
	"testing"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// TestForbidden: what a press would be refused for is known beforehand, with who can instead, and nothing is stored. It is what
// the press itself is refused for.
func TestForbidden(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) {
			p.Entitlements[0].Steps = []store.Step{{By: []string{"usergroup:S0LEADS", "U0KATO", "U0YAMADA"}, Count: 1}, {By: []string{"U0CHIEF"}, Count: 1}}
			p.Security = []string{"U0CHIEF"}
		})
		w.signIn("1")
		g := w.grant("1")
		forbidden := func(by string, verb store.Verb, want, who string) {
			t.Helper()
			before := w.writes()
			p, err := w.keeper.Forbidden(w.t.Context(), store.Press{By: by, Verb: verb, On: g.ID, Terms: g.Terms(), Card: w.grant("1").Card})
			if err != nil || p.Refusal != want || p.Facts[access.FactWho] != who || w.writes() != before {
				t.Errorf("%s of %s: %q, %q can, %v; want %q, %q", verb, by, p.Refusal, p.Facts[access.FactWho], err, want, who)
			}
		}
		forbidden("U0KATO", store.Deny, "", "")
		forbidden("U0KATO", store.Approve, "", "")
		forbidden("U0MORI", store.Deny, policy.NoPerson, "usergroup:S0LEADS U0KATO U0YAMADA U0CHIEF")
		forbidden("U0YAMADA", store.Approve, policy.Own, "usergroup:S0LEADS U0KATO U0CHIEF")
		if refusal := w.press("U0KATO", store.Approve); refusal != "" {
			t.Fatal(refusal)
		}
		g = w.grant("1")
		forbidden("U0KATO", store.Approve, policy.Voted, "U0CHIEF")
		forbidden("U0GUEST", store.Deny, people.Guest, "")
		w.wait(48 * time.Hour)
		forbidden("U0CHIEF", store.Deny, access.Late, "")
		g.ID = "login-none"
		forbidden("U0CHIEF", store.Deny, handlers.Gone, "")
	})
}

// TestForbiddenOnARotation names who may rotate, or approve it.
func TestForbiddenOnARotation(t *testing.T) {
	inRotation(t, func(r *access.Rotation) { r.Steps = []store.Step{{By: []string{"U0KATO", "U0SATO"}, Count: 1}} }, func(w *world, _ string) {
		id := w.rotate()
		for by, want := range map[string][2]string{"U0KATO": {"", ""}, "U0YAMADA": {policy.NotApprover, "U0KATO"}} {
			task := w.task(id)
			p, err := w.keeper.Forbidden(w.t.Context(), store.Press{By: by, Verb: store.Deny, On: id, Terms: task.Terms(), Card: task.Card})
			if err != nil || p.Refusal != want[0] || p.Facts[access.FactWho] != want[1] {
				t.Errorf("%s: %q, %q can, %v, want %q", by, p.Refusal, p.Facts[access.FactWho], err, want)
			}
		}
	})
}
