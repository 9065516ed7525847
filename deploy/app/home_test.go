package app_test

import (
	"strings"
	"testing"
	"time"

	"sekisho/bot/fakeslack"
	"sekisho/deploy/config"
	"sekisho/store"
)

// onHome is what a person reads on their Home tab.
func (s *sim) onHome(user string) string {
	s.t.Helper()
	home, ok := s.slack.Home(user)
	if !ok {
		s.t.Fatalf("%s has no Home tab", user)
	}
	return s.slack.RenderView(home)
}

// reads checks whether a person reads a text on their Home tab.
func (s *sim) reads(user, text string, want bool) {
	s.t.Helper()
	s.wait(5 * time.Second)
	if got := s.onHome(user); strings.Contains(got, text) != want {
		s.t.Errorf("%q on the Home tab of %s is %t:\n%s", text, user, !want, got)
	}
}

// must is a press that must be taken in.
func (s *sim) must(p fakeslack.Press) {
	s.t.Helper()
	if d, err := s.slack.Click(p); err != nil || !d.Acked || d.Problem != "" {
		s.t.Errorf("%+v: %+v, %v", p, d, err)
	}
	s.wait(5 * time.Second)
}

// The whole of a grant's middle: the approvers are called while it waits, the holder is reminded and extends from the
// reminder, an approver agrees on the card, and the holder finishes on the Home tab.
func TestWhileAccessIsActive(t *testing.T) {
	t.Parallel()
	how := setup{config: func(c *config.Config) {
		rule := &c.Policy.Entitlements[0]
		rule.Duration, rule.Longest, rule.Within = time.Hour, 3*time.Hour, 24*time.Hour
	}}
	alive(t, how, func(s *sim) {
		for _, user := range []string{"U0YAMADA", "U0SATO"} {
			if d, err := s.slack.OpenHome(user); err != nil || !d.Acked {
				t.Fatalf("%+v, %v", d, err)
			}
		}
		s.signIn("1")
		s.reads("U0SATO", "Decide by", true)
		s.wait(16 * time.Minute)
		if n := s.lines("1", "<!subteam^S0LEADS>"); n != 1 {
			t.Errorf("the approvers were called %d times", n)
		}
		s.mustPress("U0SATO", store.Approve, "1")
		s.reads("U0SATO", "Decide by", false)
		s.reads("U0SATO", "Your recent decisions", true)
		s.reads("U0YAMADA", "利用中", true)
		if said := s.slack.Messages(s.slack.DM("U0SATO")); len(said) != 2 || !strings.Contains(said[1].Text, "You approved") {
			t.Errorf("who was asked to approve, and has, heard %+v", said)
		}
		s.wait(46 * time.Minute)
		g := s.grant(s.db(), "1")
		reminder := fakeslack.Press{User: "U0YAMADA", Channel: g.Reminder.Channel, TS: g.Reminder.TS, Action: string(store.AskMore)}
		s.must(reminder)
		s.saysWhy("U0YAMADA")
		if n := s.lines("1", "<!subteam^S0LEADS>"); n != 2 {
			t.Errorf("the approvers were called %d times", n)
		}
		s.reads("U0SATO", "Extension", true)
		end := s.grant(s.db(), "1").Until
		s.mustPress("U0KATO", store.Agree, "1")
		if now := s.grant(s.db(), "1"); !now.Until.Equal(end.Add(time.Hour)) || !s.member() {
			t.Errorf("ends %s, was %s", now.Until, end)
		}
		s.reads("U0SATO", "Extension", false)
		home, _ := s.slack.Home("U0YAMADA")
		s.must(fakeslack.Press{User: "U0YAMADA", View: home.ID, Action: string(store.Finish)})
		s.wait(time.Minute)
		s.reads("U0YAMADA", "利用終了", true)
		if g := s.grant(s.db(), "1"); g.State != store.Ended || s.member() {
			t.Errorf("%s, member %t", g.State, s.member())
		}
		s.wait(15 * time.Minute)
		s.atTheEnd(s.db(), "1")
	})
}

// lines counts the lines of a request's thread that have a text.
func (s *sim) lines(id, text string) (n int) {
	card := s.grant(s.db(), id).Card
	for _, m := range s.slack.Thread(card.Channel, card.TS) {
		if strings.Contains(m.Text, text) {
			n++
		}
	}
	return n
}
