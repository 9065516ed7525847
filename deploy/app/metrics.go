package app

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"sekisho/aws/trail"
	"sekisho/store"
)

// metrics count what comes in and what happens. Their labels are the program's own words: no name, address or id.
type metrics struct {
	events  *prometheus.CounterVec
	entries *prometheus.CounterVec
}

// newMetrics registers them, or with nil leaves them to nobody.
func newMetrics(r prometheus.Registerer) metrics {
	return metrics{
		events: promauto.With(r).NewCounterVec(prometheus.CounterOpts{Name: "sekisho_events_total",
			Help: "Messages read from the queues, by class. An invalid one is left to the dead-letter queue, and counted at each delivery."}, []string{"class"}),
		entries: promauto.With(r).NewCounterVec(prometheus.CounterOpts{Name: "sekisho_entries_total",
			Help: "What happened to requests and alerts, by verb and the state after it. A fail in the state ending is access that could not be ended in time."}, []string{"verb", "state"}),
	}
}

func (m metrics) seen(c trail.Class) { m.events.WithLabelValues(string(c)).Inc() }

// counted is a ledger whose entries are counted once they are durable.
type counted struct {
	store.DB
	metrics metrics
}

func (c counted) Put(ctx context.Context, docs ...store.Doc) error {
	if err := c.DB.Put(ctx, docs...); err != nil {
		return err
	}
	for _, doc := range docs {
		for _, e := range doc.Entries {
			c.metrics.entries.WithLabelValues(string(e.Verb), string(e.State)).Inc()
		}
	}
	return nil
}
