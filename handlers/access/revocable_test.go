package access_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// TestRevocable: each sees what a press of theirs would revoke, and nothing else.
func TestRevocable(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		shows := func(by, of string, want ...string) {
			t.Helper()
			grants, refusal, err := w.keeper.Revocable(t.Context(), by, of)
			var got []string
			for _, g := range grants {
				got = append(got, g.ID)
			}
			if err != nil || refusal != "" || !slices.Equal(got, want) {
				t.Errorf("%s may revoke %q of %q, want %q: %q, %v", by, got, of, want, refusal, err)
			}
		}
		shows("U0SATO", "U0YAMADA") // it is not given yet
		w.press("U0SATO", store.Approve)
		w.is("1", store.Active, true)
		shows("U0SATO", "", "login-1")
		shows("U0KATO", "") // approved nothing
		for _, by := range []string{"U0SATO", "U0KATO", "U0CHIEF"} {
			shows(by, "U0YAMADA", "login-1")
			shows(by, "U0YAMADA2", "login-1") // any account of the person
			shows(by, "U0OTHER")
		}
		shows("U0OTHER", "U0YAMADA") // decides nothing here
		for by, want := range map[string]string{"U0GUEST": people.Guest, "U0STRANGER": people.Stranger, "U0NOBODY": policy.NoPerson} {
			if grants, refusal, err := w.keeper.Revocable(t.Context(), by, "U0YAMADA"); len(grants) > 0 || refusal != want || err != nil {
				t.Errorf("%s: %d, %q, want %q: %v", by, len(grants), refusal, want, err)
			}
		}
		w.govern(func(p *access.Settings) { p.Entitlements = nil }) // the rule is gone: the security group is left
		shows("U0SATO", "")
		shows("U0CHIEF", "U0YAMADA", "login-1")
		g := w.grant("1")
		if refusal := w.pressed(store.Press{ID: store.PressPrefix + "typed", By: "U0CHIEF", Verb: store.Revoke, On: g.ID, Terms: g.Terms()}); refusal != "" {
			t.Errorf("revoked: %q", refusal)
		}
		w.is("1", store.Ended, false)
		shows("U0CHIEF", "U0YAMADA")
		w.leads.set(true)
		w.wait(time.Minute)
		if _, _, err := w.keeper.Revocable(t.Context(), "U0CHIEF", "U0YAMADA"); err == nil {
			t.Error("no error, though Slack does not answer")
		}
	})
}

// TestWhatOneApprovedIsForgottenAtItsEnd: the index holds live grants only, the latest approval first.
func TestWhatOneApprovedIsForgottenAtItsEnd(t *testing.T) {
	inWorld(t, func(w *world) {
		var want []string
		for i := range 3 {
			id := fmt.Sprint(i)
			w.signIn(id)
			w.press("U0SATO", store.Approve)
			if ids, err := store.GivenBy(t.Context(), w.db, 10, "U0SATO"); err != nil || !slices.Equal(ids, []string{"login-" + id}) {
				t.Errorf("approved %q, %v", ids, err)
			}
			w.press("U0YAMADA", store.Finish)
			w.wait(time.Minute)
		}
		if ids, err := store.GivenBy(t.Context(), w.db, 10, "U0SATO"); err != nil || !slices.Equal(ids, want) {
			t.Errorf("left %q, %v", ids, err)
		}
	})
}
