package identity

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"sekisho/handlers"
	"sekisho/handlers/audit"
	"sekisho/handlers/people"
	"sekisho/store"
)

// Mender takes away what an audit has found stale of an IAM user, and gives back what can be: a key that was deactivated. A
// console password that was deleted cannot be restored.
type Mender struct{ Accounts Accounts }

var _ audit.Mender = Mender{}

// Look implements handlers.Mender. All of it is of now; the audit's credential report may be four hours old. The user has the
// name under which the row knows them.
func (m Mender) Look(ctx context.Context, account string, who store.Subject) (audit.Credentials, error) {
	out := audit.Credentials{User: who.User}
	client, err := m.Accounts.in(account)
	if err != nil {
		return out, err
	}
	user := who.User
	u, err := client.GetUser(ctx, &iam.GetUserInput{UserName: aws.String(user)})
	if id := who.UserID; id != "" && (missing(err) || err == nil && aws.ToString(u.User.UserId) != id) {
		if user, err = m.Accounts.userName(ctx, account, who); err != nil {
			return out, err
		}
		u, err = client.GetUser(ctx, &iam.GetUserInput{UserName: aws.String(user)})
	}
	if missing(err) {
		err = people.ErrNoUser
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
	if out.Keys, err = usedKeys(ctx, client, user); err != nil {
		return out, err
	}
	return out, m.Accounts.mustStay(ctx, account, store.Subject{User: user, UserID: out.ID})
}

// usedKeys are a user's keys, each with its last use.
func usedKeys(ctx context.Context, client IAM, user string) ([]audit.Key, error) {
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

// Mend implements handlers.Mender: done is said when IAM shows neither the password nor one of the keys active. The user is the
// one who was looked at, whatever the name is now.
func (m Mender) Mend(ctx context.Context, a store.Alert, keys []string) (handlers.Result, error) {
	client, who, err := m.user(ctx, a)
	if err != nil || who.User == "" {
		return gone(err)
	}
	facts := map[string]string{}
	if a.Effects[store.FactPassword] != "" {
		facts[store.FactPassword] = a.Effects[store.FactPassword]
		if err := deletePassword(ctx, client, who.User); err != nil {
			return handlers.Result{}, err
		}
		if there, err := hasPassword(ctx, client, who.User); err != nil || there {
			return handlers.Result{Again: settling}, err
		}
	}
	some, settled, err := m.turn(ctx, client, who.User, keys, types.StatusTypeInactive)
	if err != nil || !settled {
		return handlers.Result{Again: settling}, err
	}
	if len(some) > 0 {
		facts[store.FactKeys] = strings.Join(some, ",")
	}
	return handlers.Result{Facts: facts}, m.Accounts.mustStay(ctx, a.Account, who)
}

// Undo implements handlers.Mender.
func (m Mender) Undo(ctx context.Context, a store.Alert, keys []string) (handlers.Result, error) {
	client, who, err := m.user(ctx, a)
	if err != nil || who.User == "" {
		return gone(err)
	}
	some, settled, err := m.turn(ctx, client, who.User, keys, types.StatusTypeActive)
	if err != nil || !settled {
		return handlers.Result{Again: settling}, err
	}
	return handlers.Result{Facts: map[string]string{store.FactKeys: strings.Join(some, ",")}}, m.Accounts.mustStay(ctx, a.Account, who)
}

// gone is the result for a user who is no more, unless that is not known.
func gone(err error) (handlers.Result, error) {
	return handlers.Result{Facts: map[string]string{UserIs: "gone"}}, err
}

// user reaches a row's account, and returns the user whom the plan or the audit has looked at, under the present name: "" if
// there is no such user. A row of an older build that is undone knows the name alone.
func (m Mender) user(ctx context.Context, a store.Alert) (IAM, store.Subject, error) {
	client, err := m.Accounts.in(a.Account)
	if err != nil {
		return nil, store.Subject{}, err
	}
	who := store.Subject{User: a.Subject.User, UserID: cmp.Or(a.Effects[store.FactUser], a.Subject.UserID)}
	if who.UserID == "" {
		user, err := m.Accounts.User(ctx, a.Account, who.User)
		if errors.Is(err, people.ErrNoUser) {
			return client, store.Subject{}, nil
		}
		who.UserID = user.ID
		return client, who, err
	}
	who.User, err = m.Accounts.userName(ctx, a.Account, who)
	if errors.Is(err, people.ErrNoUser) {
		return client, store.Subject{}, nil
	}
	return client, who, err
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
