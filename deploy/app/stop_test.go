package app_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/bot/fakeslack"
	"sekisho/store"
)

// stopWithin is how long an orderly stop may take, whatever hangs.
const stopWithin = 10 * time.Second

// stop is what SIGTERM does; it returns how long it took.
func (s *sim) stop() time.Duration {
	s.t.Helper()
	begun := time.Now()
	s.end(s.process.Load())
	return time.Since(begun)
}

// Slack does not answer, a hundred cards wait, and the bot is told to stop: telling is cut off at once, nothing is lost by that.
func TestStopWhileSlackHangs(t *testing.T) {
	t.Parallel()
	how := setup{users: names("u", 100)}
	inBubble(t, how, func(s *sim) {
		s.run(s.start())
		s.wait(time.Second)
		s.slack.Fault(func(c fakeslack.Call) *fakeslack.Failure {
			if strings.HasPrefix(c.Method, "chat.") {
				return &fakeslack.Failure{Hang: true}
			}
			return nil
		})
		for _, user := range how.users {
			s.signInOf(user, user)
		}
		s.wait(20 * time.Second)
		took := s.stop()
		t.Logf("stopped within %s while Slack hangs", took)
		if took > 3*time.Second { // a message that is on its way has two of them
			t.Errorf("the stop took %s while Slack hangs: telling is cut off", took)
		}
		s.slack.Fault(nil)
		s.run(s.start())
		s.wait(5 * time.Minute)
		for _, user := range how.users {
			if s.card(s.grant(s.db(), user)) == "" {
				t.Errorf("%s has no card after the start", user)
			}
		}
		s.wait(time.Hour)
		s.atTheEnd(s.db(), how.users...)
		s.end(s.process.Load())
		time.Sleep(time.Minute)
		for _, f := range s.failed {
			t.Error(f)
		}
	})
}

// Slack hangs, an account hangs in the middle of giving access, and in the other a grant comes due while the bot stops: it is
// ended before the ledger is closed, and the stop takes ten seconds at most. What was cut off goes on after a start.
func TestAccessEndsWhileTheBotStops(t *testing.T) {
	t.Parallel()
	how := setup{users: []string{"slow"}}
	inBubble(t, how, func(s *sim) {
		until := s.begin.Add(10 * time.Minute)
		who := store.Subject{User: "slow", UserID: userID2("slow"), Person: store.Person(person("slow"))}
		s.run(s.start())
		s.seedIn(account2, "login-due", who, until)
		s.wait(time.Second)
		s.signIn("1")
		s.wait(time.Until(until) - 2*time.Second)
		s.fails(func(c fakeaws.Call) bool { return c.Account == account && c.Action == "AddUserToGroup" }, fakeaws.Failure{Hang: true})
		s.mustPress("U0SATO", store.Approve, "1")
		s.slack.Fault(always(fakeslack.Failure{Hang: true})(s))
		s.wait(time.Until(until) - time.Second)
		took := s.stop()
		t.Logf("stopped within %s while Slack and an account hang", took)
		if took > stopWithin {
			t.Errorf("the stop took %s, want at most %s", took, stopWithin)
		}
		if left := s.aws.Members(account2, group); len(left) > 0 {
			t.Errorf("%v still have access: it came due while the bot stopped", left)
		}
		if g := s.grant(s.db(), "1"); g.State != store.Approved || !g.Planned {
			t.Errorf("what was cut off is %s, planned %t: its intent must stand", g.State, g.Planned)
		}
		s.slack.Fault(nil)
		s.fails(func(fakeaws.Call) bool { return false }, fakeaws.Failure{})
		s.run(s.start())
		s.wait(settled)
		s.is("1", store.Active, true)
		s.wait(time.Hour)
		s.atTheEnd(s.db(), "1", "due")
		s.end(s.process.Load())
		time.Sleep(time.Minute)
		for _, f := range s.failed {
			t.Error(f)
		}
	})
}

// Each call to AWS takes four seconds when the bot is told to stop, in the middle of giving and of ending access: the stop takes
// ten seconds at most. What was cut off goes on after a start, and ends.
func TestStopWhileAWSIsSlow(t *testing.T) {
	t.Parallel()
	var slow atomic.Bool
	how := setup{users: []string{"other"}, overrun: time.Minute, awsStep: func(r *http.Request) string {
		if slow.Load() {
			select {
			case <-time.After(4 * time.Second):
			case <-r.Context().Done():
			}
		}
		return awsSteps(r)
	}}
	inBubble(t, how, func(s *sim) {
		s.run(s.start())
		s.given("1")
		until := s.grant(s.db(), "1").Until
		s.signInOf("other", "2")
		s.wait(time.Until(until) - time.Second)
		slow.Store(true)
		s.mustPress("U0SATO", store.Approve, "2")
		s.wait(2 * time.Second)
		took := s.stop()
		t.Logf("stopped within %s while each call to AWS takes four seconds", took)
		if took > stopWithin {
			t.Errorf("the stop took %s, want at most %s", took, stopWithin)
		}
		if ending, given := s.grant(s.db(), "1"), s.grant(s.db(), "2"); ending.State != store.Ending || given.State != store.Approved {
			t.Errorf("what was cut off is %s and %s: the intents must stand", ending.State, given.State)
		}
		slow.Store(false)
		s.run(s.start())
		s.wait(overrun)
		s.is("1", store.Ended, false)
		s.wait(time.Hour)
		s.atTheEnd(s.db(), "1", "2")
		s.end(s.process.Load())
		time.Sleep(time.Minute)
		for _, f := range s.failed {
			t.Error(f)
		}
	})
}
