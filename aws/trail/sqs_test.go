package trail_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"

	"sekisho/aws/fakeaws"
	"sekisho/aws/trail"
)

const home = "111122223333"

// inSQS runs a test in a bubble, with the SQS of the fake AWS.
func inSQS(t *testing.T, test func(*testing.T, *fakeaws.AWS, *sqs.Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a := fakeaws.New(fakeaws.Options{Accounts: []string{home}})
		test(t, a, sqs.NewFromConfig(a.Config(home)))
	})
}

// pollUntil runs a poller until enough returns.
func pollUntil(t *testing.T, p trail.Poller, enough func(context.Context) error) {
	t.Helper()
	p.Log = slog.New(slog.DiscardHandler)
	if p.Read == nil {
		p.Read = trail.SignIns(nil)
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Hour)
	defer stop()
	ended := make(chan error)
	go func() { ended <- p.Run(ctx) }()
	if err := enough(ctx); err != nil {
		t.Errorf("wait: %v", err)
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("Run: %v", err)
	}
}

// emptied waits until a queue holds nothing, hidden or not.
func emptied(a *fakeaws.AWS, url string) func(context.Context) error {
	return func(ctx context.Context) error {
		return a.Wait(ctx, func() bool {
			visible, hidden := a.Depth(url)
			return visible+hidden == 0
		})
	}
}

func TestMainPathInMemory(t *testing.T) {
	inSQS(t, func(t *testing.T, a *fakeaws.AWS, c *sqs.Client) {
		dead := a.AddQueue(home, "dead", fakeaws.QueueOptions{})
		url := a.AddQueue(home, "events", fakeaws.QueueOptions{Visibility: time.Second, MaxReceive: 2, DeadLetter: "dead"})
		mainPath(t, c, url, dead)
	})
}

// mainPath holds for any SQS: what asks for access comes to the sink and is deleted, what is to be ignored is deleted,
// and what cannot be read ends in the dead-letter queue. The queue hides for a second, and gives up after two receives.
func mainPath(t *testing.T, c *sqs.Client, url, dead string) {
	t.Helper()
	for _, body := range []string{asking(t, "a"), "garbage", `{"source":"aws.ec2","detail-type":"x","detail":{}}`, asking(t, "b")} {
		if _, err := c.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &url, MessageBody: &body}); err != nil {
			t.Fatalf("send: %v", err)
		}
	}
	var stored []string
	p := trail.Poller{SQS: c, URL: url, Read: trail.SignIns(configured), Sink: func(_ context.Context, f trail.Finding) error {
		r := f.Request
		stored = append(stored, r.ID)
		return nil
	}}
	pollUntil(t, p, func(ctx context.Context) error {
		for left := 1; left > 0; time.Sleep(100 * time.Millisecond) {
			var err error
			if left, err = depth(ctx, c, url); err != nil {
				return err
			}
		}
		return nil
	})
	slices.Sort(stored) // SQS promises no order
	if diff := cmp.Diff([]string{"login-a", "login-b"}, stored); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	out, err := c.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &dead, MaxNumberOfMessages: 10})
	if err != nil || len(out.Messages) != 1 || *out.Messages[0].Body != "garbage" {
		t.Errorf("dead letters: %+v, %v", out, err)
	}
}

// depth counts a queue's messages, hidden or not.
func depth(ctx context.Context, c *sqs.Client, url string) (n int, err error) {
	out, err := c.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl:       &url,
		AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll},
	})
	if err != nil {
		return 0, err
	}
	for _, name := range []string{"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"} {
		some, err := strconv.Atoi(out.Attributes[name])
		if err != nil {
			return 0, fmt.Errorf("%s: %w", name, err)
		}
		n += some
	}
	return n, nil
}

// What the sink does not take comes again when the queue shows it again, and no sooner.
func TestUntakenComesAgain(t *testing.T) {
	inSQS(t, func(t *testing.T, a *fakeaws.AWS, c *sqs.Client) {
		url := a.AddQueue(home, "events", fakeaws.QueueOptions{Visibility: 45 * time.Second})
		a.Send(url, "", asking(t, "a"))
		start := time.Now()
		var tried []time.Duration
		p := trail.Poller{SQS: c, URL: url, Sink: func(context.Context, trail.Finding) error {
			if tried = append(tried, time.Since(start)); len(tried) < 3 {
				return errOut
			}
			return nil
		}}
		pollUntil(t, p, emptied(a, url))
		if diff := cmp.Diff([]time.Duration{0, 45 * time.Second, 90 * time.Second}, tried); diff != "" {
			t.Errorf("tried (-want +got):\n%s", diff)
		}
	})
}

// What cannot be read is never deleted: a person finds it, whole, in the dead-letter queue.
func TestUnreadableIsKept(t *testing.T) {
	const maxReceive = 4
	inSQS(t, func(t *testing.T, a *fakeaws.AWS, c *sqs.Client) {
		dead := a.AddQueue(home, "dead", fakeaws.QueueOptions{})
		url := a.AddQueue(home, "events", fakeaws.QueueOptions{MaxReceive: maxReceive, DeadLetter: "dead"})
		a.Send(url, "", "garbage")
		seen := map[trail.Class]int{}
		p := trail.Poller{SQS: c, URL: url, Seen: func(class trail.Class) { seen[class]++ }}
		pollUntil(t, p, emptied(a, url))
		if diff := cmp.Diff(map[trail.Class]int{trail.Invalid: maxReceive}, seen); diff != "" {
			t.Errorf("seen (-want +got):\n%s", diff)
		}
		if visible, _ := a.Depth(dead); visible != 1 {
			t.Errorf("%d dead letters", visible)
		}
		for _, call := range a.Calls() {
			if call.Action == "DeleteMessage" {
				t.Errorf("deleted: %+v", call)
			}
		}
	})
}

// SQS delivers twice and in any order, answers get lost, the sink fails: every request is taken at last, and the queue
// is empty in the end.
func TestNothingIsLost(t *testing.T) {
	const requests = 40
	for seed := range uint64(20) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			inSQS(t, func(t *testing.T, a *fakeaws.AWS, c *sqs.Client) {
				url := a.AddQueue(home, "events", fakeaws.QueueOptions{Seed: seed + 1})
				for i := range requests {
					a.Send(url, "", asking(t, fmt.Sprint(i)))
				}
				a.Fault(oneInFour(seed))
				luck := rand.New(rand.NewPCG(seed, 2))
				taken := map[string]int{}
				p := trail.Poller{SQS: c, URL: url, Sink: func(_ context.Context, f trail.Finding) error {
					r := f.Request
					if luck.IntN(4) == 0 {
						return errOut
					}
					taken[r.ID]++
					return nil
				}}
				pollUntil(t, p, emptied(a, url))
				if len(taken) != requests {
					t.Errorf("%d of %d requests were taken", len(taken), requests)
				}
			})
		})
	}
}

// oneInFour fails calls at random: before or after their effect, with an answer or without.
func oneInFour(seed uint64) func(fakeaws.Call) *fakeaws.Failure {
	luck := rand.New(rand.NewPCG(seed, 1))
	return func(fakeaws.Call) *fakeaws.Failure {
		if luck.IntN(4) != 0 {
			return nil
		}
		f := fakeaws.Failure{Done: luck.IntN(2) == 0}
		if luck.IntN(2) == 0 {
			f.Code = "AccessDenied"
		}
		return &f
	}
}
