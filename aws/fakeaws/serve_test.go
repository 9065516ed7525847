package fakeaws_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"sekisho/aws/fakeaws"
)

// What no client of the SDK would say, and the answers of AWS.
func TestMalformed(t *testing.T) {
	a := fakeaws.New(fakeaws.Options{Accounts: []string{prod}})
	key, _ := a.Credentials(prod)
	signed := func(service string) string {
		return "AWS4-HMAC-SHA256 Credential=" + key + "/20260101/us-east-1/" + service + "/aws4_request, SignedHeaders=host, Signature=0"
	}
	for _, c := range []struct {
		name, authorization, target, body string
		status                            int
		contains                          string
	}{
		{"unsigned", "", "", "Action=GetUser&Version=2010-05-08", 403, "<Code>MissingAuthenticationToken</Code>"},
		{"unsigned JSON", "", "AmazonSQS.SendMessage", "{}", 403, "MissingAuthenticationTokenException"},
		{"no service", signed("chatbot"), "Chatbot.Talk", "{}", 400, "UnknownOperationException"},
		{"no action", signed("iam"), "", "Version=2010-05-08", 400, "<Code>MissingAction</Code>"},
		{"unknown action", signed("iam"), "", "Action=MakeTea&Version=2010-05-08", 400, "<Code>InvalidAction</Code>"},
		{"other version", signed("iam"), "", "Action=GetUser&Version=1999-01-01", 400, "<Code>InvalidAction</Code>"},
		{"no form", signed("iam"), "", "Action=%zz", 400, "<Code>MalformedQueryString</Code>"},
		{"other target", signed("sqs"), "AmazonSNS.Publish", "{}", 400, "com.amazonaws.sqs#UnknownOperationException"},
		{"unknown operation", signed("sqs"), "AmazonSQS.MakeTea", "{}", 400, "com.amazonaws.sqs#UnknownOperationException"},
		{"no JSON", signed("sqs"), "AmazonSQS.SendMessage", "{", 400, "com.amazonaws.sqs#SerializationException"},
		{"wrong type", signed("sqs"), "AmazonSQS.SendMessage", `{"QueueUrl":7}`, 400, "com.amazonaws.sqs#SerializationException"},
		{"no queue", signed("sqs"), "AmazonSQS.SendMessage", `{}`, 400, "MissingRequiredParameterException"},
		{"markup", signed("iam"), "", "Action=GetUser&Version=2010-05-08&UserName=%3Cb%3E", 400, "<Code>ValidationError</Code>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			req, err := http.NewRequest("POST", "http://aws.invalid/", strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", c.authorization)
			if c.target != "" {
				req.Header.Set("X-Amz-Target", c.target)
			}
			res, err := a.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			if res.StatusCode != c.status || !strings.Contains(string(body), c.contains) {
				t.Errorf("got %d %s", res.StatusCode, body)
			}
		})
	}
}

func TestUnknownActionOfTheSDK(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		_, err := iamOf(a, prod).CreateUser(t.Context(), &iam.CreateUserInput{UserName: new("bob")})
		refused(t, err, "InvalidAction", 400)
		_, err = sqsOf(a, prod).ListQueues(t.Context(), &sqs.ListQueuesInput{})
		refused(t, err, "InvalidAction", 400)
	})
}

func TestCalls(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		a.AddUser(prod, "alice", nil)
		a.AddGroup(prod, "ops")
		if err := add(iamOf(a, prod), "alice", "ops"); err != nil {
			t.Fatal(err)
		}
		want := []fakeaws.Call{{
			Account: prod, Caller: "arn:aws:iam::111111111111:user/operator",
			Service: "iam", Action: "AddUserToGroup",
			Params: map[string]string{"UserName": "alice", "GroupName": "ops"},
			At:     time.Now(), Write: true, Done: true,
		}}
		if diff := cmp.Diff(want, a.Calls()); diff != "" {
			t.Error(diff)
		}
	})
}

// Over a socket all is as in memory: also the cut connection, and the caller who
// gives up.
func TestOverSocket(t *testing.T) {
	a := fakeaws.New(fakeaws.Options{Accounts: []string{prod, dev}})
	a.AddUser(dev, "alice", nil)
	a.AddGroup(dev, "ops")
	c := iam.NewFromConfig(overSocket(t, a, dev))
	a.Fault(firstly(1, fakeaws.Failure{Done: true}))
	if err := add(c, "alice", "ops"); err != nil {
		t.Error(err)
	}
	if got := members(t, c, "ops", 1); !slices.Equal(got, []string{"alice"}) {
		t.Errorf("members %v", got)
	}
	a.Fault(firstly(1, fakeaws.Failure{Hang: true}))
	impatient := overSocket(t, a, dev)
	impatient.HTTPClient = &http.Client{Timeout: 500 * time.Millisecond}
	if err := remove(iam.NewFromConfig(impatient), "alice", "ops"); err != nil {
		t.Errorf("remove at the second attempt: %v", err)
	}
	want := []string{
		"AddUserToGroup (no answer)done", "AddUserToGroup done", "GetGroup ",
		"RemoveUserFromGroup (no answer)", "RemoveUserFromGroup done",
	}
	if diff := cmp.Diff(want, outcomes(a)); diff != "" {
		t.Error(diff)
	}
}

// An HTTP client of one's own, with a time limit for each attempt, works in memory
// too.
func TestTimeLimitOfAnAttempt(t *testing.T) {
	withOps(t, func(t *testing.T, a *fakeaws.AWS, _ *iam.Client) {
		a.Fault(firstly(1, fakeaws.Failure{Hang: true}))
		cfg := a.Config(prod)
		cfg.HTTPClient = &http.Client{Transport: a, Timeout: 5 * time.Second}
		if err := add(iam.NewFromConfig(cfg), "alice", "ops"); err != nil {
			t.Error(err)
		}
		if n := len(a.Calls()); n != 2 {
			t.Errorf("%d calls, want 2", n)
		}
	})
}

// Callers at the same time, for the race detector; each message goes to one.
func TestManyCallers(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		url := a.AddQueue(prod, "events", fakeaws.QueueOptions{Visibility: time.Hour})
		var group sync.WaitGroup
		var mu sync.Mutex
		seen := make(map[string]int)
		for range 4 {
			group.Go(func() {
				for _, m := range receive(t, sqsOf(a, prod), url, 20) {
					mu.Lock()
					seen[*m.Body]++
					mu.Unlock()
				}
			})
		}
		synctest.Wait()
		for i := range 4 {
			a.Send(url, "", fmt.Sprint(i))
			synctest.Wait()
		}
		group.Wait()
		if diff := cmp.Diff(map[string]int{"0": 1, "1": 1, "2": 1, "3": 1}, seen); diff != "" {
			t.Error(diff)
		}
	})
}

// Two AWS with the same scene answer alike.
func TestAlike(t *testing.T) {
	scene := func() []string {
		a := fakeaws.New(fakeaws.Options{Accounts: []string{prod, dev}})
		url := a.AddQueue(prod, "events", fakeaws.QueueOptions{Seed: 7})
		ids := []string{a.AddUser(prod, "alice", nil), a.AddUser(dev, "alice", nil), a.AddRole(prod, "r", "")}
		for i := range 9 {
			ids = append(ids, a.Send(url, "", fmt.Sprint(i)))
		}
		for range 3 {
			for _, m := range receive(t, sqsOf(a, prod), url, 0) {
				ids = append(ids, *m.ReceiptHandle)
			}
		}
		return ids
	}
	if diff := cmp.Diff(scene(), scene()); diff != "" {
		t.Error(diff)
	}
}

func TestAccountsShareNothing(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		for _, account := range []string{prod, dev} {
			a.AddUser(account, "alice", nil)
			a.AddGroup(account, "ops")
			a.AddQueue(account, "events", fakeaws.QueueOptions{})
		}
		if err := add(iamOf(a, dev), "alice", "ops"); err != nil {
			t.Fatal(err)
		}
		if got := a.Members(prod, "ops"); len(got) != 0 {
			t.Errorf("prod's members %v", got)
		}
		if got := groups(t, iamOf(a, prod), "alice", 100); len(got) != 0 {
			t.Errorf("groups of prod's alice %v", got)
		}
		if x, y := a.AddUser(prod, "bob", nil), a.AddUser(dev, "bob", nil); x == y {
			t.Error("two accounts gave the same unique id")
		}
	})
}
