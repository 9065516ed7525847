package app_test

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"sekisho/bot/fakeslack"
	"sekisho/store"
)

const expired = 50 // grants that end while the storm blows

// Two thousand people sign in within a minute, and Slack takes one message a second: every request gets onto a card or a
// digest, without running into Slack's limit that feeds on itself, and what expires meanwhile ends in time.
func TestStormOfSignIns(t *testing.T) {
	t.Parallel()
	storm := 2000
	if testing.Short() {
		storm = 300
	}
	users := names("u", storm)
	holders := names("h", expired)
	how := setup{users: append(holders, users...), workspace: func(w *fakeslack.Workspace) { w.PostEvery = time.Second }}
	alive(t, how, func(s *sim) {
		var ends []time.Time
		for i := range holders {
			ends = append(ends, s.begin.Add(3*time.Minute+time.Duration(i)*time.Second))
		}
		s.seed(holders, ends)
		s.wait(3 * time.Minute) // their cards are drawn
		posts := s.countPosts()
		before := s.said()
		begin := time.Now()
		for _, user := range users {
			s.signInOf(user, user)
			time.Sleep(time.Minute / time.Duration(storm))
		}
		last := s.lastCard(users, begin)
		s.wait(30 * time.Second)
		turned := int(posts.Load()) - (s.said() - before)
		cards := len(s.slack.Messages(approvals)) - expired
		t.Logf("%d sign-ins in a minute: %d messages, the last card %s after the first sign-in, %d posts turned away", storm, cards, last, turned)
		if last > 5*time.Minute || cards > storm/10+20 { // the first ones have a card each
			t.Errorf("%d messages, the last after %s", cards, last)
		}
		if turned > 50 {
			t.Errorf("%d posts ran into Slack's limit", turned)
		}
		if n := len(s.dms("U0KATO")); n > 10 { // who has one card each
			t.Errorf("who could approve is written to %d times", n)
		}
		if members := s.aws.Members(account, group); len(members) > 0 {
			t.Errorf("still members: %v", members)
		}
		s.wait(90 * time.Minute)
		s.atTheEnd(s.db(), how.users...)
	})
}

// countPosts counts the calls that would post to the channel of the cards.
func (s *sim) countPosts() *atomic.Int64 {
	var posts atomic.Int64
	s.slack.Fault(func(c fakeslack.Call) *fakeslack.Failure {
		if c.Method == "chat.postMessage" && c.Args["channel"] == approvals {
			posts.Add(1)
		}
		return nil
	})
	return &posts
}

// said is how many messages stand in the channel of the cards, with their threads.
func (s *sim) said() int {
	top := s.slack.Messages(approvals)
	n := len(top)
	for _, m := range top {
		n += len(s.slack.Thread(approvals, m.TS))
	}
	return n
}

// lastCard waits until every request stands on a message, and returns when the last one did.
func (s *sim) lastCard(users []string, begin time.Time) time.Duration {
	s.t.Helper()
	left := slices.Clone(users)
	for ; len(left) > 0; s.wait(time.Second) {
		left = slices.DeleteFunc(left, func(user string) bool {
			g := s.grant(s.db(), user)
			return g.State == store.Asked && g.Card.TS != ""
		})
		if time.Since(begin) > 15*time.Minute {
			s.t.Fatalf("%d requests without a card", len(left))
		}
	}
	return time.Since(begin)
}
