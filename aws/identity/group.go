package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"sekisho/handlers"
	"sekisho/store"
)

// KindGroup is membership of an IAM group.
const KindGroup = "iam-group"

// WasMember is the fact that Plan commits: "true" for a membership that is not ours to remove.
const WasMember = "was_member"

// settling is when a change that cannot be seen yet is looked at again.
const settling = time.Second

// Group gives membership of an IAM group.
type Group struct{ Accounts Accounts }

var _ handlers.Cloud = Group{}

// Plan implements handlers.Cloud: it reads whether the user is a member already. What may be left of the grant before is
// no membership of his own.
func (c Group) Plan(ctx context.Context, g store.Grant, prev *store.Grant) (map[string]string, error) {
	if err := c.Accounts.mustBe(ctx, g); err != nil {
		return nil, err
	}
	member, err := c.member(ctx, g)
	if err != nil {
		return nil, err
	}
	if prev != nil && prev.Effects[WasMember] == "false" {
		member = false
	}
	return map[string]string{WasMember: strconv.FormatBool(member)}, nil
}

// Step implements handlers.Cloud. What was there before is neither given nor taken: if it has gone meanwhile, giving it
// would be for ever.
func (c Group) Step(ctx context.Context, g store.Grant) (handlers.Result, error) {
	was, err := wasMember(g)
	if err != nil {
		return handlers.Result{}, err
	}
	switch g.State {
	case store.Approved:
		return c.give(ctx, g, was)
	case store.Ending:
		return c.take(ctx, g, was)
	}
	return handlers.Result{}, fmt.Errorf("step %s while %s: %w", g.ID, g.State, store.ErrState)
}

// Check implements handlers.Cloud. A membership that was there before is as it should be. A user who is gone has no
// access, nor is another one of the same name our concern.
func (c Group) Check(ctx context.Context, g store.Grant) (bool, error) {
	was, err := wasMember(g)
	if err != nil || was {
		return was, err
	}
	member, err := c.Accounts.is(ctx, g)
	if member {
		member, err = c.member(ctx, g)
	}
	return err == nil && member == (g.State == store.Active), err
}

func (c Group) give(ctx context.Context, g store.Grant, was bool) (handlers.Result, error) {
	if err := c.Accounts.mustBe(ctx, g); err != nil {
		return handlers.Result{}, err
	}
	if !was {
		if err := c.add(ctx, g); err != nil {
			return handlers.Result{}, err
		}
	}
	return c.readBack(ctx, g, true)
}

func (c Group) add(ctx context.Context, g store.Grant) error {
	client, err := c.Accounts.in(g.Account)
	if err != nil {
		return err
	}
	_, err = client.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: aws.String(g.Subject.User), GroupName: aws.String(g.Target)})
	var full *types.LimitExceededException
	switch {
	case missing(err):
		return &handlers.Refused{Code: "NoSuchEntity"}
	case errors.As(err, &full): // a user is in at most ten groups
		return &handlers.Refused{Code: full.ErrorCode()}
	case err != nil:
		return fmt.Errorf("add %s to group %s: %w", g.Subject.User, g.Target, err)
	}
	return nil
}

// take removes the user, unless the membership was there before. A user or group that is gone needs nothing.
func (c Group) take(ctx context.Context, g store.Grant, was bool) (handlers.Result, error) {
	if was {
		return handlers.Result{}, nil
	}
	if same, err := c.Accounts.is(ctx, g); err != nil || !same {
		return handlers.Result{}, err
	}
	client, err := c.Accounts.in(g.Account)
	if err != nil {
		return handlers.Result{}, err
	}
	_, err = client.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{UserName: aws.String(g.Subject.User), GroupName: aws.String(g.Target)})
	if err != nil && !missing(err) {
		return handlers.Result{}, fmt.Errorf("remove %s from group %s: %w", g.Subject.User, g.Target, err)
	}
	return c.readBack(ctx, g, false)
}

// readBack says done once IAM shows what was done.
func (c Group) readBack(ctx context.Context, g store.Grant, want bool) (handlers.Result, error) {
	member, err := c.member(ctx, g)
	if err != nil || member == want {
		return handlers.Result{}, err
	}
	return handlers.Result{Again: settling}, nil
}

// member tells whether the user is in the group. Names are compared as IAM does, which does not tell them apart by case.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-names
func (c Group) member(ctx context.Context, g store.Grant) (bool, error) {
	client, err := c.Accounts.in(g.Account)
	if err != nil {
		return false, err
	}
	groups, err := groupsOf(ctx, client, g.Subject.User)
	return slices.ContainsFunc(groups, func(name string) bool { return strings.EqualFold(name, g.Target) }), err
}

// wasMember reads what Plan saw. Without it nothing may be written: a membership given before its plan is committed
// would look to that plan as if it had always been there, and never be taken back.
func wasMember(g store.Grant) (bool, error) {
	was, err := strconv.ParseBool(g.Effects[WasMember])
	if err != nil {
		return false, fmt.Errorf("read %s of grant %s: %w", WasMember, g.ID, err)
	}
	return was, nil
}
