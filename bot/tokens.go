package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// hopeless are Slack's answers to a token that trying again does not make better
// (https://docs.slack.dev/reference/methods/apps.connections.open#errors).
var hopeless = []string{"account_inactive", "invalid_auth", "missing_scope", "not_allowed_token_type", "not_authed", "token_expired", "token_revoked"}

func isHopeless(err error) bool {
	var answer slack.SlackErrorResponse
	return errors.As(err, &answer) && slices.Contains(hopeless, answer.Err)
}

// checkBotToken asks Slack whose token it is: the connection needs the app's token only, and would stand while not a
// single card can be posted. It returns nil where Slack does not say.
func (s *Socket) checkBotToken(ctx context.Context) error {
	if _, err := s.API.AuthTestContext(ctx); isHopeless(err) {
		return fmt.Errorf("ask Slack who I am: %w (check SLACK_BOT_TOKEN, which begins with xoxb-)", err)
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
