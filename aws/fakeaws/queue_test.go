package fakeaws_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sekisho/aws/fakeaws"
)

// However disorderly, a queue loses nothing: each message is received until it is
// deleted by its latest receipt, and then no more.
func TestDisorder(t *testing.T) {
	var disorderly, repeated bool
	rapid.Check(t, func(t *rapid.T) {
		a := fakeaws.New(fakeaws.Options{Accounts: []string{prod}})
		url := a.AddQueue(prod, "events", fakeaws.QueueOptions{Visibility: time.Hour, Seed: rapid.Uint64Min(1).Draw(t, "seed")})
		n := rapid.IntRange(1, 30).Draw(t, "messages")
		for i := range n {
			a.Send(url, "", fmt.Sprintf("%02d", i))
		}
		c, last := sqsOf(a, prod), ""
		latest := make(map[string]*string)
		for {
			messages := receive(t, c, url, 0)
			if len(messages) == 0 {
				break
			}
			for _, m := range messages {
				disorderly = disorderly || *m.Body < last
				repeated = repeated || latest[*m.Body] != nil
				last, latest[*m.Body] = *m.Body, m.ReceiptHandle
			}
		}
		if len(latest) != n {
			t.Fatalf("received %d of %d", len(latest), n)
		}
		for _, receipt := range latest {
			drop(t, c, url, receipt)
		}
		if visible, hidden := a.Depth(url); visible+hidden != 0 {
			t.Fatalf("%d and %d left after deleting all", visible, hidden)
		}
	})
	if !disorderly || !repeated {
		t.Errorf("out of order: %t, delivered twice: %t", disorderly, repeated)
	}
}

func TestRedrivePolicy(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		a.AddQueue(prod, "dead", fakeaws.QueueOptions{})
		url := a.AddQueue(prod, "events", fakeaws.QueueOptions{MaxReceive: 5, DeadLetter: "dead"})
		out := must[*sqs.GetQueueAttributesOutput](t)(sqsOf(a, prod).GetQueueAttributes(t.Context(),
			&sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []types.QueueAttributeName{"RedrivePolicy", "VisibilityTimeout"}}))
		want := map[string]string{
			"RedrivePolicy":     `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:111111111111:dead","maxReceiveCount":5}`,
			"VisibilityTimeout": "30",
		}
		if diff := cmp.Diff(want, out.Attributes); diff != "" {
			t.Error(diff)
		}
	})
}

// A scene that cannot be is a mistake of the test, and stops it.
func TestImpossibleScenes(t *testing.T) {
	for name, set := range map[string]func(*fakeaws.AWS){
		"account":        func(a *fakeaws.AWS) { a.AddGroup("999999999999", "ops") },
		"user's name":    func(a *fakeaws.AWS) { a.AddUser(prod, strings.Repeat("u", 65), nil) },
		"same user":      func(a *fakeaws.AWS) { a.AddUser(prod, "Operator", nil) },
		"group's name":   func(a *fakeaws.AWS) { a.AddGroup(prod, "a b") },
		"missing group":  func(a *fakeaws.AWS) { a.Join(prod, "operator", "none") },
		"missing user":   func(a *fakeaws.AWS) { a.Groups(prod, "none") },
		"missing queue":  func(a *fakeaws.AWS) { a.Send("https://none", "", "") },
		"no dead letter": func(a *fakeaws.AWS) { a.AddQueue(prod, "q", fakeaws.QueueOptions{MaxReceive: 1}) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			set(fakeaws.New(fakeaws.Options{Accounts: []string{prod}}))
		})
	}
}
