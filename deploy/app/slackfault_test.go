package app_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/bot/fakeslack"
	"sekisho/store"
)

// What Slack does to the bot, and for how long.
var slackFaults = []struct {
	name  string
	lasts time.Duration
	fault func(s *sim) func(fakeslack.Call) *fakeslack.Failure
	beat  func(s *sim) // every ten seconds
}{
	{"is down", time.Hour, always(fakeslack.Failure{}), func(s *sim) { s.slack.Disconnect("") }},
	{"is silent", 12 * time.Minute, always(fakeslack.Failure{Hang: true}), nil},
	{"answers 500", 12 * time.Minute, always(fakeslack.Failure{Status: 500}), nil},
	{"answers 500, after the effect", 5 * time.Minute, onCall("chat.update", fakeslack.Failure{Status: 500, After: true}), nil},
	{"limits every second call", 20 * time.Minute, everySecond, nil},
	{"disconnects", 10 * time.Minute, nil, func(s *sim) { s.slack.Disconnect("refresh_requested") }},
	{"cuts the line", 10 * time.Minute, nil, func(s *sim) { s.slack.Disconnect("") }},
	{"tells nothing of users", 12 * time.Minute, onCall("users.info", fakeslack.Failure{Error: "fatal_error"}), nil},
	{"tells nothing of groups", 12 * time.Minute, onCall("usergroups.users.list", fakeslack.Failure{Error: "fatal_error"}), nil},
}

func always(f fakeslack.Failure) func(*sim) func(fakeslack.Call) *fakeslack.Failure {
	return func(*sim) func(fakeslack.Call) *fakeslack.Failure {
		return func(fakeslack.Call) *fakeslack.Failure { return &f }
	}
}

func onCall(method string, f fakeslack.Failure) func(*sim) func(fakeslack.Call) *fakeslack.Failure {
	return func(*sim) func(fakeslack.Call) *fakeslack.Failure {
		return func(c fakeslack.Call) *fakeslack.Failure {
			if c.Method != method {
				return nil
			}
			return &f
		}
	}
}

func everySecond(*sim) func(fakeslack.Call) *fakeslack.Failure {
	return func(c fakeslack.Call) *fakeslack.Failure {
		if c.N%2 == 0 {
			return &fakeslack.Failure{RetryAfter: 5 * time.Second}
		}
		return nil
	}
}

// Whatever Slack does: access ends in time, no press that was acknowledged is lost, and once Slack is well again every
// card tells the truth and every thread is whole.
func TestSlackFails(t *testing.T) {
	for _, f := range slackFaults {
		t.Run("Slack "+f.name, func(t *testing.T) {
			t.Parallel()
			alive(t, setup{users: []string{"other"}}, func(s *sim) {
				s.given("1")
				s.signInOf("other", "2")
				s.wait(5 * time.Second)
				if f.fault != nil {
					s.slack.Fault(f.fault(s))
				}
				var acked []string
				for begin := time.Now(); time.Since(begin) < f.lasts; s.wait(10 * time.Second) {
					if f.beat != nil {
						f.beat(s)
					}
					if d, err := s.press("U0KATO", store.Approve, "2"); err == nil && d.Acked {
						acked = append(acked, triggerOf(t, d))
					}
				}
				s.slack.Fault(nil)
				s.wait(2 * time.Minute)
				if len(acked) == 0 && f.name != "is down" {
					t.Error("nobody could press anything: the test looked at nothing")
				}
				s.allJudged(acked)
				s.wait(time.Hour)
				s.atTheEnd(s.db(), "1", "2")
				s.wholeThread("1")
			})
		})
	}
}

// triggerOf is what makes a press the one that it is.
func triggerOf(t *testing.T, d fakeslack.Delivery) string {
	var payload struct {
		TriggerID string `json:"trigger_id"`
	}
	if err := json.Unmarshal(d.Payload, &payload); err != nil || payload.TriggerID == "" {
		t.Fatalf("payload without a trigger: %s, %v", d.Payload, err)
	}
	return payload.TriggerID
}

// allJudged checks that presses are in the ledger and were judged, and that the first had its effect.
func (s *sim) allJudged(triggers []string) {
	s.t.Helper()
	effects := 0
	for _, id := range triggers {
		p, err := store.LoadPress(context.Background(), s.db(), store.PressPrefix+id)
		if err != nil || !p.Judged {
			s.t.Errorf("press %s was acknowledged and is lost: judged %t, %v", id, p.Judged, err)
		}
		if p.Refusal == "" {
			effects++
		}
	}
	g, want := s.grant(s.db(), "2"), min(1, len(triggers))
	if time.Since(s.begin) > decideIn && g.State == store.Lapsed {
		want = 0 // nobody could be judged in time, and everybody was told
	}
	if effects != want || len(g.Approvals) != want {
		s.t.Errorf("%d presses had an effect, and there are %d approvals, want %d of each", effects, len(g.Approvals), want)
	}
}

// wholeThread checks that a thread says all that happened to a grant that was approved and has expired, in order.
func (s *sim) wholeThread(id string) {
	s.t.Helper()
	thread, at := s.thread(id), 0
	for _, line := range []string{"thread.approve", "thread.apply", "thread.expire", "thread.undo"} {
		i := strings.Index(thread[at:], phrase(line))
		if i < 0 {
			s.t.Fatalf("the thread of %s does not say %q where it should:\n%s", id, line, thread)
		}
		at += i
	}
}

// The bot is removed from its channel and invited again: what it could not say meanwhile is said then.
func TestRemovedFromTheChannel(t *testing.T) {
	t.Parallel()
	alive(t, setup{users: []string{"other"}}, func(s *sim) {
		channel := s.workspace().Channels[0]
		s.given("1")
		members := channel.Members
		channel.Members = slices.DeleteFunc(slices.Clone(members), func(id string) bool { return id == "U0BOT" })
		s.slack.SetChannel(channel)
		s.signInOf("other", "2")
		s.wait(duration + time.Minute)
		s.is("1", store.Ended, false)
		if g := s.grant(s.db(), "2"); g.State != store.Asked || g.Card.TS != "" {
			t.Errorf("%s stands on %q", g.State, g.Card.TS)
		}
		channel.Members = members
		s.slack.SetChannel(channel)
		s.wait(time.Minute)
		s.mustPress("U0SATO", store.Approve, "2")
		s.wait(time.Hour)
		s.atTheEnd(s.db(), "1", "2")
		s.wholeThread("1")
	})
}

// An administrator deletes a card: it is posted anew at the next change, and its thread goes on there.
func TestCardIsDeleted(t *testing.T) {
	t.Parallel()
	alive(t, setup{}, func(s *sim) {
		s.given("1")
		old := s.grant(s.db(), "1").Card
		d, err := s.press("U0SATO", store.Revoke, "1")
		if err != nil {
			t.Fatal(err)
		}
		s.delete(d)
		s.wait(15 * time.Minute)
		if s.grant(s.db(), "1").Card == old {
			t.Error("the card was not posted anew")
		}
		if thread := s.thread("1"); !strings.Contains(thread, phrase("thread.undo")) {
			t.Errorf("the thread of the new card says %q", thread)
		}
		s.atTheEnd(s.db(), "1")
	})
}

// A digest that is deleted is posted anew once, with everybody on it, and goes on telling the truth of each.
func TestDigestIsDeleted(t *testing.T) {
	t.Parallel()
	how := setup{users: names("u", 12)}
	alive(t, how, func(s *sim) {
		s.slack.Fault(always(fakeslack.Failure{Status: 500})(s))
		for _, user := range how.users {
			s.signInOf(user, user)
		}
		s.wait(10 * time.Second)
		s.slack.Fault(nil)
		s.wait(time.Minute)
		old, before := s.grant(s.db(), how.users[0]), len(s.slack.Messages(approvals))
		if !old.Digest {
			t.Fatal("there is no digest")
		}
		d, err := s.press("U0SATO", store.Approve, how.users[0])
		if err != nil {
			t.Fatal(err)
		}
		s.delete(d)
		s.wait(time.Minute)
		if got := len(s.slack.Messages(approvals)); got != before+1 {
			t.Errorf("%d messages where %d were before the digest was deleted", got, before)
		}
		for _, user := range how.users {
			if s.card(s.grant(s.db(), user)) == "" {
				t.Errorf("%s stands on a message that is gone", user)
			}
		}
		s.mustPress("U0SATO", store.Approve, how.users[7])
		s.wait(time.Hour)
		s.atTheEnd(s.db(), how.users...)
	})
}
