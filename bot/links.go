package bot

import (
	"context"
	"sync"

	"github.com/slack-go/slack"

	"sekisho/handlers/access"
	"sekisho/store"
)

// links are the addresses of cards, which do not change: Slack is asked once for each. The zero value is ready.
type links struct {
	mu    sync.Mutex
	known map[store.Card]string
}

// mostLinks is how many are remembered.
const mostLinks = 1000

// to returns the address of a card.
func (l *links) to(ctx context.Context, api *slack.Client, at store.Card) (string, error) {
	l.mu.Lock()
	link, ok := l.known[at]
	l.mu.Unlock()
	if ok {
		return link, nil
	}
	link, err := api.GetPermalinkContext(ctx, &slack.PermalinkParameters{Channel: at.Channel, Ts: at.TS})
	if err != nil {
		return "", err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil || len(l.known) >= mostLinks {
		l.known = map[store.Card]string{}
	}
	l.known[at] = link
	return link, nil
}

// linksOf are the addresses of the cards that a Home tab names. It is drawn without one that Slack does not tell.
func (v *Voice) linksOf(ctx context.Context, a access.Access) map[store.Card]string {
	out := map[store.Card]string{}
	link := func(at store.Card) {
		to, err := v.links.to(ctx, v.api, at)
		if err != nil {
			v.log.Warn("Home tab has no link to a card", "card", at.TS, "err", v.opens.heed(err))
		}
		out[at] = to
	}
	for _, g := range a.Waiting {
		link(g.Card)
	}
	for _, tasks := range [][]store.Task{a.Rotations.Waiting, a.Rotations.Open, a.Rotations.Decided} {
		for _, t := range tasks {
			link(t.Card)
		}
	}
	return out
}
