package fakeaws_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sekisho/aws/fakeaws"
)

// receive asks for ten messages with all their attributes.
func receive(t rapid.TB, c *sqs.Client, url string, wait int32) []types.Message {
	t.Helper()
	out, err := c.ReceiveMessage(context.Background(), &sqs.ReceiveMessageInput{
		QueueUrl: &url, MaxNumberOfMessages: 10, WaitTimeSeconds: wait,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"},
	})
	if err != nil {
		t.Errorf("receive: %v", err) // not Fatalf: it is called in goroutines too
		return nil
	}
	return out.Messages
}

func drop(t rapid.TB, c *sqs.Client, url string, receipt *string) {
	t.Helper()
	_, err := c.DeleteMessage(context.Background(), &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: receipt})
	if err != nil {
		t.Fatalf("delete: %v", err)
	}
}

func TestSendAndReceive(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		url := a.AddQueue(prod, "events", fakeaws.QueueOptions{})
		c := sqsOf(a, prod)
		found := must[*sqs.GetQueueUrlOutput](t)(c.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: new("events")}))
		if *found.QueueUrl != url {
			t.Errorf("url %s, want %s", *found.QueueUrl, url)
		}
		sent := must[*sqs.SendMessageOutput](t)(c.SendMessage(t.Context(),
			&sqs.SendMessageInput{QueueUrl: &url, MessageBody: new("サインイン <&> \t\n")}))
		time.Sleep(time.Second)
		got := receive(t, c, url, 0)
		if len(got) != 1 || *got[0].MessageId != *sent.MessageId || *got[0].Body != "サインイン <&> \t\n" {
			t.Fatalf("received %+v", got)
		}
		who := must[*sts.GetCallerIdentityOutput](t)(stsOf(a, prod).GetCallerIdentity(t.Context(), nil))
		now := time.Now().UnixMilli()
		want := map[string]string{
			"ApproximateReceiveCount":          "1",
			"ApproximateFirstReceiveTimestamp": fmt.Sprint(now),
			"SentTimestamp":                    fmt.Sprint(now - 1000),
			"SenderId":                         *who.UserId,
		}
		if diff := cmp.Diff(want, got[0].Attributes); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSender(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		url := a.AddQueue(prod, "requests", fakeaws.QueueOptions{})
		id := a.AddUser(prod, "deployer", nil)
		a.Send(url, id, "{}")
		if got := receive(t, sqsOf(a, prod), url, 0)[0].Attributes["SenderId"]; got != id {
			t.Errorf("SenderId %s, want %s", got, id)
		}
	})
}

func TestSQSRefusals(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		url := a.AddQueue(prod, "events", fakeaws.QueueOptions{})
		theirs := a.AddQueue(dev, "events", fakeaws.QueueOptions{})
		c, ctx := sqsOf(a, prod), t.Context()
		send := func(url, body string) error {
			_, err := c.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &url, MessageBody: &body})
			return err
		}
		for _, none := range []string{theirs, url + "x", "not a url at all", "http://%"} {
			err := send(none, "hello")
			refused(t, err, "AWS.SimpleQueueService.NonExistentQueue", 400)
			is[*types.QueueDoesNotExist](t, err)
		}
		_, err := c.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: new("none")})
		is[*types.QueueDoesNotExist](t, err)

		refused(t, send(url, ""), "MissingParameter", 400)
		refused(t, send(url, strings.Repeat("x", 1<<20+1)), "InvalidParameterValue", 400)
		if err := send(url, strings.Repeat("x", 1<<20)); err != nil {
			t.Errorf("send 1 MiB: %v", err)
		}
		err = send(url, "bell \a")
		refused(t, err, "InvalidMessageContents", 400)
		is[*types.InvalidMessageContents](t, err)

		for _, in := range []sqs.ReceiveMessageInput{
			{MaxNumberOfMessages: 11}, {MaxNumberOfMessages: -1}, {WaitTimeSeconds: 21}, {VisibilityTimeout: 43201},
		} {
			in.QueueUrl = &url
			_, err := c.ReceiveMessage(ctx, &in)
			refused(t, err, "InvalidParameterValue", 400)
		}
		_, err = c.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: new("made up")})
		is[*types.ReceiptHandleIsInvalid](t, err)
		_, err = c.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []types.QueueAttributeName{"Colour"}})
		is[*types.InvalidAttributeName](t, err)
		_, err = c.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &url, MessageBody: new("later"), DelaySeconds: 5})
		is[*types.UnsupportedOperation](t, err)
	})
}

// A poll ends when a message comes, from whomever; when its patience ends; and
// when the caller goes.
func TestLongPoll(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		url := a.AddQueue(prod, "events", fakeaws.QueueOptions{Visibility: 7 * time.Second})
		c, start := sqsOf(a, prod), time.Now()
		since := func(want time.Duration) {
			t.Helper()
			if got := time.Since(start); got != want {
				t.Errorf("ended after %v, want %v", got, want)
			}
			start = time.Now()
		}
		if got := receive(t, c, url, 20); len(got) != 0 {
			t.Errorf("received %v", got)
		}
		since(20 * time.Second)

		time.AfterFunc(3*time.Second, func() { a.Send(url, "", "hello") })
		if got := receive(t, c, url, 20); len(got) != 1 {
			t.Errorf("received %v", got)
		}
		since(3 * time.Second)

		if got := receive(t, c, url, 20); len(got) != 1 || got[0].Attributes["ApproximateReceiveCount"] != "2" {
			t.Errorf("received %v", got)
		}
		since(7 * time.Second)

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &url, WaitTimeSeconds: 20})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		since(time.Second)
		if last := a.Calls()[len(a.Calls())-1]; last.Err != fakeaws.NoAnswer {
			t.Errorf("the poll that was left is in the log as %+v", last)
		}
	})
}

func TestVisibility(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		url := a.AddQueue(prod, "events", fakeaws.QueueOptions{Visibility: 10 * time.Second})
		a.Send(url, "", "hello")
		c := sqsOf(a, prod)
		hide := func(m types.Message, seconds int32) error {
			_, err := c.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{
				QueueUrl: &url, ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: seconds})
			return err
		}
		depth := func(visible, hidden int) {
			t.Helper()
			if v, h := a.Depth(url); v != visible || h != hidden {
				t.Errorf("depth %d and %d hidden, want %d and %d", v, h, visible, hidden)
			}
		}
		first := receive(t, c, url, 0)[0]
		depth(0, 1)
		if err := hide(first, 60); err != nil {
			t.Fatal(err)
		}
		time.Sleep(59 * time.Second)
		depth(0, 1)
		time.Sleep(time.Second)
		depth(1, 0)
		if err := hide(first, 60); err != nil {
			t.Errorf("hide what is visible again: %v", err)
		}
		depth(1, 0)

		second := receive(t, c, url, 0)[0]
		refused(t, hide(first, 60), "InvalidParameterValue", 400)
		drop(t, c, url, first.ReceiptHandle) // succeeds, and does nothing
		depth(0, 1)
		if err := hide(second, 0); err != nil {
			t.Fatal(err)
		}
		depth(1, 0)
		drop(t, c, url, second.ReceiptHandle)
		depth(0, 0)
		drop(t, c, url, second.ReceiptHandle)
	})
}

func TestRedrive(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		dead := a.AddQueue(prod, "dead", fakeaws.QueueOptions{})
		url := a.AddQueue(prod, "events", fakeaws.QueueOptions{Visibility: time.Second, MaxReceive: 2, DeadLetter: "dead"})
		a.Send(url, "", "poison")
		c := sqsOf(a, prod)
		buried := make(chan []types.Message)
		go func() { buried <- receive(t, c, dead, 20) }()
		synctest.Wait()
		for i := range 3 {
			if got := receive(t, c, url, 0); len(got) == 1 != (i < 2) {
				t.Errorf("receive %d: %v", i+1, got)
			}
			time.Sleep(time.Second)
		}
		got := <-buried
		if len(got) != 1 || got[0].Attributes["DeadLetterQueueSourceArn"] != "arn:aws:sqs:us-east-1:111111111111:events" {
			t.Errorf("dead letters %v", got)
		}
		out := must[*sqs.GetQueueAttributesOutput](t)(c.GetQueueAttributes(t.Context(),
			&sqs.GetQueueAttributesInput{QueueUrl: &dead, AttributeNames: []types.QueueAttributeName{
				"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "RedrivePolicy"}}))
		want := map[string]string{"ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesNotVisible": "1"}
		if diff := cmp.Diff(want, out.Attributes); diff != "" {
			t.Error(diff)
		}
	})
}
