package bot

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"sekisho/store"
)

// What Slack sends for a button on a card, and for the form.
const buttonPayload = `{"type":"block_actions","trigger_id":"13345224609.738474920.8088","user":{"id":"U0SATO"},"team":{"id":"T0HOME"},
	"channel":{"id":"C0APPROVALS"},"container":{"type":"message","message_ts":"1763787600.000100","channel_id":"C0APPROVALS"},
	"actions":[{"type":"button","action_id":"approve","block_id":"b1","value":"login-1 0011223344556677"}]}`

const formPayload = `{"type":"view_submission","trigger_id":"13345224609.738474920.8089","user":{"id":"U0SATO"},"team":{"id":"T0HOME"},
	"view":{"id":"V0FORM","callback_id":"deny","private_metadata":"login-1 0011223344556677 C0APPROVALS 1763787600.000100",
	"state":{"values":{"deny":{"deny":{"type":"plain_text_input","value":"Not during the freeze."}}}}}}`

func callback(t *testing.T, payload string) slack.InteractionCallback {
	t.Helper()
	var cb slack.InteractionCallback
	if err := json.Unmarshal([]byte(payload), &cb); err != nil {
		t.Fatalf("payload %s: %v", payload, err)
	}
	return cb
}

// approvalPayload is the form of an approval, sent.
const approvalPayload = `{"type":"view_submission","trigger_id":"13345224609.738474920.8089","user":{"id":"U0SATO"},"team":{"id":"T0HOME"},
	"view":{"id":"V0FORM","callback_id":"approve_with","private_metadata":"login-1 0011223344556677 C0APPROVALS 1763787600.000100",
	"state":{"values":{"note":{"note":{"type":"plain_text_input","value":"Only the restart."}},
	"duration":{"duration":{"type":"static_select","selected_option":{"value":"3600"}}}}}}}`

// pressed is what the two payloads claim.
func pressed(id string, verb store.Verb, note string) store.Press {
	return store.Press{ID: "press-13345224609.738474920." + id, By: sato, Team: "T0HOME", Verb: verb, On: "login-1", Terms: "0011223344556677",
		Note: note, Card: store.Card{Channel: "C0APPROVALS", TS: "1763787600.000100"}}
}

// allowing is what the form of an approval claims.
func allowing(d time.Duration, comment string) store.Press {
	p := pressed("8089", store.Approve, comment)
	p.Duration = d
	return p
}

// TestPressHasSlacksTime, as far as Slack says one: what is no time is none.
func TestPressHasSlacksTime(t *testing.T) {
	for ts, want := range map[string]time.Time{
		"1763787600.000200": time.Unix(1763787600, 200_000).UTC(), "1763787600": time.Unix(1763787600, 0).UTC(),
		"1763787600.9999999999": time.Unix(1763787600, 999_999_000).UTC(), "1763787600.x": time.Unix(1763787600, 0).UTC(),
		"": {}, "x": {}, "-5.1": {}, "0": {}, "99999999999999999999": {}, "9999999999999": {}, " 1763787600": {},
	} {
		payload := strings.Replace(buttonPayload, `"block_id":"b1"`, `"block_id":"b1","action_ts":"`+ts+`"`, 1)
		p, err := pressOf(callback(t, payload), time.UTC)
		if err != nil || !p.Pressed.Equal(want) {
			t.Errorf("%q is %s, %v, want %s", ts, p.Pressed, err, want)
		}
		if _, err := json.Marshal(p); err != nil {
			t.Errorf("%q: the ledger cannot hold it: %v", ts, err)
		}
	}
	if p, err := pressOf(callback(t, formPayload), time.UTC); err != nil || !p.Pressed.IsZero() {
		t.Errorf("a form was sent at %s, %v", p.Pressed, err)
	}
}

func TestPressOf(t *testing.T) {
	with := func(payload, old, new string) string {
		t.Helper()
		if !strings.Contains(payload, old) {
			t.Fatalf("no %s in the payload", old)
		}
		return strings.Replace(payload, old, new, 1)
	}
	for _, c := range []struct {
		name, payload string
		want          store.Press
	}{
		{"approve", buttonPayload, pressed("8088", store.Approve, "")},
		{"deny button", with(buttonPayload, `"approve"`, `"deny"`), pressed("8088", store.Deny, "")},
		{"finish", with(buttonPayload, `"approve"`, `"finish"`), pressed("8088", store.Finish, "")},
		{"revoke", with(buttonPayload, `"approve"`, `"revoke"`), pressed("8088", store.Revoke, "")},
		{"form", formPayload, pressed("8089", store.Deny, "Not during the freeze.")},
		{"form with a reason of several lines", with(formPayload, "Not during", `1\n2`), pressed("8089", store.Deny, "1\n2 the freeze.")},
		{"form without a reason", with(formPayload, "Not during the freeze.", ""), pressed("8089", store.Deny, "")},
		{"reason as long as it may be", with(formPayload, "Not during the freeze.", strings.Repeat("漢", 1000)), pressed("8089", store.Deny, strings.Repeat("漢", 1000))},
		{"reason that is longer", with(formPayload, "Not during the freeze.", strings.Repeat("漢", 3000)), pressed("8089", store.Deny, strings.Repeat("漢", 999)+"…")},
		{"decline button", with(buttonPayload, `"approve"`, `"decline"`), pressed("8088", store.Decline, "")},
		{"take an extension back", with(buttonPayload, `"approve"`, `"retract"`), pressed("8088", store.Retract, "")},
		{"form of a declined extension", with(with(formPayload, `"callback_id":"deny"`, `"callback_id":"decline"`), `{"deny":{"deny"`, `{"decline":{"decline"`),
			pressed("8089", store.Decline, "Not during the freeze.")},
		{"form of an approval", approvalPayload, allowing(time.Hour, "Only the restart.")},
		{"as long as asked", with(approvalPayload, "3600", "0"), allowing(0, "Only the restart.")},
		{"no duration", with(approvalPayload, `"value":"3600"`, `"value":""`), allowing(0, "Only the restart.")},
		{"no number", with(approvalPayload, "3600", "1h"), allowing(-1, "Only the restart.")}, // which is refused
		{"a negative duration", with(approvalPayload, "3600", "-3600"), allowing(-time.Hour, "Only the restart.")},
		{"without a comment", with(approvalPayload, "Only the restart.", ""), allowing(time.Hour, "")},
		{"a comment that is too long", with(approvalPayload, "Only the restart.", strings.Repeat("漢", 501)), allowing(time.Hour, strings.Repeat("漢", 499)+"…")},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := pressOf(callback(t, c.payload), time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(c.payload, "V0FORM") { // whose trigger is another one each time
				c.payload = strings.ReplaceAll(c.payload, ".8089", ".8090")
				c.want.ID = store.PressPrefix + sentID(callback(t, c.payload))
			}
			if diff := cmp.Diff(c.want, got, beside); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			again, err := pressOf(callback(t, c.payload), time.UTC)
			if err != nil || again.ID != got.ID {
				t.Errorf("delivered again it is %q, %v, and was %q", again.ID, err, got.ID)
			}
		})
	}
}

func TestNoPress(t *testing.T) {
	long := strings.Repeat("f", idLength+1)
	for _, c := range []struct{ name, payload, old, new string }{
		{"nothing", `{}`, "", ""},
		{"another type", buttonPayload, "block_actions", "message_action"},
		{"a modal closed", formPayload, "view_submission", "view_closed"},
		{"no trigger", buttonPayload, "13345224609.738474920.8088", ""},
		{"a trigger that is too long", buttonPayload, "13345224609.738474920.8088", long},
		{"a trigger of two words", buttonPayload, "13345224609.738474920.8088", "a b"},
		{"nobody", buttonPayload, "U0SATO", ""},
		{"somebody with a line end", buttonPayload, "U0SATO", `U0SATO\n`},
		{"a team with a line end", buttonPayload, "T0HOME", `T0\n`},
		{"no action", buttonPayload, `{"type":"button","action_id":"approve","block_id":"b1","value":"login-1 0011223344556677"}`, ""},
		{"two actions", buttonPayload, `"actions":[`, `"actions":[{"action_id":"approve","block_id":"b1","value":"login-1 0"},`},
		{"an action of an attachment", buttonPayload, `"block_id":"b1",`, ""},
		{"a null action", buttonPayload, `{"type":"button","action_id":"approve","block_id":"b1","value":"login-1 0011223344556677"}`, "null"},
		{"an unknown button", buttonPayload, `"approve"`, `"open_the_gates"`},
		{"a verb that nobody presses", buttonPayload, `"approve"`, `"apply"`},
		{"a verb that has no button", buttonPayload, `"approve"`, `"extend"`},
		{"no value", buttonPayload, "login-1 0011223344556677", ""},
		{"a value without Terms", buttonPayload, "login-1 0011223344556677", "login-1"},
		{"a value with empty Terms", buttonPayload, "login-1 0011223344556677", "login-1 "},
		{"a value without a grant", buttonPayload, "login-1 0011223344556677", " 0011223344556677"},
		{"a value of three words", buttonPayload, "login-1 0011223344556677", "login-1 00 11"},
		{"a value with a line end", buttonPayload, "login-1 0011223344556677", `login-1 00\n11`},
		{"a value in Japanese", buttonPayload, "login-1", "申請"},
		{"a value that is too long", buttonPayload, "login-1", long},
		{"a button that stands in no message", buttonPayload, "1763787600.000100", ""},
		{"a button that stands in no channel", buttonPayload, `"channel":{"id":"C0APPROVALS"}`, `"channel":{}`},
		{"another form", formPayload, `"callback_id":"deny"`, `"callback_id":"ask"`},
		{"a form of a button that has none", formPayload, `"callback_id":"deny"`, `"callback_id":"approve"`},
		{"an approval without state", approvalPayload, `"state":`, `"status":`},
		{"an approval without what the button carried", approvalPayload, "login-1 0011223344556677 ", ""},
		{"a form of no view", formPayload, "V0FORM", ""},
		{"a form without state", formPayload, `"state":`, `"status":`},
		{"a form without what the button carried", formPayload, "login-1 0011223344556677 ", ""},
		{"a form that knows no card", formPayload, " C0APPROVALS 1763787600.000100", ""},
		{"a form with one word more", formPayload, "login-1 ", "login-1 login-2 "},
		{"a form with a line end", formPayload, "login-1 ", `login-1\n `},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.old != "" && !strings.Contains(c.payload, c.old) {
				t.Fatalf("no %s in the payload", c.old)
			}
			got, err := pressOf(callback(t, strings.Replace(c.payload, c.old, c.new, 1)), time.UTC)
			if !errors.Is(err, errPress) || !cmp.Equal(got, store.Press{}, beside) {
				t.Errorf("press %+v, error %v", got, err)
			}
		})
	}
}

// TestFormCarriesTheButton: what the deny button said comes back with the form, as the same claim.
func TestFormCarriesTheButton(t *testing.T) {
	button := pressed("8088", store.Deny, "")
	for _, language := range languages {
		cb := callback(t, formPayload)
		cb.View.PrivateMetadata = penIn(language).ReasonForm(button, "").PrivateMetadata
		got, err := pressOf(cb, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		want := pressed("8089", store.Deny, "Not during the freeze.")
		want.ID = store.PressPrefix + sentID(cb)
		if diff := cmp.Diff(want, got, beside); diff != "" {
			t.Errorf("%s: -want +got:\n%s", language, diff)
		}
	}
}

// FuzzPressOf: any payload is refused, or is a press that claims what the payload says and nothing else.
func FuzzPressOf(f *testing.F) {
	f.Add(buttonPayload)
	f.Add(formPayload)
	f.Add(approvalPayload)
	f.Add(strings.Replace(buttonPayload, "approve", "deny", 1))
	f.Add(strings.Replace(buttonPayload, "[{", "[null,{", 1))
	f.Add(`{"type":"block_actions","actions":[{"block_id":"b"}],"state":{"values":null}}`)
	f.Add(`{"type":"view_submission","trigger_id":"1","user":{"id":"U1"},"view":{"id":"V0FORM","callback_id":"deny","state":{}}}`)
	f.Fuzz(func(t *testing.T, payload string) {
		var cb slack.InteractionCallback
		if json.Unmarshal([]byte(payload), &cb) != nil {
			t.Skip("Slack's library refuses it")
		}
		p, err := pressOf(cb, time.UTC)
		if err != nil {
			if !errors.Is(err, errPress) || !cmp.Equal(p, store.Press{}, beside) {
				t.Errorf("press %+v, error %v", p, err)
			}
			return
		}
		id := cb.TriggerID
		if cb.Type == slack.InteractionTypeViewSubmission {
			id = sentID(cb)
		}
		if p.ID != store.PressPrefix+id || p.By != cb.User.ID || p.Team != cb.Team.ID {
			t.Errorf("%+v is by another than the payload says", p)
		}
		claim := cb.View.PrivateMetadata
		if cb.Type == slack.InteractionTypeBlockActions {
			claim = strings.Join([]string{cb.ActionCallback.BlockActions[0].Value, cb.Channel.ID, cb.Container.MessageTs}, " ")
		}
		if said := strings.Join([]string{p.On, p.Terms, p.Card.Channel, p.Card.TS}, " "); said != claim {
			t.Errorf("claims %q, the payload says %q", said, claim)
		}
		for _, id := range []string{p.ID, p.By, p.Team, p.On, p.Terms, p.Card.Channel, p.Card.TS} {
			if strings.ContainsAny(id, " \n\x00") || len(id) > idLength+len(store.PressPrefix) {
				t.Errorf("%q is no id", id)
			}
		}
		if p.Verb == "" || utf8.RuneCountInString(p.Note) > reasonLength {
			t.Errorf("verb %q, note of %d bytes", p.Verb, len(p.Note))
		}
	})
}
