package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"
)

// What is wrong with a channel that the bot is to post to.
var (
	ErrNoChannel = errors.New("no such channel, or a private one to which the bot is not invited")
	ErrNotIn     = errors.New("the bot is not in the channel")
	ErrArchived  = errors.New("the channel is archived")
	ErrNoScope   = errors.New("the app lacks the scopes channels:read and groups:read")
)

// CheckChannel returns why the bot cannot post to a channel, as one of the errors above, or another one if Slack does not say.
// https://docs.slack.dev/reference/methods/conversations.info
func (b *Bot) CheckChannel(ctx context.Context, id string) error {
	c, err := b.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
	switch {
	case answers(err, []string{"channel_not_found"}):
		return ErrNoChannel
	case answers(err, []string{"missing_scope"}):
		return ErrNoScope
	case err != nil:
		return fmt.Errorf("look up channel %s: %w", id, err)
	case c.IsArchived:
		return ErrArchived
	case !c.IsMember:
		return ErrNotIn
	}
	return nil
}
