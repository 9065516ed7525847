package identity

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"sekisho/handlers"
	"sekisho/store"
)

// Members implements handlers.Roster: everybody who is in the group, whoever put them there.
func (c Group) Members(ctx context.Context, account, target string) ([]store.Subject, error) {
	client, err := c.Accounts.in(account)
	if err != nil {
		return nil, err
	}
	var out []store.Subject
	pages := iam.NewGetGroupPaginator(client, &iam.GetGroupInput{GroupName: aws.String(target)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list members of group %s: %w", target, err)
		}
		for _, u := range page.Users {
			out = append(out, store.Subject{User: aws.ToString(u.UserName), UserID: aws.ToString(u.UserId)})
		}
	}
	return out, nil
}

// Member removes a member of a group that no grant explains.
type Member struct{ Group Group }

// Do implements handlers.Remedy. A user who is another one by now is left alone.
func (m Member) Do(ctx context.Context, a store.Alert) (handlers.Result, error) {
	grant := store.Grant{Account: a.Account, Subject: a.Subject, Target: a.Target}
	if same, err := m.Group.Accounts.is(ctx, grant); err != nil || !same {
		return handlers.Result{Facts: map[string]string{UserIs: "gone"}}, err
	}
	return m.Group.take(ctx, grant, false)
}
