package demo

import (
	"context"
	"io"
	"log"
	"sync"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// testApp is a small Slack app: a form, a card with buttons, a Home tab.
type testApp struct {
	t   *testing.T
	api *slack.Client
}

// RunApp runs the app against a made-up Slack until the test ends.
func RunApp(t *testing.T, url string) {
	t.Helper()
	a := &testApp{t, slack.New("xoxb-demo", slack.OptionAppLevelToken("xapp-demo"), slack.OptionAPIURL(url))}
	client := socketmode.New(a.api, socketmode.OptionLog(log.New(io.Discard, "", 0)))
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = client.RunContext(ctx) })
	running.Go(func() {
		for {
			select {
			case e := <-client.Events:
				if e.Request != nil && e.Request.EnvelopeID != "" {
					answer := a.answer(e)
					if err := client.AckCtx(ctx, e.Request.EnvelopeID, answer); err != nil {
						t.Errorf("ack: %v", err)
					}
				}
			case <-ctx.Done():
				return
			}
		}
	})
	t.Cleanup(func() { cancel(); running.Wait() })
}

// answer acts on an event and returns the payload of its acknowledgement.
func (a *testApp) answer(e socketmode.Event) (payload any) {
	var err error
	switch data := e.Data.(type) {
	case slack.SlashCommand:
		_, err = a.api.OpenView(data.TriggerID, form())
	case slack.InteractionCallback:
		if data.Type == slack.InteractionTypeViewSubmission {
			return a.submitted(data)
		}
		err = a.pressed(data)
	default: // the only event there is: somebody opened the Home tab
		err = a.publish("U0YAMADA", "Home of U0YAMADA")
	}
	if err != nil {
		a.t.Errorf("%s: %v", e.Type, err)
	}
	return nil
}

func (a *testApp) submitted(cb slack.InteractionCallback) any {
	reason := cb.View.State.Values["reason"]["reason"].Value
	if len(reason) < 5 {
		return slack.NewErrorsViewSubmissionResponse(map[string]string{"reason": "too short"})
	}
	approve := slack.NewButtonBlockElement("approve", "1", text("Approve"))
	revoke := slack.NewButtonBlockElement("revoke", "1", text("Take it back")).
		WithConfirm(slack.NewConfirmationBlockObject(text("Really?"), text("It ends at once."), text("Yes"), text("No")))
	_, _, err := a.api.PostMessage("C0APPROVALS", slack.MsgOptionText(reason, false), slack.MsgOptionBlocks(
		slack.NewSectionBlock(text(reason), nil, nil), slack.NewActionBlock("row", approve, revoke)))
	if err != nil {
		a.t.Errorf("post card: %v", err)
	}
	return nil
}

func (a *testApp) pressed(cb slack.InteractionCallback) error {
	channel, ts, by := cb.Container.ChannelID, cb.Container.MessageTs, cb.User.ID
	var err error
	switch cb.ActionCallback.BlockActions[0].ActionID {
	case "refresh":
		return a.publish(by, "Fresh home of "+by)
	case "approve":
		_, _, _, err = a.api.UpdateMessage(channel, ts, slack.MsgOptionText("Approved by "+by, false), slack.MsgOptionBlocks(
			slack.NewSectionBlock(text("Approved by "+by), nil, nil), cb.Message.Blocks.BlockSet[1]))
		if err == nil {
			_, _, err = a.api.PostMessage(channel, slack.MsgOptionTS(ts), slack.MsgOptionText("Granting.", false))
		}
		if err == nil {
			_, err = a.api.PostEphemeral(channel, by, slack.MsgOptionText("Well done", false))
		}
	case "revoke":
		_, _, _, err = a.api.UpdateMessage(channel, ts, slack.MsgOptionText("Revoked by "+by, false), slack.MsgOptionBlocks(
			slack.NewSectionBlock(text("Revoked by "+by), nil, nil)))
	}
	return err
}

func (a *testApp) publish(user, says string) error {
	refresh := slack.NewAccessory(slack.NewButtonBlockElement("refresh", "", text("Refresh")))
	_, err := a.api.PublishView(user, slack.HomeTabViewRequest{
		Type:   slack.VTHomeTab,
		Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewSectionBlock(text(says), nil, refresh)}},
	}, "")
	return err
}

func form() slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type:   slack.VTModal,
		Title:  text("Request access"),
		Submit: text("Submit"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewInputBlock("reason", text("Reason"), nil, slack.NewPlainTextInputBlockElement(nil, "reason")),
		}},
	}
}

func text(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}
