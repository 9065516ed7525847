package bot

import (
	"cmp"
	"context"
	"log"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// Slack is how Slack is reached. HTTP and Dialer may be nil for the ordinary ones.
type Slack struct {
	URL      string // that method names are appended to; "" for Slack's own
	BotToken string
	AppToken string
	HTTP     *http.Client
	Dialer   *websocket.Dialer
}

const (
	stagger = 10 * time.Second

	callTime = 30 * time.Second // for one answer
)

// Bot is the whole of this package, joined.
type Bot struct {
	Voice  *Voice
	People *People
	slack  Slack
	api    *slack.Client
	zone   *time.Location
	log    *slog.Logger
}

// New joins the parts. It reaches for nothing yet.
func New(s Slack, place Place, now func() time.Time, log *slog.Logger) *Bot {
	b := &Bot{slack: s, api: s.client(log), zone: place.Pen.Zone, log: log}
	b.People = NewPeople(b.api, now)
	b.Voice = NewVoice(b.api, b.People, place, log)
	return b
}

// Run takes in presses until the context ends, or until Slack refuses a token: then it returns an error. It has two
// connections, begun one after the other: Slack closes each about once an hour, and slack-go closes before it opens
// again, so that one alone would lose the presses in between.
func (b *Bot) Run(ctx context.Context, desk Desk) error {
	sent := &sentForms{}
	running, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var parts sync.WaitGroup
	run := func(part func(context.Context) error) {
		parts.Go(func() {
			if err := part(running); err != nil {
				stop(err) // the first one counts: what follows says the same again
			}
		})
	}
	run(b.watchToken)
	run(func(ctx context.Context) error { return b.socket(desk, sent).Run(ctx) })
	run(func(ctx context.Context) error {
		if pause(ctx, stagger); ctx.Err() != nil {
			return nil
		}
		return b.socket(desk, sent).Run(ctx)
	})
	parts.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return context.Cause(running)
}

func (b *Bot) socket(desk Desk, sent *sentForms) *Socket {
	return &Socket{Client: b.slack.socket(b.api, b.log), API: b.api, People: b.People, Desk: desk, Zone: b.zone, Channel: b.Voice.channel, Log: b.log, forms: sent}
}

// pause sleeps, unless the context ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

func (s Slack) client(log *slog.Logger) *slack.Client {
	options := []slack.Option{slack.OptionAppLevelToken(s.AppToken), slack.OptionLog(printer(log))}
	if s.URL != "" {
		options = append(options, slack.OptionAPIURL(s.URL))
	}
	http := *cmp.Or(s.HTTP, &http.Client{})
	http.Timeout = cmp.Or(http.Timeout, callTime)
	options = append(options, slack.OptionHTTPClient(&http))
	return slack.New(s.BotToken, options...)
}

func (s Slack) socket(api *slack.Client, log *slog.Logger) *socketmode.Client {
	options := []socketmode.Option{socketmode.OptionLog(printer(log))}
	if s.Dialer != nil {
		options = append(options, socketmode.OptionDialer(s.Dialer))
	}
	return socketmode.New(api, options...)
}

// printer takes what slack-go has to say itself, which would go to standard error.
func printer(l *slog.Logger) *log.Logger { return slog.NewLogLogger(l.Handler(), slog.LevelWarn) }
