package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/store"
)

// Facts of what [Credentials] has left behind.
const (
	UserIs       = "user"          // "gone" if no user has the unique id
	InactiveKeys = "inactive_keys" // ids, joined by commas
)

// Credentials shuts an IAM user out whose sign-in was somebody else's: the console password is deleted and every access
// key deactivated. Beside an offboarding it is the one place where something that was there before is taken away, and
// both are done because a person of the security group wants it. Keys are not deleted: what they were used for can
// still be looked up, and a mistake be undone.
//
// A session that is signed in already goes on: nothing of IAM ends it but a policy
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html is for roles). The grant that it
// came with is ended by itself.
type Credentials struct{ Accounts Accounts }

// Do implements handlers.Remedy: done is said when IAM shows no password and no active key. The user is the one who was
// reported, whatever the name is now.
func (c Credentials) Do(ctx context.Context, a store.Alert) (handlers.Result, error) {
	name, err := c.Accounts.userName(ctx, a.Account, a.Subject)
	if errors.Is(err, people.ErrNoUser) {
		return handlers.Result{Facts: map[string]string{UserIs: "gone"}}, nil
	}
	if err != nil {
		return handlers.Result{}, err
	}
	client, err := c.Accounts.in(a.Account)
	if err != nil {
		return handlers.Result{}, err
	}
	if err := deletePassword(ctx, client, name); err != nil {
		return handlers.Result{}, err
	}
	keys, err := keysOf(ctx, client, name)
	if err != nil {
		return handlers.Result{}, err
	}
	for _, key := range keys {
		if key.Status == types.StatusTypeInactive {
			continue
		}
		if err := turnKey(ctx, client, name, aws.ToString(key.AccessKeyId), types.StatusTypeInactive); err != nil {
			return handlers.Result{}, err
		}
	}
	return c.readBack(ctx, client, a.Account, store.Subject{User: name, UserID: a.Subject.UserID})
}

func (c Credentials) readBack(ctx context.Context, client IAM, account string, s store.Subject) (handlers.Result, error) {
	password, err := hasPassword(ctx, client, s.User)
	if err != nil {
		return handlers.Result{}, err
	}
	keys, err := keysOf(ctx, client, s.User)
	if err != nil {
		return handlers.Result{}, err
	}
	if err := c.Accounts.mustStay(ctx, account, s); err != nil {
		return handlers.Result{}, err
	}
	active := func(k types.AccessKeyMetadata) bool { return k.Status != types.StatusTypeInactive }
	if password || slices.ContainsFunc(keys, active) {
		return handlers.Result{Again: settling}, nil
	}
	var ids []string
	for _, k := range keys {
		ids = append(ids, aws.ToString(k.AccessKeyId))
	}
	return handlers.Result{Facts: map[string]string{InactiveKeys: strings.Join(ids, ",")}}, nil
}

// deletePassword deletes a user's console password. One that is gone needs nothing.
func deletePassword(ctx context.Context, client IAM, user string) error {
	_, err := client.DeleteLoginProfile(ctx, &iam.DeleteLoginProfileInput{UserName: aws.String(user)})
	if err != nil && !missing(err) {
		return fmt.Errorf("delete console password of %s: %w", user, err)
	}
	return nil
}

func hasPassword(ctx context.Context, client IAM, user string) (bool, error) {
	_, err := client.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: aws.String(user)})
	if err != nil && !missing(err) {
		return false, fmt.Errorf("read console password of %s: %w", user, err)
	}
	return err == nil, nil
}

func keysOf(ctx context.Context, client IAM, user string) ([]types.AccessKeyMetadata, error) {
	var out []types.AccessKeyMetadata
	pages := iam.NewListAccessKeysPaginator(client, &iam.ListAccessKeysInput{UserName: aws.String(user)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if missing(err) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("list keys of %s: %w", user, err)
		}
		out = append(out, page.AccessKeyMetadata...)
	}
	return out, nil
}
