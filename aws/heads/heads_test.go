package heads_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"sekisho/aws/fakeaws"
	"sekisho/aws/fakeaws/moto"
	"sekisho/aws/heads"
	"sekisho/store"
)

const (
	bot     = "123456789012"
	keeper  = "345678901234" // owns the bucket
	prefix  = "sekisho/"
	days    = 400
	hash    = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	name    = "example-heads"
	hashed  = "sekisho/head-000000000007-" + hash
	forever = days * 24 * time.Hour
)

var head = store.SealHead{Number: 7, Hash: hash}

// inWorld runs a test in a bubble, with a bucket in another account that lets the bot's in.
func inWorld(t *testing.T, test func(*testing.T, *fakeaws.AWS, heads.Bucket)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a := fakeaws.New(fakeaws.Options{Accounts: []string{bot, keeper, "999999999999"}})
		a.AddBucket(keeper, name, true, bot)
		test(t, a, bucket(a))
	})
}

func place() heads.Place {
	return heads.Place{Bucket: name, Account: keeper, Prefix: prefix, Days: days}
}

func bucket(a *fakeaws.AWS) heads.Bucket { return heads.In(a.Config(bot), place(), time.Now) }

// lists fails unless the bucket lists so many heads, all of them the one.
func lists(t *testing.T, b heads.Bucket, want int) {
	t.Helper()
	all, err := b.All(t.Context())
	if err != nil || len(all) != want {
		t.Errorf("%v, %v", all, err)
	}
	for _, h := range all {
		if h.String() != head.String() || time.Since(h.At).Abs() > time.Minute {
			t.Errorf("listed %+v", h)
		}
	}
}

func TestStore(t *testing.T) {
	inWorld(t, func(t *testing.T, a *fakeaws.AWS, b heads.Bucket) {
		for range 2 { // as after a crash between putting and noting
			if err := b.Store(t.Context(), head); err != nil {
				t.Fatal(err)
			}
			time.Sleep(24 * time.Hour)
		}
		got := a.Objects(name)
		if len(got) != 1 || got[0].Key != hashed || got[0].Body != head.String() || got[0].Mode != "COMPLIANCE" || got[0].Until.Sub(got[0].At) != forever {
			t.Fatalf("stored %+v", got)
		}
	})
}

// What an independent AWS takes and lists is not only our reading of the documents.
func TestStoreAgainstMoto(t *testing.T) {
	if testing.Short() {
		t.Skip("moto takes seconds: not with -short")
	}
	cfg := moto.Start(t).Config()
	client := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String(name), ObjectLockEnabledForBucket: aws.Bool(true)}); err != nil {
		t.Fatal(err)
	}
	b := heads.In(cfg, place(), time.Now)
	for range 2 {
		if err := b.Store(t.Context(), head); err != nil {
			t.Fatal(err)
		}
	}
	lists(t, b, 1)
}

// What is not there, whole and locked for long enough, is not said to be stored.
func TestNotStored(t *testing.T) {
	put := func(until time.Duration, body string) func(*testing.T, *fakeaws.AWS) heads.Bucket {
		return func(t *testing.T, a *fakeaws.AWS) heads.Bucket {
			in := &s3.PutObjectInput{Bucket: aws.String(name), Key: aws.String(hashed), Body: strings.NewReader(body)}
			if until > 0 {
				in.ChecksumAlgorithm, in.ObjectLockMode, in.ObjectLockRetainUntilDate = types.ChecksumAlgorithmSha256, types.ObjectLockModeCompliance, aws.Time(time.Now().Add(until))
			}
			if _, err := s3.NewFromConfig(a.Config(keeper), func(o *s3.Options) { o.UsePathStyle = true }).PutObject(t.Context(), in); err != nil {
				t.Fatal(err)
			}
			return bucket(a)
		}
	}
	at := func(change func(*heads.Place)) func(*testing.T, *fakeaws.AWS) heads.Bucket {
		return func(t *testing.T, a *fakeaws.AWS) heads.Bucket {
			a.AddBucket(keeper, "without-locks", false, bot)
			a.AddBucket(keeper, "not-ours", true)
			p := place()
			change(&p)
			return heads.In(a.Config(bot), p, time.Now)
		}
	}
	failing := func(action, code string) func(*testing.T, *fakeaws.AWS) heads.Bucket {
		return func(_ *testing.T, a *fakeaws.AWS) heads.Bucket {
			a.Fault(func(c fakeaws.Call) *fakeaws.Failure {
				if c.Action == action {
					return &fakeaws.Failure{Code: code}
				}
				return nil
			})
			return bucket(a)
		}
	}
	for name, c := range map[string]struct {
		in   func(*testing.T, *fakeaws.AWS) heads.Bucket
		want string
	}{
		"no lock":             {put(0, head.String()), `locked in mode "" until 0001-01-01`},
		"a short lock":        {put(forever-24*time.Hour, head.String()), `locked in mode "COMPLIANCE" until 2001-`},
		"other bytes":         {put(forever, "8:"+hash), "other bytes are there"},
		"no bucket":           {at(func(p *heads.Place) { p.Bucket = "none" }), "NoSuchBucket"},
		"bucket without lock": {at(func(p *heads.Place) { p.Bucket = "without-locks" }), "Bucket is missing ObjectLockConfiguration"},
		"not let in":          {at(func(p *heads.Place) { p.Bucket = "not-ours" }), "AccessDenied"},
		"another owner":       {at(func(p *heads.Place) { p.Account = "999999999999" }), "AccessDenied"},
		"cannot be put":       {failing("PutObject", "AccessDenied"), "put head 7 into s3://example-heads/sekisho/: "},
		"two at once":         {failing("PutObject", "ConditionalRequestConflict"), "ConditionalRequestConflict"},
		"cannot be read":      {failing("HeadObject", "AccessDenied"), "read head 7 back from s3://example-heads/sekisho/: "},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, a *fakeaws.AWS, _ heads.Bucket) {
				if err := c.in(t, a).Store(t.Context(), head); err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, want %q", err, c.want)
				}
			})
		})
	}
}

// A delete marker hides a stored head as little as an object put over it. What has no head's name is told.
func TestAll(t *testing.T) {
	inWorld(t, func(t *testing.T, a *fakeaws.AWS, b heads.Bucket) {
		lists(t, b, 0)
		if err := b.Store(t.Context(), head); err != nil {
			t.Fatal(err)
		}
		lists(t, b, 1)
		a.DeleteObject(name, hashed)
		lists(t, b, 1)
		put := func(key string) {
			t.Helper()
			if _, err := b.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(name), Key: &key, Body: strings.NewReader("8:forged")}); err != nil {
				t.Fatal(err)
			}
		}
		put(hashed)
		lists(t, b, 2)
		put("sekisho/readme")
		lists(t, b, 2)
		put("sekisho/head-of-state")
		if _, err := b.All(t.Context()); err == nil || !strings.Contains(err.Error(), `"sekisho/head-of-state" is no name of a head`) {
			t.Errorf("got %v", err)
		}
	})
}

// asked is a network that notes where it is asked, and answers nothing.
type asked struct{ host *string }

func (a asked) RoundTrip(r *http.Request) (*http.Response, error) {
	*a.host = r.URL.Host
	return nil, errors.New("no network")
}

func TestRegion(t *testing.T) {
	for region, want := range map[string]string{"": name + ".s3.us-east-1.amazonaws.com", "ap-northeast-1": name + ".s3.ap-northeast-1.amazonaws.com"} {
		var host string
		c := fakeaws.New(fakeaws.Options{Accounts: []string{bot}}).Config(bot)
		c.BaseEndpoint, c.RetryMaxAttempts, c.HTTPClient = nil, 1, &http.Client{Transport: asked{&host}}
		p := place()
		p.Region = region
		if err := heads.In(c, p, time.Now).Store(t.Context(), head); err == nil || host != want {
			t.Errorf("%q: asked %s, want %s: %v", region, host, want, err)
		}
	}
}
