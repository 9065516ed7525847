package trail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"sekisho/handlers"
	"sekisho/store"
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
	return func(m types.Message) Finding {
		f := Parse([]byte(aws.ToString(m.Body)), known)
		if f.Class == Request {
			f.Request.Sent = sent(m)
		}
		return f
	}
}

// Wishes reads messages of programs; see [ParseWish]. Who sent one is what SQS says, and nothing else.
func Wishes(m types.Message) Finding {
	sender := m.Attributes[string(types.MessageSystemAttributeNameSenderId)]
	if sender == "" {
		return Finding{Class: Invalid, Why: "SQS names no sender"}
	}
	f := ParseWish([]byte(aws.ToString(m.Body)), sender)
	if f.Class == Request {
		f.Wish.Sent = sent(m)
	}
	return f
}

// sent returns when a message came into its queue, as SQS says, or the zero time.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
func sent(m types.Message) time.Time {
	ms, err := strconv.ParseInt(m.Attributes[string(types.MessageSystemAttributeNameSentTimestamp)], 10, 64)
	if err != nil || ms <= 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// The most that ReceiveMessage gives and waits.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
const (
	batch = 10
	wait  = 20 * time.Second
)

const (
	overdue      = wait + 10*time.Second // a receive that hangs this long is given up, or the queue would go unread
	patience     = 10 * time.Second      // for one message
	lastPatience = 5 * time.Second       // for all in hand, once Run has been told to end
	firstBackoff = time.Second
	maxBackoff   = 30 * time.Second
	maxProbe     = 5 * time.Second // between two tries to write to the ledger, which is at hand
)

// Run polls until ctx ends, and returns why it ended; no failure of the queue or of Sink ends it.
//
// A message is deleted when there is nothing left to do for it: when it is to be ignored, or when Sink has returned nil
// for its request. If Sink fails, it stays and comes again after the queue's visibility timeout. So does an invalid
// one, until the queue's redrive policy moves it to the dead-letter queue, where a person finds it and an alarm counts it.
// SQS delivers at least once and in any order, and a deletion can fail, so Sink sees a request any number of times.
//
// While the ledger cannot be written (store.ErrUnwritten) no message is received, as SQS counts how often each was: the one in hand
// is tried again until it can be stored. So an outage of the ledger moves nothing to the dead-letter queue. A request that
// could not be stored for a reason of its own as often as the redrive policy allows goes there, and nothing but that queue
// remembers it; [Redrive] moves sign-ins back.
//
// When ctx ends, the messages in hand are finished first, in at most five seconds: what is not done by then comes again.
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

		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameSenderId,
			types.MessageSystemAttributeNameSentTimestamp},
	})
	if err != nil {
		return nil, err
	}
	return out.Messages, nil
}

// work goes through the messages in hand under a context that outlives ctx, so that the end of the program cuts no
// write in two, but not by more than lastPatience.
func (p *Poller) work(ctx context.Context, messages []types.Message) {
	hand, cancel := handlers.Later(ctx, lastPatience)
	defer cancel()
	for _, m := range messages {
		if hand.Err() != nil {
			return
		}
		p.insist(ctx, hand, m)
	}
}

// insist handles a message, and again until the ledger can be written.
func (p *Poller) insist(ctx, hand context.Context, m types.Message) {
	finding := p.Read(m)
	if p.Seen != nil {
		p.Seen(finding.Class)
	}
	err := p.handle(hand, m, finding)
	if err == nil {
		return
	}
	p.Log.Error("no message is received until the ledger can be written", "err", err)
	for since, backoff := time.Now(), firstBackoff; err != nil; backoff = min(2*backoff, maxProbe) {
		if ctx.Err() != nil {
			return // it comes again
		}
		sleep(ctx, backoff)
		if err = p.handle(hand, m, finding); err == nil {
			p.Log.Info("messages are received again", "after", time.Since(since).Round(time.Second))
		}
	}
}

// handle does what one message asks for, and logs what came of it. An error says that the ledger cannot be written, whatever the message.
func (p *Poller) handle(ctx context.Context, m types.Message, finding Finding) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	log := p.Log.With("message", aws.ToString(m.MessageId), "class", finding.Class, "why", finding.Why)
	switch finding.Class {
	case Invalid:
		log.Warn("message left to the dead-letter queue")
		return nil
	case Request:
		log = log.With("request", cmp.Or(finding.Request.ID, finding.Wish.ID), "account", finding.Account, "user", finding.User)
		err := p.Sink(ctx, finding)
		if errors.Is(err, store.ErrUnwritten) {
			return err
		}
		if err != nil {
			log.Error("message comes again", "err", fmt.Errorf("store request: %w", err))
			return nil
		}
		log.Info("request taken")
	case Ignore:
		log.Debug("message ignored")
	}
	_, err := p.SQS.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: aws.String(p.URL), ReceiptHandle: m.ReceiptHandle})
	if err != nil {
		log.Warn("message comes again", "err", fmt.Errorf("delete message: %w", err))
	}
	return nil
}

// sleep waits for d or for the end of ctx, whichever comes first.
func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
