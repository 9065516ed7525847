package heads

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"sekisho/store"
)

// Place says where heads are kept, and for how long.
type Place struct {
	Bucket, Account string // the bucket, and the account that owns it
	Prefix          string // of the objects' names
	Region          string // "" for the program's own
	Days            int
}

// clocks is how far AWS's clock and this machine's may be apart.
const clocks = time.Hour

// Storing is what storing calls.
type Storing interface {
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
	HeadObject(context.Context, *s3.HeadObjectInput, ...func(*s3.Options)) (*s3.HeadObjectOutput, error)
}

// Bucket is where heads are kept, a handlers.HeadStore.
type Bucket struct {
	Place
	Storing
	s3.ListObjectVersionsAPIClient
	Now func() time.Time
}

// In returns the bucket of a place, reached with these credentials. An endpoint that somebody set has no names of buckets before it.
func In(c aws.Config, p Place, now func() time.Time) Bucket {
	client := s3.NewFromConfig(c, func(o *s3.Options) {
		o.UsePathStyle = c.BaseEndpoint != nil
		if p.Region != "" {
			o.Region = p.Region
		}
	})
	return Bucket{p, client, client, now}
}

// name begins the names of heads.
func (b Bucket) name() string { return b.Prefix + "head-" }

// String returns where heads are kept, for people.
func (b Bucket) String() string { return "s3://" + b.Bucket + "/" + b.Prefix }

// Store implements handlers.HeadStore.
func (b Bucket) Store(ctx context.Context, h store.SealHead) error {
	body := h.String()
	sum := sha256.Sum256([]byte(body))
	digest := base64.StdEncoding.EncodeToString(sum[:])
	key := fmt.Sprintf("%s%012d-%s", b.name(), h.Number, h.Hash)
	_, err := b.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &b.Bucket, Key: &key, ExpectedBucketOwner: &b.Account, Body: strings.NewReader(body), IfNoneMatch: aws.String("*"),
		ChecksumAlgorithm: types.ChecksumAlgorithmSha256, ChecksumSHA256: &digest,
		ObjectLockMode:            types.ObjectLockModeCompliance,
		ObjectLockRetainUntilDate: aws.Time(b.Now().UTC().Truncate(time.Second).Add(b.keep())),
	})
	if there, ok := errors.AsType[smithy.APIError](err); err != nil && (!ok || there.ErrorCode() != "PreconditionFailed") {
		return fmt.Errorf("put head %d into %s: %w", h.Number, b, err)
	}
	return b.check(ctx, h.Number, key, digest)
}

// check reads a head back, and how it is locked.
func (b Bucket) check(ctx context.Context, number uint64, key, digest string) error {
	out, err := b.HeadObject(ctx, &s3.HeadObjectInput{
		Bucket: &b.Bucket, Key: &key, ExpectedBucketOwner: &b.Account, ChecksumMode: types.ChecksumModeEnabled,
	})
	if err != nil {
		return fmt.Errorf("read head %d back from %s: %w", number, b, err)
	}
	if aws.ToString(out.ChecksumSHA256) != digest {
		return fmt.Errorf("read head %d back from %s: other bytes are there", number, b)
	}
	until, need := aws.ToTime(out.ObjectLockRetainUntilDate), aws.ToTime(out.LastModified).Add(b.keep()-clocks)
	if out.ObjectLockMode != types.ObjectLockModeCompliance || until.Before(need) {
		return fmt.Errorf("read head %d back from %s: it is locked in mode %q until %s, and has to be in COMPLIANCE until %s or later "+
			"(is s3:GetObjectRetention allowed?)", number, b, out.ObjectLockMode, until.Format(time.RFC3339), need.Format(time.RFC3339))
	}
	return nil
}

func (b Bucket) keep() time.Duration { return time.Duration(b.Days) * 24 * time.Hour }

// All returns all heads that were ever stored and are still kept, the newest last, each with the time at which S3 took it.
func (b Bucket) All(ctx context.Context) ([]store.SealHead, error) {
	var out []store.SealHead
	name := b.name()
	pages := s3.NewListObjectVersionsPaginator(b, &s3.ListObjectVersionsInput{Bucket: &b.Bucket, ExpectedBucketOwner: &b.Account, Prefix: &name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list heads in %s: %w", b, err)
		}
		for _, v := range page.Versions {
			head := store.SealHead{At: aws.ToTime(v.LastModified)}
			number, hash, _ := strings.Cut(strings.TrimPrefix(aws.ToString(v.Key), name), "-")
			if err := head.UnmarshalText([]byte(number + ":" + hash)); err != nil {
				return nil, fmt.Errorf("list heads in %s: %q is no name of a head", b, aws.ToString(v.Key))
			}
			out = append(out, head)
		}
	}
	slices.SortStableFunc(out, func(x, y store.SealHead) int { return x.At.Compare(y.At) })
	return out, nil
}
