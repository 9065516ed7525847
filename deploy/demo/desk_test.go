package demo

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sekisho/bot/fakeslack"
)

func TestWords(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][]string{
		"":                         nil,
		"  a\tb  ":                 {"a", "b"},
		`reason="fix it" x='a "b'`: {"reason=fix it", `x=a "b`},
		`"" a`:                     {"", "a"},
		"理由=障害 対応":                 {"理由=障害", "対応"},
	} {
		if got, err := words(line); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v, want %q", line, got, err, want)
		}
	}
	if _, err := words(`a "b`); err == nil {
		t.Error("an open quote is taken")
	}
}

// At a terminal a mistake is answered, and the next line is read.
func TestDeskAtATerminal(t *testing.T) {
	t.Parallel()
	ws := workspace(time.Now)
	slack := fakeslack.New(ws)
	defer slack.Close()
	var out bytes.Buffer
	d := newDesk(slack, ws, &out)
	d.lines = readLines(strings.NewReader("nonsense\r\npress h.sato\nusers"), t.Context().Done())
	if err := d.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`! no command "nonsense"`, "! press USER BUTTON", "U0SUZUKI"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
	if strings.Contains(out.String(), "> ") {
		t.Errorf("what was typed is repeated:\n%s", &out)
	}
}

// A moment is typed as it is read, and Slack has it in seconds.
func TestMomentsAreTyped(t *testing.T) {
	t.Parallel()
	list := inputs([]byte(`[{"type":"input","block_id":"starts","element":{"type":"datetimepicker"}},{"type":"input","block_id":"reason","element":{"type":"plain_text_input"}}]`))
	nine := time.Date(2026, 11, 23, 9, 0, 0, 0, time.Local)
	for typed, want := range map[string][2]string{
		"2026-11-23T09:00": {strconv.FormatInt(nine.Unix(), 10), "2026-11-23T09:00"}, "1795392000": {"1795392000", "1795392000"}, "": {"", ""},
	} {
		if got := [2]string{list[0].entered(typed), list[1].entered(typed)}; got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

// A button is found where it stands, whatever else there is.
func TestFind(t *testing.T) {
	t.Parallel()
	blocks := []byte(`[
		{"type":"context","elements":[{"type":"mrkdwn","text":"approve"}]},
		{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"approve"}]}]},
		{"type":"section","block_id":"s","accessory":{"type":"button","action_id":"more","text":{"type":"plain_text","text":"Show more"}}},
		{"type":"actions","block_id":"a","elements":[
			{"type":"static_select","action_id":"approve"},
			{"type":"button","action_id":"approve","text":{"type":"plain_text","text":"承認"}}]}]`)
	for name, want := range map[string][2]string{
		"approve":   {"a", "approve"},
		"承認":        {"a", "approve"},
		"show MORE": {"s", "more"},
	} {
		if b, ok := find(blocks, name); !ok || b.block != want[0] || b.ActionID != want[1] {
			t.Errorf("%s: %+v, %t", name, b, ok)
		}
	}
	if _, ok := find(nil, "approve"); ok {
		t.Error("a button of no blocks")
	}
}
