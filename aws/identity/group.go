package identity

import (
	"context"
	"errors"
	"fmt"
	"strconv"
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

// Plan implements handlers.Cloud: it reads whether the user is a member already.
func (c Group) Plan(ctx context.Context, g store.Grant) (map[string]string, error) {
	if err := c.Accounts.mustBe(ctx, g); err != nil {
		return nil, err
	}
	member, err := c.member(ctx, g)
	if err != nil {
		return nil, err
	}
	return map[string]string{WasMember: strconv.FormatBool(member)}, nil
}

// Step implements handlers.Cloud.
func (c Group) Step(ctx context.Context, g store.Grant) (handlers.Result, error) {
	if g.State == store.Approved {
		return c.add(ctx, g)
	}
	return c.remove(ctx, g)
}

// Check implements handlers.Cloud. A membership that was there before is as it should be.
func (c Group) Check(ctx context.Context, g store.Grant) (bool, error) {
	if g.Effects[WasMember] == "true" {
		return true, nil
	}
	same, err := c.Accounts.is(ctx, g)
	if err != nil || !same {
		return !same, err
	}
	member, err := c.member(ctx, g)
	return member == (g.State == store.Active), err
}

func (c Group) add(ctx context.Context, g store.Grant) (handlers.Result, error) {
	if err := c.Accounts.mustBe(ctx, g); err != nil {
		return handlers.Result{}, err
	}
	client, err := c.Accounts.in(g.Account)
	if err != nil {
		return handlers.Result{}, err
	}
	_, err = client.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: aws.String(g.Subject.User), GroupName: aws.String(g.Target)})
	var full *types.LimitExceededException
	switch {
	case missing(err):
		return handlers.Result{}, &handlers.Refused{Code: "NoSuchEntity"}
	case errors.As(err, &full): // a user is in at most ten groups
		return handlers.Result{}, &handlers.Refused{Code: full.ErrorCode()}
	case err != nil:
		return handlers.Result{}, fmt.Errorf("add %s to group %s: %w", g.Subject.User, g.Target, err)
	}
	return c.readBack(ctx, g, true)
}

// remove takes the user out, unless the membership was there before. A user or group that is gone needs nothing.
func (c Group) remove(ctx context.Context, g store.Grant) (handlers.Result, error) {
	if g.Effects[WasMember] == "true" {
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

func (c Group) member(ctx context.Context, g store.Grant) (bool, error) {
	client, err := c.Accounts.in(g.Account)
	if err != nil {
		return false, err
	}
	pages := iam.NewListGroupsForUserPaginator(client, &iam.ListGroupsForUserInput{UserName: aws.String(g.Subject.User)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if missing(err) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("list groups of %s: %w", g.Subject.User, err)
		}
		for _, group := range page.Groups {
			if aws.ToString(group.GroupName) == g.Target {
				return true, nil
			}
		}
	}
	return false, nil
}
