package bot

import (
	"cmp"
	"context"
	"sync"
	"time"
)

const loadTime = 10 * time.Minute // for all pages of a list, at Slack's pace

// snapshot is the last whole list that Slack has answered. It is asked for anew only when somebody reads it, by one at a time.
type snapshot[T any] struct {
	age      time.Duration // for which nothing newer is asked for
	patience time.Duration // of who reads, for something newer than there is
	load     func(context.Context) (T, error)

	mu      sync.Mutex
	value   T
	at      time.Time // when it was asked for; zero if there is none yet
	loading *loading
}

// loading is a list that is being asked for.
type loading struct {
	done chan struct{}
	err  error // once done
}

// read returns the list. An old one is good enough where Slack has nothing newer in time; the first one is waited for.
func (s *snapshot[T]) read(ctx context.Context, now time.Time) (T, error) {
	s.mu.Lock()
	if !s.at.IsZero() && now.Before(s.at.Add(s.age)) {
		defer s.mu.Unlock()
		return s.value, nil
	}
	if s.loading == nil {
		s.loading = &loading{done: make(chan struct{})}
		go s.renew(context.WithoutCancel(ctx), s.loading, now)
	}
	l, patience := s.loading, loadTime
	if !s.at.IsZero() {
		patience = s.patience
	}
	s.mu.Unlock()
	waitFor(ctx, l.done, patience)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.at.IsZero() {
		return s.value, nil
	}
	select {
	case <-l.done:
		return s.value, l.err
	default:
		return s.value, cmp.Or(ctx.Err(), context.DeadlineExceeded)
	}
}

// renew asks for the list, however long the reader waits for it.
func (s *snapshot[T]) renew(ctx context.Context, l *loading, now time.Time) {
	ctx, cancel := context.WithTimeout(ctx, loadTime)
	defer cancel()
	value, err := s.load(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.value, s.at = value, now
	}
	l.err, s.loading = err, nil
	close(l.done)
}

// waitFor waits until done is closed, but no longer than this.
func waitFor(ctx context.Context, done <-chan struct{}, limit time.Duration) {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
	case <-ctx.Done():
	case <-timer.C:
	}
}
