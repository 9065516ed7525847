package trail

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Queue is what a [Poller] calls of the SDK's SQS client.
type Queue interface {
	ReceiveMessage(context.Context, *sqs.ReceiveMessageInput, ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error)
	DeleteMessage(context.Context, *sqs.DeleteMessageInput, ...func(*sqs.Options)) (*sqs.DeleteMessageOutput, error)
}

// Poller takes messages from a queue and hands on those that ask for access. All fields but Seen are needed.
type Poller struct {
	SQS  Queue
	URL  string // of the queue
	Log  *slog.Logger
	Read func(types.Message) Finding          // [SignIns] or [Wishes]
	Sink func(context.Context, Finding) error // returns nil once the request is durable, new or known, or refused

	Seen func(Class) // is told each message's class, again for each delivery; for metrics
}

// SignIns reads messages with what AWS reports; see [Parse].
func SignIns(known func(account string) bool) func(types.Message) Finding {
	return func(m types.Message) Finding { return Parse([]byte(aws.ToString(m.Body)), known) }
}

// Wishes reads messages of programs; see [ParseWish]. Who sent one is what SQS says, and nothing else.
func Wishes(m types.Message) Finding {
	sender := m.Attributes[string(types.MessageSystemAttributeNameSenderId)]
	if sender == "" {
		return Finding{Class: Invalid, Why: "SQS names no sender"}
	}
	return ParseWish([]byte(aws.ToString(m.Body)), sender)
}

// The most that ReceiveMessage gives and waits.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
const (
	batch = 10
	wait  = 20 * time.Second
)

const (
	overdue      = wait + 10*time.Second // a receive that hangs this long is given up, or the queue would go unread
	patience     = 10 * time.Second      // for one message, and for all of them together once Run has been told to end
	firstBackoff = time.Second
	maxBackoff   = 30 * time.Second
)

// Run polls until ctx ends, and returns why it ended; no failure of the queue or of Sink ends it.
//
// A message is deleted when there is nothing left to do for it: when it is to be ignored, or when Sink has returned nil
// for its request. If Sink fails, it stays and comes again after the queue's visibility timeout. So does an invalid
// one, until the queue's redrive policy moves it to the dead-letter queue, where a person finds it and an alarm counts it.
// A request that could not be stored as often as the redrive policy allows goes there too: move it back from there
// (StartMessageMoveTask), for nothing but the queue remembers it.
// SQS delivers at least once and in any order, and a deletion can fail, so Sink sees a request any number of times.
//
// When ctx ends, the messages in hand are finished first, in at most ten seconds: what is not done by then comes again.
// No body and no address is logged.
func (p *Poller) Run(ctx context.Context) error {
	backoff := firstBackoff
	for ctx.Err() == nil {
		messages, err := p.receive(ctx)
		if err == nil {
			backoff = firstBackoff
			p.work(ctx, messages)
			continue
		}
		if ctx.Err() != nil {
			break
		}
		p.Log.Warn("receive messages", "err", err, "again_in", backoff)
		sleep(ctx, backoff)
		backoff = min(2*backoff, maxBackoff)
	}
	return context.Cause(ctx)
}

func (p *Poller) receive(ctx context.Context) ([]types.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, overdue)
	defer cancel()
	out, err := p.SQS.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl:            aws.String(p.URL),
		MaxNumberOfMessages: batch,
		WaitTimeSeconds:     int32(wait / time.Second),

		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameSenderId},
	})
	if err != nil {
		return nil, err
	}
	return out.Messages, nil
}

// work goes through the messages in hand under a context that outlives ctx, so that the end of the program cuts no
// write in two, but not by more than patience.
func (p *Poller) work(ctx context.Context, messages []types.Message) {
	hand, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { sleep(hand, patience); cancel() })
	defer stop()
	for _, m := range messages {
		if hand.Err() != nil {
			return
		}
		p.handle(hand, m)
	}
}

// handle does what one message asks for, and logs what came of it.
func (p *Poller) handle(ctx context.Context, m types.Message) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	finding := p.Read(m)
	if p.Seen != nil {
		p.Seen(finding.Class)
	}
	log := p.Log.With("message", aws.ToString(m.MessageId), "class", finding.Class, "why", finding.Why)
	switch finding.Class {
	case Invalid:
		log.Warn("message left to the dead-letter queue")
		return
	case Request:
		log = log.With("request", cmp.Or(finding.Request.ID, finding.Wish.ID), "account", finding.Account, "user", finding.User)
		if err := p.Sink(ctx, finding); err != nil {
			log.Error("message comes again", "err", fmt.Errorf("store request: %w", err))
			return
		}
		log.Info("request taken")
	case Ignore:
		log.Debug("message ignored")
	}
	_, err := p.SQS.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: aws.String(p.URL), ReceiptHandle: m.ReceiptHandle})
	if err != nil {
		log.Warn("message comes again", "err", fmt.Errorf("delete message: %w", err))
	}
}

// sleep waits for d or for the end of ctx, whichever comes first.
func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
