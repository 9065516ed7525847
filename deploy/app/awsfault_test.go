package app_test

import (
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/store"
)

const (
	hanging = 20*time.Second + overrun // a try that hangs, and the pause after it
	settled = 45 * time.Second         // after which all that an outage held up is done
)

// What AWS does to its callers, and what a card says of it.
var awsFaults = []struct {
	name  string
	fault fakeaws.Failure
	says  string
	slow  bool // it takes a call's whole patience
}{
	{"throttles", fakeaws.Failure{Code: "Throttling"}, "Throttling", false},
	{"is unavailable", fakeaws.Failure{Code: "ServiceUnavailable", Status: 503}, "ServiceUnavailable", false},
	{"breaks, after the effect", fakeaws.Failure{Code: "ServiceFailure", Status: 500, Done: true}, "ServiceFailure", false},
	{"denies", fakeaws.Failure{Code: "AccessDenied"}, "AccessDenied", false},
	{"cuts the line", fakeaws.Failure{}, phrase("why.unreachable"), false},
	{"cuts the line, after the effect", fakeaws.Failure{Done: true}, phrase("why.unreachable"), false},
	{"is silent", fakeaws.Failure{Hang: true}, phrase("why.timeout"), true},
	{"is silent, after the effect", fakeaws.Failure{Hang: true, Done: true}, phrase("why.timeout"), true},
	{"answers after a minute", fakeaws.Failure{Hang: true, Done: true, Delay: time.Minute}, phrase("why.timeout"), true},
}

// Every action fails in every way, for minutes: before the card, while access is given, and over its end. The card says
// so while it lasts; the job ends as it should, and nobody keeps access.
func TestAWSFails(t *testing.T) {
	for _, f := range awsFaults {
		t.Run("AWS "+f.name, func(t *testing.T) {
			t.Parallel()
			how := setup{}
			if f.slow {
				how.overrun = hanging
			}
			for _, action := range []string{"GetUser", "ListGroupsForUser", "AddUserToGroup", "RemoveUserFromGroup", "GetGroup", "ReceiveMessage", "DeleteMessage", ""} {
				if testing.Short() && action != "" {
					continue // all at once, as under the race detector: it is the ways of failing that differ in what runs beside them
				}
				alive(t, how, func(s *sim) { s.through(action, f.fault, f.says) })
				if t.Failed() {
					t.Fatalf("it was %q", action)
				}
			}
		})
	}
}

const tried = 2 * time.Minute // within which what begins access is tried again

// through is the main job, with an action that fails three times for minutes; "" is every action.
func (s *sim) through(action string, fault fakeaws.Failure, says string) {
	fails := func(c fakeaws.Call) *fakeaws.Failure {
		if action == "" || c.Action == action {
			return &fault
		}
		return nil
	}
	on := func(actions ...string) bool {
		for _, a := range actions {
			if a == action || action == "" {
				return true
			}
		}
		return false
	}
	s.failing(fails)
	s.signIn("1")
	s.wait(3 * time.Minute)
	s.answering()
	s.wait(tried + settled)

	s.failing(fails)
	s.mustPress("U0SATO", store.Approve, "1")
	s.wait(2 * time.Minute)
	if on("GetUser", "ListGroupsForUser", "AddUserToGroup") {
		s.is("1", store.Approved, s.member())
		s.says("1", phrase("state.approved"), phrase("card.trouble_give"), says)
	}
	s.answering()
	s.wait(tried + settled)
	s.is("1", store.Active, true)
	s.says("1", phrase("state.active"))

	until := s.grant(s.db(), "1").Until
	if until.IsZero() {
		s.t.Fatal("it was not approved")
	}
	s.wait(time.Until(until) - time.Second)
	s.failing(fails)
	s.wait(3 * time.Minute)
	if on("RemoveUserFromGroup") {
		s.is("1", store.Ending, s.member())
		s.says("1", phrase("card.trouble_take.iam-group"), says)
	}
	s.answering()
	s.wait(settled)
	s.is("1", store.Ended, false)
	s.says("1", phrase("state.expire"))
	s.wait(12 * time.Minute) // the rechecks have been
	s.atTheEnd(s.db(), "1")
}
