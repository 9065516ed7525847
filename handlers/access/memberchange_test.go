package access_test

import (
	"slices"
	"testing"
	"time"

	"sekisho/handlers/access"
)

// Security hears of each change of the members of a user group that decides, once, also of one while the bot was away or Slack took no
// messages; the first look only notes them.
func TestMembersOfADecidingGroupChange(t *testing.T) {
	inWorld(t, func(w *world) {
		told := func(when string, want ...access.MemberChange) {
			t.Helper()
			w.wait(6 * time.Minute)
			w.voice.mu.Lock()
			defer w.voice.mu.Unlock()
			if !slices.EqualFunc(w.voice.regrouped, want, func(a, b access.MemberChange) bool {
				return a.Group == b.Group && a.Gone == b.Gone && slices.Equal(a.Added, b.Added) && slices.Equal(a.Removed, b.Removed)
			}) {
				t.Errorf("%s: told %+v", when, w.voice.regrouped)
			}
			w.voice.regrouped = nil
		}
		w.leads.set(false, "U0SATO", "U0KATO")
		told("at first")
		w.leads.set(false, "U0KATO", "U0SATO")
		told("in another order")
		w.leads.set(false, "U0SATO", "U0OTHER")
		told("one comes, one goes", access.MemberChange{Group: "S0LEADS", Added: []string{"U0OTHER"}, Removed: []string{"U0KATO"}})
		told("nothing more")
		w.leads.set(true)
		told("Slack says nothing")
		w.leads.set(false, "U0SATO")
		w.voice.setDown(true)
		told("Slack takes no messages")
		w.stop()
		w.voice.setDown(false)
		w.keeper = w.newKeeper()
		w.run()
		told("after a start", access.MemberChange{Group: "S0LEADS", Removed: []string{"U0OTHER"}})
		w.leads.disband("S0LEADS")
		told("it is gone", access.MemberChange{Group: "S0LEADS", Gone: true, Removed: []string{"U0SATO"}})
		told("it stays gone")
	})
}
