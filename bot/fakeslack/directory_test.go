package fakeslack_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"sekisho/bot/fakeslack"
)

func TestLookupByEmail(t *testing.T) {
	withEmail := func(ws *fakeslack.Workspace) {
		ws.Scopes = []string{"users:read.email"}
		ws.Users = append(ws.Users,
			fakeslack.User{ID: "U6", Name: "left", Email: "left@example.com", Deleted: true},
			fakeslack.User{ID: "U7", Name: "visitor", Email: "visitor@example.net", TeamID: "T0OTHER"})
	}
	bubbleWith(t, withEmail, func(t *testing.T, w *world) {
		u, err := w.api.GetUserByEmail("Yamada@Example.com")
		if err != nil || u.ID != "U1" || u.Profile.Email != "yamada@example.com" {
			t.Errorf("got %+v, %v", u, err)
		}
		for _, email := range []string{"nobody@example.com", "left@example.com", ""} {
			_, err := w.api.GetUserByEmail(email)
			wantError(t, err, "users_not_found")
		}
		if u, err := w.api.GetUserByEmail("visitor@example.net"); err != nil || u.TeamID != "T0OTHER" {
			t.Errorf("stranger: %+v, %v", u, err)
		}
	})
	bubble(t, func(t *testing.T, w *world) {
		_, err := w.api.GetUserByEmail("yamada@example.com")
		wantError(t, err, "missing_scope")
	})
}

// The list of users comes in pages, and only with a limit; that of the user groups leaves out those that are disabled, and who is in them
// unless it is asked for.
func TestLists(t *testing.T) {
	many := func(ws *fakeslack.Workspace) {
		for i := range 450 {
			ws.Users = append(ws.Users, fakeslack.User{ID: fmt.Sprint("U9", i), Deleted: i == 0})
		}
		ws.Users = append(ws.Users, fakeslack.User{ID: "U9VISITOR", TeamID: "T0OTHER"})
		ws.Groups = []fakeslack.UserGroup{{ID: "S1", Handle: "leads", Members: []string{"U1", "U2"}}, {ID: "S2", Disabled: true, Members: []string{"U1"}}}
		ws.PerMinute = map[string]int{"usergroups.list": 3}
	}
	bubbleWith(t, many, func(t *testing.T, w *world) {
		pages, seen := 0, map[string]bool{}
		for page := w.api.GetUsersPaginated(slack.GetUsersOptionLimit(200)); ; {
			next, err := page.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			page = next
			pages++
			for _, u := range page.Users {
				if seen[u.ID] || u.Deleted != (u.ID == "U90" || u.ID == "U3") {
					t.Errorf("page %d has %s, deleted %t, seen %t", pages, u.ID, u.Deleted, seen[u.ID])
				}
				seen[u.ID] = true
			}
			if page.Cursor == "" {
				break
			}
		}
		if pages != 3 || seen["U9VISITOR"] || !seen["U9449"] {
			t.Errorf("%d pages with %d users", pages, len(seen))
		}
		for want, options := range map[string][]slack.GetUsersOption{"limit_required": {slack.GetUsersOptionLimit(0)}, "invalid_limit": {slack.GetUsersOptionLimit(1000)},
			"invalid_cursor": {slack.GetUsersOptionCursor("U1")}} {
			_, err := w.api.GetUsersPaginated(options...).Next(t.Context())
			wantError(t, err, want)
		}
		for _, c := range []struct {
			options []slack.GetUserGroupsOption
			want    []string
			users   int
		}{
			{nil, []string{"S1"}, 0},
			{[]slack.GetUserGroupsOption{slack.GetUserGroupsOptionIncludeUsers(true)}, []string{"S1"}, 2},
			{[]slack.GetUserGroupsOption{slack.GetUserGroupsOptionIncludeDisabled(true), slack.GetUserGroupsOptionIncludeUsers(true)}, []string{"S1", "S2"}, 2},
		} {
			groups, err := w.api.GetUserGroups(c.options...)
			var ids []string
			for _, g := range groups {
				ids = append(ids, g.ID)
			}
			if err != nil || !slices.Equal(ids, c.want) || len(groups[0].Users) != c.users {
				t.Errorf("%+v, %v, want %v", groups, err, c.want)
			}
		}
		var limited *slack.RateLimitedError
		if _, err := w.api.GetUserGroups(); !errors.As(err, &limited) || limited.RetryAfter != time.Minute {
			t.Errorf("once too often: %v", err)
		}
		time.Sleep(time.Minute)
		if _, err := w.api.GetUserGroups(); err != nil {
			t.Errorf("a minute later: %v", err)
		}
	})
}
