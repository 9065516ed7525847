package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/deploy/config"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Eight of ten accounts hang each call, with 200 grants due in each: in the two others access ends in time, also what comes due
// while all that hangs is new. Once they answer, all that is overdue ends within a minute.
func TestEightOfTenAccountsHang(t *testing.T) {
	t.Parallel()
	how := setup{users: names("u", 200), workspace: nobodyInSlack}
	if testing.Short() {
		how.users = how.users[:40] // a lane's workers in each account, and more
	}
	for i := range 8 {
		how.more = append(how.more, fmt.Sprintf("90000000000%d", i))
	}
	alive(t, how, func(s *sim) {
		first := s.begin.Add(time.Minute)
		ends := make([]time.Time, len(how.users))
		for i, user := range how.users {
			ends[i] = first.Add(time.Duration(i) * 100 * time.Millisecond)
			s.seedIn(account2, "login-"+user+"-2", store.Subject{User: user, UserID: userID2(user), Person: store.Person(person(user))}, first)
			for _, id := range how.more {
				s.seedIn(id, "login-"+id+"-"+user, store.Subject{User: user, UserID: userIDIn(id, user), Person: store.Person(person(user))}, first)
			}
		}
		s.seed(how.users, ends) // which the patrol looks at as well
		s.fails(func(c fakeaws.Call) bool { return slices.Contains(how.more, c.Account) }, fakeaws.Failure{Hang: true})
		s.wait(time.Until(first.Add(overrun)))
		if left := s.aws.Members(account2, group); len(left) > 0 {
			t.Errorf("%d still have access in an account that answers, %s after the end", len(left), overrun)
		}
		s.wait(time.Until(ends[len(ends)-1].Add(overrun)))
		if left := s.aws.Members(account, group); len(left) > 0 {
			t.Errorf("%d still have access in the other one, %s after the end", len(left), overrun)
		}
		t.Logf("8 of 10 accounts hang, 200 grants due in each: in an account that answers the last ended %s after its end", s.lastRemoval(account2, first))
		s.wait(time.Minute)
		s.fails(func(fakeaws.Call) bool { return false }, fakeaws.Failure{})
		answers := time.Now()
		s.wait(time.Minute)
		for _, id := range how.more {
			if left := s.aws.Members(id, group); len(left) > 0 {
				t.Errorf("a minute after AWS answers %d still have access in %s", len(left), id)
			}
		}
		t.Logf("all eight answer again: the last ended %s later", s.lastRemoval(how.more[0], answers))
	})
}

// lastRemoval returns how long after a time the last membership was removed in an account.
func (s *sim) lastRemoval(account string, from time.Time) (last time.Duration) {
	for _, c := range s.aws.Calls() {
		if removal(c, account, "") && c.Err == "" {
			last = max(last, c.At.Sub(from))
		}
	}
	return last
}

// Fifty groups of one account hang, which the configuration names before that of the other: a stranger there is reported at the
// usual pace, at each look.
func TestAStrangerIsReportedWhileAnotherAccountHangs(t *testing.T) {
	t.Parallel()
	how := setup{users: names("s", 6), stray: names("s", 6), config: func(c *config.Config) {
		c.Policy.Entitlements = nil
		for i := range 50 {
			c.Policy.Entitlements = append(c.Policy.Entitlements, managedGroup(account, fmt.Sprintf("jit-%d", i)))
		}
		c.Policy.Entitlements = append(c.Policy.Entitlements, managedGroup(account2, group))
	}}
	inBubble(t, how, func(s *sim) {
		for i := range 50 {
			s.aws.AddGroup(account, fmt.Sprintf("jit-%d", i))
		}
		s.fails(func(c fakeaws.Call) bool { return c.Account == account && c.Service == "iam" }, fakeaws.Failure{Hang: true})
		s.lifetime(func(s *sim) {
			for _, user := range how.users {
				s.aws.Join(account2, user, group)
				joined := time.Now()
				for s.unknownMember(account2, userID2(user)).State == "" && time.Since(joined) < time.Hour {
					s.wait(time.Second)
				}
				t.Logf("%s: reported after %s", user, time.Since(joined))
				if got := time.Since(joined); got > usualPace {
					t.Errorf("%s was reported after %s, want at most %s", user, got, usualPace)
				}
			}
		})
	})
}

// A hundred sign-ins wait for an account that hangs: in the other one access is asked for and given at the usual pace.
func TestAccessIsGivenWhileAnotherAccountHangs(t *testing.T) {
	t.Parallel()
	alive(t, setup{users: names("u", 100)}, func(s *sim) {
		s.fails(func(c fakeaws.Call) bool { return c.Account == account2 && c.Service == "iam" }, fakeaws.Failure{Hang: true})
		for _, user := range s.setup.users {
			s.aws.Send(s.queue, "", strings.NewReplacer(account, account2, userID(user), userID2(user)).Replace(signInBody(user, user)))
		}
		s.wait(15 * time.Second)
		s.signIn("1")
		s.wait(5 * time.Second)
		s.mustPress("U0SATO", store.Approve, "1")
		s.wait(5 * time.Second)
		s.is("1", store.Active, true)
		s.wait(time.Hour)
		s.is("1", store.Ended, false)
	})
}

// usualPace is a look every five minutes, of which each looks twice.
const usualPace = 5*time.Minute + 15*time.Second

func managedGroup(account, name string) policy.Entitlement {
	return policy.Entitlement{ID: account + "-" + name, Kind: "iam-group", Account: account, Target: name,
		Steps: []store.Step{{By: []string{"usergroup:S0LEADS"}, Count: 1}}, Within: decideIn, Duration: duration, Longest: longest}
}

// unknownMember is the alert about a member whom no grant explains, or none.
func (s *sim) unknownMember(account, userID string) store.Alert {
	a, err := store.LoadAlert(context.Background(), s.db(), store.MemberAlertID(account, group, userID))
	if err != nil {
		return store.Alert{}
	}
	return a
}
