package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/store"
)

// Look implements handlers.Guard. A key that is gone, or is to work no more, has no secret worth reading; nor can a secret
// be read that is to be deleted.
func (c AccessKey) Look(ctx context.Context, g store.Grant) (access.Sight, error) {
	s, err := c.seeKeys(ctx, g)
	if err != nil {
		return access.Sight{}, err
	}
	seen := access.Sight{Gone: s.issued == nil}
	if s.issued != nil && isActive(*s.issued) {
		seen.Works = aws.ToString(s.issued.AccessKeyId)
	}
	switch {
	case seen.Gone && g.Effects[IssuedKey] == "" && slices.ContainsFunc(s.others, isActive):
		return c.lookAtUnnamed(ctx, g, s)
	case seen.Gone, !g.KeyStands():
		return seen, nil
	}
	secrets, name := c.Accounts[g.Account].Secrets, g.Effects[SecretName]
	has, err := look(ctx, secrets, name)
	if err != nil || has == nil || has.deleted {
		return seen, err
	}
	closed, err := isClosed(ctx, secrets, name, g.Subject.UserID)
	seen.Exposed = !closed
	return seen, err
}

// lookAtUnnamed looks for a key that works of a grant that names none: it has ended while its key was being made.
func (c AccessKey) lookAtUnnamed(ctx context.Context, g store.Grant, s sight) (access.Sight, error) {
	if err := c.seeSecret(ctx, g, &s); err != nil {
		return access.Sight{}, err
	}
	if i := slices.IndexFunc(s.stored, isActive); i >= 0 {
		return access.Sight{Works: aws.ToString(s.stored[i].AccessKeyId)}, nil
	}
	return access.Sight{Gone: true}, nil
}

// isClosed tells whether a secret's policy is that of the reader with a unique id, and no other. The name in it may be
// another by now, or IAM may show an id in its place: whoever it is, everybody is denied whose id is not the reader's.
func isClosed(ctx context.Context, client Secrets, name, readerID string) (bool, error) {
	out, err := client.GetResourcePolicy(ctx, &secretsmanager.GetResourcePolicyInput{SecretId: aws.String(name)})
	if err != nil {
		return false, fmt.Errorf("read policy of secret %s: %w", name, err)
	}
	policy := aws.ToString(out.ResourcePolicy)
	return samePolicy(policy, policyFor(access.User{ARN: allowed(policy), ID: readerID})), nil
}

// allowed returns the one principal that a policy's statements allow something, or "".
func allowed(policy string) string {
	var said struct {
		Statement []struct {
			Effect    string
			Principal json.RawMessage
		}
	}
	if json.Unmarshal([]byte(policy), &said) != nil {
		return ""
	}
	for _, s := range said.Statement {
		var one struct{ AWS string }
		if s.Effect == "Allow" && json.Unmarshal(s.Principal, &one) == nil {
			return one.AWS
		}
	}
	return ""
}

// Closing puts the policy of a secret back that somebody has changed, so that its requester alone can read it.
type Closing struct{ Accounts Accounts }

// Do implements handlers.Remedy. Of a secret that is gone nobody reads anything.
func (c Closing) Do(ctx context.Context, a store.Alert) (handlers.Result, error) {
	if _, err := c.Accounts.in(a.Account); err != nil {
		return handlers.Result{}, err
	}
	client, name := c.Accounts[a.Account].Secrets, a.Effects[SecretName]
	has, err := look(ctx, client, name)
	if err != nil || has == nil || has.deleted {
		return handlers.Result{}, err
	}
	if closed, err := isClosed(ctx, client, name, a.Subject.UserID); err != nil || closed {
		return handlers.Result{}, err
	}
	reader, err := c.reader(ctx, a)
	if err != nil {
		return handlers.Result{}, err
	}
	return handlers.Result{Again: settling}, readableBy(ctx, client, name, reader)
}

// reader returns the user who alone is to read, under the present name. A user who is gone has no ARN.
func (c Closing) reader(ctx context.Context, a store.Alert) (access.User, error) {
	name, err := c.Accounts.userName(ctx, a.Account, a.Subject)
	if errors.Is(err, people.ErrNoUser) {
		return access.User{ID: a.Subject.UserID}, nil
	}
	if err != nil {
		return access.User{}, err
	}
	user, err := c.Accounts.User(ctx, a.Account, name)
	if err == nil && user.ID != a.Subject.UserID {
		return access.User{}, fmt.Errorf("read user %s: the name has passed on", name)
	}
	return user, err
}
