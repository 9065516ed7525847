package fakeslack_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"sekisho/bot/fakeslack"
)

// elements are one of each that SLACK.md's forms may need, with a value that a person can send, what becomes of it, and
// values that the client does not send.
var elements = []struct {
	element, good, state string
	bad                  []string
}{
	{`{"type":"number_input","is_decimal_allowed":false,"min_value":"1","max_value":"12"}`, "4", `{"type":"number_input","value":"4"}`,
		[]string{"0", "13", "1.5", "1e0", "four", " 4", "0x4"}},
	{`{"type":"number_input","is_decimal_allowed":true}`, "-1.5", `{"type":"number_input","value":"-1.5"}`, []string{"1,5", "1/2"}},
	{`{"type":"datepicker","initial_date":"2026-11-22"}`, "2026-12-01", `{"selected_date":"2026-12-01","type":"datepicker"}`, []string{"1.12.2026", "2026-13-01"}},
	{`{"type":"timepicker","initial_time":"09:00"}`, "14:05", `{"selected_time":"14:05","type":"timepicker"}`, []string{"25:00", "noon"}},
	{`{"type":"conversations_select"}`, "C1", `{"selected_conversation":"C1","type":"conversations_select"}`, []string{"C404"}},
	{`{"type":"users_select"}`, "U2", `{"selected_user":"U2","type":"users_select"}`, []string{"U404"}},
	{`{"type":"multi_users_select","max_selected_items":2}`, "U1,U2", `{"selected_users":["U1","U2"],"type":"multi_users_select"}`, []string{"U1,U404", "U1,U2,U1"}},
	{`{"type":"multi_conversations_select"}`, "C1", `{"selected_conversations":["C1"],"type":"multi_conversations_select"}`, []string{"U1"}},
	{`{"type":"static_select","options":[{"text":{"type":"plain_text","text":"One hour"},"value":"3600"},{"text":{"type":"plain_text","text":"3600"},"value":"0"}]}`,
		"One hour", `{"selected_option":{"text":{"text":"One hour","type":"plain_text"},"value":"3600"},"type":"static_select"}`, []string{"one hour", "2 hours"}},
	{`{"type":"multi_static_select","options":[{"text":{"type":"plain_text","text":"A"},"value":"a"},{"text":{"type":"plain_text","text":"B"},"value":"b"}]}`,
		"b", `{"selected_options":[{"text":{"text":"B","type":"plain_text"},"value":"b"}],"type":"multi_static_select"}`, []string{"c", "a,c"}},
}

func TestElementsOfForms(t *testing.T) {
	for _, c := range elements {
		bubble(t, func(t *testing.T, w *world) {
			w.connect(func(e socketmode.Event, ack func(any)) {
				ack(nil)
				if data, ok := e.Data.(slack.SlashCommand); ok {
					openRaw(t, w, data.TriggerID, c.element)
				}
			})
			v := openAgain(t, w)
			for _, bad := range append(c.bad, ",", "") {
				if _, err := w.Submit("U1", v.ID, map[string]string{"it": bad}); err == nil {
					t.Errorf("%s takes %q", c.element, bad)
				}
			}
			sent := must[fakeslack.Delivery](t)(w.Submit("U1", v.ID, map[string]string{"it": c.good}))
			got := stateOf(t, sent.Payload)
			if !strings.Contains(string(got), c.state) {
				t.Errorf("state %s, want %s", got, c.state)
			}
		})
	}
}

// What was offered for an earlier query stays chosen where several may be, and what the app put there at first always may.
func TestSuggestionsForSeveral(t *testing.T) {
	one := func(n string) string { return `{"text":{"type":"plain_text","text":"T"},"value":"` + n + `"}` }
	for element, good := range map[string]string{
		`{"type":"multi_external_select","min_query_length":0,"initial_options":[` + one("first") + `]}`: "first,a,b",
		`{"type":"external_select","min_query_length":0,"initial_option":` + one("first") + `}`:          "first",
	} {
		bubble(t, func(t *testing.T, w *world) {
			w.connect(func(e socketmode.Event, ack func(any)) {
				switch data := e.Data.(type) {
				case slack.SlashCommand:
					ack(nil)
					openRaw(t, w, data.TriggerID, element)
				case slack.InteractionCallback:
					if data.Value == "" {
						ack(nil)
						return
					}
					ack(map[string]any{"options": []any{json.RawMessage(one(data.Value))}})
				}
			})
			v := openAgain(t, w)
			for _, query := range []string{"a", "b"} {
				if d := must[fakeslack.Delivery](t)(w.Suggest("U1", v.ID, "it", query)); d.Problem != "" {
					t.Errorf("%s: %s", query, d.Problem)
				}
			}
			if _, err := w.Submit("U1", v.ID, map[string]string{"it": "a,never"}); err == nil {
				t.Error("takes what was never offered")
			}
			must[fakeslack.Delivery](t)(w.Submit("U1", v.ID, map[string]string{"it": good}))
		})
	}
}

// openRaw opens a form with one element, as the app wrote it.
func openRaw(t *testing.T, w *world, trigger, element string) {
	t.Helper()
	view := `{"type":"modal","title":{"type":"plain_text","text":"T"},"submit":{"type":"plain_text","text":"S"},"blocks":[{"type":"input","block_id":"it",` +
		`"label":{"type":"plain_text","text":"L"},"element":{"action_id":"a",` + element[1:] + `}]}`
	req := must[*http.Request](t)(http.NewRequest(http.MethodPost, w.url+"views.open", strings.NewReader(url.Values{"trigger_id": {trigger}, "view": {view}}.Encode())))
	req.Header.Set("Authorization", "Bearer "+botToken)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if answer := readAll(t, must[*http.Response](t)(w.http.Do(req))); !strings.Contains(answer, `"ok":true`) {
		t.Errorf("%s: %s", element, answer)
	}
}

func stateOf(t *testing.T, payload json.RawMessage) json.RawMessage {
	t.Helper()
	var cb struct {
		View struct {
			State struct{ Values map[string]json.RawMessage }
		}
	}
	if err := json.Unmarshal(payload, &cb); err != nil {
		t.Fatal(err)
	}
	return cb.View.State.Values["it"]
}
