package fakeslack_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"sekisho/bot/fakeslack"
)

func TestTokensAndScopes(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		for _, c := range []struct{ bot, app, code string }{
			{"", appToken, "not_authed"},
			{"xoxb-wrong", appToken, "invalid_auth"},
			{appToken, appToken, "not_allowed_token_type"},
		} {
			_, err := w.client(c.bot, c.app).AuthTestContext(ctx)
			wantError(t, err, c.code)
		}
		for _, c := range []struct{ app, code string }{
			{"", "not_authed"}, {"xapp-wrong", "invalid_auth"}, {botToken, "not_allowed_token_type"},
		} {
			_, _, err := w.client(botToken, c.app).StartSocketModeContext(ctx)
			wantError(t, err, c.code)
		}
		me, err := w.api.AuthTestContext(ctx)
		if err != nil || me.UserID != "U0BOT" || me.TeamID != "T0HOME" {
			t.Errorf("auth.test: %+v, %v", me, err)
		}
		_, err = w.api.GetEmojiContext(ctx)
		wantError(t, err, "unknown_method")
	})
}

func TestMissingScope(t *testing.T) {
	ws := workspace()
	ws.Scopes = []string{"chat:write"}
	w := onSocket(t, ws)
	_, err := w.api.GetUserInfo("U1")
	wantError(t, err, "missing_scope")
	var refused slack.SlackErrorResponse
	if !errors.As(err, &refused) || refused.Needed != "users:read" || refused.Provided != "chat:write" {
		t.Errorf("refused with %+v", refused)
	}
	if _, err := w.Slash("U1", "C1", "/jit", ""); err == nil {
		t.Error("a command without the scope commands")
	}
}

func TestPostUpdateThread(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		_, ts, err := w.api.PostMessage("C1", slack.MsgOptionText("one", false),
			slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
		if err != nil {
			t.Fatal(err)
		}
		_, reply, err := w.api.PostMessage("C1", slack.MsgOptionText("two", false), slack.MsgOptionTS(ts))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := w.api.UpdateMessage("C1", ts, slack.MsgOptionText("three", false)); err != nil {
			t.Fatal(err)
		}
		want := []fakeslack.Message{{Channel: "C1", TS: ts, User: "U0BOT", Text: "three", Edited: 1}}
		if diff := cmp.Diff(want, w.Messages("C1")); diff != "" {
			t.Error(diff)
		}
		thread := w.Thread("C1", ts)
		if len(thread) != 1 || thread[0].TS != reply || !thread[0].UnfurlMedia {
			t.Errorf("thread %+v", thread)
		}
	})
}

func TestUpdateWithoutBlocksKeepsThem(t *testing.T) {
	w := onSocket(t, workspace())
	ts := w.post("C1", button())
	if _, _, _, err := w.api.UpdateMessage("C1", ts, slack.MsgOptionText("done", false)); err != nil {
		t.Fatal(err)
	}
	if m := w.Messages("C1")[0]; m.Blocks == nil || m.Text != "done" {
		t.Errorf("message %+v", m)
	}
}

func TestChatRefusals(t *testing.T) {
	w := onSocket(t, workspace())
	text := slack.MsgOptionText("hi", false)
	ts := w.post("C1", button())
	reply := must[string](t)(second(w.api.PostMessage("C1", text, slack.MsgOptionTS(ts))))
	theirs := must[string](t)(w.Say("U1", "C1", "mine"))
	post := func(channel string, options ...slack.MsgOption) error {
		_, _, err := w.api.PostMessage(channel, options...)
		return err
	}
	update := func(channel, ts string, options ...slack.MsgOption) error {
		_, _, _, err := w.api.UpdateMessage(channel, ts, options...)
		return err
	}
	ephemeral := func(channel, user string) error {
		_, err := w.api.PostEphemeral(channel, user, text)
		return err
	}
	long := func(n int) slack.MsgOption { return slack.MsgOptionText(strings.Repeat("あ", n), false) }
	for _, c := range []struct {
		err  error
		code string
	}{
		{post("C9", text), "channel_not_found"},
		{post("C2", text), "not_in_channel"},
		{post("C3", text), "is_archived"},
		{post("U3", text), "channel_not_found"},
		{post("C1"), "no_text"},
		{post("C1", long(40001)), "msg_too_long"},
		{post("C1", text, slack.MsgOptionTS("1.0")), "thread_not_found"},
		{post("C1", text, slack.MsgOptionTS(reply)), "cannot_reply_to_message"},
		{update("C9", ts, text), "channel_not_found"},
		{update("U1", ts, text), "channel_not_found"},
		{update("C1", "1.0", text), "message_not_found"},
		{update("C1", theirs, text), "cant_update_message"},
		{update("C1", ts, long(4001)), "msg_too_long"},
		{ephemeral("C1", "U3"), "user_not_in_channel"},
		{ephemeral("C2", "U1"), "not_in_channel"},
	} {
		wantError(t, c.err, c.code)
	}
	for _, err := range []error{post("C1", long(40000)), update("C1", ts, long(4000)), post("U1", text), ephemeral("C1", "U1")} {
		if err != nil {
			t.Error(err)
		}
	}
	if len(w.Messages(w.DM("U1"))) != 1 || len(w.Ephemerals("U1")) != 1 {
		t.Errorf("direct %v, ephemeral %v", w.Messages(w.DM("U1")), w.Ephemerals("U1"))
	}
}

func second(_, v string, err error) (string, error) { return v, err }

func TestPeople(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		u, err := w.api.GetUserInfo("U1")
		if err != nil || u.Locale != "ja-JP" || u.TZ != "Asia/Tokyo" || u.Profile.Email != "" || u.IsStranger {
			t.Errorf("user %+v, %v", u, err)
		}
		if u, _ := w.api.GetUserInfo("U4"); !u.IsRestricted || !u.IsUltraRestricted {
			t.Errorf("guest %+v", u)
		}
		if u, _ := w.api.GetUserInfo("U5"); !u.IsStranger || u.TeamID != "T0OTHER" {
			t.Errorf("stranger %+v", u)
		}
		_, err = w.api.GetUserInfo("U9")
		wantError(t, err, "user_not_found")

		w.SetGroup(fakeslack.UserGroup{ID: "S1", Handle: "leads", Members: []string{"U1", "U2"}})
		members, err := w.api.GetUserGroupMembers("S1")
		if diff := cmp.Diff([]string{"U1", "U2"}, members); diff != "" || err != nil {
			t.Error(diff, err)
		}
		_, err = w.api.GetUserGroupMembers("S9")
		wantError(t, err, "no_such_subteam")

		dm, _, already, err := w.api.OpenConversation(&slack.OpenConversationParameters{Users: []string{"U2"}})
		if err != nil || already || dm.ID != w.DM("U2") {
			t.Errorf("direct message %+v, %v", dm, err)
		}
		w.SetUser(fakeslack.User{ID: "U2", Deleted: true})
		_, _, _, err = w.api.OpenConversation(&slack.OpenConversationParameters{Users: []string{"U2"}})
		wantError(t, err, "user_disabled")
	})
}

func TestPostEvery(t *testing.T) {
	bubbleWith(t, func(ws *fakeslack.Workspace) { ws.PostEvery = time.Second }, func(t *testing.T, w *world) {
		post := func() error {
			_, _, err := w.api.PostMessage("C1", slack.MsgOptionText("x", false))
			return err
		}
		if err := post(); err != nil {
			t.Fatal(err)
		}
		var limited *slack.RateLimitedError
		if err := post(); !errors.As(err, &limited) || limited.RetryAfter != time.Second {
			t.Fatalf("too soon: %v", err)
		}
		time.Sleep(time.Second)
		if err := post(); err != nil {
			t.Error(err)
		}
	})
}

func TestPlainHTTP(t *testing.T) {
	w := onSocket(t, workspace())
	for _, c := range []struct{ kind, body, want string }{
		{"application/json", "{", "invalid_json"},
		{"text/xml", "<a/>", "invalid_post_type"},
		{"application/x-www-form-urlencoded", "token=xoxb-bot&channel=C1&text=x&blocks=oops", "invalid_blocks_format"},
		{"application/json", `{"token":"xoxb-bot","channel":"C1","text":"x"}`, "not_authed"},
	} {
		resp, err := http.Post(w.url+"chat.postMessage", c.kind, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		if got := readAll(t, resp); !strings.Contains(got, `"`+c.want+`"`) {
			t.Errorf("%s: %s", c.body, got)
		}
	}
}

func TestPermalink(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		_, ts, err := w.api.PostMessage("C1", slack.MsgOptionText("one", false))
		if err != nil {
			t.Fatal(err)
		}
		_, reply, err := w.api.PostMessage("C1", slack.MsgOptionText("two", false), slack.MsgOptionTS(ts))
		if err != nil {
			t.Fatal(err)
		}
		link := func(channel, ts string) (string, error) {
			return w.api.GetPermalink(&slack.PermalinkParameters{Channel: channel, Ts: ts})
		}
		digits := strings.ReplaceAll(ts, ".", "")
		if got, err := link("C1", ts); err != nil || !strings.HasSuffix(got, "/archives/C1/p"+digits) {
			t.Errorf("links to %q, %v", got, err)
		}
		if got, err := link("C1", reply); err != nil || !strings.HasSuffix(got, "?thread_ts="+ts+"&cid=C1") {
			t.Errorf("links to a reply by %q, %v", got, err)
		}
		_, err = link("C1", "1.000001")
		wantError(t, err, "message_not_found")
		_, err = link("C9", ts)
		wantError(t, err, "channel_not_found")
	})
}
