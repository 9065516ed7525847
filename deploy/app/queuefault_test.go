package app_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/aws/trail"
	"sekisho/store"
)

// hostile bodies: what makes each, and whether it is one that the dead-letter queue must have.
var hostile = []struct {
	name string
	body func(n int) string
	dead bool
}{
	{"empty", func(int) string { return " " }, true},
	{"no JSON", func(n int) string { return fmt.Sprintf("hello %d", n) }, true},
	{"cut off", func(n int) string { b := signInBody("u0000", fmt.Sprint("cut", n)); return b[:len(b)/2] }, true},
	{"too long", func(int) string { return `{"source":"` + strings.Repeat("a", trail.MaxBody) + `"}` }, true},
	{"deep", func(int) string { return strings.Repeat(`{"detail":`, 20000) + "1" + strings.Repeat("}", 20000) }, true},
	{"deep, in a record", func(n int) string {
		deep := strings.Repeat("[", 5000) + strings.Repeat("]", 5000)
		return strings.Replace(signInBody("u0000", fmt.Sprint("deep", n)), `"MFAUsed":"Yes"`, `"MFAUsed":`+deep, 1)
	}, true},
	{"half a character for an address", func(n int) string { // bytes that are no UTF-8 do not get through SQS
		return strings.Replace(signInBody("u0000", fmt.Sprint("half", n)), "203.0.113.9", `\ud800`, 1)
	}, false},
	{"a NUL in the id", func(n int) string {
		return strings.Replace(signInBody("u0000", fmt.Sprint("nul", n)), `"eventID":"nul`, `"eventID":"\u0000nul`, 1)
	}, false},
	{"a NUL in the name", func(n int) string {
		return strings.ReplaceAll(signInBody("u0000", fmt.Sprint("nul", n)), `"userName":"u0000"`, `"userName":"u0000\u0000"`)
	}, false},
	{"a number for a name", func(n int) string {
		return strings.Replace(signInBody("u0000", fmt.Sprint("num", n)), `"userName":"u0000"`, `"userName":7`, 1)
	}, true},
	{"a list for the identity", func(n int) string {
		return `{"source":"aws.signin","detail":{"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","userIdentity":[],"eventID":"x"}}`
	}, true},
	{"a name that escapes", func(n int) string {
		return strings.ReplaceAll(signInBody("u0000", fmt.Sprint("path", n)), `"userName":"u0000"`, `"userName":"../../u0000"`)
	}, false},
	{"a key twice", func(n int) string {
		return strings.Replace(signInBody("u0000", fmt.Sprint("twice", n)), `"detail":{`, `"account":"1","detail":{`, 1)
	}, true},
	{"of another account", func(n int) string {
		return strings.ReplaceAll(signInBody("u0000", fmt.Sprint("acc", n)), account, "999999999999")
	}, false},
	{"a user who does not exist", func(n int) string { return signInBody("nobody", fmt.Sprint("none", n)) }, false},
	{"forged: another's principal", func(n int) string {
		return strings.Replace(signInBody("u0001", fmt.Sprint("forged", n)), userID("u0001"), "AIDAFORGED", 1)
	}, false},
	{"a role of the same name", func(n int) string {
		return strings.Replace(signInBody("u0001", fmt.Sprint("role", n)), `"IAMUser"`, `"AssumedRole"`, 1)
	}, false},
}

// The queue delivers twice and in any order, and between the sign-ins stand bodies that want to do harm: each sign-in
// becomes one request, what cannot be read lies in the dead-letter queue, and nothing else happens.
func TestHostileBodies(t *testing.T) {
	t.Parallel()
	const count = 200
	how := setup{users: names("u", 20), queue: fakeaws.QueueOptions{Seed: 7, MaxReceive: 3, DeadLetter: "dead"}}
	alive(t, how, func(s *sim) {
		var bodies []string
		dead := 0
		for i := range count {
			h := hostile[i%len(hostile)]
			bodies = append(bodies, h.body(i))
			if h.dead {
				dead++
			}
		}
		for _, user := range how.users {
			for range 3 {
				bodies = append(bodies, signInBody(user, user))
			}
		}
		order := rand.New(rand.NewPCG(1, 2))
		order.Shuffle(len(bodies), func(i, j int) { bodies[i], bodies[j] = bodies[j], bodies[i] })
		for _, b := range bodies {
			s.aws.Send(s.queue, "", b)
		}
		s.wait(10 * time.Minute)
		if visible, hidden := s.aws.Depth(s.dead); visible+hidden != dead {
			t.Errorf("%d messages in the dead-letter queue, want %d", visible+hidden, dead)
		}
		if visible, hidden := s.aws.Depth(s.queue); visible+hidden != 0 {
			t.Errorf("%d messages left", visible+hidden)
		}
		s.onlyAsked(how.users)
		s.wait(30 * time.Minute)
		s.atTheEnd(s.db(), how.users...)
	})
}

// onlyAsked checks that each of these has one request, that is asked for and stands on a card, that nobody else has one,
// and that AWS was not changed.
func (s *sim) onlyAsked(users []string) {
	s.t.Helper()
	rows, err := s.db().List(context.Background(), store.SlotIndex, "", 1000)
	if err != nil || len(rows) != len(users) {
		s.t.Errorf("%d requests are open, want %d: %v", len(rows), len(users), err)
	}
	for _, user := range users {
		if g, err := s.first(s.db(), user); errors.Is(err, store.ErrNotFound) || g.State != store.Asked || !strings.Contains(s.card(g), user) ||
			g.Signin.Principal != userID(user) {
			s.t.Errorf("%s: %s by %s on %q, %v", user, g.State, g.Signin.Principal, g.Card.TS, err)
		}
	}
	for _, c := range s.aws.Calls() {
		if c.Service == "iam" && c.Write {
			s.t.Errorf("%s %v", c.Action, c.Params)
		}
	}
}

// The ledger cannot be written for longer than it takes a message to be received as often as it may be. Nothing gets to the dead-letter
// queue, and nobody who signed in meanwhile is forgotten. The queue is set up as sign-ins.sh does it.
func TestNoSignInIsLostWhileTheLedgerCannotBeWritten(t *testing.T) {
	t.Parallel()
	shipped, err := os.ReadFile("../sign-ins.sh")
	if err != nil || !strings.Contains(string(shipped), `"VisibilityTimeout":"60"`) || !strings.Contains(string(shipped), `\"maxReceiveCount\":\"10\"`) {
		t.Fatalf("sign-ins.sh sets the queue up in another way, %v", err)
	}
	how := setup{users: names("u", 25), queue: fakeaws.QueueOptions{Visibility: time.Minute, MaxReceive: 10, DeadLetter: "dead"}}
	alive(t, how, func(s *sim) {
		s.full.Store(true)
		for _, user := range how.users[:15] {
			s.aws.Send(s.queue, "", signInBody(user, user))
		}
		before := s.receives()
		s.wait(11 * time.Minute)
		for _, user := range how.users[15:] {
			s.aws.Send(s.queue, "", signInBody(user, user))
		}
		s.wait(time.Second)
		if n := s.receives() - before; n > 1 {
			t.Errorf("messages were received %d times while none could be stored", n)
		}
		s.full.Store(false)
		s.wait(2 * time.Minute)
		for queue, url := range map[string]string{"queue": s.queue, "dead-letter queue": s.dead} {
			if visible, hidden := s.aws.Depth(url); visible+hidden != 0 {
				t.Errorf("%d messages are on the %s", visible+hidden, queue)
			}
		}
		s.onlyAsked(how.users)
		if n := strings.Count(s.log.String(), "no message is received"); n != 1 {
			t.Errorf("the operator reads %d times that no message is received", n)
		}
	})
}

// receives is how often messages were asked for.
func (s *sim) receives() (n int) {
	for _, c := range s.aws.Calls() {
		if c.Action == "ReceiveMessage" {
			n++
		}
	}
	return n
}
