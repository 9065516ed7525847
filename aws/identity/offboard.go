package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"sekisho/handlers/offboarding"
	"sekisho/handlers/people"
	"sekisho/store"
)

var _ offboarding.Closer = Accounts{}

// Holds implements offboarding.Closer: what a user has now, whoever gave it.
func (a Accounts) Holds(ctx context.Context, account, name string) (offboarding.Holds, error) {
	user, err := a.User(ctx, account, name)
	if err != nil {
		return offboarding.Holds{}, err
	}
	client, err := a.in(account)
	if err != nil {
		return offboarding.Holds{}, err
	}
	out := offboarding.Holds{UserID: user.ID}
	groups, err := groupsOf(ctx, client, name)
	if missing(err) {
		err = fmt.Errorf("list groups of %s: %w", name, people.ErrNoUser)
	}
	if err != nil {
		return out, err
	}
	for _, g := range groups {
		out.Groups = append(out.Groups, offboarding.Group{Name: aws.ToString(g.GroupName), ID: aws.ToString(g.GroupId)})
	}
	keys, err := keysOf(ctx, client, name)
	if err != nil {
		return out, err
	}
	for _, k := range keys {
		out.Keys = append(out.Keys, offboarding.Key{ID: aws.ToString(k.AccessKeyId), Active: k.Status == types.StatusTypeActive})
	}
	if out.Password, err = hasPassword(ctx, client, name); err != nil {
		return out, err
	}
	out.Policies, err = policiesOf(ctx, client, name)
	if missing(err) {
		err = fmt.Errorf("list policies of %s: %w", name, people.ErrNoUser)
	}
	return out, err
}

// UserName implements offboarding.Closer.
func (a Accounts) UserName(ctx context.Context, account string, known store.Subject) (string, error) {
	return a.userName(ctx, account, known)
}

// errNotEnded says that there is a kind of holding which IAM cannot end, or this program not.
var errNotEnded = errors.New("this program does not know how to end it")

// End implements offboarding.Closer. A key is deactivated and not deleted: what it was used for can still be looked up, and a
// mistake be undone. What is gone already needs nothing.
func (a Accounts) End(ctx context.Context, h store.Holding) error {
	client, err := a.in(h.Account)
	if err != nil {
		return err
	}
	switch h.Kind {
	case store.HeldGroup:
		_, err = client.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{UserName: aws.String(h.User), GroupName: aws.String(h.Name)})
	case store.HeldKey:
		err = turnKey(ctx, client, h.User, h.Name, types.StatusTypeInactive)
	case store.HeldPassword:
		err = deletePassword(ctx, client, h.User)
	default:
		err = errNotEnded
	}
	if err != nil && !missing(err) {
		return fmt.Errorf("end %s %s of %s: %w", h.Kind, h.Name, h.User, err)
	}
	return nil
}
