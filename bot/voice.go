package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"sekisho/handlers"
	"sekisho/store"
)

// Voice tells people through Slack's Web API.
type Voice struct {
	API     *slack.Client
	People  *People
	Channel string // where new cards are posted
	Pen     Pen    // in the channel's language
}

var _ handlers.Voice = (*Voice)(nil)

// lost are Slack's answers for a message that can no longer be redrawn (https://docs.slack.dev/reference/methods/chat.update#errors).
var lost = []string{"message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found", "is_inactive"}

// Card implements handlers.Voice. A card that is gone is posted anew.
func (v *Voice) Card(ctx context.Context, g store.Grant) (store.Card, error) {
	m := v.Pen.Card(g)
	options := []slack.MsgOption{slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl()}
	if g.Card.TS != "" {
		_, _, _, err := v.API.UpdateMessageContext(ctx, g.Card.Channel, g.Card.TS, options...)
		var answer slack.SlackErrorResponse
		if !errors.As(err, &answer) || !slices.Contains(lost, answer.Err) {
			return g.Card, wrap(err, "redraw card of %s", g.ID)
		}
	}
	channel, ts, err := v.API.PostMessageContext(ctx, v.Channel, options...)
	return store.Card{Channel: channel, TS: ts}, wrap(err, "post card of %s", g.ID)
}

// Thread implements handlers.Voice.
func (v *Voice) Thread(ctx context.Context, g store.Grant, e store.Entry) error {
	line, ok := v.Pen.Line(g, e)
	if !ok {
		return nil
	}
	_, _, err := v.API.PostMessageContext(ctx, g.Card.Channel, slack.MsgOptionTS(g.Card.TS), slack.MsgOptionText(line, false),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
	return wrap(err, "post entry %d of %s", e.Seq, g.ID)
}

// Answer implements handlers.Voice, in the language of the person.
func (v *Voice) Answer(ctx context.Context, p store.Press) error {
	pen := Pen{Words: In(v.People.Locale(ctx, p.By)), Zone: v.Pen.Zone}
	_, err := v.API.PostEphemeralContext(ctx, p.Card.Channel, p.By, slack.MsgOptionText(pen.Refusal(p), false))
	return wrap(err, "answer %s", p.ID)
}

func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
