package trail_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"sekisho/aws/fakeaws/moto"
)

// The main path against moto, an SQS that others wrote, over a socket and by the wall clock.
func TestMainPathAgainstMoto(t *testing.T) {
	if testing.Short() {
		t.Skip("moto takes seconds: not with -short")
	}
	c := sqs.NewFromConfig(moto.Start(t).Config())
	queue := func(name string, attributes map[string]string) string {
		out, err := c.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes})
		if err != nil {
			t.Fatalf("create queue: %v", err)
		}
		return *out.QueueUrl
	}
	dead := queue("dead", nil)
	url := queue("events", map[string]string{
		"VisibilityTimeout": "1",
		"RedrivePolicy":     `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead","maxReceiveCount":2}`,
	})
	mainPath(t, c, url, dead)
}
