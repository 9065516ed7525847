package fakeslack

import (
	"slices"
	"time"
)

// Workspace is what a Server starts from. Only the tokens and the people of a story are needed;
// the zero value of every other field has a default, given beside it.
type Workspace struct {
	TeamID   string // "T0HOME"
	AppID    string // "A0APP"
	BotUser  string // the app's own user, "U0BOT"; added to Users when it is not there
	BotToken string // "xoxb-..."
	AppToken string // "xapp-..."

	// Scopes of BotToken. By default chat:write, commands, users:read, im:write, usergroups:read, channels:read, groups:read.
	// AppToken always has connections:write.
	Scopes []string

	Users    []User
	Channels []Channel
	Groups   []UserGroup

	// PostEvery is the least time between two posts in one channel; a quicker one is answered
	// with 429. Slack documents about one a second, with short bursts allowed. 0 is no limit.
	// https://docs.slack.dev/apis/web-api/rate-limits
	PostEvery time.Duration

	// PerMinute is how many calls of a method are answered in a minute; more are answered with 429,
	// until the minute is over. Slack documents tiers, and that they are not exact. None is no limit.
	PerMinute map[string]int

	// Now is the clock of timestamps, time.Now by default. It must not call the Server.
	Now func() time.Time
}

// User is an account as users.info describes it.
// https://docs.slack.dev/reference/objects/user-object
type User struct {
	ID       string
	Name     string // the handle, "t.yamada"
	RealName string
	Locale   string // "ja-JP"; "en-US" by default
	TZ       string // "Asia/Tokyo"; "UTC" by default
	Email    string // answered only to the scope users:read.email

	Bot             bool
	Restricted      bool // multi-channel guest
	UltraRestricted bool // single-channel guest
	Deleted         bool

	// TeamID is the workspace's own by default. Another one makes the user a stranger, seen
	// through a channel shared by Slack Connect.
	TeamID string
}

// Channel is a conversation of many. Direct messages are made by conversations.open.
type Channel struct {
	ID       string
	Name     string   // without the #
	Members  []string // user ids; the bot posts only where its own is among them
	Archived bool

	// Restricted is a preference of the workspace that keeps the app from posting here. What it
	// has posted can still be changed.
	Restricted bool
}

// UserGroup is a user group, a "subteam" in Slack's payloads.
type UserGroup struct {
	ID      string
	Handle  string // without the @
	Members []string

	Disabled bool // as by usergroups.disable: as good as deleted to who does not ask for such
}

func (w Workspace) withDefaults() Workspace {
	setDefault(&w.TeamID, "T0HOME")
	setDefault(&w.AppID, "A0APP")
	setDefault(&w.BotUser, "U0BOT")
	if w.Scopes == nil {
		w.Scopes = []string{"chat:write", "commands", "users:read", "im:write", "usergroups:read", "channels:read", "groups:read"}
	}
	if w.Now == nil {
		w.Now = time.Now
	}
	isBot := func(u User) bool { return u.ID == w.BotUser }
	if !slices.ContainsFunc(w.Users, isBot) {
		bot := User{ID: w.BotUser, Name: "sekisho", RealName: "Sekisho", Bot: true}
		w.Users = append(slices.Clone(w.Users), bot)
	}
	return w
}

func (u User) withDefaults(team string) User {
	setDefault(&u.Locale, "en-US")
	setDefault(&u.TZ, "UTC")
	setDefault(&u.TeamID, team)
	return u
}

func setDefault(s *string, value string) {
	if *s == "" {
		*s = value
	}
}
