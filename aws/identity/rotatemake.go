package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/store"
)

// make looks what there is and does what is missing: one new key, in the secret.
func (r Rotation) make(ctx context.Context, t store.Task, s stand) (access.Progress, error) {
	before := t.Effects[store.FactVersion] + t.Effects[store.FactBefore] // one of them is ""
	now := ""
	if s.kept != nil {
		now = s.kept.current
	}
	switch {
	case s.stored != nil && s.kept.deleted: // somebody may restore it, with the key that is in it
		return access.Progress{}, secretChanged
	case s.stored != nil:
		return access.Progress{Verb: store.Made, Facts: map[string]string{store.FactNew: aws.ToString(s.stored.AccessKeyId), store.FactOld: t.Old,
			SecretARN: s.kept.arn, IssuedAt: aws.ToTime(s.stored.CreateDate).UTC().Format(time.RFC3339)}}, nil
	case s.kept != nil && s.kept.deleted:
		return access.Progress{}, &handlers.Refused{Code: "InvalidRequestException"}
	case isFor(now, t.ID) && r.Now().Sub(s.kept.changed) < unseen:
		return access.Progress{Again: settling}, nil
	case isFor(now, t.ID) && before != "": // with a key that was lost: who reads the secret gets what worked, until there is another
		return access.Progress{Again: settling}, turnBack(ctx, r.Accounts[t.Account].Secrets, t.Secret, now, before)
	case now != before && !isFor(now, t.ID): // somebody has stored something else meanwhile
		return access.Progress{}, &handlers.Refused{Code: string(secretChanged)}
	case len(s.keys) >= mostKeys: // and made a key
		return access.Progress{}, &handlers.Refused{Code: TwoKeys}
	}
	return access.Progress{Again: settling}, r.issue(ctx, t, s.kept != nil)
}

// issue makes a key and stores it. The next look finds it. Two keys where IAM lists fewer are one whose answer was lost,
// and which will be listed. A key that is refused a secret is deleted at once, as nobody looks again after a rotation that
// was stopped.
func (r Rotation) issue(ctx context.Context, t store.Task, there bool) error {
	clients := r.Accounts[t.Account]
	out, err := clients.IAM.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String(t.User)}, once)
	if err != nil {
		return fmt.Errorf("create access key of %s: %w", t.User, err)
	}
	key := pair{aws.ToString(out.AccessKey.AccessKeyId), secret{out.AccessKey.SecretAccessKey}}
	if there {
		return put(ctx, clients.Secrets, t.Secret, t.ID, key)
	}
	err = create(ctx, clients.Secrets, t.Secret, t.ID, r.KMSKey, key)
	var refused *handlers.Refused
	if errors.As(err, &refused) {
		if err := deleteKey(ctx, clients.IAM, t.User, key.id); err != nil {
			return err
		}
	}
	return err
}

// RestoredAt is when the key from before was seen to work again, RFC 3339.
const RestoredAt = "restored_at"

// restore makes the key from before work again, and then the one that servers get. The other one goes on working.
func (r Rotation) restore(ctx context.Context, t store.Task, s stand) (access.Progress, error) {
	clients := r.Accounts[t.Account]
	switch {
	case !s.has(t.New):
		return access.Progress{}, keyGone
	case !s.active(t.New):
		return access.Progress{Again: settling}, turnKey(ctx, clients.IAM, t.User, t.New, types.StatusTypeActive)
	case s.kept == nil || s.kept.deleted:
		return access.Progress{}, secretChanged
	}
	switch s.kept.current {
	case versionOf(t, t.New):
		return access.Progress{Verb: store.Made, Facts: map[string]string{store.FactNew: t.New, store.FactOld: t.Old,
			RestoredAt: r.Now().UTC().Format(time.RFC3339)}}, nil
	case versionOf(t, t.Old):
		return access.Progress{Again: settling}, turnBack(ctx, clients.Secrets, t.Secret, s.kept.current, versionOf(t, t.New))
	}
	return access.Progress{}, secretChanged
}
