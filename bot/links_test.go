package bot

import (
	"strings"
	"testing"

	"sekisho/handlers/access"
	"sekisho/store"
)

// TestHomeLinksToCards: Slack is asked once for each, and a tab without links is better than none.
func TestHomeLinksToCards(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		w.failing(nil)
		a := access.Access{Waiting: []store.Grant{w.post(request())}, Rotations: access.Rotations{Open: []store.Task{w.drawn(tasks(t)["proving"])}}}
		shown := func() string {
			t.Helper()
			if err := w.voice.Home(t.Context(), kato, a); err != nil {
				t.Fatal(err)
			}
			home, _ := w.Home(kato)
			return string(home.Blocks)
		}
		shown()
		got := shown()
		for _, at := range []store.Card{a.Waiting[0].Card, a.Rotations.Open[0].Card} {
			if link := "/archives/" + at.Channel + "/p" + strings.ReplaceAll(at.TS, ".", ""); !strings.Contains(got, link) {
				t.Errorf("no %s in %s", link, got)
			}
		}
		if n := w.called("chat.getPermalink"); n != 2 {
			t.Errorf("Slack was asked %d times for two links", n)
		}
		w.failing(refusing("chat.getPermalink", "internal_error"))
		a.Rotations.Open[0].Card.TS = "1.000001"
		if got := shown(); !strings.Contains(got, "card in \\u003c#"+approvals) && !strings.Contains(got, "card in <#"+approvals) {
			t.Errorf("without a link: %s", got)
		}
	})
}
