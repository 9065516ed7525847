package handlers

import (
	"sync"
	"time"
)

// asksAnHour is how often one sender may ask through SQS: a program in a loop must fill neither the disk nor the channel.
const asksAnHour = 100

// asking counts what each sender has had written down within the hour. It is kept in memory: after a restart the hour
// begins anew.
type asking struct {
	mu    sync.Mutex
	since time.Time
	asked map[string]int
}

// often tells whether a sender has asked as often as they may.
func (a *asking) often(sender string, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if age := now.Sub(a.since); age < 0 || age >= time.Hour {
		a.since, a.asked = now, map[string]int{}
	}
	return a.asked[sender] >= asksAnHour
}

// count notes that one more was written down.
func (a *asking) count(sender string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked[sender]++
}
