package demo

import (
	"time"

	"sekisho/bot/fakeslack"
)

// People and places of the made-up workspace.
const (
	yamada    = "U0YAMADA" // signs in, and is an approver as well
	sato      = "U0SATO"   // approves
	miller    = "U0MILLER" // approves, from another zone
	suzuki    = "U0SUZUKI" // of the security team
	mori      = "U0MORI"   // signs in, and has a Japanese Slack whatever the language of the demo
	ito       = "U0ITO"    // signs in to another account, where two must approve
	itoAdmin  = "U0ITOADM" // the same person with another Slack account
	park      = "U0PARK"   // a guest
	tanaka    = "U0TANAKA" // has left, and still has an IAM user
	botUser   = "U0BOT"
	approvals = "C0APPROVALS"
	security  = "C0SECURITY"
	botToken  = "xoxb-demo"
	appToken  = "xapp-demo"
)

// workspace is the Slack of every demo: the story is played in it, and a person acts in it by hand.
func workspace(now func() time.Time) fakeslack.Workspace {
	return fakeslack.Workspace{
		BotToken: botToken, AppToken: appToken, BotUser: botUser, Now: now,
		Scopes: []string{"chat:write", "commands", "users:read", "users:read.email", "im:write", "usergroups:read", "channels:read", "groups:read"},
		Users: []fakeslack.User{
			{ID: yamada, Name: "t.yamada", RealName: "山田 太郎 / Taro Yamada", Locale: "ja-JP", TZ: "Asia/Tokyo", Email: "t.yamada@example.com"},
			{ID: sato, Name: "h.sato", RealName: "佐藤 花 / Hana Sato", Locale: "en-US", TZ: "Asia/Tokyo", Email: "h.sato@example.com"},
			{ID: miller, Name: "c.miller", RealName: "Chris Miller", Locale: "en-US", TZ: "America/New_York", Email: "c.miller@example.com"},
			{ID: suzuki, Name: "m.suzuki", RealName: "鈴木 実 / Minoru Suzuki", Locale: "en-US", TZ: "Asia/Tokyo", Email: "m.suzuki@example.com"},
			{ID: mori, Name: "a.mori", RealName: "森 葵 / Aoi Mori", Locale: "ja-JP", TZ: "Asia/Tokyo", Email: "a.mori@example.com"},
			{ID: ito, Name: "k.ito", RealName: "伊藤 健 / Ken Ito", Locale: "en-US", TZ: "Asia/Tokyo", Email: "k.ito@example.com"},
			{ID: itoAdmin, Name: "k.ito-admin", RealName: "伊藤 健 (管理用) / Ken Ito (admin)", Locale: "en-US", TZ: "Asia/Tokyo", Email: "k.ito+admin@example.com"},
			{ID: park, Name: "e.park", RealName: "Eun Park", Locale: "en-US", TZ: "Asia/Seoul", Email: "e.park@partner.example", Restricted: true},
			{ID: tanaka, Name: "k.tanaka", RealName: "田中 海 / Kai Tanaka", Locale: "ja-JP", TZ: "Asia/Tokyo", Email: "k.tanaka@example.com", Deleted: true},
		},
		Channels: []fakeslack.Channel{
			{ID: approvals, Name: "aws-approvals", Members: []string{yamada, sato, miller, suzuki, mori, ito, itoAdmin, park, botUser}},
			{ID: security, Name: "aws-security", Members: []string{sato, suzuki, botUser}},
		},
		Groups: []fakeslack.UserGroup{ // the guest is an approver by mistake: the bot is to see it
			{ID: "S0LEADS", Handle: "leads", Members: []string{yamada, sato, miller, ito, itoAdmin, park}},
			{ID: "S0SECURITY", Handle: "security", Members: []string{suzuki}},
		},
	}
}
