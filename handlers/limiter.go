package handlers

import (
	"sync"
	"time"
)

// The pace of messages to single persons. Slack opens fifty conversations a minute
// (https://docs.slack.dev/reference/methods/conversations.open), and a letter that waited for that among the tellers
// would hold up the cards, which are more urgent: so each is put off until its turn, and waits nowhere. Who is asked to
// decide has the fifth that the others leave, and never stands before them.
const (
	LetterPace  = 1500 * time.Millisecond
	CallPace    = 6 * time.Second
	letterBurst = 5 // that go at once after a quiet time
)

// Limiter gives out turns to write to single persons.
type Limiter struct {
	Every time.Duration
	mu    sync.Mutex
	next  time.Time
	turns map[string]time.Time // that were given out, by record
}

// Turn returns when a record's letter may be written: now, or later.
func (l *Limiter) Turn(id string, now time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, ok := l.turns[id]
	if !ok {
		if quiet := now.Add(-letterBurst * l.Every); l.next.Before(quiet) {
			l.next = quiet
		}
		at = l.next
		l.next = at.Add(l.Every)
	}
	if !at.After(now) {
		delete(l.turns, id)
		return at
	}
	if l.turns == nil {
		l.turns = map[string]time.Time{}
	}
	l.turns[id] = at
	return at.UTC().Round(0)
}

// Drop forgets a turn that is not needed any more.
func (l *Limiter) Drop(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.turns, id)
}
