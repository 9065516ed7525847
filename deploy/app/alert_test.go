package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/bot"
	"sekisho/bot/fakeslack"
	"sekisho/deploy/config"
	"sekisho/store"
)

// latest is the last message of a channel, as people read it.
func (s *sim) latest(channel string) (store.Card, string) {
	s.t.Helper()
	all := s.slack.Messages(channel)
	if len(all) == 0 {
		s.t.Fatalf("nothing stands in %s", channel)
	}
	m := all[len(all)-1]
	return store.Card{Channel: channel, TS: m.TS}, s.slack.Render(m)
}

// clicks is a person who presses a button of a message.
func (s *sim) clicks(user string, at store.Card, verb store.Verb, confirmed bool) error {
	_, err := s.slack.Click(fakeslack.Press{User: user, Channel: at.Channel, TS: at.TS, Action: string(verb), Confirmed: confirmed})
	s.wait(5 * time.Second)
	return err
}

// "Not me", from the question to what was done: the grant ends at once, the security channel is alarmed, only the
// security group can shut the user out and is asked twice, and the alert says what AWS confirmed.
func TestNotMe(t *testing.T) {
	t.Parallel()
	for _, approved := range []bool{false, true} {
		alive(t, setup{}, func(s *sim) {
			s.aws.AddPassword(account, "t.yamada")
			key := s.aws.AddKey(account, "t.yamada")
			s.signIn("1")
			s.wait(5 * time.Second)
			if approved {
				s.mustPress("U0SATO", store.Approve, "1")
				s.wait(10 * time.Second)
			}
			question, text := s.latest(s.slack.DM("U0YAMADA"))
			if !strings.Contains(text, bot.In("ja").Say("button.not_mine", nil)) {
				t.Errorf("the question in the language of who is asked:\n%s", text)
			}
			if err := s.clicks("U0YAMADA", question, store.NotMine, true); err != nil {
				t.Fatal(err)
			}
			s.is("1", map[bool]store.State{false: store.Denied, true: store.Ended}[approved], false)
			alert, text := s.latest(security)
			if !strings.Contains(text, "t.yamada") || !strings.Contains(text, "203.0.113.9") {
				t.Errorf("the alert:\n%s", text)
			}
			if err := s.clicks("U0CHIEF", alert, store.Remedy, false); err == nil {
				t.Error("the remedy does not ask twice")
			}
			_ = s.clicks("U0SATO", alert, store.Remedy, true)
			if !s.aws.HasPassword(account, "t.yamada") {
				t.Error("somebody outside the security group shut the user out")
			}
			if err := s.clicks("U0CHIEF", alert, store.Remedy, true); err != nil {
				t.Fatal(err)
			}
			if s.aws.HasPassword(account, "t.yamada") || s.aws.Keys(account, "t.yamada")[0].Active {
				t.Errorf("password %t, keys %v", s.aws.HasPassword(account, "t.yamada"), s.aws.Keys(account, "t.yamada"))
			}
			if _, text := s.latest(security); !strings.Contains(text, phrase("alert.acted.not_me")) || !strings.Contains(text, key) || strings.Contains(text, "[ ") {
				t.Errorf("after the remedy the alert says:\n%s", text)
			}
			s.wait(15 * time.Minute)
			s.atTheEnd(s.db(), "1")
		})
	}
}

// Somebody adds a member to a managed group by hand: it is reported once, and removed when the security group says so.
func TestUnknownMember(t *testing.T) {
	t.Parallel()
	report := func(c *config.Config) { c.Policy.Removals = 9 } // which is for those who enforce
	alive(t, setup{stray: []string{"intruder"}, config: report}, func(s *sim) {
		s.given("1")
		s.aws.AddUserAs(account, "intruder", userID("intruder"))
		s.aws.Join(account, "intruder", group)
		s.wait(5*time.Minute + 30*time.Second)
		alert, text := s.latest(security)
		if !strings.Contains(text, "intruder") || !strings.Contains(text, group) {
			t.Errorf("the alert:\n%s", text)
		}
		s.wait(20 * time.Minute)
		if n := len(s.slack.Messages(security)); n != 1 {
			t.Errorf("reported %d times", n)
		}
		if err := s.clicks("U0CHIEF", alert, store.Remedy, true); err != nil {
			t.Fatal(err)
		}
		s.wait(15 * time.Second)
		if got := s.aws.Members(account, group); slices.Contains(got, "intruder") {
			t.Errorf("members: %v", got)
		}
		if _, text := s.latest(security); !strings.Contains(text, phrase("alert.acted.unknown")) {
			t.Errorf("after the removal the alert says:\n%s", text)
		}
		s.wait(10 * time.Minute)
		s.atTheEnd(s.db(), "1")
	})
}

// Where the policy says so, unknown members are removed without a press, but not by the look that found them.
func TestUnknownMemberIsRemoved(t *testing.T) {
	t.Parallel()
	enforce := func(c *config.Config) { c.Policy.Enforce, c.Policy.Removals = true, 1 }
	alive(t, setup{stray: []string{"m1", "m2"}, config: enforce}, func(s *sim) {
		for _, name := range s.setup.stray {
			s.aws.AddUserAs(account, name, userID(name))
			s.aws.Join(account, name, group)
		}
		for look, want := range []int{2, 1, 0} { // members left after each
			s.wait(5*time.Minute + 30*time.Second)
			if got := s.aws.Members(account, group); len(got) != want {
				t.Errorf("after look %d: %v", look+1, got)
			}
		}
		s.atTheEnd(s.db())
		for _, name := range s.setup.stray {
			a, err := store.LoadAlert(context.Background(), s.db(), store.MemberAlertID(account, group, userID(name)))
			if err != nil || a.State != store.Acted || a.By != store.Self {
				t.Errorf("%s: %s by %s, %v", name, a.State, a.By, err)
			}
		}
	})
}
