package fakeslack_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"sekisho/bot/fakeslack"
)

func TestClickReachesTheApp(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		got := make(chan slack.InteractionCallback, 1)
		w.connect(func(e socketmode.Event, ack func(any)) {
			ack(nil)
			got <- e.Data.(slack.InteractionCallback)
		})
		ts := w.post("C1", button())
		d, err := w.Click(fakeslack.Press{User: "U2", Channel: "C1", TS: ts, Action: "go"})
		if err != nil || !d.Acked || d.Problem != "" {
			t.Fatalf("delivery %+v, error %v", d, err)
		}
		cb := <-got
		action := cb.ActionCallback.BlockActions[0]
		for name, pair := range map[string][2]string{
			"type":       {string(cb.Type), "block_actions"},
			"user":       {cb.User.ID, "U2"},
			"user team":  {cb.User.TeamID, "T0HOME"},
			"team":       {cb.Team.ID, "T0HOME"},
			"channel":    {cb.Channel.ID, "C1"},
			"container":  {cb.Container.MessageTs, ts},
			"message":    {cb.Message.Timestamp, ts},
			"app":        {cb.APIAppID, "A0APP"},
			"action":     {action.ActionID, "go"},
			"block":      {action.BlockID, "row"},
			"value":      {action.Value, "id=1"},
			"element":    {string(action.Type), "button"},
			"has stamp":  {yes(action.ActionTs != ""), "yes"},
			"has answer": {yes(cb.ResponseURL != "" && cb.TriggerID != ""), "yes"},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%s is %q, want %q", name, pair[0], pair[1])
			}
		}
	})
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func TestClickOnlyWhatIsDrawn(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.connect(ackAll)
		asking := button()
		asking.Confirm = slack.NewConfirmationBlockObject(plain("Sure?"), plain("Really"), plain("Yes"), plain("No"))
		ts := w.post("C1", asking)
		press := fakeslack.Press{User: "U1", Channel: "C1", TS: ts, Action: "go"}

		if _, err := w.Click(press); !errors.Is(err, fakeslack.ErrUnconfirmed) {
			t.Errorf("unconfirmed: %v", err)
		}
		press.Confirmed = true
		if _, err := w.Click(press); err != nil {
			t.Errorf("confirmed: %v", err)
		}
		for name, bad := range map[string]fakeslack.Press{
			"unknown user":    {User: "U9", Channel: "C1", TS: ts, Action: "go"},
			"deleted user":    {User: "U3", Channel: "C1", TS: ts, Action: "go"},
			"unknown channel": {User: "U1", Channel: "C9", TS: ts, Action: "go"},
			"not a member":    {User: "U2", Channel: "C2", TS: ts, Action: "go"},
			"unknown message": {User: "U1", Channel: "C1", TS: "1.0", Action: "go"},
			"unknown action":  {User: "U1", Channel: "C1", TS: ts, Action: "stop"},
			"other block":     {User: "U1", Channel: "C1", TS: ts, Action: "go", Block: "other"},
			"unknown view":    {User: "U1", View: "V1", Action: "go"},
		} {
			bad.Confirmed = true
			if _, err := w.Click(bad); err == nil {
				t.Errorf("%s: no error", name)
			}
		}
		_, _, _, err := w.api.UpdateMessage("C1", ts, slack.MsgOptionText("done", false), slack.MsgOptionBlocks(slack.NewDividerBlock()))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Click(press); !errors.Is(err, fakeslack.ErrNotDrawn) {
			t.Errorf("after the button went: %v", err)
		}
	})
}

// TestChoose uses everything that is no button, in a message, in a Home tab and in a modal.
func TestChoose(t *testing.T) {
	option := func(value string) *slack.OptionBlockObject {
		return slack.NewOptionBlockObject(value, plain("say "+value), nil)
	}
	menu := slack.NewOptionsGroupSelectBlockElement(slack.OptTypeStatic, nil, "menu",
		slack.NewOptionGroupBlockElement(plain("All"), option("a"), option("b")))
	controls := slack.NewActionBlock("row", menu,
		slack.NewOverflowBlockElement("more", option("a")),
		slack.NewRadioButtonsBlockElement("radio", option("a"), option("b")),
		slack.NewCheckboxGroupsBlockElement("boxes", option("a"), option("b")),
		slack.NewOptionsSelectBlockElement(slack.OptTypeUser, plain("Who"), "who"),
		slack.NewDateTimePickerBlockElement("when"))
	bubble(t, func(t *testing.T, w *world) {
		w.connect(ackAll)
		_, ts, err := w.api.PostMessage("C1", slack.MsgOptionText("x", false), slack.MsgOptionBlocks(controls))
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.api.PublishView("U1", slack.HomeTabViewRequest{
			Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{controls}},
		}, "")
		if err != nil {
			t.Fatal(err)
		}
		home, _ := w.Home("U1")
		for action, c := range map[string]struct{ good, bad string }{
			"menu": {"b", "c"}, "more": {"a", "b"}, "radio": {"a", "c"}, "boxes": {"a,b", "a,c"},
			"who": {"U2", "U9"}, "when": {"1800000000", "noon"},
		} {
			for _, p := range []fakeslack.Press{{Channel: "C1", TS: ts}, {View: home.ID}} {
				p.User, p.Action, p.Value = "U1", action, c.good
				cb := callbackOf(t, must[fakeslack.Delivery](t)(w.Click(p)))
				if got := chosen(cb.ActionCallback.BlockActions[0]); got != c.good {
					t.Errorf("%s: chose %q", action, got)
				}
				p.Value = c.bad
				if _, err := w.Click(p); err == nil {
					t.Errorf("%s: %q can be chosen", action, c.bad)
				}
			}
		}
		want := "[ say b ] [ ... ] [ say a ] [ say a, say b ] [ @Kim ] [ 1800000000 ]\n"
		if got := w.RenderView(home); got != want {
			t.Errorf("home shows %s", got)
		}
	})
}

func chosen(a *slack.BlockAction) string {
	switch {
	case a.SelectedUser != "":
		return a.SelectedUser
	case a.SelectedDateTime != 0:
		return strconv.FormatInt(a.SelectedDateTime, 10)
	case a.SelectedOptions != nil:
		var values []string
		for _, o := range a.SelectedOptions {
			values = append(values, o.Value)
		}
		return strings.Join(values, ",")
	}
	return a.SelectedOption.Value
}
