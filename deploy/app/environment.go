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

	"sekisho/aws/heads"
	"sekisho/aws/identity"
	"sekisho/bot"
	"sekisho/deploy/config"
	"sekisho/handlers/audit"
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
	e.AWS, err = awsEdge(ctx, c)
	return e, err
}

// Survey returns what an audit asks, by the same edges, but without Slack where there is no token for it.
func Survey(ctx context.Context, c config.Config, getenv func(string) string, log *slog.Logger) (audit.Survey, error) {
	s := audit.Survey{Rules: auditRules(c)}
	in, err := awsEdge(ctx, c)
	if err != nil {
		return s, err
	}
	accounts := identity.Accounts{}
	for id := range c.Policy.Accounts {
		accounts[id] = identity.In(in(id))
	}
	s.Reader = accounts
	if getenv(BotToken) == "" {
		return s, nil
	}
	edge, err := botEdge(getenv)
	s.Directory = bot.New(edge, bot.Place{}, time.Now, log).People
	return s, err
}

// Heads returns the bucket of the ledger's heads, with the program's own credentials.
func Heads(ctx context.Context, c config.Config) (heads.Bucket, error) {
	in, err := awsEdge(ctx, c)
	if err != nil {
		return heads.Bucket{}, err
	}
	return heads.In(in(""), heads.Place(c.Heads), time.Now), nil
}

func awsEdge(ctx context.Context, c config.Config) (func(account string) aws.Config, error) {
	own, err := ownCredentials(ctx)
	if err != nil {
		return nil, err
	}
	return acting(own, c.Roles), nil
}

// acting returns the credentials of each account: those of its role, else the program's own.
func acting(own aws.Config, roles map[string]config.Role) func(account string) aws.Config {
	return func(account string) aws.Config {
		role := roles[account]
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
}

func slackEdge(getenv func(string) string) (bot.Slack, error) {
	s, err := botEdge(getenv)
	if err != nil {
		return s, err
	}
	s.AppToken = getenv(AppToken)
	return s, checkToken(AppToken, s.AppToken, "xapp-")
}

func checkToken(name, value, prefix string) error {
	if !strings.HasPrefix(value, prefix) {
		return fmt.Errorf("%s is not set to a token that begins with %s: copy it from your Slack app's settings", name, prefix)
	}
	return nil
}

// botEdge is all of Slack but the connection by which presses come.
func botEdge(getenv func(string) string) (bot.Slack, error) {
	s := bot.Slack{URL: getenv(SlackURL), BotToken: getenv(BotToken)}
	if err := checkToken(BotToken, s.BotToken, "xoxb-"); err != nil {
		return s, err
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
