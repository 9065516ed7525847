package handlers

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"sekisho/store"
)

const (
	homeAge   = 8 * time.Hour // that an opened Home tab is kept up to date; who opens it again sees it anew in any case
	mostHomes = 500           // that are
)

// homes are the Home tabs that people have opened. They are kept in memory: Slack says when one is opened, every time.
// The zero value is ready.
type homes struct {
	mu   sync.Mutex
	open map[string]*home // by Slack account
}

// home is one person's.
type home struct {
	person string
	names  []string // by which rules name them; nil until it has been drawn
	from   int      // the page
	until  time.Time
	stale  bool
}

// Open takes note that a person looks at their Home tab, from a place in what is over. It is drawn beside the caller.
func (k *Keeper) Open(account string, from int) {
	h, now := k.homes, k.now()
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
	h.open[account] = &home{person: cmp.Or(k.Policy.People.Of(account), account), from: from, until: now.Add(homeAge), stale: true}
	wake(k.opened)
}

// changed makes the homes stale that may show a grant.
func (h *homes) changed(g store.Grant) (some bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, o := range h.open {
		shows := func(who string) bool { return slices.Contains(o.names, who) }
		if o.names == nil || o.person == g.Subject.Person || slices.ContainsFunc(g.Steps, func(s store.Step) bool { return slices.ContainsFunc(s.By, shows) }) {
			o.stale, some = true, true
		}
	}
	return some
}

// refresh has the homes drawn anew that show something to which something has happened.
func (k *Keeper) refresh(grants []store.Grant) {
	for _, g := range grants {
		if k.homes.changed(g) {
			wake(k.opened)
		}
	}
}

// take takes those that are to be drawn.
func (h *homes) take() map[string]int {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := map[string]int{}
	for account, o := range h.open {
		if o.stale {
			out[account], o.stale = o.from, false
		}
	}
	return out
}

// drawn notes who a home that was drawn belongs to, or that it has to be drawn again.
func (h *homes) drawn(account string, names []string, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if o := h.open[account]; o != nil {
		o.names, o.stale = names, o.stale || !ok
	}
}

// showHomes draws the Home tabs that are stale, one after the other, until the context ends. What Slack does not take is
// drawn again with the next tick.
func (k *Keeper) showHomes(ctx context.Context) {
	for ctx.Err() == nil {
		again := false
		stale := k.homes.take()
		for _, account := range slices.Sorted(maps.Keys(stale)) {
			if ctx.Err() != nil {
				return
			}
			names, err := k.show(ctx, account, stale[account])
			if err != nil {
				k.Log.Warn("Home tab will be drawn again", "by", account, "err", err)
			}
			k.homes.drawn(account, names, err == nil)
			again = again || err != nil
		}
		if again {
			pause(ctx, tick)
			continue
		}
		select {
		case <-ctx.Done():
		case <-k.opened:
		}
	}
}

func (k *Keeper) show(ctx context.Context, account string, from int) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, tellTime)
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
