package access_test

import (
	"slices"
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/store"
)

// rotations are those that a person sees on their Home tab, by what they can do with them.
func (w *world) rotations(account string) []string {
	w.t.Helper()
	w.wait(0)
	r := w.voice.home(account).Rotations
	var out []string
	for what, tasks := range map[string][]store.Task{"waiting": r.Waiting, "open": r.Open, "decided": r.Decided} {
		for _, t := range tasks {
			out = append(out, what+" "+string(t.State))
		}
	}
	slices.Sort(out)
	return out
}

// Who may approve a rotation, press on it, or has decided on it, sees it on their Home tab as it is; nobody else does.
func TestRotationsOnTheHomeTab(t *testing.T) {
	everybody := []string{"U0SATO", "U0KATO", "U0CHIEF", "U0OTHER", "U0YAMADA", "U0NOBODY"}
	inRotation(t, func(r *access.Rotation) {
		ofLeads(r)
		r.Steps[0] = store.Step{By: []string{"usergroup:S0LEADS"}, Count: 2}
	}, func(w *world, old string) {
		w.leads.set(false, "U0SATO", "U0KATO", "U0YAMADA", "U0OTHER")
		for _, account := range everybody {
			w.keeper.Open(account, 0)
		}
		see := func(when string, want map[string]string) {
			t.Helper()
			for _, account := range everybody {
				var sees []string
				if want[account] != "" {
					sees = []string{want[account]}
				}
				if got := w.rotations(account); !slices.Equal(got, sees) {
					t.Errorf("%s: %s sees %v, want %v", when, account, got, sees)
				}
			}
		}
		id := w.rotate() // by U0SATO, who may; U0CHIEF is of security
		see("asked", map[string]string{"U0SATO": "open asked", "U0CHIEF": "open asked", "U0KATO": "waiting asked", "U0YAMADA": "waiting asked", "U0OTHER": "waiting asked"})
		w.pressTask(id, "U0KATO", store.Approve)
		see("one approved", map[string]string{"U0SATO": "open asked", "U0CHIEF": "open asked", "U0KATO": "decided asked", "U0YAMADA": "waiting asked", "U0OTHER": "waiting asked"})
		w.pressTask(id, "U0YAMADA", store.Approve)
		w.wait(10 * time.Second)
		see("approved", map[string]string{"U0SATO": "open proving", "U0CHIEF": "open proving", "U0KATO": "decided proving", "U0YAMADA": "decided proving"})
		w.putToUse(id)
		w.wait(proof + time.Hour)
		see("switched off", map[string]string{"U0SATO": "open resting", "U0CHIEF": "open resting", "U0KATO": "decided resting", "U0YAMADA": "decided resting"})
	})
}

// What is denied was decided on, and waits for nobody any more; whom it is escalated to sees it from then on.
func TestAnEscalatedRotationOnTheHomeTab(t *testing.T) {
	inRotation(t, ofLeads, func(w *world, old string) {
		for _, account := range []string{"U0OTHER", "U0CHIEF"} {
			w.keeper.Open(account, 0)
		}
		id := w.rotate()
		if got := w.rotations("U0OTHER"); got != nil {
			t.Errorf("before its time: %v", got)
		}
		w.wait(time.Hour)
		if got := w.rotations("U0OTHER"); !slices.Equal(got, []string{"waiting asked"}) {
			t.Errorf("escalated: %v", got)
		}
		if got := w.rotations("U0CHIEF"); !slices.Equal(got, []string{"waiting asked"}) { // who may press on it as well
			t.Errorf("security, who may approve: %v", got)
		}
		w.pressTask(id, "U0OTHER", store.Deny)
		if got := w.rotations("U0OTHER"); !slices.Equal(got, []string{"decided denied"}) {
			t.Errorf("denied: %v", got)
		}
		if got := w.rotations("U0CHIEF"); got != nil {
			t.Errorf("denied by another: %v", got)
		}
	})
}
