package fakeslack_test

import (
	"errors"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"sekisho/bot/fakeslack"
)

func TestHome(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		got := make(chan socketmode.Event, 4)
		w.connect(func(e socketmode.Event, ack func(any)) { ack(nil); got <- e })
		if d := must[fakeslack.Delivery](t)(w.OpenHome("U1")); !d.Acked || d.Type != "events_api" {
			t.Errorf("delivery %+v", d)
		}
		if e := <-got; e.Type != socketmode.EventTypeEventsAPI {
			t.Errorf("event %v", e.Type)
		}
		finish := func(block string) slack.Block {
			return slack.NewSectionBlock(mrkdwn("one"), nil, slack.NewAccessory(
				slack.NewButtonBlockElement("finish", block, plain("Finish now"))), slack.SectionBlockOptionBlockID(block))
		}
		_, err := w.api.PublishView("U1", slack.HomeTabViewRequest{
			Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{finish("g1"), finish("g2")}},
		}, "")
		if err != nil {
			t.Fatal(err)
		}
		home, _ := w.Home("U1")
		press := fakeslack.Press{User: "U1", View: home.ID, Action: "finish"}
		if _, err := w.Click(press); err == nil {
			t.Error("which of two buttons?")
		}
		press.Block = "g2"
		cb := callbackOf(t, must[fakeslack.Delivery](t)(w.Click(press)))
		if cb.View.ID != home.ID || cb.ActionCallback.BlockActions[0].Value != "g2" || cb.ResponseURL != "" {
			t.Errorf("callback %+v", cb)
		}
		_, err = w.api.PublishView("U9", slack.HomeTabViewRequest{Type: slack.VTHomeTab}, "")
		wantError(t, err, "user_not_found")
	})
}

func TestShortcutAndClose(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.connect(ackAll)
		cb := callbackOf(t, must[fakeslack.Delivery](t)(w.Shortcut("U1", "request")))
		if cb.Type != slack.InteractionTypeShortcut || cb.CallbackID != "request" {
			t.Errorf("callback %+v", cb)
		}
		request := form()
		request.NotifyOnClose = true
		if _, err := w.api.OpenView(cb.TriggerID, request); err != nil {
			t.Fatal(err)
		}
		cb = callbackOf(t, must[fakeslack.Delivery](t)(w.CloseModal("U1")))
		if cb.Type != slack.InteractionTypeViewClosed || cb.View.CallbackID != "request" {
			t.Errorf("callback %+v", cb)
		}
		if _, err := w.CloseModal("U1"); !errors.Is(err, fakeslack.ErrNotDrawn) {
			t.Errorf("closed twice: %v", err)
		}
	})
}
