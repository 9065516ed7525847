package trail

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"sekisho/handlers/access"
	"sekisho/handlers/policy"
)

// Replies is what an [Answerer] calls of the SDK's SQS client.
type Replies interface {
	SendMessage(context.Context, *sqs.SendMessageInput, ...func(*sqs.Options)) (*sqs.SendMessageOutput, error)
}

// Answerer hands on what programs ask for, and tells them what came of it.
type Answerer struct {
	Ask  func(context.Context, access.Wish) (policy.Decision, error) // nil once it is durable, new or known, or refused
	Says func(policy.Decision) string                                // why, for people
	SQS  Replies
	URL  string // of the queue of replies; "" for none
	Log  *slog.Logger
}

// answer is a reply: the id is the program's own, and with its sender it is unique.
type answer struct {
	ID      string `json:"id"`
	Sender  string `json:"sender"`
	State   string `json:"state"`             // accepted or refused
	Request string `json:"request,omitempty"` // its id in the ledger
	Refusal string `json:"refusal,omitempty"`
	Says    string `json:"says,omitempty"`
}

// Sink is that of a [Poller] with [Wishes]. A message whose answer could not be sent comes again, so that its sender has
// one at least once; what it asks for is not asked for twice.
func (a Answerer) Sink(ctx context.Context, f Finding) error {
	d, err := a.Ask(ctx, f.Wish)
	if err != nil {
		return err
	}
	out := answer{ID: f.Ref, Sender: f.Wish.Sender, State: "accepted", Request: f.Wish.ID}
	if d.Refusal != "" {
		out.State, out.Request, out.Refusal, out.Says = "refused", "", d.Refusal, a.Says(d)
	}
	a.Log.Info("program answered", "id", out.ID, "sender", out.Sender, "entitlement", f.Wish.Entitlement, "user", f.User, "state", out.State, "refusal", out.Refusal)
	if a.URL == "" {
		return nil
	}
	body, err := json.Marshal(out)
	if err != nil {
		return err
	}
	if _, err := a.SQS.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: aws.String(a.URL), MessageBody: aws.String(string(body))}); err != nil {
		return fmt.Errorf("send answer: %w", err)
	}
	return nil
}
