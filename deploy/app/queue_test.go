package app

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

func TestQueueIsAskedForInItsRegion(t *testing.T) {
	for queue, want := range map[string]string{
		"https://sqs.ap-northeast-1.amazonaws.com/123456789012/sign-ins": "ap-northeast-1",
		"https://sqs.cn-north-1.amazonaws.com.cn/123456789012/sign-ins":  "cn-north-1",
		"https://sqs-fips.us-west-2.amazonaws.com/123456789012/sign-ins": "us-west-2",
		"https://sqs.eu-west-1.api.aws/123456789012/sign-ins":            "eu-west-1",
		"http://127.0.0.1:5000/123456789012/sign-ins":                    "us-east-1",
		"https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com/1/sign-ins":     "us-east-1", // by an endpoint of one's own: as the program is set
	} {
		o := sqs.Options{Region: "us-east-1"}
		if inRegionOf(queue)(&o); o.Region != want {
			t.Errorf("%s is asked for in %s, want %s", queue, o.Region, want)
		}
	}
}
