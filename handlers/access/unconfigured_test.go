package access_test

import (
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/store"
)

// An account is taken out of the configuration while access in it is live. That is told at the start, before the end that cannot be, and with
// the cause; and the end comes once the account is back.
func TestAnAccountLeavesTheConfiguration(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.is("1", store.Active, true)
		before := *w.policy
		w.govern(func(p *access.Settings) { p.Accounts, p.Entitlements = map[string]string{other: "staging"}, nil })
		w.wait(time.Minute)
		if told := w.drawn(store.Unconfigured); len(told) != 1 || told[0].Account != account || told[0].State != store.Raised || told[0].Effects[store.FactOpen] != "1" {
			t.Errorf("told at the start: %+v", told)
		}
		w.wait(5 * time.Hour)
		w.restart()
		w.wait(time.Hour)
		w.is("1", store.Ending, true)
		if g := w.grant("1"); g.Trouble != access.AccountGone {
			t.Errorf("the card says %q", g.Trouble)
		}
		if told := w.drawn(store.Unconfigured); len(told) != 1 {
			t.Errorf("told %d times", len(told))
		}
		w.govern(func(p *access.Settings) { *p = before })
		w.wait(time.Minute)
		w.is("1", store.Ended, false)
		w.wait(aLook)
		if told := w.drawn(store.Unconfigured); len(told) != 2 || told[1].State != store.Gone {
			t.Errorf("once it is back: %+v", told)
		}
	})
}
