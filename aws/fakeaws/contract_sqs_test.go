package fakeaws_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

var sqsContract = []clause{
	{"message says who sent it", func(t *testing.T, c cloud) {
		url := c.queue(t, "events", 0, "")
		c.role(t, "deployer")
		c.send(t, url, "by a user")
		session := c.as(t, "deployer", "run-4711")
		session.send(t, url, "by a role")
		for range 2 {
			for _, m := range receive(t, c.sqs, url, 0) {
				by := c
				if *m.Body == "by a role" {
					by = session
				}
				if got, want := m.Attributes["SenderId"], by.self(t); got != want {
					t.Errorf("%s: sender %s, want %s", *m.Body, got, want)
				}
			}
		}
	}},
	{"message comes back until it is deleted", func(t *testing.T, c cloud) {
		url := c.queue(t, "events", 0, "")
		c.send(t, url, "サインイン")
		for i := range 2 {
			got := receive(t, c.sqs, url, 5)
			if len(got) != 1 || *got[0].Body != "サインイン" || got[0].Attributes["ApproximateReceiveCount"] != fmt.Sprint(i+1) {
				t.Fatalf("receive %d: %+v", i+1, got)
			}
			sent, err := strconv.ParseInt(got[0].Attributes["SentTimestamp"], 10, 64)
			if age := time.Since(time.UnixMilli(sent)); err != nil || age < 0 || age > time.Minute || got[0].Attributes["SenderId"] == "" {
				t.Errorf("attributes %v", got[0].Attributes)
			}
			if i == 1 {
				drop(t, c.sqs, url, got[0].ReceiptHandle)
			}
		}
		if got := receive(t, c.sqs, url, 2); len(got) != 0 {
			t.Errorf("received after deleting: %+v", got)
		}
	}},
	{"old receipt deletes nothing", func(t *testing.T, c cloud) {
		url := c.queue(t, "events", 0, "")
		c.send(t, url, "hello")
		old := receive(t, c.sqs, url, 0)[0]
		if got := receive(t, c.sqs, url, 5); len(got) != 1 {
			t.Fatalf("received %v", got)
		}
		drop(t, c.sqs, url, old.ReceiptHandle)
		if got := receive(t, c.sqs, url, 5); len(got) != 1 {
			t.Errorf("received %v", got)
		}
	}},
	{"message is given back", func(t *testing.T, c cloud) {
		url := c.queue(t, "events", 0, "")
		c.send(t, url, "hello")
		m := receive(t, c.sqs, url, 0)[0]
		_, err := c.sqs.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{QueueUrl: &url, ReceiptHandle: m.ReceiptHandle})
		if err != nil {
			t.Fatal(err)
		}
		if got := receive(t, c.sqs, url, 0); len(got) != 1 {
			t.Errorf("received %v", got)
		}
	}},
	{"poison goes to the dead-letter queue", func(t *testing.T, c cloud) {
		dead := c.queue(t, "dead", 0, "")
		url := c.queue(t, "events", 1, "dead")
		c.send(t, url, "poison")
		if got := receive(t, c.sqs, url, 0); len(got) != 1 {
			t.Fatalf("received %v", got)
		}
		if got := receive(t, c.sqs, url, 2); len(got) != 0 {
			t.Errorf("received again %v", got)
		}
		if got := receive(t, c.sqs, dead, 0); len(got) != 1 || *got[0].Body != "poison" {
			t.Errorf("dead letters %v", got)
		}
	}},
	{"long poll ends with a message", func(t *testing.T, c cloud) {
		url := c.queue(t, "events", 0, "")
		sent := make(chan struct{})
		start := time.Now()
		time.AfterFunc(time.Second, func() {
			defer close(sent)
			c.send(t, url, "hello")
		})
		if got := receive(t, c.sqs, url, 20); len(got) != 1 || time.Since(start) > 10*time.Second {
			t.Errorf("received %v after %v", got, time.Since(start))
		}
		<-sent
	}},
	{"depth of a queue", func(t *testing.T, c cloud) {
		url := c.queue(t, "events", 0, "")
		c.send(t, url, "one")
		c.send(t, url, "two")
		_, err := c.sqs.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url, VisibilityTimeout: 60})
		if err != nil {
			t.Fatal(err)
		}
		out := must[*sqs.GetQueueAttributesOutput](t)(c.sqs.GetQueueAttributes(t.Context(),
			&sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []types.QueueAttributeName{"All"}}))
		if a := out.Attributes; a["ApproximateNumberOfMessages"] != "1" || a["ApproximateNumberOfMessagesNotVisible"] != "1" {
			t.Errorf("attributes %v", a)
		}
	}},
	{"missing queue", func(t *testing.T, c cloud) {
		url := c.queue(t, "events", 0, "")
		_, err := c.sqs.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: new("none")})
		_, err2 := c.sqs.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: new(url + "x")})
		for _, err := range []error{err, err2} {
			refused(t, err, "AWS.SimpleQueueService.NonExistentQueue", 400)
			is[*types.QueueDoesNotExist](t, err)
		}
	}},
	{"limits of receiving", func(t *testing.T, c cloud) {
		url := c.queue(t, "events", 0, "")
		_, err := c.sqs.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: 11})
		refused(t, err, "InvalidParameterValue", 400)
		_, err = c.sqs.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url, WaitTimeSeconds: 21})
		refused(t, err, "InvalidParameterValue", 400)
	}},
	{"message too long", func(t *testing.T, c cloud) {
		url := c.queue(t, "events", 0, "")
		c.send(t, url, strings.Repeat("x", 1<<20))
		_, err := c.sqs.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &url, MessageBody: new(strings.Repeat("x", 1<<20+1))})
		refused(t, err, "InvalidParameterValue", 400)
	}},
	{"forbidden character", func(t *testing.T, c cloud) {
		url := c.queue(t, "events", 0, "")
		_, err := c.sqs.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &url, MessageBody: new("bell \a")})
		is[*types.InvalidMessageContents](t, err)
	}},
	{"receipt that nobody gave", func(t *testing.T, c cloud) {
		url := c.queue(t, "events", 0, "")
		_, err := c.sqs.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: new("made up")})
		is[*types.ReceiptHandleIsInvalid](t, err)
	}},
}
