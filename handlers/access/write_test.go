package access_test

import (
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// saw is in which states an approver saw what they had approved.
func (v *voice) saw(account string) (out []store.State) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, g := range v.approvers[account] {
		out = append(out, g.State)
	}
	return out
}

func TestApproversHearThatTheyHave(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.Entitlements[0].Steps = twoOf("usergroup:S0LEADS") })
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.wait(2 * time.Second)
		if saw := w.voice.saw("U0SATO"); len(saw) != 1 || saw[0] != store.Asked {
			t.Errorf("the first saw %v", saw)
		}
		w.press("U0KATO", store.Approve)
		w.wait(5 * time.Second)
		w.press("U0KATO", store.Revoke)
		w.wait(5 * time.Second)
		for _, account := range []string{"U0SATO", "U0KATO"} {
			if saw := w.voice.saw(account); len(saw) == 0 || saw[len(saw)-1] != store.Ended {
				t.Errorf("%s saw %v", account, saw)
			}
		}
		if saw := w.voice.saw("U0CHIEF"); saw != nil {
			t.Errorf("who did nothing saw %v", saw)
		}
		w.wait(15 * time.Minute)
		if rows, err := w.db.List(t.Context(), string(store.Tell), "", 9); err != nil || len(rows) > 0 {
			t.Errorf("left to tell: %v, %v", rows, err)
		}
	})
}

// Of a stolen session its owner hears at once, whatever AWS does: not only when the access is there.
func TestApproverHearsBeforeTheGrant(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.aws.Fault(failing("", fakeaws.Failure{Hang: true}))
		w.press("U0SATO", store.Approve)
		w.wait(time.Second)
		w.is("1", store.Approved, false)
		if saw := w.voice.saw("U0SATO"); len(saw) != 1 || saw[0] != store.Approved {
			t.Errorf("the approver saw %v", saw)
		}
		if refusal := w.press("U0SATO", store.Revoke); refusal != "" { // which is the message's button
			t.Errorf("revoked: %q", refusal)
		}
		w.aws.Fault(nil)
		w.wait(2 * time.Minute)
		w.is("1", store.Ended, false)
	})
}

// A rule is nobody who could be written to.
func TestARuleHearsNothing(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.Entitlements[0].Auto = &policy.Auto{Longest: 6 * time.Hour} })
		w.signIn("1")
		w.press("U0YAMADA", store.Mine)
		w.is("1", store.Active, true)
		if len(w.voice.approvers) != 0 {
			t.Errorf("written to %v", w.voice.approvers)
		}
	})
}
