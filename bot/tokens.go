package bot

import (
	"context"
	"fmt"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// hopeless are Slack's answers to a token that trying again does not make better
// (https://docs.slack.dev/reference/methods/apps.connections.open#errors).
var hopeless = []string{"account_inactive", "invalid_auth", "missing_scope", "not_allowed_token_type", "not_authed", "token_expired", "token_revoked"}

func isHopeless(err error) bool { return answers(err, hopeless) }

// tokenEvery is how often the bot's token is tried.
const tokenEvery = 5 * time.Minute

// watchToken asks Slack whose token it is, now and for as long as the context lives: the connections need the app's token
// only, and would stand while not a single card can be posted. It returns an error once Slack refuses the token; that it
// does not answer is none.
func (b *Bot) watchToken(ctx context.Context) error {
	for ctx.Err() == nil {
		call, cancel := context.WithTimeout(ctx, callTime)
		_, err := b.api.AuthTestContext(call)
		cancel()
		if isHopeless(err) {
			return fmt.Errorf("ask Slack who I am: %w (check SLACK_BOT_TOKEN, which begins with xoxb-)", err)
		}
		pause(ctx, tokenEvery)
	}
	return nil
}

// appTokenRefused tells an event after which slack-go would go on trying in vain.
func appTokenRefused(event socketmode.Event) error {
	if e, ok := event.Data.(*slack.ConnectionErrorEvent); ok && isHopeless(e.ErrorObj) {
		return appTokenError(e.ErrorObj)
	}
	return nil
}

func appTokenError(err error) error {
	return fmt.Errorf("connect to Slack: %w (check SLACK_APP_TOKEN, which begins with xapp- and has the scope connections:write)", err)
}
