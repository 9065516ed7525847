package access_test

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/store"
)

var flood = flag.Int("flood", 10_000, "sign-ins in the flood; 100000 take a minute of a processor")

// Ten thousand sign-ins of a hundred people, a thousand a second: each has one open request on one card, and access that
// ends meanwhile ends in time.
func TestFloodOfEvents(t *testing.T) {
	const subjects = 100
	events := *flood
	if testing.Short() {
		events /= 10
	}
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.People = people.New(team(userIDs(subjects)...)) })
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		ids := make([]string, subjects)
		for i := range ids {
			ids[i] = w.aws.AddUser(account, fmt.Sprint("user", i), map[string]string{"sekisho:slack-user-id": fmt.Sprint("U0USER", i)})
		}
		w.wait(time.Until(w.grant("1").Until) - time.Duration(events/2)*time.Millisecond) // so that it ends in the middle
		for i := range events {
			r := access.Request{ID: fmt.Sprint("login-flood-", i), Origin: store.SignIn, Account: account, User: fmt.Sprint("user", i%subjects),
				Signin: store.Signin{At: time.Now(), Address: "203.0.113.9", Principal: ids[i%subjects]}}
			if err := w.keeper.Receive(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			if i%1000 == 999 {
				time.Sleep(time.Second)
			}
		}
		g := w.grant("1")
		if over := g.Ended.Sub(g.Until); g.State != store.Ended || over > 15*time.Second {
			t.Errorf("%s, %s after its end", g.State, over)
		}
		w.wait(10 * time.Minute)
		open, err := w.db.List(t.Context(), store.SlotIndex, "", events)
		if err != nil || len(open) != subjects || w.voice.posts > 1+subjects {
			t.Errorf("%d open requests on %d messages, of %d people: %v", len(open), w.voice.posts-1, subjects, err)
		}
		for i := range events {
			if s := w.grant(fmt.Sprint("flood-", i)).State; s != store.Merged && s != store.Asked {
				t.Fatalf("event %d is %s", i, s)
			}
		}
	})
}
