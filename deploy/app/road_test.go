package app_test

import (
	"sync/atomic"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/store"
)

const many = 50 // grants that end at the same moment

// removal tells whether a call takes access from a user.
func removal(c fakeaws.Call, account, user string) bool {
	return c.Action == "RemoveUserFromGroup" && c.Account == account && (user == "" || c.Params["UserName"] == user)
}

// One user cannot be removed, in a way that looks like an outage or in one that does not: the others, whose ends come one
// after the other, end in time.
func TestOneCannotBeRemoved(t *testing.T) {
	for name, fault := range map[string]fakeaws.Failure{
		"is denied": {Code: "AccessDenied"}, "fails": {Code: "ServiceFailure", Status: 500}, "hangs": {Hang: true},
	} {
		if testing.Short() && !fault.Hang {
			continue // what hangs is what others run beside
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			users := names("u", many)
			alive(t, setup{users: users, stray: users[:1]}, func(s *sim) {
				var ends []time.Time
				for i := range users {
					ends = append(ends, s.begin.Add(10*time.Minute+time.Duration(i)*7*time.Second))
				}
				s.seed(users, ends)
				s.fails(func(c fakeaws.Call) bool { return removal(c, account, users[0]) }, fault)
				s.wait(time.Until(ends[many-1].Add(overrun))) // while the patrol looks at all but the one
				if got := s.aws.Members(account, group); len(got) != 1 {
					t.Errorf("left: %v", got)
				}
				s.wait(5 * time.Minute)
				s.says(users[0], phrase("card.trouble_take.iam-group"))
				s.fails(func(fakeaws.Call) bool { return false }, fault)
				s.wait(15 * time.Minute)
				s.atTheEnd(s.db(), users...)
			})
		})
	}
}

// fails makes some calls fail while AWS is well.
func (s *sim) fails(which func(fakeaws.Call) bool, how fakeaws.Failure) {
	f := func(c fakeaws.Call) *fakeaws.Failure {
		if which(c) {
			return &how
		}
		return nil
	}
	s.fault.Store(&f)
}

// One account cannot be reached, and access in the other ends in time.
func TestAccountsAreApart(t *testing.T) {
	t.Parallel()
	for _, fault := range []fakeaws.Failure{{Code: "ServiceUnavailable", Status: 503}, {Hang: true}} {
		users := names("u", many)
		alive(t, setup{users: users, stray: users}, func(s *sim) {
			end := s.begin.Add(10 * time.Minute)
			s.seed(users, at(end.Add(-5*time.Minute), many))
			for _, user := range users {
				s.seedIn(account2, "login-2-"+user, store.Subject{User: user, UserID: userID2(user), Person: store.Person(person(user))}, end)
			}
			s.fails(func(c fakeaws.Call) bool { return c.Service == "iam" && c.Account == account }, fault)
			s.wait(10*time.Minute + overrun)
			if in1, in2 := len(s.aws.Members(account, group)), len(s.aws.Members(account2, group)); in1 != many || in2 != 0 {
				t.Errorf("%d members where AWS does not answer, %d where it does", in1, in2)
			}
			s.fails(func(fakeaws.Call) bool { return false }, fault)
			s.wait(time.Minute)
			if left := s.aws.Members(account, group); len(left) > 0 {
				t.Errorf("a minute after AWS answers: %v", left)
			}
		})
	}
}

// After an outage AWS takes ten calls a second and throttles the rest: all access ends, if not within the minute.
func TestThrottledAfterAnOutage(t *testing.T) {
	t.Parallel()
	users := names("u", 200)
	inBubble(t, setup{users: users}, func(s *sim) {
		s.seed(users, at(s.begin.Add(10*time.Minute), len(users)))
		s.run(s.start())
		s.failing(func(c fakeaws.Call) *fakeaws.Failure {
			return &fakeaws.Failure{Code: "ServiceUnavailable", Status: 503}
		})
		s.wait(time.Hour)
		from := time.Now()
		var second, calls atomic.Int64
		s.failing(func(c fakeaws.Call) *fakeaws.Failure {
			if now := time.Now().Unix(); second.Swap(now) != now {
				calls.Store(0)
			}
			if c.Service == "iam" && calls.Add(1) > 10 {
				return &fakeaws.Failure{Code: "Throttling"}
			}
			return nil
		})
		for len(s.aws.Members(account, group)) > 0 && time.Since(from) < 10*time.Minute {
			s.wait(time.Second)
		}
		t.Logf("%d revocations at ten calls a second: the last after %s", len(users), time.Since(from))
		if left := s.aws.Members(account, group); len(left) > 0 {
			t.Errorf("left: %d", len(left))
		}
		s.end(s.process.Load())
		time.Sleep(time.Minute)
	})
}
