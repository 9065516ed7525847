package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"sekisho/handlers"
)

// Paces that Slack takes from one app for long, with a short burst before
// (https://docs.slack.dev/apis/web-api/rate-limits): a post a second in a channel, fifty updates a minute, fifty direct
// messages opened a minute. Posts go a tenth slower, as a network brings two of them closer together.
const (
	postEvery   = 1100 * time.Millisecond
	redrawEvery = 1200 * time.Millisecond
	openEvery   = 1200 * time.Millisecond
	homeEvery   = 700 * time.Millisecond // views.publish is of tier 4: a hundred a minute
	listEvery   = 3 * time.Second        // usergroups.list and users.list are of tier 2: twenty a minute
	burst       = 8

	fairEvery = 4 // of so many turns one goes to the least urgent
)

// pace is how fast the bot makes calls of one family: a burst, then one every so often, and none for as long as Slack
// wants none. The most urgent goes first, but for one turn in a few: nobody waits for ever. A call that was turned away takes a new turn, as slack-go's
// own repetition of it would push out the next, for as long as a storm lasts.
type pace struct {
	every time.Duration

	mu      sync.Mutex
	waiting []*waiter // who came first is the first
	given   int       // turns
	whole   time.Time // when there is a whole burst again
	rest    time.Time // no call before
	timer   *time.Timer
}

// waiter waits for a turn, which is given by closing it.
type waiter struct {
	ctx  context.Context
	turn chan struct{}
}

func newPace(every time.Duration) *pace { return &pace{every: every} }

// wait returns when a call may be made.
func (p *pace) wait(ctx context.Context) error {
	w := &waiter{ctx, make(chan struct{})}
	p.mu.Lock()
	p.waiting = append(p.waiting, w)
	p.give()
	p.mu.Unlock()
	select {
	case <-w.turn:
		return nil
	case <-ctx.Done():
		p.mu.Lock()
		defer p.mu.Unlock()
		p.waiting = slices.DeleteFunc(p.waiting, func(other *waiter) bool { return other == w })
		return fmt.Errorf("%w: %w", errNoTurn, ctx.Err())
	}
}

var errNoTurn = errors.New("no turn at Slack's pace")

// give gives the turns that are due, and comes back for the next. The caller holds mu.
func (p *pace) give() {
	for len(p.waiting) > 0 {
		now := time.Now()
		at := p.whole.Add(-(burst - 1) * p.every)
		if p.rest.After(at) {
			at = p.rest
		}
		if at.After(now) {
			if p.timer != nil {
				p.timer.Stop()
			}
			p.timer = time.AfterFunc(at.Sub(now), func() {
				p.mu.Lock()
				defer p.mu.Unlock()
				p.give()
			})
			return
		}
		if p.whole.Before(now) {
			p.whole = now
		}
		p.whole = p.whole.Add(p.every)
		p.given++
		next := p.next()
		close(p.waiting[next].turn)
		p.waiting = slices.Delete(p.waiting, next, next+1)
	}
}

// next is whose turn it is: who came first of the most urgent, or of the least.
func (p *pace) next() int {
	next, fair := 0, p.given%fairEvery == 0
	for i, w := range p.waiting {
		u, best := handlers.UrgencyOf(w.ctx), handlers.UrgencyOf(p.waiting[next].ctx)
		if u > best && !fair || u < best && fair {
			next = i
		}
	}
	return next
}

// unlessResting makes a call at once, unless Slack wants none now.
func (p *pace) unlessResting(call func() error) error {
	p.mu.Lock()
	rest := time.Until(p.rest)
	p.mu.Unlock()
	if rest > 0 {
		return &slack.RateLimitedError{RetryAfter: rest}
	}
	return p.heed(call())
}

// inTurn makes a call when it is its turn, again and again while Slack wants none.
func (p *pace) inTurn(ctx context.Context, call func() error) error {
	for {
		if err := p.wait(ctx); err != nil {
			return err
		}
		err := p.heed(call())
		if limited := (*slack.RateLimitedError)(nil); !errors.As(err, &limited) {
			return err
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
