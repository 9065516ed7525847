package bot

import (
	"context"
	"fmt"

	"github.com/slack-go/slack"

	"sekisho/handlers/people"
)

// lately is a directory that goes by whole lists. One call answers for all user groups, and a few pages for all users, where one call
// each would be more than Slack takes: twenty groups a minute, and a hundred users. What a list does not have is asked about by itself.
type lately struct{ *People }

// Lately implements handlers.Directory.
func (p *People) Lately() people.Directory { return lately{p} }

// Members implements handlers.Directory.
func (l lately) Members(ctx context.Context, group string) ([]string, error) {
	groups, err := l.allGroups.read(ctx, l.Now())
	if members, ok := groups[group]; err == nil && ok {
		return members, nil
	}
	return l.People.Members(ctx, group)
}

// Account implements handlers.Directory.
func (l lately) Account(ctx context.Context, user string) (people.Account, error) {
	users, err := l.allUsers.read(ctx, l.Now())
	if account, ok := users[user]; err == nil && ok {
		return account, nil
	}
	return l.People.Account(ctx, user)
}

// loadGroups reads the members of all user groups that are not disabled, in one call.
func (p *People) loadGroups(ctx context.Context) (map[string][]string, error) {
	var groups []slack.UserGroup
	err := p.listGroups.inTurn(ctx, func() (err error) {
		groups, err = p.API.GetUserGroupsContext(ctx, slack.GetUserGroupsOptionIncludeUsers(true))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list user groups: %w", err)
	}
	out := map[string][]string{}
	for _, g := range groups {
		out[g.ID] = g.Users
	}
	return out, nil
}

// loadUsers reads all users, one page after the other.
func (p *People) loadUsers(ctx context.Context) (map[string]people.Account, error) {
	home, err := p.home(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]people.Account{}
	page := p.API.GetUsersPaginated(slack.GetUsersOptionLimit(pageLength), slack.GetUsersOptionIncludeLocale(false))
	for {
		err := p.listUsers.inTurn(ctx, func() error {
			next, err := page.Next(ctx)
			if err == nil {
				page = next
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("list users: %w", err)
		}
		for i := range page.Users {
			out[page.Users[i].ID] = accountOf(&page.Users[i], home)
		}
		if page.Cursor == "" {
			return out, nil
		}
	}
}
