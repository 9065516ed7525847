package fakeaws_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"sekisho/aws/fakeaws"
)

// What the fake does not know it refuses, and whom a bucket's policy does not let in as well.
func TestS3Refuses(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		c := cloudAt(a.Config(prod), fakeScene{a})
		c.bucket(t, heads, true)
		in := locked("a/1", "one")
		in.Tagging = new("a=b")
		refused(t, c.putObject(t, in), "NotImplemented", 501)
		_, err := c.s3.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: new(heads), Delimiter: new("/")})
		refused(t, err, "NotImplemented", 501)
		_, err = c.s3.GetObject(t.Context(), &s3.GetObjectInput{Bucket: new(heads), Key: new("a/1")})
		refused(t, err, "NotImplemented", 501)
		refused(t, cloudAt(a.Config(dev), fakeScene{a}).putObject(t, locked("a/1", "one")), "AccessDenied", 403)
		if got := a.Objects(heads); len(got) > 0 {
			t.Errorf("stored %+v", got)
		}
	})
}
