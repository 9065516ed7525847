package access

import (
	"sync"
	"time"
)

// How often one may ask within an hour. A program in a loop must fill neither the disk nor the channel, and a person must not
// ask until somebody is tired of saying no.
const (
	asksAnHour       = 100 // a sender through SQS
	personAsksAnHour = 20  // a person by hand
)

// asking counts what each sender and each person has had written down within the hour. It is kept in memory: after a restart the hour
// begins anew.
type asking struct {
	mu    sync.Mutex
	since time.Time
	asked map[string]int
}

// often tells whether somebody has asked as often as they may: most.
func (a *asking) often(sender string, most int, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if age := now.Sub(a.since); age < 0 || age >= time.Hour {
		a.since, a.asked = now, map[string]int{}
	}
	return a.asked[sender] >= most
}

// count notes that one more was written down.
func (a *asking) count(sender string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked[sender]++
}
