package app_test

import (
	"flag"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/bot/fakeslack"
	"sekisho/store"
)

var flood = flag.Int("flood", 5000, "sign-ins behind which an alarm goes out")

// promptly is how long somebody waits for what they must see, whatever else there is to tell.
const promptly = 15 * time.Second

// While Slack, at one message a second, is behind with thousands of sign-ins, of people with access and without, an alarm goes out
// as if there were none, a press is answered, and a card whose access has ended says so at once.
func TestUrgentInAStorm(t *testing.T) {
	t.Parallel()
	storm := *flood
	if testing.Short() {
		storm /= 5
	}
	const holders = 60 // whose cards a further sign-in changes
	strangers, active := names("u", storm), names("h", holders)
	how := setup{users: append(append([]string{"leaving"}, active...), strangers...), workspace: func(w *fakeslack.Workspace) { w.PostEvery = time.Second }}
	inBubble(t, how, func(s *sim) {
		s.run(s.start())
		defer func() {
			s.end(s.process.Load())
			time.Sleep(time.Minute) // whoever still sleeps wakes up and leaves
		}()
		s.wait(time.Second)
		s.given("1")
		end := time.Now().Add(5 * time.Minute)
		for _, user := range active {
			s.seed([]string{user}, []time.Time{time.Now().Add(3 * time.Hour)})
		}
		s.seed([]string{"leaving"}, []time.Time{end})
		s.wait(time.Until(end) - 70*time.Second) // their cards are drawn
		for i, user := range strangers {
			s.signInOf(user, user)
			if i%(storm/holders) == 0 && i/(storm/holders) < holders {
				other := active[i/(storm/holders)]
				s.aws.Send(s.queue, "", strings.ReplaceAll(signInBody(other, "again-"+other), "203.0.113.9", "198.51.100.7"))
			}
			time.Sleep(time.Minute / time.Duration(storm))
		}
		s.wait(time.Until(end))
		waits := len(slices.DeleteFunc(slices.Clone(strangers), func(user string) bool { return s.grant(s.db(), user).Card.TS != "" }))
		var question fakeslack.Message // that access was given is a message of its own, and asks anew
		for _, m := range s.dms("U0YAMADA") {
			if strings.Contains(string(m.Blocks), `"`+string(store.NotMine)+`"`) {
				question = m
			}
		}
		s.click("U0YAMADA", question.Channel, question.TS, store.NotMine)
		s.mustPress("U0KATO", store.Finish, active[0])
		took := s.await(map[string]func() bool{
			"an alarm":                      func() bool { return len(s.slack.Messages(security)) > 0 },
			"an answer":                     func() bool { return len(s.slack.Ephemerals("U0KATO")) > 0 },
			"the card of access that ended": func() bool { return strings.Contains(s.card(s.grant(s.db(), "leaving")), phrase("state.expire")) },
			"the card that was decided on":  func() bool { return strings.Contains(s.card(s.grant(s.db(), "1")), phrase("state.not_mine")) },
		})
		t.Logf("behind %d sign-ins, %d of them without a card: %v", storm, waits, took)
		if waits == 0 {
			t.Error("nothing was left to tell: the test looked at nothing")
		}
		for what, after := range took {
			if after > promptly {
				t.Errorf("%s came %s after the press", what, after)
			}
		}
	})
}

// click is a person who presses a button of a message.
func (s *sim) click(user, channel, ts string, verb store.Verb) {
	s.t.Helper()
	if d, err := s.slack.Click(fakeslack.Press{User: user, Channel: channel, TS: ts, Action: string(verb), Confirmed: true}); err != nil || !d.Acked {
		s.t.Fatalf("%s presses %s: acked %t, %v", user, verb, d.Acked, err)
	}
}

// await waits until all of these are so, for an hour at most, and returns how long each took.
func (s *sim) await(what map[string]func() bool) map[string]time.Duration {
	begin, took := time.Now(), map[string]time.Duration{}
	for len(took) < len(what) && time.Since(begin) < time.Hour {
		for name, so := range what {
			if took[name] == 0 && so() {
				took[name] = max(time.Since(begin), time.Millisecond)
			}
		}
		s.wait(500 * time.Millisecond)
	}
	for name := range what {
		if took[name] == 0 {
			took[name] = time.Hour
		}
	}
	return took
}
