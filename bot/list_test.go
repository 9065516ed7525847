package bot

import (
	"errors"
	"strings"
	"testing"

	"sekisho/handlers/access"
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
		d := &desk{access: access.Access{Held: []store.Grant{lived(t, request(), approve, plan, apply)}, Waiting: []store.Grant{changed(needsBoth)}}}
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
		d.show(access.Access{}, errors.New("no answer"))
		if said := w.jit(kato, "LIST"); !strings.Contains(said, "try again in a minute") {
			t.Errorf("said %q", said)
		}
	})
}

// TestLongListSaysThatItIsCut, and still what can be typed: Slack would show nothing of a message that is too long.
func TestLongListSaysThatItIsCut(t *testing.T) {
	full := worstOf(drawing{"List", about{access: homeTabs(t)["full"]}}, "x")
	full.access.Cut = false
	p := penIn("en")
	said := string(body(t, full.in(p)))
	for _, key := range []string{"home.waiting", "home.cut"} {
		if !strings.Contains(said, p.Words.Say(key, nil)) {
			t.Errorf("no %q in\n%s", p.Words.Say(key, nil), said)
		}
	}
	if !strings.Contains(said, "/jit request") {
		t.Errorf("no help in\n%s", said)
	}
}
