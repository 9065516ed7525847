package app_test

import (
	"context"
	"flag"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/bot/fakeslack"
	"sekisho/deploy/config"
	"sekisho/store"
)

// CI runs TestIAMIsDownForDays with -outage 168h -grants 1000, which takes minutes.
var (
	outage = flag.Duration("outage", 24*time.Hour, "how long IAM does not answer in TestIAMIsDownForDays")
	grants = flag.Int("grants", 200, "how many end meanwhile")
)

const (
	early = 6                // grants that end one after the other before the rush
	rush  = 30 * time.Minute // at the end, in which all the others do
)

// IAM is down for days, and the ends of many grants fall into it. It costs little, as they find out together and
// not each alone; every overdue one is told within five minutes, once; one alert says how many are; and once IAM answers, all
// end within a minute.
func TestIAMIsDownForDays(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: the days without IAM take a minute; run without -short, as CI does")
	}
	t.Parallel()
	how := setup{users: names("u", *grants), tries: 1, config: longLived, workspace: nobodyInSlack}
	inBubble(t, how, func(s *sim) {
		ends := endsIn(s.begin)
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
		s.wait(time.Until(down.Add(*outage)))
		tries := 0
		for _, c := range s.aws.Calls()[before:] {
			if c.Service == "iam" && c.Action != "GetGroup" {
				tries++
			}
		}
		entries := s.toldOnce(how.users, ends)
		s.alertOfOutage(phrase("alert.title.outage"), "`"+strconv.Itoa(*grants)+"`")
		t.Logf("%s without IAM, %d grants: %d calls to IAM about them, %d entries", *outage, *grants, tries, entries)
		if most := int(*outage/(5*time.Second)) + 3*(*grants); tries > most {
			t.Errorf("%d calls in %s, want at most one every five seconds: %d", tries, *outage, most)
		}
		s.answering()
		s.allEnd(time.Minute)
		s.wait(2 * time.Hour) // Slack has heard it all
		s.alertOfOutage(phrase("alert.gone.outage"))
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

// nobodyInSlack leaves the holders out of the workspace: they cannot be asked, which spares as many conversations.
func nobodyInSlack(w *fakeslack.Workspace) {
	w.Users = slices.DeleteFunc(w.Users, func(u fakeslack.User) bool { return strings.HasPrefix(u.ID, "U0u") })
}

// endsIn are the ends of the grants: a few early, the others in the rush.
func endsIn(begin time.Time) []time.Time {
	var ends []time.Time
	for i := range *grants {
		end := begin.Add(3*time.Hour + time.Duration(i)*(*outage-rush-6*time.Hour)/early)
		if i >= early {
			end = begin.Add(*outage - rush + time.Duration(i-early)*rush/time.Duration(*grants-early))
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

// toldOnce checks that the outage was told of each grant that is overdue, and once, and counts the entries.
func (s *sim) toldOnce(users []string, ends []time.Time) (all int) {
	for i, user := range users {
		entries, err := s.db().Entries(context.Background(), "login-"+user, 0)
		if err != nil {
			s.t.Fatal(err)
		}
		all += len(entries)
		told := 0
		for _, e := range entries {
			if e.Verb == store.Fail {
				told++
			}
		}
		if overdue := time.Since(ends[i]); told > 1 || told == 0 && overdue > 5*time.Minute {
			s.t.Errorf("%s, overdue for %s, was told %d times", user, overdue, told)
		}
		if s.t.Failed() {
			return all
		}
	}
	return all
}

// alertOfOutage checks that the security channel has one message about the outage, and that it says these words.
func (s *sim) alertOfOutage(words ...string) {
	s.t.Helper()
	var drawn []string
	for _, m := range s.slack.Messages(security) {
		if text := s.slack.Render(m); strings.Contains(text, store.OutageAlertID(account)) {
			drawn = append(drawn, text)
		}
	}
	if len(drawn) != 1 {
		s.t.Errorf("%d messages about the outage, want one: %v", len(drawn), drawn)
		return
	}
	for _, w := range words {
		if !strings.Contains(drawn[0], w) {
			s.t.Errorf("the message about the outage lacks %q: %s", w, drawn[0])
		}
	}
}

// allEnd waits until nobody has access any more, and prints how long each had to wait.
func (s *sim) allEnd(most time.Duration) {
	s.t.Helper()
	from := time.Now()
	for left := *grants; left > 0 && time.Since(from) < most; left = len(s.aws.Members(account, group)) {
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
	if left := s.aws.Members(account, group); len(left) > 0 || len(lags) < *grants {
		s.t.Errorf("%d revoked %s after AWS answers, %d left", len(lags), time.Since(from), len(left))
		return
	}
	s.t.Logf("%d revocations after IAM answers: p50 %s, max %s", len(lags), lags[len(lags)/2], lags[len(lags)-1])
}
