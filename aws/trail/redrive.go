package trail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// ErrNoQueue says that one of a [Redrive]'s queues does not exist.
var ErrNoQueue = errors.New("no such queue")

// DeadLetters is what a [Redrive] calls of the SDK's SQS client.
type DeadLetters interface {
	Queue
	Replies
}

// Redrive moves sign-ins from a dead-letter queue back to the queue that they came from. All fields are needed.
//
// It receives, sends and deletes, and does not have SQS do it (StartMessageMoveTask): that takes more rights, and moves what cannot be
// read as well. A program's request is never moved, as SQS says of what is sent again that it is new, and from another sender.
type Redrive struct {
	SQS      DeadLetters
	From, To string // URLs
	Known    func(account string) bool
	Left     func(message string, f Finding) // is told of each message that stays, once
}

const (
	unseen  = 2 * time.Minute // for which a message that stays is hidden, so that those behind it are received
	looking = 2 * time.Second // for a further message
	enough  = 10              // receives in a row in which nothing is new
)

// Run returns how many sign-ins it has moved once nothing new is received. One whose deletion fails is on both queues then, which is no
// harm: a sign-in that comes twice is one.
func (r Redrive) Run(ctx context.Context) (moved int, err error) {
	seen := map[string]bool{}
	for stale := 0; stale < enough; {
		out, err := r.SQS.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &r.From, MaxNumberOfMessages: batch,
			VisibilityTimeout: int32(unseen / time.Second), WaitTimeSeconds: int32(looking / time.Second)})
		if err != nil {
			return moved, fmt.Errorf("receive dead letters: %w", noQueue(err))
		}
		if len(out.Messages) == 0 {
			return moved, nil
		}
		stale++
		for _, m := range out.Messages {
			id := aws.ToString(m.MessageId)
			if seen[id] {
				continue
			}
			seen[id], stale = true, 0
			finding := SignIns(r.Known)(m)
			if finding.Class != Request {
				r.Left(id, finding)
				continue
			}
			if err := r.move(ctx, m); err != nil {
				return moved, fmt.Errorf("move message %s: %w", id, err)
			}
			moved++
		}
	}
	return moved, nil
}

// move sends a message before it deletes it.
func (r Redrive) move(ctx context.Context, m types.Message) error {
	if _, err := r.SQS.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &r.To, MessageBody: m.Body}); err != nil {
		return fmt.Errorf("send: %w", noQueue(err))
	}
	if _, err := r.SQS.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &r.From, ReceiptHandle: m.ReceiptHandle}); err != nil {
		return fmt.Errorf("delete, as it was sent: %w", err)
	}
	return nil
}

func noQueue(err error) error {
	if none := (*types.QueueDoesNotExist)(nil); errors.As(err, &none) {
		return fmt.Errorf("%w: %w", ErrNoQueue, err)
	}
	return err
}
