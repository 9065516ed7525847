package handlers

import (
	"sync"
	"time"
)

// letterEvery is the pace of messages to single persons. Slack opens fifty conversations a minute
// (https://docs.slack.dev/reference/methods/conversations.open), and a letter that waited for that among the tellers
// would hold up the cards, which are more urgent: so each is put off until its turn, and waits nowhere.
const (
	letterEvery = 1500 * time.Millisecond
	letterBurst = 5 // that go at once after a quiet time
)

// letters gives out turns. The zero value is ready.
type letters struct {
	mu    sync.Mutex
	next  time.Time
	turns map[string]time.Time // that were given out, by record
}

// turn is when a record's letter may be written: now, or later.
func (l *letters) turn(id string, now time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, ok := l.turns[id]
	if !ok {
		if quiet := now.Add(-letterBurst * letterEvery); l.next.Before(quiet) {
			l.next = quiet
		}
		at = l.next
		l.next = at.Add(letterEvery)
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
