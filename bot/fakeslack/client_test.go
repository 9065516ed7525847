package fakeslack_test

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"sekisho/bot/fakeslack"
)

const (
	botToken = "xoxb-bot"
	appToken = "xapp-app"
)

func workspace() fakeslack.Workspace {
	return fakeslack.Workspace{
		BotToken: botToken,
		AppToken: appToken,
		Users: []fakeslack.User{
			{ID: "U1", Name: "t.yamada", RealName: "山田 太郎", Locale: "ja-JP", TZ: "Asia/Tokyo", Email: "yamada@example.com"},
			{ID: "U2", Name: "kim", RealName: "Kim"},
			{ID: "U3", Name: "gone", Deleted: true},
			{ID: "U4", Name: "guest", UltraRestricted: true},
			{ID: "U5", Name: "partner", TeamID: "T0OTHER"},
		},
		Channels: []fakeslack.Channel{
			{ID: "C1", Name: "access", Members: []string{"U0BOT", "U1", "U2", "U4", "U5"}},
			{ID: "C2", Name: "elsewhere", Members: []string{"U1"}},
			{ID: "C3", Name: "old", Members: []string{"U0BOT", "U1"}, Archived: true},
		},
		Groups: []fakeslack.UserGroup{{ID: "S1", Handle: "leads", Members: []string{"U2"}}},
	}
}

// world is a Server with slack-go, unmodified, as its client.
type world struct {
	*fakeslack.Server
	t      *testing.T
	api    *slack.Client
	url    string
	http   *http.Client
	dialer *websocket.Dialer
}

// everywhere runs a test in memory, inside a synctest bubble, and on a real socket.
func everywhere(t *testing.T, test func(*testing.T, *world)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { test(t, inMemory(t, workspace())) })
	})
	t.Run("socket", func(t *testing.T) { test(t, onSocket(t, workspace())) })
}

// bubble runs a test in memory, in a bubble, where three seconds cost nothing.
func bubble(t *testing.T, test func(*testing.T, *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, inMemory(t, workspace())) })
}

func inMemory(t *testing.T, ws fakeslack.Workspace) *world {
	s := fakeslack.New(ws)
	t.Cleanup(s.Close)
	m := s.Memory()
	w := &world{Server: s, t: t, url: m.URL, http: m.HTTP, dialer: m.Dialer}
	w.api = w.client(botToken, appToken)
	return w
}

func onSocket(t *testing.T, ws fakeslack.Workspace) *world {
	s := fakeslack.New(ws)
	host := httptest.NewServer(s)
	t.Cleanup(host.Close)
	t.Cleanup(s.Close)
	w := &world{Server: s, t: t, url: host.URL + "/api/", http: host.Client(), dialer: websocket.DefaultDialer}
	w.api = w.client(botToken, appToken)
	return w
}

func (w *world) client(bot, app string) *slack.Client {
	return slack.New(bot, slack.OptionAppLevelToken(app), slack.OptionAPIURL(w.url), slack.OptionHTTPClient(w.http))
}

// handler answers an event; ack may be called once, with nil or a payload.
type handler func(e socketmode.Event, ack func(payload any))

func ackAll(_ socketmode.Event, ack func(any)) { ack(nil) }

// connect runs a Socket Mode client and waits until it is connected. What it returns hangs up.
func (w *world) connect(handle handler) (hangUp func()) {
	w.t.Helper()
	smc := socketmode.New(w.api, socketmode.OptionDialer(w.dialer), socketmode.OptionLog(log.New(io.Discard, "", 0)))
	before := w.Sockets()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = smc.RunContext(ctx) })
	running.Go(func() {
		for {
			select {
			case e := <-smc.Events:
				if e.Request != nil && e.Request.EnvelopeID != "" {
					handle(e, func(payload any) {
						if err := smc.AckCtx(ctx, e.Request.EnvelopeID, payload); err != nil {
							w.t.Errorf("ack: %v", err)
						}
					})
				}
			case <-ctx.Done():
				return
			}
		}
	})
	hangUp = sync.OnceFunc(func() { cancel(); running.Wait() })
	w.t.Cleanup(hangUp)
	w.await(func() bool { return w.Sockets() > before })
	return hangUp
}

func (w *world) await(ok func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := w.Wait(ctx, ok); err != nil {
		w.t.Fatal(err)
	}
}

// post posts a message with one button, "go", and returns its timestamp.
func (w *world) post(channel string, button *slack.ButtonBlockElement) string {
	w.t.Helper()
	_, ts, err := w.api.PostMessage(channel, slack.MsgOptionText("hello", false),
		slack.MsgOptionBlocks(slack.NewActionBlock("row", button)))
	if err != nil {
		w.t.Fatal(err)
	}
	return ts
}

func button() *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement("go", "id=1", plain("Approve")).WithStyle(slack.StylePrimary)
}

func plain(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, text, false, false)
}

func mrkdwn(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, text, false, false)
}

func callbackOf(t *testing.T, d fakeslack.Delivery) slack.InteractionCallback {
	t.Helper()
	var cb slack.InteractionCallback
	if err := json.Unmarshal(d.Payload, &cb); err != nil {
		t.Fatal(err)
	}
	return cb
}

func wantError(t *testing.T, err error, code string) {
	t.Helper()
	if err == nil || err.Error() != code {
		t.Fatalf("error %v, want %s", err, code)
	}
}

func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
