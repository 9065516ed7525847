package trail_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"sekisho/aws/fakeaws"
	"sekisho/aws/fakeaws/moto"
	"sekisho/aws/trail"
)

func TestRedriveInMemory(t *testing.T) {
	for name, seed := range map[string]uint64{"in order": 0, "out of order, and twice": 3} {
		t.Run(name, func(t *testing.T) {
			inSQS(t, func(t *testing.T, a *fakeaws.AWS, c *sqs.Client) {
				redriven(t, c, a.AddQueue(home, "dead", fakeaws.QueueOptions{Seed: seed}), a.AddQueue(home, "events", fakeaws.QueueOptions{}))
			})
		})
	}
}

func TestRedriveAgainstMoto(t *testing.T) {
	if testing.Short() {
		t.Skip("moto takes seconds: not with -short")
	}
	c := sqs.NewFromConfig(moto.Start(t).Config())
	queue := func(name string) string {
		out, err := c.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name})
		if err != nil {
			t.Fatal(err)
		}
		return *out.QueueUrl
	}
	redriven(t, c, queue("dead"), queue("events"))
}

// redriven holds for any SQS: sign-ins are back on their queue, and what is none stays, and is told of once.
func redriven(t *testing.T, c *sqs.Client, dead, url string) {
	t.Helper()
	var want, stay []string
	for i := range 25 {
		want = append(want, asking(t, fmt.Sprint(i)))
		if i < 12 {
			stay = append(stay, fmt.Sprint("garbage ", i))
		}
	}
	stay = append(stay, `{"id": "deploy-1", "entitlement": "ops", "user": "svc", "reason": "deploy"}`) // of a program
	for _, body := range slices.Concat(want, stay) {
		if _, err := c.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &dead, MessageBody: &body}); err != nil {
			t.Fatal(err)
		}
	}
	left := map[string]int{}
	r := trail.Redrive{SQS: c, From: dead, To: url, Known: configured, Left: func(id string, _ trail.Finding) { left[id]++ }}
	moved, err := r.Run(t.Context())
	if err != nil || moved != len(want) || len(left) != len(stay) {
		t.Errorf("moved %d, left %d, %v", moved, len(left), err)
	}
	for id, n := range left {
		if n != 1 {
			t.Errorf("told %d times of %s", n, id)
		}
	}
	if n, err := depth(t.Context(), c, dead); err != nil || n != len(stay) {
		t.Errorf("%d messages are left, %v", n, err)
	}
	var got []string
	for len(got) < len(want) {
		out, err := c.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: 10})
		if err != nil || len(out.Messages) == 0 {
			t.Fatalf("%d are back, %v", len(got), err)
		}
		for _, m := range out.Messages {
			got = append(got, *m.Body)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Nothing is lost, whichever call fails: a message is on one of the queues, or on both.
func TestRedriveFails(t *testing.T) {
	inSQS(t, func(t *testing.T, a *fakeaws.AWS, c *sqs.Client) {
		dead, url := a.AddQueue(home, "dead", fakeaws.QueueOptions{}), a.AddQueue(home, "events", fakeaws.QueueOptions{})
		a.Send(dead, "", asking(t, "a"))
		none := url + "-none"
		run := func(from, to string, api trail.DeadLetters) error {
			_, err := trail.Redrive{SQS: api, From: from, To: to, Known: configured, Left: func(string, trail.Finding) {}}.Run(t.Context())
			time.Sleep(3 * time.Minute) // what was received is shown again
			return err
		}
		if err := run(none, url, c); !errors.Is(err, trail.ErrNoQueue) {
			t.Errorf("from no queue: %v", err)
		}
		if err := run(dead, none, c); !errors.Is(err, trail.ErrNoQueue) {
			t.Errorf("to no queue: %v", err)
		}
		if visible, _ := a.Depth(dead); visible != 1 {
			t.Error("the message is gone")
		}
		if err := run(dead, url, undeleting{c}); !errors.Is(err, errOut) {
			t.Errorf("not deleted: %v", err)
		}
		if err := run(dead, url, c); err != nil {
			t.Error(err)
		}
		back, _ := a.Depth(url)
		if still, _ := a.Depth(dead); back != 2 || still != 0 {
			t.Errorf("%d messages are back and %d still dead", back, still)
		}
	})
}

// undeleting is an SQS that deletes nothing.
type undeleting struct{ *sqs.Client }

func (undeleting) DeleteMessage(context.Context, *sqs.DeleteMessageInput, ...func(*sqs.Options)) (*sqs.DeleteMessageOutput, error) {
	return nil, errOut
}
