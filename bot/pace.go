package bot

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/time/rate"
)

// Paces that Slack takes from one app for long, with a short burst before
// (https://docs.slack.dev/apis/web-api/rate-limits): a post a second in a channel, fifty updates a minute, fifty direct
// messages opened a minute. Posts go a tenth slower, as a network brings two of them closer together.
const (
	postEvery   = 1100 * time.Millisecond
	redrawEvery = 1200 * time.Millisecond
	openEvery   = 1200 * time.Millisecond
	homeEvery   = 700 * time.Millisecond // views.publish is of tier 4: a hundred a minute
	burst       = 8
)

// pace is how fast the bot makes calls of one family: a burst, then one every so often, and none for as long as Slack
// wants none. A call that was turned away takes a new turn, as slack-go's own repetition of it would push out the next,
// for as long as a storm lasts.
type pace struct {
	turns *rate.Limiter
	mu    sync.Mutex
	rest  time.Time // no call before
}

func newPace(every time.Duration) *pace {
	return &pace{turns: rate.NewLimiter(rate.Every(every), burst)}
}

// wait returns when a call may be made.
func (p *pace) wait(ctx context.Context) error {
	for {
		p.mu.Lock()
		rest := time.Until(p.rest)
		p.mu.Unlock()
		if rest <= 0 {
			return p.turns.Wait(ctx)
		}
		select {
		case <-time.After(rest):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// heed takes note of a call that was turned away, and returns what came of it.
func (p *pace) heed(err error) error {
	if limited := (*slack.RateLimitedError)(nil); errors.As(err, &limited) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if rest := time.Now().Add(limited.RetryAfter); rest.After(p.rest) {
			p.rest = rest
		}
	}
	return err
}
