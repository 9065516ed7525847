package identity

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go/middleware"

	"sekisho/handlers"
)

const (
	// callTime is how long one call may take, with the SDK's retries of it. It is a fraction of a step's time, so that a
	// service which hangs leaves the step time for the others, and of the fifteen seconds within which access ends.
	callTime = 5 * time.Second
	// retryPause is the longest pause before the SDK's next try of a call. With its own, of up to 20 seconds, the deadline
	// would come between two tries, and nobody would hear what AWS said.
	retryPause = time.Second
)

// withDeadline gives each call of a configuration's clients a deadline of its own. A call that was given up may still have
// its effect, as after any error.
func withDeadline(c aws.Config) aws.Config {
	c.Retryer = func() aws.Retryer { return retry.AddWithMaxBackoffDelay(retry.NewStandard(), retryPause) }
	c.APIOptions = append(slices.Clip(c.APIOptions), func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("CallDeadline",
			func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
				middleware.InitializeOutput, middleware.Metadata, error) {
				ctx, cancel := context.WithTimeout(ctx, handlers.CallTime(ctx, callTime))
				defer cancel()
				return next.HandleInitialize(ctx, in)
			}), middleware.Before)
	})
	return c
}
