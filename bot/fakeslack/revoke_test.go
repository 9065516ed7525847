package fakeslack_test

import (
	"context"
	"io"
	"log"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"sekisho/bot/fakeslack"
)

func TestRevoked(t *testing.T) {
	for _, code := range []string{"token_revoked", "account_inactive"} {
		t.Run(code, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				ts := w.post("C1", button())
				client := socketmode.New(w.api, socketmode.OptionDialer(w.dialer), socketmode.OptionLog(log.New(io.Discard, "", 0)))
				ended := make(chan error, 1)
				go func() { ended <- client.RunContext(context.Background()) }()
				w.await(func() bool { return w.Sockets() == 1 })
				_, link, err := w.api.StartSocketModeContext(t.Context())
				if err != nil {
					t.Fatal(err)
				}

				w.Revoke(code)
				if err := <-ended; err == nil || err.Error() != code {
					t.Errorf("the socket's client ended with %v", err)
				}
				_, err = w.api.AuthTest()
				wantError(t, err, code)
				_, _, err = w.api.PostMessage("C1", slack.MsgOptionText("x", false))
				wantError(t, err, code)
				_, err = w.client("xoxb-wrong", appToken).AuthTest()
				wantError(t, err, "invalid_auth")
				if _, resp, err := w.dialer.Dial(link, nil); err == nil || resp.StatusCode != 404 {
					t.Errorf("the old link still connects: %v", err)
				}
				d, err := w.Click(fakeslack.Press{User: "U1", Channel: "C1", TS: ts, Action: "go"})
				if err != nil || d.Problem != "dispatch_failed" {
					t.Errorf("a press: %+v, %v", d, err)
				}

				w.Revoke("")
				w.connect(ackAll)
			})
		})
	}
}

// A socket hears why it is cut, and is cut a second later.
func TestRevokedSocketIsTold(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		_, link, err := w.api.StartSocketModeContext(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		conn := w.dial(link)
		readType(t, conn)
		w.Revoke("token_revoked")
		begin := time.Now()
		var frame struct{ Type, Reason string }
		if err := conn.ReadJSON(&frame); err != nil || frame.Type != "disconnect" || frame.Reason != "link_disabled" {
			t.Errorf("got %+v, %v", frame, err)
		}
		if _, _, err := conn.ReadMessage(); err == nil || time.Since(begin) != time.Second {
			t.Errorf("cut after %s: %v", time.Since(begin), err)
		}
		synctest.Wait()
	})
}

func TestRestrictedChannel(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ts := w.post("C1", button())
		closed := fakeslack.Channel{ID: "C1", Name: "access", Members: []string{"U0BOT", "U1"}, Restricted: true}
		w.SetChannel(closed)
		_, _, err := w.api.PostMessage("C1", slack.MsgOptionText("x", false))
		wantError(t, err, "restricted_action")
		_, err = w.api.PostEphemeral("C1", "U1", slack.MsgOptionText("x", false))
		wantError(t, err, "restricted_action")
		if _, _, _, err := w.api.UpdateMessage("C1", ts, slack.MsgOptionText("changed", false)); err != nil {
			t.Errorf("update: %v", err)
		}
		closed.Restricted = false
		w.SetChannel(closed)
		w.post("C1", button())
		if n := len(w.Messages("C1")); n != 2 {
			t.Errorf("%d messages", n)
		}
		w.SetChannel(fakeslack.Channel{ID: "C9", Name: "new", Members: []string{"U0BOT"}})
		w.post("C9", button())
	})
}
