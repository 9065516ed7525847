package bot

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"sekisho/bot/fakeslack"
	"sekisho/handlers"
	"sekisho/store"
)

// jit types a command and returns what the person alone reads.
func (w *world) jit(user, text string) string {
	w.t.Helper()
	before := len(w.Ephemerals(user))
	if d, err := w.Slash(user, approvals, "/jit", text); err != nil || !d.Acked || d.Problem != "" {
		w.t.Fatalf("typed %q: %+v, %v", text, d, err)
	}
	w.until(func() bool { return len(w.Ephemerals(user)) > before })
	return w.Render(w.Ephemerals(user)[before])
}

func TestList(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		d := &desk{access: handlers.Access{Held: []store.Grant{lived(t, request(), approve, plan, apply)}, Waiting: []store.Grant{changed(needsBoth)}}}
		w.run(d)
		for user, want := range map[string][]string{
			kato:   {"Your access and requests", "Active", "Ends", "Waiting for your decision", "Decide by", "/jit request"},
			yamada: {"利用中・申請中のアクセス", "利用中", "終了日時", "あなたの承認待ち", "承認期限"},
		} {
			said := w.jit(user, "list")
			if bare := w.jit(user, ""); bare != said {
				t.Errorf("alone it says\n%s\nwant\n%s", bare, said)
			}
			for _, part := range want {
				if !strings.Contains(said, part) {
					t.Errorf("no %q in\n%s", part, said)
				}
			}
		}
		d.show(handlers.Access{}, errors.New("no answer"))
		if said := w.jit(kato, "LIST"); !strings.Contains(said, "try again in a minute") {
			t.Errorf("said %q", said)
		}
	})
}

// TestLongestListFits: whatever stands in it.
func TestLongestListFits(t *testing.T) {
	for name, text := range longest {
		g := changed(func(g *store.Grant) {
			needsBoth(g)
			g.Target, g.AccountName, g.Subject.User, g.Risk = fill(text, 128), fill(text, 128), fill(text, 64), store.High
		})
		many := handlers.Access{Held: slices.Repeat([]store.Grant{g}, 15), Waiting: slices.Repeat([]store.Grant{g}, 15), Cut: true}
		for _, language := range languages {
			m := penIn(language).List(many, approvals)
			if err := fakeslack.CheckMessage(encoded(t, m.Blocks)); err != nil {
				t.Errorf("%s, %s: %v", name, language, err)
			}
		}
	}
}
