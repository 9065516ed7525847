package fakeslack

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	maxPage    = 1000    // "an integer less than 1000"
	cursorMark = "user:" // what a cursor looks like is Slack's own business
)

// botID names the app's bot, a thing apart from its user.
func (s *Server) botID() string { return "B" + s.ws.AppID }

// https://docs.slack.dev/reference/methods/auth.test
func (s *Server) authTest(Call) (object, *refusal) {
	return object{
		"url":     s.origin + "/",
		"team":    "Fake workspace",
		"team_id": s.ws.TeamID,
		"user":    s.users[s.ws.BotUser].Name,
		"user_id": s.ws.BotUser,
		"bot_id":  s.botID(),
	}, nil
}

// https://docs.slack.dev/reference/methods/users.info
func (s *Server) userInfo(c Call) (object, *refusal) {
	u, ok := s.users[c.Args["user"]]
	if !ok {
		return nil, refuse("user_not_found")
	}
	user := s.wireUser(u)
	if isTrue(c.Args["include_locale"]) {
		user["locale"] = u.Locale
	}
	return object{"user": user}, nil
}

// lookupByEmail finds no deactivated user. Of strangers Slack says nothing; the fake finds them, so an app that takes
// whom it is given for a member of the workspace is found out.
// https://docs.slack.dev/reference/methods/users.lookupByEmail
func (s *Server) lookupByEmail(c Call) (object, *refusal) {
	for _, id := range slices.Sorted(maps.Keys(s.users)) {
		u := s.users[id]
		if u.Email != "" && !u.Deleted && strings.EqualFold(u.Email, c.Args["email"]) {
			return object{"user": s.wireUser(u)}, nil
		}
	}
	return nil, refuse("users_not_found")
}

// wireUser is a user as answers carry it.
// https://docs.slack.dev/reference/objects/user-object
func (s *Server) wireUser(u User) object {
	profile := object{"real_name": u.RealName, "display_name": u.Name, "team": u.TeamID}
	if u.Email != "" && s.hasScope("users:read.email") {
		profile["email"] = u.Email
	}
	return object{
		"id":                  u.ID,
		"team_id":             u.TeamID,
		"name":                u.Name,
		"real_name":           u.RealName,
		"deleted":             u.Deleted,
		"tz":                  u.TZ,
		"profile":             profile,
		"is_bot":              u.Bot,
		"is_restricted":       u.Restricted || u.UltraRestricted,
		"is_ultra_restricted": u.UltraRestricted,
		"is_app_user":         u.ID == s.ws.BotUser,
		"is_stranger":         u.TeamID != s.ws.TeamID,
	}
}

// listUsers has a page of the workspace's own users, also of those who have left. Slack refuses to list a large workspace without a
// limit; the fake any.
// https://docs.slack.dev/reference/methods/users.list
func (s *Server) listUsers(c Call) (object, *refusal) {
	limit, err := strconv.Atoi(c.Args["limit"])
	switch {
	case err != nil || limit <= 0:
		return nil, refuse("limit_required")
	case limit >= maxPage:
		return nil, refuse("invalid_limit")
	}
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(s.users)) {
		if s.users[id].TeamID == s.ws.TeamID {
			ids = append(ids, id)
		}
	}
	from, ok := 0, true
	if cursor := c.Args["cursor"]; cursor != "" {
		if from, ok = slices.BinarySearch(ids, strings.TrimPrefix(cursor, cursorMark)); !ok || !strings.HasPrefix(cursor, cursorMark) {
			return nil, refuse("invalid_cursor")
		}
	}
	members, next := []object{}, ""
	for _, id := range ids[from:] {
		if len(members) == limit {
			next = cursorMark + id
			break
		}
		user := s.wireUser(s.users[id])
		if isTrue(c.Args["include_locale"]) {
			user["locale"] = s.users[id].Locale
		}
		members = append(members, user)
	}
	return object{"members": members, "response_metadata": object{"next_cursor": next}}, nil
}

// listGroups has no disabled user groups, nor who is in one, unless it is asked for them.
// https://docs.slack.dev/reference/methods/usergroups.list
func (s *Server) listGroups(c Call) (object, *refusal) {
	groups := []object{}
	for _, id := range slices.Sorted(maps.Keys(s.groups)) {
		g := s.groups[id]
		if g.Disabled && !isTrue(c.Args["include_disabled"]) {
			continue
		}
		group := object{"id": g.ID, "team_id": s.ws.TeamID, "is_usergroup": true, "name": g.Handle, "handle": g.Handle, "date_delete": 0}
		if g.Disabled {
			group["date_delete"] = s.ws.Now().Unix()
		}
		if isTrue(c.Args["include_count"]) {
			group["user_count"] = len(g.Members)
		}
		if isTrue(c.Args["include_users"]) {
			group["users"] = append([]string{}, g.Members...)
		}
		groups = append(groups, group)
	}
	return object{"usergroups": groups}, nil
}

// limited tells how long a method is not to be called any more; the call counts unless it is turned away.
func (s *Server) limited(method string) time.Duration {
	most, ok := s.ws.PerMinute[method]
	if !ok {
		return 0
	}
	now := time.Now()
	recent := slices.DeleteFunc(s.recent[method], func(at time.Time) bool { return now.Sub(at) >= time.Minute })
	if s.recent[method] = recent; len(recent) >= most {
		return time.Minute - now.Sub(recent[0])
	}
	s.recent[method] = append(recent, now)
	return 0
}

// https://docs.slack.dev/reference/methods/usergroups.users.list
func (s *Server) listGroup(c Call) (object, *refusal) {
	g, ok := s.groups[c.Args["usergroup"]]
	if !ok || g.Disabled && !isTrue(c.Args["include_disabled"]) {
		return nil, refuse("no_such_subteam")
	}
	return object{"users": slices.Clone(g.Members)}, nil
}

// isTrue reads a flag among arguments.
func isTrue(arg string) bool { return arg == "true" || arg == "1" }

// conversationInfo shows a channel, and whether the app is in it.
// https://docs.slack.dev/reference/methods/conversations.info
func (s *Server) conversationInfo(c Call) (object, *refusal) {
	ch, ok := s.channels[c.Args["channel"]]
	if !ok {
		return nil, refuse("channel_not_found")
	}
	return object{"channel": object{"id": ch.ID, "name": ch.Name, "is_channel": true, "is_archived": ch.Archived,
		"is_member": slices.Contains(ch.Members, s.ws.BotUser)}}, nil
}

// openConversation opens the direct message with one person.
// https://docs.slack.dev/reference/methods/conversations.open
func (s *Server) openConversation(c Call) (object, *refusal) {
	if c.Args["users"] == "" {
		return nil, refuse("users_list_not_supplied")
	}
	u, ok := s.users[c.Args["users"]]
	switch {
	case !ok:
		return nil, refuse("user_not_found")
	case u.Bot:
		return nil, refuse("cannot_dm_bot")
	case u.Deleted:
		return nil, refuse("user_disabled")
	}
	_, known := s.channels[dmID(u.ID)]
	d := s.dm(u.ID)
	return object{
		"channel":      object{"id": d.ID, "is_im": true, "user": u.ID},
		"already_open": known,
		"no_op":        known,
	}, nil
}

// DM is the id of the app's direct message with the user, whether or not it is open yet.
func (s *Server) DM(user string) string { return dmID(user) }

func dmID(user string) string { return "D" + user }

// dm opens the direct message with a user that exists.
func (s *Server) dm(user string) *channel {
	id := dmID(user)
	if s.channels[id] == nil {
		s.channels[id] = &channel{
			Channel: Channel{ID: id, Name: "directmessage", Members: []string{user, s.ws.BotUser}},
		}
	}
	return s.channels[id]
}
