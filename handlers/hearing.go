package handlers

import (
	"context"
	"maps"

	"sekisho/store"
)

// hearing is what has been heard of a record while it is told. Each new message is written down before the next one, so that
// a crash has one said twice at most. A message that is redrawn is not: drawn twice it is the same.
type hearing struct {
	store.Telling
	write func(context.Context, store.Telling) error
}

// renew has heard that somebody has a new message, which says all until an entry.
func (h *hearing) renew(to string, entry uint64) {
	h.Newest = maps.Clone(h.Newest)
	if h.Newest == nil {
		h.Newest = map[string]uint64{}
	}
	h.Newest[to] = max(h.Newest[to], entry)
}

// note writes down what has been heard, also when the telling is being cut off.
func (h *hearing) note(ctx context.Context) error {
	return h.write(context.WithoutCancel(ctx), h.Telling)
}
