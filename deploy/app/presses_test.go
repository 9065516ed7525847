package app_test

import (
	"context"
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/bot/fakeslack"
	"sekisho/store"
)

const (
	requests = 100
	pressers = 50
	each     = 10 // presses of each presser, so that five press on each request
	again    = 2  // more deliveries of each press
)

// Five hundred presses on a hundred requests, each delivered three times: every one is acknowledged in time, whatever
// AWS does, and each request is approved once and never by its own holder.
func TestPressesWhileAWSHangs(t *testing.T) {
	t.Parallel()
	how := setup{users: names("u", requests), overrun: hanging, workspace: func(w *fakeslack.Workspace) {
		for _, name := range names("u", pressers) {
			w.Groups[0].Members = append(w.Groups[0].Members, person(name))
		}
	}}
	for _, hangs := range []bool{false, true} {
		if testing.Short() && !hangs {
			continue // it is the hanging that leaves work beside the presses
		}
		alive(t, how, func(s *sim) {
			for _, user := range how.users {
				s.signInOf(user, user)
			}
			s.wait(3 * time.Minute) // all have a card
			if hangs {
				s.failing(func(fakeaws.Call) *fakeaws.Failure { return &fakeaws.Failure{Hang: true} })
			}
			took := s.pressMany(how.users)
			t.Logf("AWS hangs: %t; %d deliveries acknowledged after p50 %s, p99 %s of real time, and at once in the bubble's",
				hangs, len(took), took[len(took)/2], took[len(took)*99/100])
			s.wait(time.Minute)
			s.answering()
			s.wait(6 * time.Minute) // a thread takes one line a second, and the answers wait among them
			s.eachOnce(how.users)
			s.wait(longest + 15*time.Minute)
			s.atTheEnd(s.db(), how.users...)
		})
	}
}

// pressMany makes everybody press while the cards stand as they are, and returns how long the acknowledgements took in
// real time, sorted: the bubble's time stands still while a machine computes.
func (s *sim) pressMany(users []string) []time.Duration {
	s.slack.Fault(func(c fakeslack.Call) *fakeslack.Failure {
		if c.Method == "chat.update" { // the race that we are after: nobody sees yet that somebody was faster
			return &fakeslack.Failure{RetryAfter: 10 * time.Second}
		}
		return nil
	})
	defer s.slack.Fault(nil)
	var took []time.Duration
	count := func(d fakeslack.Delivery, from time.Duration) {
		if !d.Acked || d.Took > 3*time.Second {
			s.t.Errorf("acknowledged %t after %s", d.Acked, d.Took)
		}
		took = append(took, realTime()-from)
	}
	for i := range pressers {
		for j := range each {
			time.Sleep(10 * time.Millisecond)
			from := realTime()
			d, err := s.press(person(users[i]), store.Approve, users[(i*each+j)%requests])
			if err != nil {
				s.t.Fatal(err)
			}
			count(d, from)
			for range again {
				from := realTime()
				count(s.slack.Redeliver(d), from)
			}
		}
	}
	slices.Sort(took)
	return took
}

// realTime is the machine's, also in a bubble.
func realTime() time.Duration {
	var now syscall.Timeval
	if err := syscall.Gettimeofday(&now); err != nil {
		panic(fmt.Sprint("read the clock: ", err))
	}
	return time.Duration(now.Nano())
}

// eachOnce checks that every request is active by one approval, which is not the holder's, and that each press was
// judged once.
func (s *sim) eachOnce(users []string) {
	s.t.Helper()
	for _, user := range users {
		g := s.grant(s.db(), user)
		if g.State != store.Active || len(g.Approvals) != 1 || g.Approvals[0].By == person(user) {
			s.t.Errorf("%s is %s by %v", g.ID, g.State, g.Approvals)
		}
		entries, err := s.db().Entries(context.Background(), g.ID, 0)
		if approved := slices.DeleteFunc(entries, func(e store.Entry) bool { return e.Verb != store.Approve }); err != nil || len(approved) != 1 {
			s.t.Errorf("%s was approved %d times: %v", g.ID, len(approved), err)
		}
	}
	if got := s.aws.Members(account, group); !slices.Equal(got, users) {
		s.t.Errorf("members: %v", got)
	}
	answers := 0
	for _, name := range users[:pressers] {
		answers += len(s.slack.Ephemerals(person(name)))
	}
	if want := pressers*each - requests; answers != want {
		s.t.Errorf("%d presses were answered with a refusal, want %d: one answer for each, however often it came in", answers, want)
	}
}
