package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sekisho/bot/fakeslack"
	"sekisho/deploy/config"
	"sekisho/handlers/policy"
	"sekisho/store"
)

const escalateIn = 5 * time.Minute

// escalating lets the security group decide too on what has waited for five minutes.
func escalating(c *config.Config) {
	c.Policy.Entitlements[0].Escalation = &policy.Escalation{After: escalateIn, To: []string{"usergroup:S0SECURITY"}}
}

// dms are what the bot has written to a person.
func (s *sim) dms(user string) []fakeslack.Message { return s.slack.Messages(s.slack.DM(user)) }

// escalations counts the entries that say so of a sign-in.
func (s *sim) escalations(db store.DB, id string) (n int) {
	entries, err := db.Entries(context.Background(), "login-"+id, 0)
	if err != nil {
		s.t.Error(err)
	}
	for _, e := range entries {
		if e.Verb == store.Escalate {
			n++
		}
	}
	return n
}

// Who could approve is written to, with a way to the card and no button; when nobody has, others are called, and may.
func TestEscalatedInTime(t *testing.T) {
	t.Parallel()
	alive(t, setup{config: escalating}, func(s *sim) {
		s.signIn("1")
		s.wait(5 * time.Second)
		g := s.grant(s.db(), "1")
		link := "/archives/" + approvals + "/p" + strings.ReplaceAll(g.Card.TS, ".", "") + "|"
		for _, user := range []string{"U0SATO", "U0KATO"} {
			if said := s.dms(user); len(said) != 1 || !strings.Contains(said[0].Text, link) || strings.Contains(string(said[0].Blocks), "button") {
				t.Errorf("%s reads %+v", user, said)
			}
		}
		s.wait(escalateIn - 15*time.Second)
		s.mustPress("U0CHIEF", store.Approve, "1")
		s.wait(5 * time.Second)
		s.is("1", store.Asked, false)
		s.wait(10 * time.Second)
		s.says("1", "⏫ *Escalated*: ")
		if n := strings.Count(s.thread("1"), "<!subteam^S0SECURITY>"); n != 1 || len(s.dms("U0CHIEF")) > 0 {
			t.Errorf("called %d times, and by %d messages:\n%s", n, len(s.dms("U0CHIEF")), s.thread("1"))
		}
		s.mustPress("U0CHIEF", store.Approve, "1")
		s.wait(5 * time.Second)
		s.is("1", store.Active, true)
		s.wait(duration + time.Minute)
		s.is("1", store.Ended, false)
		s.atTheEnd(s.db(), "1")
	})
}

// Slack is down when it is time: the ledger has it in time, nothing waits for Slack, and it is told once Slack is well.
func TestEscalatedWhileSlackIsDown(t *testing.T) {
	t.Parallel()
	how := setup{config: escalating, users: []string{"h1"}}
	alive(t, how, func(s *sim) {
		s.seed([]string{"h1"}, []time.Time{time.Now().Add(8 * time.Minute)})
		s.signIn("1")
		s.wait(time.Minute)
		s.slack.Fault(func(fakeslack.Call) *fakeslack.Failure { return &fakeslack.Failure{} })
		s.wait(escalateIn - time.Minute + 15*time.Second)
		if n := s.escalations(s.db(), "1"); n != 1 {
			t.Errorf("escalated %d times", n)
		}
		s.wait(4 * time.Minute)
		if members := s.aws.Members(account, group); slices.Contains(members, "h1") {
			t.Error("access did not end")
		}
		if strings.Contains(s.thread("1"), "S0SECURITY") {
			t.Error("told while Slack was down")
		}
		s.slack.Fault(nil)
		s.wait(time.Minute)
		if n := strings.Count(s.thread("1"), "<!subteam^S0SECURITY> This request has waited"); n != 1 {
			t.Errorf("called %d times:\n%s", n, s.thread("1"))
		}
		s.mustPress("U0CHIEF", store.Approve, "1")
		s.wait(5 * time.Second)
		s.is("1", store.Active, true)
		s.wait(duration + time.Minute)
		s.atTheEnd(s.db(), "1")
	})
}

// Nobody approves but the one to whom it is escalated, and the process is killed at every step of that: it is escalated
// once, everybody has been told, and access is given and ends.
func TestEscalationKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	for n, reached := 1, true; reached && !t.Failed(); n += stride() {
		reached = false
		for _, after := range []bool{false, true} {
			inBubble(t, setup{config: escalating}, func(s *sim) {
				s.point.at, s.point.after = n, after
				s.run(s.start())
				people, leave := context.WithCancel(context.Background())
				go s.supervise(people, false)
				s.signIn("1")
				time.Sleep(escalateIn + time.Minute)
				go s.pressOften(people, "U0CHIEF")
				time.Sleep(time.Minute)
				p := s.running()
				if n := s.escalations(p.db, "1"); n != 1 || !s.member() || !strings.Contains(s.thread("1"), "<!subteam^S0SECURITY>") {
					s.violated("escalated %d times, member %t, told:\n%s", n, s.member(), s.thread("1"))
				}
				for _, user := range []string{"U0SATO", "U0KATO"} {
					if n := len(s.dms(user)); n < 1 || n > 2 {
						s.violated("%d messages to %s", n, user)
					}
				}
				time.Sleep(duration + 3*time.Minute)
				p = s.running() // it may have died since
				leave()
				synctest.Wait()
				s.atTheEnd(p.db, "1")
				s.end(p)
				time.Sleep(time.Minute) // whoever still sleeps wakes up and leaves
				reached = reached || s.point.what != ""
				for _, f := range s.failed {
					t.Errorf("killed at step %d (after: %t), %s: %s", n, after, s.point.what, f)
				}
			})
		}
		if !reached {
			t.Logf("%d steps", n-1)
			if n < 30 {
				t.Error("the job did not run")
			}
		}
	}
}
