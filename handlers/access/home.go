package access

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

const (
	homeAge   = 8 * time.Hour    // that an opened Home tab is kept up to date; who opens it again sees it anew in any case
	mostHomes = 500              // that are
	homeAgain = 15 * time.Second // after one could not be drawn
)

// homes are the Home tabs that people have opened. They are kept in memory: Slack says when one is opened, every time.
// The zero value is ready.
type homes struct {
	mu   sync.Mutex
	open map[string]*home // by Slack account
}

// home is one person's.
type home struct {
	person store.Person
	names  []string // by which rules name them; nil until it has been drawn
	from   int      // the page
	until  time.Time
	stale  bool
	rests  time.Time // until when it is not drawn again
}

// Open takes note that a person looks at their Home tab, from a place in what is over. It is drawn beside the caller.
func (k *Keeper) Open(account string, from int) {
	h, now := k.homes, k.Time()
	h.mu.Lock()
	defer h.mu.Unlock()
	maps.DeleteFunc(h.open, func(_ string, o *home) bool { return now.After(o.until) })
	if h.open == nil {
		h.open = map[string]*home{}
	}
	if h.open[account] == nil && len(h.open) >= mostHomes {
		k.Log.Warn("Home tab not shown: too many are open", "by", account)
		return
	}
	h.open[account] = &home{person: k.Policy.People.OrSelf(account), from: from, until: now.Add(homeAge), stale: true}
	handlers.Wake(k.opened)
}

// changed makes the homes stale that may show something, as they are of a person or of somebody whom these name.
func (h *homes) changed(persons people.Registry, person store.Person, who []string) (some bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, o := range h.open {
		named := slices.ContainsFunc(who, func(name string) bool { return slices.Contains(o.names, name) })
		if o.names == nil || persons.Same(o.person, person) || named {
			o.stale, some = true, true
		}
	}
	return some
}

// news is something that has happened, to something of a person that others decide on as well.
type news struct {
	person store.Person
	who    []string // Slack user ids and "usergroup:" ids
}

// news is what has happened to records that are about to be saved.
func (k *Keeper) news(records []store.Record) []news {
	var out []news
	for _, r := range records {
		switch r := r.(type) {
		case *store.Grant:
			if len(r.Fresh()) > 0 {
				out = append(out, news{r.Subject.Person, policy.NamedIn(policy.Widen(r.Steps, r.Escalated()))})
			}
		case *store.Task:
			if rule, _ := k.Policy.Rotation(r.Rule); len(r.Fresh()) > 0 {
				out = append(out, news{k.Policy.People.Of(r.By), append(policy.NamedIn(policy.Widen(r.Steps, r.Escalated())), k.concerned(rule)...)})
			}
		}
	}
	return out
}

// refresh has the homes drawn anew that show something to which something has happened.
func (k *Keeper) refresh(happened []news) {
	for _, n := range happened {
		if k.homes.changed(k.Policy.People, n.person, n.who) {
			handlers.Wake(k.opened)
		}
	}
}

// take takes those that are to be drawn now, each with its page, and tells whether others rest.
func (h *homes) take(now time.Time) (pages map[string]int, resting bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	pages = map[string]int{}
	for account, o := range h.open {
		switch {
		case !o.stale:
		case now.Before(o.rests):
			resting = true
		default:
			pages[account], o.stale = o.from, false
		}
	}
	return pages, resting
}

// drawn notes by which names the rules know who has a home that was drawn.
func (h *homes) drawn(account string, names []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if o := h.open[account]; o != nil {
		o.names = names
	}
}

// failed lets a home rest that could not be drawn.
func (h *homes) failed(account string, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if o := h.open[account]; o != nil {
		o.stale, o.rests = true, now.Add(homeAgain)
	}
}

// showHomes draws the Home tabs that are stale, one after the other, until the context ends.
func (k *Keeper) showHomes(ctx context.Context) {
	for ctx.Err() == nil {
		pages, resting := k.homes.take(k.Time())
		for _, account := range slices.Sorted(maps.Keys(pages)) {
			if ctx.Err() != nil {
				return
			}
			names, err := k.show(ctx, account, pages[account])
			if err != nil {
				k.Log.Warn("Home tab will be drawn again", "by", account, "err", err)
				k.homes.failed(account, k.Time())
				continue
			}
			k.homes.drawn(account, names)
		}
		if len(pages) > 0 {
			continue
		}
		var again <-chan time.Time
		if resting {
			again = time.After(handlers.Tick)
		}
		select {
		case <-ctx.Done():
		case <-k.opened:
		case <-again:
		}
	}
}

func (k *Keeper) show(ctx context.Context, account string, from int) ([]string, error) {
	ctx, cancel := handlers.Outside(ctx, handlers.TellTime)
	defer cancel()
	names, err := k.names(ctx, account)
	if err != nil {
		return nil, err
	}
	a, err := k.Access(ctx, account, from)
	if err != nil {
		return names, err
	}
	return names, k.Voice.Home(ctx, account, a)
}
