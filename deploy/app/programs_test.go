package app_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"sekisho/aws/fakeaws"
	"sekisho/aws/trail"
	"sekisho/bot/fakeslack"
	"sekisho/deploy/config"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// programs runs a simulation with queues for programs: requests gives up what it delivered three times.
func programs(t *testing.T, queue fakeaws.QueueOptions, test func(s *sim, requests, replies string)) {
	t.Helper()
	var requests, replies string
	how := setup{users: []string{"other"}, config: func(c *config.Config) {
		c.Requests, c.Replies = requests, replies
		c.Policy.Programs = []policy.Program{{Account: account2, Role: "deployer", Users: []people.Login{{Account: account, User: "t.yamada"}}}}
	}}
	inBubble(t, how, func(s *sim) {
		s.aws.AddRole(account2, "deployer", "")
		s.aws.AddRole(account, "deployer", "")
		queue.Visibility, queue.MaxReceive, queue.DeadLetter = 30*time.Second, 3, "dead"
		requests, replies = s.aws.AddQueue(account, "requests", queue), s.aws.AddQueue(account, "replies", fakeaws.QueueOptions{})
		s.lifetime(func(s *sim) { test(s, requests, replies) })
	})
}

// wishBody is what a program writes.
func wishBody(id, user, more string) string {
	return fmt.Sprintf(`{"id":%q,"entitlement":"prod-operator","iam_user":%q,"reason":"Deploy <!channel>."%s}`, id, user, more)
}

// answers takes all replies there are, as "id state refusal".
func (s *sim) answers(replies string) []string {
	s.t.Helper()
	client := sqs.NewFromConfig(s.aws.Config(account))
	var out []string
	for {
		got, err := client.ReceiveMessage(s.t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &replies, MaxNumberOfMessages: 10})
		if err != nil {
			s.t.Fatal(err)
		}
		for _, m := range got.Messages {
			var a struct{ ID, Sender, State, Request, Refusal, Says string }
			if err := json.Unmarshal([]byte(aws.ToString(m.Body)), &a); err != nil || (a.Refusal == "") != (a.Says == "") || (a.Request == "") == (a.Refusal == "") {
				s.t.Errorf("%s, %v", aws.ToString(m.Body), err)
			}
			out = append(out, strings.TrimSpace(a.ID+" "+a.State+" "+a.Refusal))
		}
		if len(got.Messages) == 0 {
			return out
		}
	}
}

func (s *sim) iamWrites() (n int) {
	for _, c := range s.aws.Calls() {
		if c.Write && c.Service == "iam" {
			n++
		}
	}
	return n
}

// A program asks, a person approves, access ends. The queue delivers in any order and more than once.
func TestProgramAsks(t *testing.T) {
	t.Parallel()
	programs(t, fakeaws.QueueOptions{Seed: 3}, func(s *sim, requests, replies string) {
		s.aws.Send(requests, userID("t.yamada"), wishBody("1", "t.yamada", `,"duration":"5m"`))
		s.aws.Send(requests, userID("t.yamada"), wishBody("1", "t.yamada", `,"duration":"5m"`))
		s.wait(5 * time.Second)
		cards := s.slack.Messages(approvals)
		if len(cards) != 1 || s.member() {
			t.Fatalf("%d cards, member %t", len(cards), s.member())
		}
		if _, err := s.slack.Click(fakeslack.Press{User: "U0SATO", Channel: approvals, TS: cards[0].TS, Action: "approve"}); err != nil {
			t.Fatal(err)
		}
		s.wait(10 * time.Second)
		if !s.member() {
			t.Error("approved, and not given")
		}
		s.wait(5 * time.Minute)
		if s.member() {
			t.Error("access goes on beyond its end")
		}
		answers := s.answers(replies)
		if len(answers) == 0 || slices.ContainsFunc(answers, func(a string) bool { return a != "1 accepted" }) {
			t.Errorf("answered %q", answers)
		}
	})
}

// A program asks with a role of another account, and the card says so. Its person cannot approve.
func TestRoleOfAProgramAsks(t *testing.T) {
	t.Parallel()
	programs(t, fakeaws.QueueOptions{}, func(s *sim, requests, replies string) {
		id := s.aws.RoleID(account2, "deployer")
		s.aws.Send(requests, id+":run-1", wishBody("1", "t.yamada", ""))
		s.aws.Send(requests, id+":run-2", wishBody("1", "t.yamada", ""))
		s.aws.Send(requests, id+":run-1", wishBody("2", "other", ""))
		s.wait(5 * time.Second)
		cards := s.slack.Messages(approvals)
		if len(cards) != 1 || !strings.Contains(s.slack.Render(cards[0]), "role `staging/deployer`") {
			t.Fatalf("%d cards: %+v", len(cards), cards)
		}
		for _, user := range []string{"U0YAMADA", "U0SATO"} {
			if s.member() {
				t.Error("given by its own person")
			}
			if _, err := s.slack.Click(fakeslack.Press{User: user, Channel: approvals, TS: cards[0].TS, Action: "approve"}); err != nil {
				t.Fatal(err)
			}
			s.wait(10 * time.Second)
		}
		if !s.member() {
			t.Error("approved, and not given")
		}
		answers := s.answers(replies)
		slices.Sort(answers)
		if !slices.Equal(answers, []string{"1 accepted", "1 accepted", "2 refused " + access.NotNamed}) {
			t.Errorf("answered %q", answers)
		}
	})
}

// While IAM does not answer nobody is known to have asked: the message stays on the queue, and is answered afterwards.
func TestProgramWaitsForIAM(t *testing.T) {
	t.Parallel()
	programs(t, fakeaws.QueueOptions{}, func(s *sim, requests, replies string) {
		s.fails(func(c fakeaws.Call) bool { return c.Action == "GetRole" }, fakeaws.Failure{Code: "ServiceFailure", Status: 500})
		s.aws.Send(requests, s.aws.RoleID(account2, "deployer")+":run", wishBody("1", "t.yamada", ""))
		s.wait(20 * time.Second)
		if visible, hidden := s.aws.Depth(requests); visible+hidden != 1 || len(s.answers(replies)) != 0 {
			t.Errorf("%d messages left", visible+hidden)
		}
		s.fails(func(fakeaws.Call) bool { return false }, fakeaws.Failure{})
		s.wait(time.Minute)
		if answers := s.answers(replies); !slices.Equal(answers, []string{"1 accepted"}) {
			t.Errorf("answered %q", answers)
		}
	})
}

// Whatever a body says, it asks for its sender and nobody else; what cannot be read lies among the dead letters.
func TestForgedRequestsOfPrograms(t *testing.T) {
	t.Parallel()
	programs(t, fakeaws.QueueOptions{}, func(s *sim, requests, replies string) {
		deep := strings.Repeat("[", 5000) + strings.Repeat("]", 5000)
		for _, body := range []string{"hello", "[]", `{"id":"x"}`, wishBody("x", "t.yamada", `,"by":"U0YAMADA"`), wishBody("x", "t.yamada", `,"ticket":`+deep),
			wishBody("x", strings.Repeat("a", trail.MaxBody-1000), ""), wishBody("x", "t.yamada", `,"duration":"for ever"`), signInBody("t.yamada", "9")} {
			s.aws.Send(requests, userID("t.yamada"), body)
		}
		for sender, id := range map[string]string{userID("other"): "others", "AROAADMIN:t.yamada": "role", account: "account", userID("t.yamada") + ":x": "session",
			s.aws.RoleID(account, "deployer") + ":run": "elsewhere", s.aws.RoleID(account2, "deployer"): "bare"} {
			s.aws.Send(requests, sender, wishBody(id, "t.yamada", ""))
		}
		s.aws.Send(requests, userID("t.yamada"), wishBody("long", "t.yamada", `,"duration":"31m"`))
		s.wait(3 * time.Minute)
		if n := len(s.slack.Messages(approvals)); n != 0 || s.iamWrites() != 0 {
			t.Errorf("%d cards, %d writes to IAM", n, s.iamWrites())
		}
		if visible, hidden := s.aws.Depth(s.dead); visible+hidden != 8 {
			t.Errorf("%d dead letters", visible+hidden)
		}
		want := map[string]bool{"others refused " + access.NotSender: true, "role refused " + access.NotNamed: true, "account refused " + access.NotSender: true,
			"session refused " + access.NotNamed: true, "elsewhere refused " + access.NotNamed: true, "bare refused " + access.NotSender: true, "long refused " + policy.TooLong: true}
		for _, a := range s.answers(replies) {
			if !want[a] {
				t.Errorf("answered %q", a)
			}
			delete(want, a)
		}
		if len(want) > 0 {
			t.Errorf("not answered: %v", want)
		}
		for sender, id := range map[string]string{userID("other"): "others", "AROAADMIN:t.yamada": "role", userID("t.yamada"): "long"} {
			g, err := store.LoadGrant(s.t.Context(), s.db(), trail.ParseWish([]byte(wishBody(id, "t.yamada", "")), sender).Wish.ID)
			if err != nil || g.State != store.Ignored || g.Note == "" {
				t.Errorf("refused, and in the ledger %s %q, %v", g.State, g.Note, err)
			}
		}
		rows, err := s.db().List(s.t.Context(), store.SlotIndex, "", 1)
		if err != nil || len(rows) != 0 {
			t.Errorf("%v, %v", rows, err)
		}
	})
}
