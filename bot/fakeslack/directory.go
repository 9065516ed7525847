package fakeslack

import (
	"maps"
	"slices"
	"strings"
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
