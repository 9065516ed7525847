package access_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sekisho/store"
)

// Somebody who has asked for access, or has it, hears of what comes of it by a new message each time, as Slack tells nobody of one
// that is redrawn; and an older message says that it goes on in the newer one.
func TestTheHolderHearsNews(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(*world)
		want string // the states that the new messages were drawn in, after the first one
	}{
		{"granted, and ends", func(w *world) {
			w.press("U0SATO", store.Approve)
			w.wait(5 * time.Hour)
		}, "active ended expire"},
		{"denied", func(w *world) { w.press("U0SATO", store.Deny) }, "denied deny"},
		{"nobody decides", func(w *world) { w.wait(25 * time.Hour) }, "lapsed lapse"},
		{"revoked", func(w *world) {
			w.press("U0SATO", store.Approve)
			w.wait(time.Minute)
			w.press("U0SATO", store.Revoke)
			w.wait(time.Minute)
		}, "active ended revoke"},
		{"finished", func(w *world) {
			w.press("U0SATO", store.Approve)
			w.wait(time.Minute)
			w.press("U0YAMADA", store.Finish)
			w.wait(time.Minute)
		}, "active ended finish"},
		{"withdrawn by themself", func(w *world) { w.press("U0YAMADA", store.Withdraw) }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.signIn("1")
				w.wait(time.Minute)
				c.do(w)
				w.wait(time.Minute)
				w.voice.settle()
				var got []string
				for _, g := range w.voice.dms[1:] {
					if g.DM.TS == "" {
						got = append(got, strings.TrimSpace(fmt.Sprint(g.State, " ", g.Outcome)))
					}
				}
				if s := strings.Join(got, " "); s != c.want || w.voice.newDMs != 1+len(got) || len(w.voice.continued) != len(got) {
					t.Errorf("new messages %q, want %q; %d in all, %d go on", s, c.want, w.voice.newDMs, len(w.voice.continued))
				}
			})
		})
	}
}
