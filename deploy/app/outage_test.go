package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/bot/fakeslack"
	"sekisho/deploy/config"
	"sekisho/store"
)

const (
	live   = 1000
	outage = 7 * 24 * time.Hour
	early  = 6                // grants that end one after the other before the rush
	rush   = 90 * time.Minute // at the end, in which all the others do; each that is overdue is told hourly, and the fakes are slow
)

// IAM is down for a week, and the ends of a thousand grants fall into it. It costs little, as they find out together and
// not each alone; every overdue one is told within five minutes and then hourly; and once IAM answers, all end within a
// minute.
func TestIAMIsDownForAWeek(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: the week without IAM takes half a minute; run without -short, as CI does")
	}
	t.Parallel()
	how := setup{users: names("u", live), tries: 1, config: longLived, workspace: nobodyInSlack}
	inBubble(t, how, func(s *sim) {
		ends := endsInAWeek(s.begin)
		s.seed(how.users, ends)
		s.run(s.start())
		s.wait(2 * time.Hour) // every card is drawn, and its thread told
		s.failing(func(c fakeaws.Call) *fakeaws.Failure {
			if c.Service == "iam" {
				return &fakeaws.Failure{Code: "ServiceUnavailable", Status: 503}
			}
			return nil
		})
		down, before := time.Now(), len(s.aws.Calls())
		s.toldInTime(how.users[0], ends[0])
		s.wait(time.Until(down.Add(outage)))
		tries := 0
		for _, c := range s.aws.Calls()[before:] {
			if c.Service == "iam" && c.Action != "GetGroup" {
				tries++
			}
		}
		entries := s.toldHourly(how.users, ends)
		t.Logf("%s without IAM, %d grants: %d calls to IAM about them, %d entries", outage, live, tries, entries)
		if most := int(outage/(5*time.Second)) + 3*live; tries > most {
			t.Errorf("%d calls in the outage, want at most one every five seconds: %d", tries, most)
		}
		s.answering()
		s.allEnd(time.Minute)
		s.wait(2 * time.Hour) // Slack has heard it all
		for _, f := range s.failed {
			t.Error(f)
		}
		s.atTheEnd(s.db(), how.users...)
		s.end(s.process.Load())
		for _, f := range s.failed {
			t.Error(f)
		}
		time.Sleep(time.Minute)
	})
}

// longLived allows grants that outlive the outage's beginning.
func longLived(c *config.Config) {
	c.Policy.Entitlements[0].Duration, c.Policy.Entitlements[0].Longest = 30*24*time.Hour, 30*24*time.Hour
}

// nobodyInSlack leaves the holders out of the workspace: they cannot be asked, which spares a thousand conversations.
func nobodyInSlack(w *fakeslack.Workspace) {
	w.Users = slices.DeleteFunc(w.Users, func(u fakeslack.User) bool { return strings.HasPrefix(u.ID, "U0u") })
}

// endsInAWeek are the ends of the grants: a few early, the others in the rush.
func endsInAWeek(begin time.Time) []time.Time {
	var ends []time.Time
	for i := range live {
		end := begin.Add(3*time.Hour + time.Duration(i)*(outage-rush-6*time.Hour)/early)
		if i >= early {
			end = begin.Add(outage - rush + time.Duration(i-early)*rush/(live-early))
		}
		ends = append(ends, end)
	}
	return ends
}

// toldInTime checks that an overdue grant is told within five minutes of its end.
func (s *sim) toldInTime(user string, end time.Time) {
	s.t.Helper()
	s.wait(time.Until(end.Add(5 * time.Minute)))
	s.says(user, phrase("card.trouble_take.iam-group"), "ServiceUnavailable")
}

// toldHourly checks that the outage was told of each grant once an hour since its end, and no more often, and counts
// the entries.
func (s *sim) toldHourly(users []string, ends []time.Time) (all int) {
	for i, user := range users {
		entries, err := s.db().Entries(context.Background(), "login-"+user, 0)
		if err != nil {
			s.t.Fatal(err)
		}
		all += len(entries)
		last, told := time.Time{}, 0
		for _, e := range entries {
			if e.Verb != store.Fail {
				continue
			}
			if e.At.Sub(last) < time.Hour {
				s.t.Errorf("%s told again after %s", user, e.At.Sub(last))
			}
			last, told = e.At, told+1
		}
		overdue := time.Since(ends[i])
		if want := int(overdue / (time.Hour + 5*time.Minute)); overdue > 5*time.Minute && told < want+1 {
			s.t.Errorf("%s, overdue for %s, was told %d times", user, overdue, told)
		}
		if s.t.Failed() {
			return all
		}
	}
	return all
}

// allEnd waits until nobody has access any more, and prints how long each had to wait.
func (s *sim) allEnd(most time.Duration) {
	s.t.Helper()
	from := time.Now()
	for left := live; left > 0 && time.Since(from) < most; left = len(s.aws.Members(account, group)) {
		s.wait(time.Second)
	}
	var lags []time.Duration
	seen := map[string]bool{}
	for _, c := range s.aws.Calls() {
		if user := c.Params["UserName"]; c.Action == "RemoveUserFromGroup" && c.Err == "" && !seen[user] {
			seen[user], lags = true, append(lags, c.At.Sub(from))
		}
	}
	slices.Sort(lags)
	if left := s.aws.Members(account, group); len(left) > 0 || len(lags) < live {
		s.t.Errorf("%d revoked %s after AWS answers, %d left", len(lags), time.Since(from), len(left))
		return
	}
	s.t.Logf("%d revocations after IAM answers: p50 %s, max %s", len(lags), lags[len(lags)/2], lags[len(lags)-1])
}
