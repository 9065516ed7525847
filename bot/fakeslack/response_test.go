package fakeslack_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"sekisho/bot/fakeslack"
)

func TestResponseURL(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		w.connect(ackAll)
		ts := w.post("C1", button())
		press := fakeslack.Press{User: "U1", Channel: "C1", TS: ts, Action: "go"}
		url := callbackOf(t, must[fakeslack.Delivery](t)(w.Click(press))).ResponseURL
		respond := func(options ...slack.MsgOption) {
			t.Helper()
			options = append(options, slack.MsgOptionText("late", false))
			if _, _, err := w.api.PostMessage("C1", options...); err != nil {
				t.Fatal(err)
			}
		}
		respond(slack.MsgOptionResponseURL(url, slack.ResponseTypeEphemeral))
		respond(slack.MsgOptionResponseURL(url, slack.ResponseTypeInChannel))
		respond(slack.MsgOptionReplaceOriginal(url))
		respond(slack.MsgOptionDeleteOriginal(url))
		messages := w.Messages("C1")
		if len(w.Ephemerals("U1")) != 1 || len(messages) != 2 || !messages[0].Deleted || messages[0].Text != "late" {
			t.Errorf("messages %+v", messages)
		}
		if _, err := w.Click(press); err == nil {
			t.Error("a deleted message can be pressed")
		}
		respond(slack.MsgOptionResponseURL(url, slack.ResponseTypeEphemeral))
		if got := w.respondRaw(url, `{"text":"sixth"}`); !strings.Contains(got, "used_url") {
			t.Errorf("the sixth time: %s", got)
		}
	})
}

func (w *world) respondRaw(url, body string) string {
	w.t.Helper()
	return readAll(w.t, must[*http.Response](w.t)(w.http.Post(url, "application/json", strings.NewReader(body))))
}

func TestResponseURLExpires(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.connect(ackAll)
		ts := w.post("C1", button())
		press := fakeslack.Press{User: "U1", Channel: "C1", TS: ts, Action: "go"}
		url := callbackOf(t, must[fakeslack.Delivery](t)(w.Click(press))).ResponseURL
		if got := w.respondRaw(url, `{"text":""}`); !strings.Contains(got, "no_text") {
			t.Errorf("nothing said: %s", got)
		}
		time.Sleep(30*time.Minute - time.Millisecond)
		if got := w.respondRaw(url, `{"text":"x"}`); got != "ok" {
			t.Errorf("just in time: %s", got)
		}
		time.Sleep(time.Millisecond)
		if got := w.respondRaw(url, `{"text":"x"}`); !strings.Contains(got, "expired_url") {
			t.Errorf("too late: %s", got)
		}
		if got := w.respondRaw(strings.TrimRight(url, "0123456789"), "{}"); !strings.Contains(got, "no_such_url") {
			t.Errorf("no such URL: %s", got)
		}
	})
}

// An ephemeral message can be pressed by the one who sees it, and replaced only by response URL.
func TestEphemeral(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.connect(ackAll)
		ts, err := w.api.PostEphemeral("C1", "U1", slack.MsgOptionText("x", false),
			slack.MsgOptionBlocks(slack.NewActionBlock("row", button())))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Click(fakeslack.Press{User: "U2", Channel: "C1", TS: ts, Action: "go"}); err == nil {
			t.Error("somebody else pressed it")
		}
		cb := callbackOf(t, must[fakeslack.Delivery](t)(w.Click(fakeslack.Press{User: "U1", Channel: "C1", TS: ts, Action: "go"})))
		if !cb.Container.IsEphemeral || cb.Message.Timestamp != "" {
			t.Errorf("callback %+v", cb)
		}
		_, _, _, err = w.api.UpdateMessage("C1", ts, slack.MsgOptionText("y", false))
		wantError(t, err, "message_not_found")
		if got := w.respondRaw(cb.ResponseURL, `{"text":"y","blocks":[],"replace_original":true}`); got != "ok" {
			t.Error(got)
		}
		if m := w.Ephemerals("U1")[0]; m.Text != "y" || m.Blocks != nil || m.Edited != 1 {
			t.Errorf("message %+v", m)
		}
	})
}

func TestSlashAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		answer             any
		ephemeral, channel int
		problem            string
	}{
		"nothing":    {nil, 0, 0, ""},
		"text":       {map[string]string{"text": "hi"}, 1, 0, ""},
		"in channel": {map[string]string{"text": "hi", "response_type": "in_channel"}, 0, 1, ""},
		"bad blocks": {map[string]any{"blocks": []any{press()}}, 0, 0, "invalid_command_response"},
		"a string":   {"hi", 0, 0, "invalid_command_response"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				w.connect(func(e socketmode.Event, ack func(any)) {
					cmd := e.Data.(slack.SlashCommand)
					if cmd.Command != "/jit" || cmd.Text != "list" || cmd.UserID != "U5" || cmd.TeamID != "T0OTHER" || cmd.ChannelID != "C1" {
						t.Errorf("command %+v", cmd)
					}
					ack(c.answer)
				})
				d := must[fakeslack.Delivery](t)(w.Slash("U5", "C1", "/jit", "list"))
				if d.Problem != c.problem {
					t.Errorf("problem %q", d.Problem)
				}
				if len(w.Ephemerals("U5")) != c.ephemeral || len(w.Messages("C1")) != c.channel {
					t.Errorf("%d ephemeral, %d in channel", len(w.Ephemerals("U5")), len(w.Messages("C1")))
				}
				if c.answer != nil && !json.Valid(d.Response) {
					t.Errorf("response %s", d.Response)
				}
			})
		})
	}
}
