package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// KindAccessKey is an access key of the IAM user that is the target, kept in a secret that its requester alone can read.
const KindAccessKey = "access-key"

// Facts of an access key. The first three are what Plan saw.
const (
	KeyUser    = "key_user" // the unique id of the user whose key it is
	KeysBefore = store.FactKeysBefore
	SecretName = store.FactSecret

	IssuedKey = store.FactKey // its id
	SecretARN = "secret_arn"
	IssuedAt  = "issued_at"   // RFC 3339, by AWS's clock
	OffKey    = "deactivated" // its id, once it is
)

// TwoKeys refuses a key to a user who has two, as many as IAM lets a user have.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const (
	TwoKeys  = "TwoKeys"
	mostKeys = 2
)

// NotAlone refuses a key without an end to a user who has one: with two, no rotation could make the next.
const NotAlone = "NotAlone"

// full tells why a user with so many keys gets no further one, or "".
func full(g store.Grant, keys int) string {
	switch {
	case keys >= mostKeys:
		return TwoKeys
	case g.Endless && keys > 0:
		return NotAlone
	}
	return ""
}

// unseen is how long a stored key that IAM does not list is waited for: it is new, and IAM eventually consistent. And how
// long a key that is listed may turn out to be stored.
const unseen = time.Minute

// Keeping is how keys are kept, and for how long once they have ended.
type Keeping struct {
	Prefix   string        // of the secrets' names
	KMSKey   string        // that encrypts them; Secrets Manager's own if empty
	Grace    time.Duration // from the deactivation to the deletion
	Recovery int64         // days in which a deleted secret can be restored, 7 to 30
}

// AccessKey issues access keys.
//
// The secret is in the program's memory from CreateAccessKey's answer to Secrets Manager's, and nowhere else. A key whose
// secret was lost in between, or whose answer never came, is useless: the next step finds it among the keys that were not
// there before, and not in the secret, and deletes it.
type AccessKey struct {
	Accounts Accounts
	Keeping  Keeping
	Now      func() time.Time
}

var (
	_ access.Cloud = AccessKey{}
	_ access.Guard = AccessKey{}
)

// Plan implements handlers.Cloud: it reads which keys there are, and picks the secret's name.
func (c AccessKey) Plan(ctx context.Context, g store.Grant, _ *store.Grant) (map[string]string, error) {
	if err := c.Accounts.mustBe(ctx, g); err != nil {
		return nil, err
	}
	user, err := c.Accounts.User(ctx, g.Account, g.Target)
	if errors.Is(err, people.ErrNoUser) {
		return nil, &handlers.Refused{Code: "NoSuchEntity"}
	}
	if err != nil {
		return nil, err
	}
	client, err := c.Accounts.in(g.Account)
	if err != nil {
		return nil, err
	}
	keys, err := keysOf(ctx, client, g.Target)
	if err != nil {
		return nil, err
	}
	if why := full(g, len(keys)); why != "" {
		return nil, &handlers.Refused{Code: why}
	}
	var ids []string
	for _, k := range keys {
		ids = append(ids, aws.ToString(k.AccessKeyId))
	}
	name := c.Keeping.Prefix + g.Target + "/access-key-" + c.Now().UTC().Format("20060102T150405Z")
	return map[string]string{KeyUser: user.ID, KeysBefore: strings.Join(ids, ","), SecretName: name}, nil
}

// Step implements handlers.Cloud. What has ended is cleared away: until then the key is only deactivated.
func (c AccessKey) Step(ctx context.Context, g store.Grant) (handlers.Result, error) {
	if g.Effects[KeyUser] == "" || g.Effects[SecretName] == "" {
		return handlers.Result{}, fmt.Errorf("step %s: there is no plan", g.ID)
	}
	switch g.State {
	case store.Approved:
		return c.give(ctx, g)
	case store.Ending:
		return c.take(ctx, g)
	case store.Ended:
		return c.clear(ctx, g)
	}
	return handlers.Result{}, fmt.Errorf("step %s while %s: %w", g.ID, g.State, store.ErrState)
}

// give looks what there is and does what is missing: an empty secret, its policy for the requester alone, and only then
// a key, whose secret goes into it. So there is no moment at which somebody else could read it.
func (c AccessKey) give(ctx context.Context, g store.Grant) (handlers.Result, error) {
	if err := c.Accounts.mustBe(ctx, g); err != nil {
		return handlers.Result{}, err
	}
	s, err := c.see(ctx, g)
	switch {
	case err != nil:
		return handlers.Result{}, err
	case s.user == "":
		return handlers.Result{}, &handlers.Refused{Code: policy.UserGone}
	case s.kept != nil && (s.kept.grant != g.ID || s.kept.deleted): // another's, or somebody has deleted it meanwhile
		return handlers.Result{}, &handlers.Refused{Code: "ResourceExistsException"}
	}
	if some, err := c.discard(ctx, g, s, c.Now().Add(-unseen)); err != nil || some {
		return handlers.Result{Again: settling}, err
	}
	if s.kept != nil {
		if closed, err := c.close(ctx, g); err != nil || !closed {
			return handlers.Result{Again: settling}, err
		}
	}
	return c.fill(ctx, g, s)
}

// fill puts a key into the secret, and says done once there is one.
func (c AccessKey) fill(ctx context.Context, g store.Grant, s sight) (handlers.Result, error) {
	again := handlers.Result{Again: settling}
	switch key := s.readable(g); {
	case key != nil:
		return handlers.Result{Facts: map[string]string{IssuedKey: aws.ToString(key.AccessKeyId), SecretARN: s.kept.arn,
			IssuedAt: aws.ToTime(key.CreateDate).UTC().Format(time.RFC3339)}}, nil
	case s.kept != nil && s.kept.current != "" && c.Now().Sub(s.kept.changed) < unseen: // its key is not listed yet
		return again, nil
	case full(g, s.keys) != "":
		return handlers.Result{}, &handlers.Refused{Code: full(g, s.keys)}
	case s.kept == nil:
		return again, createEmpty(ctx, c.Accounts[g.Account].Secrets, g.Effects[SecretName], g.ID, c.Keeping.KMSKey)
	}
	return again, c.issue(ctx, g)
}

// readable returns the key that whoever reads the secret gets, or nil.
func (s sight) readable(g store.Grant) *types.AccessKeyMetadata {
	for _, k := range s.stored {
		if s.kept.current == version(g.ID, aws.ToString(k.AccessKeyId)) {
			return &k
		}
	}
	return nil
}

// issue makes a key and stores it. The next look finds it. Too many keys where IAM lists one are another whose answer was
// lost, and which will be listed: that is no refusal.
func (c AccessKey) issue(ctx context.Context, g store.Grant) error {
	clients := c.Accounts[g.Account]
	out, err := clients.IAM.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String(g.Target)}, once)
	if err != nil {
		return fmt.Errorf("create access key of %s: %w", g.Target, err)
	}
	key := pair{aws.ToString(out.AccessKey.AccessKeyId), secret{out.AccessKey.SecretAccessKey}}
	return put(ctx, clients.Secrets, g.Effects[SecretName], g.ID, key)
}

// once keeps the SDK from repeating a call that is not idempotent.
func once(o *iam.Options) { o.Retryer = aws.NopRetryer{} }

// close lets the requester read the secret, and nobody else, and tells whether that is read back.
func (c AccessKey) close(ctx context.Context, g store.Grant) (bool, error) {
	reader, err := c.Accounts.User(ctx, g.Account, g.Subject.User)
	if err != nil {
		return false, err
	}
	if reader.ID != g.Subject.UserID {
		return false, &handlers.Refused{Code: policy.UserGone}
	}
	secrets, name := c.Accounts[g.Account].Secrets, g.Effects[SecretName]
	closed, err := isReadableBy(ctx, secrets, name, reader)
	if err != nil || closed {
		return closed, err
	}
	return false, readableBy(ctx, secrets, name, reader)
}
