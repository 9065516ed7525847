package app

import (
	"context"
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"sekisho/aws/trail"
	"sekisho/bot"
	"sekisho/deploy/config"
	"sekisho/handlers/access"
)

// pollers returns one for the queue of sign-ins and, where there is one, for that of programs' requests. Programs are
// answered in English, with times in UTC, whatever the cards say.
func pollers(c config.Config, e Edges, keeper *access.Keeper, seen func(trail.Class)) []*trail.Poller {
	client := func(queue string) *sqs.Client { return sqs.NewFromConfig(e.AWS(""), inRegionOf(queue)) }
	signIns := &trail.Poller{SQS: client(c.SignIns), URL: c.SignIns, Log: e.Log, Seen: seen, Read: trail.SignIns(c.Policy.Known),
		Sink: func(ctx context.Context, f trail.Finding) error { return keeper.Receive(ctx, f.Request) }}
	if c.Requests == "" {
		return []*trail.Poller{signIns}
	}
	answers := trail.Answerer{Ask: keeper.Program, Says: bot.Pen{Words: bot.In("en"), Zone: time.UTC}.WishRefusal,
		SQS: client(c.Replies), URL: c.Replies, Log: e.Log}
	return []*trail.Poller{signIns, {SQS: client(c.Requests), URL: c.Requests, Log: e.Log, Seen: seen, Read: trail.Wishes, Sink: answers.Sink}}
}

// Redrive returns what moves sign-ins back from a dead-letter queue, with the program's own credentials.
func Redrive(ctx context.Context, c config.Config, from string) (trail.Redrive, error) {
	in, err := awsEdge(ctx, c)
	if err != nil {
		return trail.Redrive{}, err
	}
	return trail.Redrive{SQS: sqs.NewFromConfig(in(""), inRegionOf(from)), From: from, To: c.SignIns, Known: c.Policy.Known}, nil
}

// https://docs.aws.amazon.com/general/latest/gr/sqs-service.html
var sqsHost = regexp.MustCompile(`^https://sqs(?:-fips)?\.([a-z0-9-]+)\.`)

// inRegionOf has SQS asked where the queue is. The SDK would ask in the program's own region, where nobody knows the
// queue, and the program's region is often another one: IAM's events are in us-east-1.
func inRegionOf(queue string) func(*sqs.Options) {
	return func(o *sqs.Options) {
		if host := sqsHost.FindStringSubmatch(queue); host != nil {
			o.Region = host[1]
		}
	}
}
