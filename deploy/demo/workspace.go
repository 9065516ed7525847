package demo

import (
	"time"

	"sekisho/bot/fakeslack"
)

// People and places of the made-up workspace.
const (
	yamada    = "U0YAMADA" // signs in, and is an approver as well
	sato      = "U0SATO"   // approves
	suzuki    = "U0SUZUKI" // of the security team
	approvals = "C0APPROVALS"
	security  = "C0SECURITY"
	botToken  = "xoxb-demo"
	appToken  = "xapp-demo"
)

// workspace is the Slack of every demo: the story is played in it, and a person acts in it by hand.
func workspace(now func() time.Time) fakeslack.Workspace {
	return fakeslack.Workspace{
		BotToken: botToken, AppToken: appToken, Now: now,
		Scopes: []string{"chat:write", "commands", "users:read", "users:read.email", "im:write", "usergroups:read"},
		Users: []fakeslack.User{
			{ID: yamada, Name: "t.yamada", RealName: "山田 太郎 / Taro Yamada", Locale: "ja-JP", TZ: "Asia/Tokyo", Email: "t.yamada@example.com"},
			{ID: sato, Name: "h.sato", RealName: "佐藤 花 / Hana Sato", Locale: "en-US", TZ: "Asia/Tokyo", Email: "h.sato@example.com"},
			{ID: suzuki, Name: "m.suzuki", RealName: "鈴木 実 / Minoru Suzuki", Locale: "en-US", TZ: "Asia/Tokyo", Email: "m.suzuki@example.com"},
		},
		Channels: []fakeslack.Channel{
			{ID: approvals, Name: "aws-approvals", Members: []string{yamada, sato, suzuki, "U0BOT"}},
			{ID: security, Name: "aws-security", Members: []string{sato, suzuki, "U0BOT"}},
		},
		Groups: []fakeslack.UserGroup{
			{ID: "S0LEADS", Handle: "leads", Members: []string{yamada, sato}},
			{ID: "S0SECURITY", Handle: "security", Members: []string{suzuki}},
		},
	}
}
