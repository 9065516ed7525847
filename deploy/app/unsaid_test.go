package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"sekisho/bot/fakeslack"
)

// onlyLedger counts as steps what is written into the ledger, and nothing else.
func onlyLedger(how setup) setup {
	none := func(*http.Request) string { return "" }
	how.awsStep, how.slackStep = none, none
	return how
}

// written is how often the ledger was written while something lasted.
func (s *sim) written(meanwhile func()) int {
	count := func() int {
		s.point.mu.Lock()
		defer s.point.mu.Unlock()
		return s.point.calls
	}
	before := count()
	meanwhile()
	return count() - before
}

// life runs a simulation whose grants go on for days, so that nobody looks every second whether one is over.
func life(t *testing.T, how setup, test func(*sim)) {
	t.Helper()
	inBubble(t, how, func(s *sim) {
		s.run(s.start())
		defer func() {
			s.end(s.process.Load())
			time.Sleep(time.Minute) // whoever still sleeps wakes up and leaves
		}()
		s.wait(time.Second)
		test(s)
	})
}

// A card that Slack refuses, whatever the bot does, is tried for ever and written about a few times a day; nobody else waits for it.
func TestRefusedCard(t *testing.T) {
	t.Parallel()
	life(t, onlyLedger(setup{users: []string{"refused", "other"}}), func(s *sim) {
		s.slack.Fault(func(c fakeslack.Call) *fakeslack.Failure {
			if strings.HasPrefix(c.Method, "chat.") && strings.Contains(c.Args["text"], "`refused`") {
				return &fakeslack.Failure{Error: "msg_too_long"}
			}
			return nil
		})
		s.seed([]string{"refused"}, []time.Time{s.begin.Add(72 * time.Hour)})
		s.wait(time.Minute)
		n := s.written(func() { s.wait(24 * time.Hour) })
		t.Logf("a card that Slack refuses: %d writes a day", n)
		if n > 100 {
			t.Errorf("%d writes a day for a card that Slack refuses", n)
		}
		s.seed([]string{"other"}, []time.Time{s.begin.Add(72 * time.Hour)})
		s.wait(10 * time.Second)
		if s.card(s.grant(s.db(), "other")) == "" {
			t.Error("another request waits for the card that is refused")
		}
		s.slack.Fault(nil)
		s.wait(time.Hour + time.Minute)
		if s.card(s.grant(s.db(), "refused")) == "" {
			t.Error("the card was given up")
		}
	})
}

// While Slack does not answer, or the bot is not in its channel, nothing is written for all that waits to be told; once it is well
// again all of it is told, as fast as Slack takes it.
func TestSlackIsDownForHours(t *testing.T) {
	const waiting, pace = 200, 1200 * time.Millisecond
	for name, failure := range map[string]fakeslack.Failure{
		"answers 500": {Status: 500}, "is silent": {Hang: true}, "wants none": {RetryAfter: 30 * time.Second}, "has no such channel": {Error: "channel_not_found"},
		"has removed the bot": {Error: "not_in_channel"}, "is broken": {Error: "fatal_error"},
	} {
		t.Run("Slack "+name, func(t *testing.T) {
			t.Parallel()
			users := names("u", waiting)
			life(t, onlyLedger(setup{users: users}), func(s *sim) {
				s.slack.Fault(func(c fakeslack.Call) *fakeslack.Failure {
					if strings.HasPrefix(c.Method, "chat.") {
						return &failure
					}
					return nil
				})
				var ends []time.Time
				for range users {
					ends = append(ends, s.begin.Add(72*time.Hour))
				}
				n := s.written(func() { s.seed(users, ends); s.wait(2 * time.Hour) })
				t.Logf("2 hours with %d waiting: %d writes", waiting, n)
				if n > 100 {
					t.Errorf("%d writes in 2 hours with %d waiting", n, waiting)
				}
				s.slack.Fault(nil)
				begin := time.Now()
				for s.said() == 0 && time.Since(begin) < time.Hour {
					s.wait(time.Second)
				}
				first := time.Since(begin)
				s.wait(10 * time.Minute)
				if said := s.said(); first > time.Minute || said < min(waiting, int(10*time.Minute/pace)*9/10) {
					t.Errorf("the first message %s after Slack answers again, %d in ten minutes", first, said)
				}
			})
		})
	}
}
