package bot

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"sekisho/store"
)

func TestDenyAsksForTheReason(t *testing.T) {
	for _, c := range []struct{ user, title, button string }{{sato, "却下", "却下する"}, {kato, "Deny", "Deny"}} {
		inSlack(t, func(t *testing.T, w *world) {
			d := &desk{}
			w.run(d)
			g := w.post(request())
			if delivery := w.click(c.user, g, store.Deny); !delivery.Acked {
				t.Errorf("delivery %+v", delivery)
			}
			w.until(func() bool { _, open := w.Modal(c.user); return open })
			form, _ := w.Modal(c.user)
			if form.Title != c.title {
				t.Errorf("%s reads the title %q, want %q", c.user, form.Title, c.title)
			}
			if taken := d.presses(); len(taken) != 0 {
				t.Errorf("denied before there was a reason: %+v", taken)
			}
			delivery, err := w.Submit(c.user, form.ID, map[string]string{denyForm: "Not *now*.\nMonday."})
			if err != nil || !delivery.Acked || delivery.Problem != "" {
				t.Fatalf("submitted: %+v, %v", delivery, err)
			}
			if _, open := w.Modal(c.user); open {
				t.Error("the form stays open")
			}
			want := []store.Press{{By: c.user, Team: "T0HOME", Verb: store.Deny, On: g.ID, Terms: g.Terms(), Note: "Not *now*.\nMonday.",
				Card: g.Card, ID: pressID(t, delivery)}}
			if diff := cmp.Diff(want, d.presses()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestDenyWhenSlackFails: the button is acknowledged, the log says that there was no form, and pressing again helps.
func TestDenyWhenSlackFails(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		w.run(&desk{})
		g := w.post(request())
		w.failing(refusing("views.open", "internal_error"))
		if delivery := w.click(sato, g, store.Deny); !delivery.Acked {
			t.Errorf("delivery %+v", delivery)
		}
		synctest.Wait()
		if _, open := w.Modal(sato); open || !strings.Contains(w.log.String(), "internal_error") {
			t.Errorf("form open: %t, log: %s", open, w.log)
		}
		w.failing(refusing("users.info", "internal_error")) // no locale: English
		w.people.locales = nil
		w.click(sato, g, store.Deny)
		w.until(func() bool { _, open := w.Modal(sato); return open })
		if form, _ := w.Modal(sato); form.Title != "Deny" {
			t.Errorf("title %q", form.Title)
		}
	})
}
