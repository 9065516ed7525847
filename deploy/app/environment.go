package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"sekisho/bot"
	"sekisho/deploy/config"
)

// The environment that `serve` runs in. AWS has its own variables.
const (
	BotToken = "SLACK_BOT_TOKEN"
	AppToken = "SLACK_APP_TOKEN"
	SlackURL = "SLACK_API_URL" // that method names are appended to; Slack's own if unset
	awsURL   = "AWS_ENDPOINT_URL"
)

const (
	session  = "sekisho" // the name of the session in accounts whose role is assumed: CloudTrail shows it
	attempts = 3         // of one call; a step has twenty seconds for all of them
)

// Environment returns the edges to the real Slack and AWS: tokens from the environment, AWS's credentials by the SDK's
// ordinary chain, and for an account with a role by assuming it. The ledger is the caller's. What can be seen to be wrong
// without asking anybody is an error that says what to set.
func Environment(ctx context.Context, c config.Config, getenv func(string) string, log *slog.Logger) (Edges, error) {
	e := Edges{Now: time.Now, Log: log}
	var err error
	if e.Slack, err = slackEdge(getenv); err != nil {
		return e, err
	}
	own, err := ownCredentials(ctx)
	if err != nil {
		return e, err
	}
	e.AWS = func(account string) aws.Config {
		role := c.Roles[account]
		if role.ARN == "" {
			return own
		}
		there := own.Copy()
		there.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(own), role.ARN, func(o *stscreds.AssumeRoleOptions) {
			o.RoleSessionName = session
			if role.ExternalID != "" {
				o.ExternalID = &role.ExternalID
			}
		}))
		return there
	}
	return e, nil
}

func slackEdge(getenv func(string) string) (bot.Slack, error) {
	s := bot.Slack{URL: getenv(SlackURL), BotToken: getenv(BotToken), AppToken: getenv(AppToken)}
	for _, token := range []struct{ name, value, prefix string }{{BotToken, s.BotToken, "xoxb-"}, {AppToken, s.AppToken, "xapp-"}} {
		if !strings.HasPrefix(token.value, token.prefix) {
			return s, fmt.Errorf("%s is not set to a token that begins with %s: copy it from your Slack app's settings", token.name, token.prefix)
		}
	}
	if s.URL == "" {
		return s, nil
	}
	if !strings.HasSuffix(s.URL, "/") {
		s.URL += "/"
	}
	return s, checkURL(SlackURL, s.URL, "http://127.0.0.1:3000/api/")
}

func ownCredentials(ctx context.Context) (aws.Config, error) {
	own, err := awsconfig.LoadDefaultConfig(ctx, awsconfig.WithRetryer(func() aws.Retryer {
		return retry.AddWithMaxAttempts(retry.NewStandard(), attempts)
	}))
	switch {
	case err != nil:
		return own, fmt.Errorf("read AWS configuration: %w", err)
	case own.Region == "":
		return own, errors.New("no AWS region: set AWS_REGION, such as us-east-1")
	case own.BaseEndpoint != nil:
		return own, checkURL(awsURL, *own.BaseEndpoint, "http://127.0.0.1:5000")
	}
	return own, nil
}

// checkURL refuses what would only be found out by every call that fails, for ever. It does not repeat the value: a URL
// can hold a password.
func checkURL(name, value, example string) error {
	if u, err := url.Parse(value); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("%s is not a URL that begins with http:// or https://: write one such as %s, or nothing for the real one", name, example)
	}
	return nil
}
