package app_test

import (
	"testing"
	"time"

	"sekisho/store"
)

// marked is how far behind the time that a dead process knew the mark in the ledger may stand.
const marked = 30 * time.Second

// The machine's clock is set back two hours, and the bot is started again under the wrong time: nothing is given while it
// stands behind what the ledger has seen, and access that was given before ends when it should have, not two hours later.
func TestClockIsSetBack(t *testing.T) {
	t.Parallel()
	for _, restarted := range []bool{false, true} {
		alive(t, setup{users: []string{"other"}, late: marked}, func(s *sim) {
			s.given("1")
			end := s.grant(s.db(), "1").Until
			s.signInOf("other", "2")
			s.wait(45 * time.Second)
			s.skew.Store(int64(-2 * time.Hour))
			if restarted {
				s.restart()
			}
			s.mustPress("U0SATO", store.Approve, "2")
			s.wait(2 * time.Minute)
			s.nothingGiven("2")
			s.says("2", phrase("state.approved"), phrase("why.clockbehind"))
			s.wait(time.Until(end.Add(overrun + marked)))
			s.is("1", store.Ended, false) // by the time that goes on, whatever the clock says
			s.skew.Store(0)
			s.wait(time.Hour)
			s.atTheEnd(s.db(), "1", "2")
		})
	}
}

// The clock is set forward five hours, and right again: what it seemed to end has ended, nothing is given until the clock
// has caught up, and then everything goes on.
func TestClockIsSetForward(t *testing.T) {
	t.Parallel()
	for _, restarted := range []bool{false, true} {
		alive(t, setup{users: []string{"other"}}, func(s *sim) {
			s.given("1")
			s.skew.Store(int64(5 * time.Hour))
			s.wait(time.Minute)
			s.is("1", store.Ended, false)
			s.skew.Store(0)
			if restarted {
				s.restart()
			}
			s.signInOf("other", "2")
			s.wait(time.Minute)
			s.mustPress("U0SATO", store.Approve, "2")
			s.wait(time.Minute)
			s.nothingGiven("2")
			s.wait(6 * time.Hour)
			s.signInOf("other", "3")
			s.wait(time.Minute)
			s.mustPress("U0SATO", store.Approve, "3")
			s.wait(time.Minute)
			if g := s.grant(s.db(), "3"); g.State != store.Active {
				t.Errorf("once the clock has caught up it is %s, %q", g.State, g.Trouble)
			}
			s.wait(time.Hour)
			s.atTheEnd(s.db(), "1", "2", "3")
		})
	}
}

// restart ends the process and starts another one on its ledger.
func (s *sim) restart() {
	s.t.Helper()
	s.end(s.process.Load())
	s.run(s.start())
	s.wait(30 * time.Second)
}

// nothingGiven checks that a request was approved, and that AWS was not touched for it.
func (s *sim) nothingGiven(id string) {
	s.t.Helper()
	g := s.grant(s.db(), id)
	for _, c := range s.aws.Calls() {
		if c.Action == "AddUserToGroup" && c.Params["UserName"] == g.Subject.User {
			s.t.Errorf("%s was given while the clock stood behind", id)
		}
	}
	if g.State != store.Approved {
		s.t.Errorf("%s is %s", id, g.State)
	}
}
