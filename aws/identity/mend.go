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
	"sekisho/store"
)

// Mender takes away what an audit has found stale of an IAM user, and gives back what can be: a key that was deactivated. A
// console password that was deleted cannot be restored.
type Mender struct{ Accounts Accounts }

var _ handlers.Mender = Mender{}

// Look implements handlers.Mender. All of it is of now; the audit's credential report may be four hours old.
func (m Mender) Look(ctx context.Context, account, user string) (handlers.Credentials, error) {
	out := handlers.Credentials{User: user}
	client, err := m.Accounts.in(account)
	if err != nil {
		return out, err
	}
	u, err := client.GetUser(ctx, &iam.GetUserInput{UserName: aws.String(user)})
	if missing(err) {
		err = handlers.ErrNoUser
	}
	if err != nil {
		return out, fmt.Errorf("get user %s: %w", user, err)
	}
	out.ID, out.Made, out.SignedIn = aws.ToString(u.User.UserId), aws.ToTime(u.User.CreateDate).UTC(), aws.ToTime(u.User.PasswordLastUsed).UTC()
	profile, err := client.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: aws.String(user)})
	switch {
	case err == nil:
		out.Password, out.PasswordSet = true, aws.ToTime(profile.LoginProfile.CreateDate).UTC()
	case !missing(err):
		return out, fmt.Errorf("read console password of %s: %w", user, err)
	}
	devices, err := client.ListMFADevices(ctx, &iam.ListMFADevicesInput{UserName: aws.String(user)})
	if err != nil {
		return out, fmt.Errorf("list MFA devices of %s: %w", user, err)
	}
	out.MFA = len(devices.MFADevices) > 0
	out.Keys, err = usedKeys(ctx, client, user)
	return out, err
}

// usedKeys are a user's keys, each with its last use.
func usedKeys(ctx context.Context, client IAM, user string) ([]handlers.Key, error) {
	keys, err := keysOf(ctx, client, user)
	if err != nil {
		return nil, err
	}
	out := named(nil, keys)
	for i, k := range out {
		used, err := client.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: aws.String(k.ID)})
		switch {
		case missing(err): // deleted since, or not known everywhere yet
		case err != nil:
			return nil, fmt.Errorf("read last use of key %s: %w", k.ID, err)
		case used.AccessKeyLastUsed != nil:
			out[i].Used = aws.ToTime(used.AccessKeyLastUsed.LastUsedDate).UTC()
		}
	}
	return out, nil
}

// Mend implements handlers.Mender: done is said when IAM shows neither the password nor one of the keys active. A user who
// is another one by now is let be.
func (m Mender) Mend(ctx context.Context, a store.Alert, keys []string) (handlers.Result, error) {
	client, gone, err := m.client(ctx, a)
	if err != nil || gone {
		return handlers.Result{Facts: map[string]string{UserIs: "gone"}}, err
	}
	facts := map[string]string{}
	if a.Effects[store.FactPassword] != "" {
		facts[store.FactPassword] = a.Effects[store.FactPassword]
		if err := deletePassword(ctx, client, a.Subject.User); err != nil {
			return handlers.Result{}, err
		}
		if there, err := hasPassword(ctx, client, a.Subject.User); err != nil || there {
			return handlers.Result{Again: settling}, err
		}
	}
	some, settled, err := m.turn(ctx, client, a.Subject.User, keys, types.StatusTypeInactive)
	if err != nil || !settled {
		return handlers.Result{Again: settling}, err
	}
	if len(some) > 0 {
		facts[store.FactKeys] = strings.Join(some, ",")
	}
	return handlers.Result{Facts: facts}, nil
}

// Undo implements handlers.Mender.
func (m Mender) Undo(ctx context.Context, a store.Alert, keys []string) (handlers.Result, error) {
	client, gone, err := m.client(ctx, a)
	if err != nil || gone {
		return handlers.Result{Facts: map[string]string{UserIs: "gone"}}, err
	}
	some, settled, err := m.turn(ctx, client, a.Subject.User, keys, types.StatusTypeActive)
	if err != nil || !settled {
		return handlers.Result{Again: settling}, err
	}
	return handlers.Result{Facts: map[string]string{store.FactKeys: strings.Join(some, ",")}}, nil
}

// client reaches a row's account, and tells whether its user is no more, or another one.
func (m Mender) client(ctx context.Context, a store.Alert) (IAM, bool, error) {
	client, err := m.Accounts.in(a.Account)
	if err != nil {
		return nil, false, err
	}
	user, err := m.Accounts.User(ctx, a.Account, a.Subject.User)
	if errors.Is(err, handlers.ErrNoUser) {
		return client, true, nil
	}
	return client, err == nil && a.Effects[store.FactUser] != "" && user.ID != a.Effects[store.FactUser], err
}

// turn switches keys on or off, and returns those that there are, and whether IAM shows all of them so.
func (m Mender) turn(ctx context.Context, client IAM, user string, ids []string, to types.StatusType) (some []string, settled bool, err error) {
	keys, err := keysOf(ctx, client, user)
	if err != nil {
		return nil, false, err
	}
	settled = true
	for _, k := range keys {
		id := aws.ToString(k.AccessKeyId)
		if !slices.Contains(ids, id) {
			continue
		}
		if some = append(some, id); k.Status == to {
			continue
		}
		settled = false // until it is read back
		if err := turnKey(ctx, client, user, id, to); err != nil {
			return nil, false, err
		}
	}
	return some, settled, nil
}
