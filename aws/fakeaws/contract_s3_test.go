package fakeaws_test

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

const (
	heads = "example-heads"
	day   = 24 * time.Hour
)

// locked is an object that is put once, and stays for a day.
func locked(key, body string) *s3.PutObjectInput {
	sum := sha256.Sum256([]byte(body))
	return &s3.PutObjectInput{
		Bucket: new(heads), Key: &key, Body: strings.NewReader(body), IfNoneMatch: new("*"),
		ChecksumAlgorithm: types.ChecksumAlgorithmSha256, ChecksumSHA256: new(base64.StdEncoding.EncodeToString(sum[:])),
		ObjectLockMode: types.ObjectLockModeCompliance, ObjectLockRetainUntilDate: new(time.Now().UTC().Truncate(time.Second).Add(day)),
	}
}

func (c cloud) putObject(t *testing.T, in *s3.PutObjectInput) error {
	_, err := c.s3.PutObject(t.Context(), in)
	return err
}

func (c cloud) headObject(t *testing.T, key string) (*s3.HeadObjectOutput, error) {
	return c.s3.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: new(heads), Key: &key, ChecksumMode: types.ChecksumModeEnabled})
}

var s3Contract = []clause{
	{"object is locked", func(t *testing.T, c cloud) {
		c.bucket(t, heads, true)
		in := locked("a/1", "one")
		put := must[*s3.PutObjectOutput](t)(c.s3.PutObject(t.Context(), in))
		out := must[*s3.HeadObjectOutput](t)(c.headObject(t, "a/1"))
		if out.ObjectLockMode != "COMPLIANCE" || !out.ObjectLockRetainUntilDate.Equal(*in.ObjectLockRetainUntilDate) || *out.ChecksumSHA256 != *in.ChecksumSHA256 ||
			*out.VersionId != *put.VersionId || *out.ETag != *put.ETag || *out.ContentLength != 3 || time.Since(*out.LastModified).Abs() > time.Minute {
			t.Errorf("got %+v", out)
		}
	}},
	{"object is put once", func(t *testing.T, c cloud) {
		c.bucket(t, heads, true)
		for i, body := range []string{"one", "one", "two"} {
			if err := c.putObject(t, locked("a/1", body)); i > 0 {
				refused(t, err, "PreconditionFailed", 412)
			} else if err != nil {
				t.Fatal(err)
			}
		}
	}},
	{"object is put once more over a delete marker", func(t *testing.T, c cloud) {
		c.bucket(t, heads, true)
		for range 2 {
			if err := c.putObject(t, locked("a/1", "one")); err != nil {
				t.Fatal(err)
			}
			c.deleteObject(t, heads, "a/1")
			_, err := c.headObject(t, "a/1")
			refused(t, err, "NotFound", 404)
		}
	}},
	{"bucket without locks", func(t *testing.T, c cloud) {
		c.bucket(t, heads, false)
		refused(t, c.putObject(t, locked("a/1", "one")), "InvalidRequest", 400)
		in := locked("a/1", "one")
		in.ObjectLockMode, in.ObjectLockRetainUntilDate = "", nil
		if err := c.putObject(t, in); err != nil {
			t.Fatal(err)
		}
		if out := must[*s3.HeadObjectOutput](t)(c.headObject(t, "a/1")); out.ObjectLockMode != "" || out.ObjectLockRetainUntilDate != nil || out.VersionId != nil {
			t.Errorf("got %+v", out)
		}
	}},
	{"no such bucket", func(t *testing.T, c cloud) {
		refused(t, c.putObject(t, locked("a/1", "one")), "NoSuchBucket", 404)
		_, err := c.s3.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: new(heads)})
		refused(t, err, "NoSuchBucket", 404)
		_, err = c.headObject(t, "a/1")
		refused(t, err, "NotFound", 404)
	}},
	{"no such object", func(t *testing.T, c cloud) {
		c.bucket(t, heads, true)
		_, err := c.headObject(t, "a/1")
		refused(t, err, "NotFound", 404)
		is[*types.NotFound](t, err)
	}},
	{"lock that has ended", func(t *testing.T, c cloud) {
		c.bucket(t, heads, true)
		in := locked("a/1", "one")
		in.ObjectLockRetainUntilDate = new(time.Now().Add(-day))
		refused(t, c.putObject(t, in), "InvalidArgument", 400)
	}},
	{"lock without an end", func(t *testing.T, c cloud) {
		c.bucket(t, heads, true)
		in := locked("a/1", "one")
		in.ObjectLockRetainUntilDate = nil
		refused(t, c.putObject(t, in), "InvalidArgument", 400)
	}},
	{"checksum of something else", func(t *testing.T, c cloud) {
		c.bucket(t, heads, true)
		in := locked("a/1", "one")
		in.ChecksumSHA256 = locked("a/1", "two").ChecksumSHA256
		refused(t, c.putObject(t, in), "BadDigest", 400)
	}},
	{"bucket of somebody else", func(t *testing.T, c cloud) {
		c.bucket(t, heads, true)
		in := locked("a/1", "one")
		in.ExpectedBucketOwner = new("999999999999")
		refused(t, c.putObject(t, in), "AccessDenied", 403)
	}},
	{"versions are listed", func(t *testing.T, c cloud) {
		c.bucket(t, heads, true)
		for _, key := range []string{"a/2", "a/1", "b/1", "a/1"} {
			in := locked(key, "of "+key)
			in.IfNoneMatch = nil
			if err := c.putObject(t, in); err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Millisecond) // moto sorts by it
		}
		c.deleteObject(t, heads, "a/2")
		out := must[*s3.ListObjectVersionsOutput](t)(c.s3.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: new(heads), Prefix: new("a/")}))
		var got []string
		for _, v := range out.Versions {
			got = append(got, *v.Key)
		}
		if !slices.Equal(got, []string{"a/1", "a/1", "a/2"}) || !*out.Versions[0].IsLatest || *out.Versions[1].IsLatest || *out.Versions[2].IsLatest ||
			len(out.DeleteMarkers) != 1 || *out.DeleteMarkers[0].Key != "a/2" || !*out.DeleteMarkers[0].IsLatest || *out.IsTruncated ||
			time.Since(*out.Versions[0].LastModified).Abs() > time.Minute {
			t.Errorf("got %v, %+v", got, out)
		}
	}},
	{"pages of versions", func(t *testing.T, c cloud) {
		c.bucket(t, heads, true)
		for _, key := range []string{"a/1", "a/2", "a/3", "a/4", "a/5", "b/1"} {
			if err := c.putObject(t, locked(key, key)); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		pages := s3.NewListObjectVersionsPaginator(c.s3, &s3.ListObjectVersionsInput{Bucket: new(heads), Prefix: new("a/"), MaxKeys: new(int32(2))})
		for pages.HasMorePages() {
			out := must[*s3.ListObjectVersionsOutput](t)(pages.NextPage(t.Context()))
			if len(out.Versions) > 2 {
				t.Errorf("a page of %d", len(out.Versions))
			}
			for _, v := range out.Versions {
				got = append(got, *v.Key)
			}
		}
		if !slices.Equal(got, []string{"a/1", "a/2", "a/3", "a/4", "a/5"}) {
			t.Errorf("got %v", got)
		}
	}},
}
