package app

import (
	"regexp"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

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
