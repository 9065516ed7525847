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
	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// KindGroup is membership of an IAM group.
const KindGroup = "iam-group"

// Facts that Plan commits.
const (
	WasMember = store.FactHeld  // "true" for a membership that is not ours to remove
	GroupID   = store.FactGroup // the group's unique id, which a rename keeps
)

// settling is when a change that cannot be seen yet is looked at again.
const settling = time.Second

// Group gives membership of an IAM group.
type Group struct{ Accounts Accounts }

var _ access.Cloud = Group{}

// Plan implements handlers.Cloud: it reads which group the name means, and whether the user is a member already. What may
// be left of the grant before, in the same group, is no membership of his own.
func (c Group) Plan(ctx context.Context, g store.Grant, prev *store.Grant) (map[string]string, error) {
	if err := c.Accounts.mustBe(ctx, g); err != nil {
		return nil, err
	}
	client, err := c.Accounts.in(g.Account)
	if err != nil {
		return nil, err
	}
	id, err := groupID(ctx, client, g.Target)
	if missing(err) {
		return nil, &handlers.Refused{Code: "NoSuchEntity"}
	}
	if err != nil {
		return nil, err
	}
	groups, err := groupsOf(ctx, client, g.Subject.User)
	if missing(err) { // renamed or deleted since the look a moment ago
		return nil, &handlers.Refused{Code: policy.UserGone}
	}
	if err != nil {
		return nil, err
	}
	_, member := nameIn(groups, id)
	if prev != nil && prev.Effects[WasMember] == "false" && (prev.Effects[GroupID] == "" || prev.Effects[GroupID] == id) {
		member = false
	}
	return map[string]string{WasMember: strconv.FormatBool(member), GroupID: id}, nil
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

// Check implements handlers.Cloud. A membership that was there before is as it should be. Another user or another group
// of the same name is not our concern.
func (c Group) Check(ctx context.Context, g store.Grant) (bool, error) {
	was, err := wasMember(g)
	if err != nil || was {
		return was, err
	}
	m, err := c.look(ctx, g)
	return err == nil && m.is == (g.State == store.Active), err
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
	return c.readBack(ctx, g, g.Subject.User, true)
}

// add makes the user a member of the group that was planned: the name may be another group's by now. The SDK does not try
// again by itself, as both names have to be looked at before each try.
func (c Group) add(ctx context.Context, g store.Grant) error {
	client, err := c.Accounts.in(g.Account)
	if err != nil {
		return err
	}
	id, err := groupID(ctx, client, g.Target)
	if planned := g.Effects[GroupID]; err == nil && planned != "" && id != planned {
		return &handlers.Refused{Code: access.GroupChanged}
	}
	if err == nil {
		in := &iam.AddUserToGroupInput{UserName: aws.String(g.Subject.User), GroupName: aws.String(g.Target)}
		_, err = client.AddUserToGroup(ctx, in, once)
	}
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

// take removes the user from the group, under the names that both have now, unless the membership was there before. What
// IAM does not show is removed as well, as an addition may be too young to be shown.
func (c Group) take(ctx context.Context, g store.Grant, was bool) (handlers.Result, error) {
	if was {
		return handlers.Result{}, nil
	}
	m, err := c.look(ctx, g)
	if err == nil && m.user != "" && m.group == "" {
		m.group, err = c.groupNow(ctx, g)
	}
	if err != nil || m.user == "" || m.group == "" {
		return handlers.Result{}, err
	}
	client, err := c.Accounts.in(g.Account)
	if err != nil {
		return handlers.Result{}, err
	}
	_, err = client.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{UserName: aws.String(m.user), GroupName: aws.String(m.group)})
	if err != nil && !missing(err) { // a name that means nobody says nothing: it is read back
		return handlers.Result{}, fmt.Errorf("remove %s from group %s: %w", m.user, m.group, err)
	}
	return c.readBack(ctx, g, m.user, false)
}

// readBack says done once IAM shows what was done to the user who had a name a moment ago.
func (c Group) readBack(ctx context.Context, g store.Grant, user string, want bool) (handlers.Result, error) {
	m, err := c.lookAs(ctx, g, user)
	if err != nil || m.is == want {
		return handlers.Result{}, err
	}
	return handlers.Result{Again: settling}, nil
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
