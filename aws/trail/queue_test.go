package trail_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

const (
	queueURL    = "https://sqs.example.com/111122223333/events"
	visibility  = 30 * time.Second
	maxReceives = 3
)

// queue is SQS as far as a poller sees it: a message received is hidden for a while, comes again, and after too many
// times is dead. Its clock is that of the test's bubble, whose start is time zero.
type queue struct {
	t        *testing.T
	start    time.Time
	messages []*message
	dead     []string // ids

	receiving func(context.Context) error // if set, is called first, and its error returned
	deleting  func() error

	receives []time.Duration // when ReceiveMessage was called
	deletes  []string        // ids, in order
}

type message struct {
	id, body string
	receives int
	hidden   time.Time
}

func newQueue(t *testing.T, bodies ...string) *queue {
	q := &queue{t: t, start: time.Now()}
	for i, body := range bodies {
		q.messages = append(q.messages, &message{id: fmt.Sprintf("m%d", i+1), body: body})
	}
	return q
}

func (q *queue) ReceiveMessage(ctx context.Context, in *sqs.ReceiveMessageInput, _ ...func(*sqs.Options)) (
	*sqs.ReceiveMessageOutput, error,
) {
	q.receives = append(q.receives, time.Since(q.start))
	if aws.ToString(in.QueueUrl) != queueURL || in.MaxNumberOfMessages != 10 || in.WaitTimeSeconds != 20 {
		q.t.Errorf("ReceiveMessage with %+v", in)
	}
	for _, name := range []types.MessageSystemAttributeName{"SenderId", "SentTimestamp"} { // SQS tells what it is asked for
		if !slices.Contains(in.MessageSystemAttributeNames, name) {
			q.t.Errorf("ReceiveMessage does not ask for %s", name)
		}
	}
	if q.receiving != nil {
		if err := q.receiving(ctx); err != nil {
			return nil, err
		}
	}
	for range in.WaitTimeSeconds {
		if got := q.take(int(in.MaxNumberOfMessages)); len(got) > 0 {
			return &sqs.ReceiveMessageOutput{Messages: got}, nil
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return &sqs.ReceiveMessageOutput{}, nil
}

// take hides and returns the messages that can be seen.
func (q *queue) take(limit int) (got []types.Message) {
	left := q.messages[:0:0]
	for _, m := range q.messages {
		if len(got) == limit || time.Now().Before(m.hidden) {
			left = append(left, m)
			continue
		}
		if m.receives++; m.receives > maxReceives {
			q.dead = append(q.dead, m.id)
			continue
		}
		left = append(left, m)
		m.hidden = time.Now().Add(visibility)
		got = append(got, types.Message{MessageId: aws.String(m.id), Body: aws.String(m.body),
			ReceiptHandle: aws.String(fmt.Sprintf("%s/%d", m.id, m.receives))})
	}
	q.messages = left
	return got
}

func (q *queue) DeleteMessage(ctx context.Context, in *sqs.DeleteMessageInput, _ ...func(*sqs.Options)) (
	*sqs.DeleteMessageOutput, error,
) {
	if aws.ToString(in.QueueUrl) != queueURL {
		q.t.Errorf("DeleteMessage with %+v", in)
	}
	if q.deleting != nil {
		if err := q.deleting(); err != nil {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for i, m := range q.messages {
		if fmt.Sprintf("%s/%d", m.id, m.receives) == aws.ToString(in.ReceiptHandle) {
			q.messages = append(q.messages[:i:i], q.messages[i+1:]...)
			q.deletes = append(q.deletes, m.id)
			return &sqs.DeleteMessageOutput{}, nil
		}
	}
	return nil, errors.New("no such receipt handle")
}
