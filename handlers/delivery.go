package handlers

import (
	"context"
	"maps"

	"sekisho/store"
)

// Delivery is what has been delivered of a record while it is told. Each new message is written down before the next one, so that
// a crash has one said twice at most. A message that is redrawn is not: drawn twice it is the same.
type Delivery struct {
	store.Telling
	Write func(context.Context, store.Telling) error
}

// Renew notes that somebody has a new message, which says all until an entry.
func (h *Delivery) Renew(to string, entry uint64) {
	h.Newest = maps.Clone(h.Newest)
	if h.Newest == nil {
		h.Newest = map[string]uint64{}
	}
	h.Newest[to] = max(h.Newest[to], entry)
}

// Note writes down what has been delivered, also when the telling is being cut off.
func (h *Delivery) Note(ctx context.Context) error {
	return h.Write(context.WithoutCancel(ctx), h.Telling)
}
