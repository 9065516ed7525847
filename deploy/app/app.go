package app

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"sekisho/aws/identity"
	"sekisho/aws/trail"
	"sekisho/bot"
	"sekisho/deploy/config"
	"sekisho/handlers"
	"sekisho/store"
)

// Edges are where the program meets the world.
type Edges struct {
	DB    store.DB
	Alone bool // no other process can have the ledger open, so the claims in it are dead ones
	Slack Slack
	AWS   func(account string) aws.Config // "" for the account of the queues
	Now   func() time.Time
	Log   *slog.Logger
}

// Slack is how Slack is reached. HTTP and Dialer may be nil for the ordinary ones.
type Slack struct {
	URL      string // that method names are appended to; "" for Slack's own
	BotToken string
	AppToken string
	HTTP     *http.Client
	Dialer   *websocket.Dialer
}

// App is the bot, ready to run.
type App struct {
	keeper *handlers.Keeper
	socket *bot.Socket
	poller *trail.Poller
	alone  bool
}

// New joins the parts. It reaches for nothing yet.
func New(c config.Config, e Edges) *App {
	api, client := clients(e.Slack)
	people := &bot.People{API: api, Now: e.Now}
	accounts := identity.Accounts{}
	for id := range c.Policy.Accounts {
		accounts[id] = iam.NewFromConfig(e.AWS(id))
	}
	keeper := handlers.New(handlers.Keeper{
		DB: e.DB, Policy: c.Policy, Clouds: identity.Kinds(accounts), Users: accounts, Groups: people,
		Voice: &bot.Voice{API: api, People: people, Channel: c.Channel, Pen: bot.Pen{Words: bot.In(c.Language), Zone: c.Zone}},
		Now:   e.Now, Log: e.Log, Owner: rand.Text(),
	})
	return &App{
		keeper: keeper,
		socket: &bot.Socket{Client: client, API: api, People: people, Desk: keeper, Zone: c.Zone, Log: e.Log},
		poller: &trail.Poller{SQS: sqs.NewFromConfig(e.AWS("")), URL: c.SignIns, Known: c.Policy.Known, Sink: keeper.Receive, Log: e.Log},
		alone:  e.Alone,
	}
}

func clients(s Slack) (*slack.Client, *socketmode.Client) {
	options := []slack.Option{slack.OptionAppLevelToken(s.AppToken)}
	if s.URL != "" {
		options = append(options, slack.OptionAPIURL(s.URL))
	}
	if s.HTTP != nil {
		options = append(options, slack.OptionHTTPClient(s.HTTP))
	}
	api := slack.New(s.BotToken, options...)
	var dial []socketmode.Option
	if s.Dialer != nil {
		dial = append(dial, socketmode.OptionDialer(s.Dialer))
	}
	return api, socketmode.New(api, dial...)
}

// Run works until the context ends or a part cannot go on; then it stops taking work, finishes what runs, and returns.
// What is overdue is revoked first: the ledger's lanes start before Slack and SQS are asked for anything.
func (a *App) Run(ctx context.Context) error {
	if a.alone {
		if err := a.keeper.Recover(ctx); err != nil {
			return err
		}
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var wg sync.WaitGroup
	wg.Go(func() { a.keeper.Run(ctx) })
	for _, part := range []func(context.Context) error{a.socket.Run, a.poller.Run} {
		wg.Go(func() {
			if err := part(ctx); err != nil {
				stop(err)
			}
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// Poke makes the bot look at what is due now: the clock was moved.
func (a *App) Poke() { a.keeper.Poke() }
