package demo

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"sekisho/handlers/policy"
	"sekisho/store"
)

// journal reads along in the ledger: what was written, after it is durable. It outlives the bot, so that the page can
// show what is true while the bot is dead. What it keeps is bounded but for the grants, alerts and tasks, of which a
// demo has few.
type journal struct {
	rang func() // is called after each write

	mu     sync.Mutex
	lines  []line // the oldest first
	read   map[string]uint64
	grants map[string]store.Grant
	alerts map[string]store.Alert
	tasks  map[string]store.Task
	report store.Report // that no newer one has taken the place of
	tour   tour
}

// line is an entry of the ledger, and whom its record is about.
type line struct {
	Record string            `json:"record"`
	User   string            `json:"user,omitempty"`
	Target string            `json:"target,omitempty"`
	Seq    uint64            `json:"seq"`
	Verb   store.Verb        `json:"verb"`
	State  store.State       `json:"state"`
	By     string            `json:"by"`
	At     time.Time         `json:"at"`
	Until  time.Time         `json:"until,omitzero"`
	Note   string            `json:"note,omitempty"`
	Facts  map[string]string `json:"facts,omitempty"`
	Hash   string            `json:"hash"`
}

const mostLines = 100 // of any list that the page shows

func newJournal(rang func()) *journal {
	return &journal{rang: rang, read: map[string]uint64{}, grants: map[string]store.Grant{}, alerts: map[string]store.Alert{},
		tasks: map[string]store.Task{}}
}

// noted is a ledger whose writes a journal reads.
type noted struct {
	store.DB
	journal *journal
}

// Put implements store.DB.
func (n noted) Put(ctx context.Context, docs ...store.Doc) error {
	if err := n.DB.Put(ctx, docs...); err != nil {
		return err
	}
	for _, d := range docs {
		n.journal.look(context.WithoutCancel(ctx), n.DB, d)
	}
	n.journal.rang()
	return nil
}

// look reads a record that was written, and its new entries. A ledger that is closed meanwhile is read again after the next start.
func (j *journal) look(ctx context.Context, db store.DB, d store.Doc) {
	id := d.ID
	j.mu.Lock()
	defer j.mu.Unlock()
	about := line{Record: id}
	switch d.Kind {
	case store.KindGrant:
		g, err := store.LoadGrant(ctx, db, id)
		if err != nil {
			return
		}
		j.grants[id] = g
		about.User, about.Target = g.Subject.User, g.Target
	case store.KindAlert:
		a, err := store.LoadAlert(ctx, db, id)
		if err != nil {
			return
		}
		j.alerts[id] = a
		about.User, about.Target = a.Subject.User, a.Target
	case store.KindReport:
		if r, err := store.LoadReport(ctx, db, id); err == nil && r.State == store.Current {
			j.report = r
		}
	case store.KindTask:
		t, err := store.LoadTask(ctx, db, id)
		if err != nil {
			return
		}
		j.tasks[id] = t
		about.User, about.Target = t.User, t.Secret
	case store.KindOffboarding:
		o, err := store.LoadOffboarding(ctx, db, id)
		if err != nil {
			return
		}
		about.User = o.Person.Account()
	case store.KindPress:
		if p, err := store.LoadPress(ctx, db, id); err == nil && p.Refusal == policy.Own {
			j.tour.refused(p.On)
		}
		return
	}
	entries, err := db.Entries(ctx, id, j.read[id])
	if err != nil {
		return
	}
	for _, e := range entries {
		j.add(about, e)
	}
}

// add takes an entry up. The caller holds mu.
func (j *journal) add(l line, e store.Entry) {
	l.Seq, l.Verb, l.State, l.By, l.At, l.Until = e.Seq, e.Verb, e.State, e.By, e.At, e.Until
	l.Note, l.Facts, l.Hash = e.Note, e.Facts, e.Hash[:min(8, len(e.Hash))]
	j.lines = last(append(j.lines, l), mostLines)
	j.read[l.Record] = e.Seq
	j.tour.entry(l.Record, j.grants[l.Record].Origin == store.SignIn, e)
}

// last are the newest n of a list that grows at its end.
func last[T any](list []T, n int) []T { return list[max(0, len(list)-n):] }

// newest returns the lines, the newest first.
func (j *journal) newest() []line {
	j.mu.Lock()
	defer j.mu.Unlock()
	return reversed(j.lines)
}

func reversed[T any](list []T) []T {
	out := make([]T, 0, len(list))
	for i := range list {
		out = append(out, list[len(list)-1-i])
	}
	return out
}

// drawn returns what stands on each card, and the alerts that stand in a channel, the oldest first.
func (j *journal) drawn() (cards [][]store.Grant, alerts []store.Alert) {
	j.mu.Lock()
	defer j.mu.Unlock()
	on := map[store.Card][]store.Grant{}
	for _, id := range slices.Sorted(maps.Keys(j.grants)) { // a digest lists them so
		if g := j.grants[id]; g.Card.TS != "" {
			on[g.Card] = append(on[g.Card], g)
		}
	}
	for _, a := range j.alerts {
		if a.Card.TS != "" {
			alerts = append(alerts, a)
		}
	}
	byTime := func(a, b store.Card) int { return strings.Compare(a.TS, b.TS) }
	for _, card := range slices.SortedFunc(maps.Keys(on), byTime) {
		cards = append(cards, on[card])
	}
	slices.SortFunc(alerts, func(a, b store.Alert) int { return byTime(a.Card, b.Card) })
	return cards, alerts
}

// grant returns a grant as the ledger has it, or none.
func (j *journal) grant(id string) store.Grant {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.grants[id]
}

// cardOf returns where a grant's card stands.
func (j *journal) cardOf(id string) store.Card {
	return j.grant(id).Card
}

// reported returns the report that stands, with its rows; one without a card if there is none.
func (j *journal) reported() (store.Report, []store.Alert) {
	j.mu.Lock()
	defer j.mu.Unlock()
	rows := make([]store.Alert, len(j.report.Findings))
	for i, f := range j.report.Findings {
		rows[i] = j.alerts[f.ID()]
	}
	return j.report, rows
}

// rotations returns those that have a card, the oldest first.
func (j *journal) rotations() []store.Task {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.DeleteFunc(slices.SortedFunc(maps.Values(j.tasks), func(a, b store.Task) int { return strings.Compare(a.Card.TS, b.Card.TS) }),
		func(t store.Task) bool { return t.Card.TS == "" })
}

// steps returns how far the tour is, after a look at whether its access is overdue while nobody takes it back.
func (j *journal) steps(dead bool, now time.Time) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	if g := j.grants[j.tour.request]; dead && g.State == store.Active && g.Over(now) {
		j.tour.reach(stepOverdue)
	}
	return j.tour.step
}

// restart begins the tour anew: only what happens from now on counts.
func (j *journal) restart() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.tour = tour{}
}
