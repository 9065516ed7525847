package fakeslack_test

import (
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sekisho/bot/fakeslack"
)

// TestBolt has Slack's own library hold the fake to the protocol: an unmodified Bolt app (testdata/bolt) in Socket Mode.
// It needs node and npm and takes half a minute, so it runs where SEKISHO_JUDGES=1 or CI=true is set. SEKISHO_BOLT names
// a folder with the packages of testdata/bolt/package-lock.json already installed; without it they are installed anew.
func TestBolt(t *testing.T) {
	if os.Getenv("SEKISHO_JUDGES") != "1" && !inCI() {
		t.Skip("NOT RUN: Slack's own library (Bolt) against the fake; set SEKISHO_JUDGES=1, with node and npm on the PATH")
	}
	ws := workspace()
	ws.Scopes = []string{"chat:write", "commands", "users:read", "users:read.email"}
	w := onSocket(t, ws)
	ended := startBolt(t, w, boltApp(t))

	for _, c := range []struct {
		name string
		run  func(*testing.T, *world)
	}{
		{"ack text", boltAck},
		{"press", boltPress},
		{"response URL", boltResponseURL},
		{"people", boltPeople},
		{"form", boltForm},
		{"home", boltHome},
		{"refusal", boltRefusal},
		{"rate limit", boltRateLimit},
		{"disconnect", boltReconnect},
	} {
		t.Run(c.name, func(t *testing.T) {
			inner := *w
			inner.t = t
			c.run(t, &inner)
		})
	}

	w.Revoke("account_inactive") // of token_revoked Bolt knows nothing, and asks again and again
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Error("Bolt runs on without an account")
	}
}

// slash types a command of U1's and fails unless Bolt acknowledges it.
func (w *world) slash(command, text string) {
	w.t.Helper()
	d, err := w.Slash("U1", "C1", command, text)
	w.acked(d, err)
}

func (w *world) acked(d fakeslack.Delivery, err error) {
	w.t.Helper()
	if err != nil || !d.Acked || d.Problem != "" {
		w.t.Fatalf("not acknowledged: %+v, %v", d, err)
	}
}

// whispered waits until U1 alone has been told the text.
func (w *world) whispered(text string) {
	w.t.Helper()
	w.await(func() bool { return contains(w.Ephemerals("U1"), text) })
}

func contains(messages []fakeslack.Message, text string) bool {
	for _, m := range messages {
		if strings.Contains(m.Text, text) {
			return true
		}
	}
	return false
}

// card has Bolt post a message with buttons.
func (w *world) card() fakeslack.Message {
	w.t.Helper()
	before := len(w.Messages("C1"))
	w.slash("/card", "")
	w.await(func() bool { return len(w.Messages("C1")) > before })
	return w.Messages("C1")[before]
}

func boltAck(_ *testing.T, w *world) {
	w.slash("/echo", "request a < b")
	w.whispered("You typed request a < b in #access.")
}

func boltPress(t *testing.T, w *world) {
	card := w.card()
	w.acked(w.Click(fakeslack.Press{User: "U1", Channel: "C1", TS: card.TS, Action: "approve"}))
	w.await(func() bool { return contains(w.Thread("C1", card.TS), "In the thread.") })
	changed := w.Messages("C1")
	card = changed[len(changed)-1]
	if card.Text != "Approved by t.yamada" || card.Edited != 1 || !strings.Contains(w.Render(card), "@山田 太郎 with id=1") {
		t.Errorf("card %+v", card)
	}
}

func boltResponseURL(_ *testing.T, w *world) {
	w.acked(w.Click(fakeslack.Press{User: "U1", Channel: "C1", TS: w.card().TS, Action: "reply"}))
	w.whispered("Only for you.")
}

func boltPeople(_ *testing.T, w *world) {
	w.slash("/whoami", "")
	w.whispered("山田 太郎, ja-JP, Asia/Tokyo, true")
}

func boltForm(t *testing.T, w *world) {
	w.slash("/form", "")
	w.await(func() bool { _, open := w.Modal("U1"); return open })
	form, _ := w.Modal("U1")
	w.acked(w.Suggest("U1", form.ID, "target", "ops"))

	w.acked(w.Submit("U1", form.ID, map[string]string{"ticket": "7", "target": "ops"}))
	if form, open := w.Modal("U1"); !open || form.Errors["ticket"] != "A ticket begins with OPS-." {
		t.Fatalf("after a wrong ticket: open %t, errors %v", open, form.Errors)
	}
	w.acked(w.Submit("U1", form.ID, map[string]string{"ticket": "OPS-7"}))
	if form, open := w.Modal("U1"); open {
		t.Fatalf("still open, with errors %v", form.Errors)
	}
	w.await(func() bool { return contains(w.Messages("C1"), "U1 asks for ops: OPS-7") })
}

func boltHome(t *testing.T, w *world) {
	w.acked(w.OpenHome("U1"))
	w.await(func() bool { _, drawn := w.Home("U1"); return drawn })
	home, _ := w.Home("U1")
	if text := w.RenderView(home); !strings.Contains(text, "Home of @山田 太郎") {
		t.Errorf("home:\n%s", text)
	}
}

func boltRefusal(_ *testing.T, w *world) {
	w.slash("/refused", "")
	w.whispered("slack_webapi_platform_error: channel_not_found for t.yamada")
}

// A post that came too soon is made again by Bolt itself, when the answer says.
func boltRateLimit(t *testing.T, w *world) {
	var limited atomic.Bool
	w.Fault(func(c fakeslack.Call) *fakeslack.Failure {
		if c.Method != "chat.postMessage" || limited.Swap(true) {
			return nil
		}
		return &fakeslack.Failure{RetryAfter: time.Second}
	})
	defer w.Fault(nil)
	begin := time.Now()
	w.card()
	if took := time.Since(begin); !limited.Load() || took < time.Second {
		t.Errorf("posted after %s", took)
	}
}

// Bolt waits five seconds before it connects anew.
func boltReconnect(t *testing.T, w *world) {
	for _, reason := range []string{"warning", ""} {
		if !w.Disconnect(reason) {
			t.Fatalf("%q: there was no socket", reason)
		}
		w.await(func() bool { return w.Sockets() == 1 })
		w.slash("/echo", "after "+reason)
		w.whispered("You typed after " + reason)
	}
}
