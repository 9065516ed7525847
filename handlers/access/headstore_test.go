package access_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sekisho/handlers"
	"sekisho/store"
)

// shelf is a store of heads that remembers them. It may refuse, or hang.
type shelf struct {
	mu     sync.Mutex
	heads  []store.SealHead
	refuse atomic.Bool
	hangs
}

func (s *shelf) Store(ctx context.Context, h store.SealHead) error {
	if err := s.wait(ctx); err != nil {
		return err
	}
	if s.refuse.Load() {
		return errors.New("AccessDenied")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heads = append(s.heads, h)
	return nil
}

func (s *shelf) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.heads)
}

// inWorldWithShelf runs a test with a keeper that stores heads, too. The bubble begins at midnight, and heads are due at nine.
func inWorldWithShelf(t *testing.T, test func(w *world, s *shelf, at func(day, hour int))) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w, s, begin := newWorld(t), new(shelf), time.Now()
		p := *w.policy
		p.Head = &handlers.Daily{At: 9 * 60, Zone: time.UTC}
		w.policy, w.heads = &p, s
		w.keeper = w.newKeeper()
		w.run()
		defer func() { w.stop() }()
		w.wait(time.Minute)
		test(w, s, func(day, hour int) {
			w.wait(time.Until(begin.Add(time.Duration(24*day+hour) * time.Hour)))
		})
	})
}

func (w *world) posted() []postedHead {
	w.voice.mu.Lock()
	defer w.voice.mu.Unlock()
	return append([]postedHead(nil), w.voice.heads...)
}

// The head is stored once a day as well: the one that is posted, once over restarts, and not at all where nothing was sealed.
func TestTheHeadIsStoredDaily(t *testing.T) {
	inWorldWithShelf(t, func(w *world, s *shelf, at func(day, hour int)) {
		w.signIn("1")
		at(0, 8)
		if n := s.count(); n > 0 {
			t.Fatalf("%d stored too early", n)
		}
		for range 3 {
			at(0, 10)
			w.stop()
			w.keeper = w.newKeeper()
			w.run()
		}
		at(0, 12)
		if n := s.count(); n != 1 || s.heads[0] != w.posted()[0].SealHead {
			t.Fatalf("stored %+v, posted %+v", s.heads, w.posted())
		}
		at(2, 10)
		if n := s.count(); n != 2 { // the request has lapsed
			t.Errorf("%d stored", n)
		}
		w.signIn("2")
		at(3, 10)
		if n := s.count(); n != 3 {
			t.Errorf("%d stored", n)
		}
		w.audited()
	})
}

// Slack being down does not hold up what is stored, nor a store that is down or hangs what is posted. Both are made up for.
func TestPostedAndStoredByThemselves(t *testing.T) {
	for name, fail := range map[string]func(*shelf, bool){
		"refuses": func(s *shelf, down bool) { s.refuse.Store(down) },
		"hangs":   func(s *shelf, down bool) { s.from.Store(down) },
	} {
		t.Run(name, func(t *testing.T) {
			inWorldWithShelf(t, func(w *world, s *shelf, at func(day, hour int)) {
				w.signIn("1")
				fail(s, true)
				at(0, 9)
				w.wait(time.Minute + time.Second)
				if n := len(w.posted()); n != 1 || s.count() != 0 {
					t.Fatalf("%d posted, %d stored", n, s.count())
				}
				begin := time.Now()
				w.stop()
				if took := time.Since(begin); took > time.Second {
					t.Errorf("the stop took %s", took)
				}
				fail(s, false)
				w.keeper = w.newKeeper()
				w.run()
				w.wait(time.Minute)
				if s.count() != 1 {
					t.Fatalf("%d stored", s.count())
				}
				w.voice.setDown(true)
				w.signIn("2")
				at(1, 9)
				w.wait(2 * time.Minute)
				if s.count() != 2 || len(w.posted()) != 1 {
					t.Errorf("%d posted, %d stored", len(w.posted()), s.count())
				}
			})
		})
	}
}

// What could not be stored for a day is said with the next head, also where nothing new was sealed, and until it is stored.
func TestNotStoredForADayIsSaid(t *testing.T) {
	inWorldWithShelf(t, func(w *world, s *shelf, at func(day, hour int)) {
		w.signIn("1")
		at(0, 10)
		stored := time.Now().Add(-time.Hour)
		w.signIn("2")
		s.refuse.Store(true)
		at(3, 10)
		said := w.posted()
		if len(said) != 4 || !said[0].unstored.IsZero() || !said[1].unstored.IsZero() || s.count() != 1 {
			t.Fatalf("posted %+v, stored %d", said, s.count())
		}
		for _, h := range said[2:] {
			if h.unstored.Sub(stored).Abs() > 2*time.Minute {
				t.Errorf("said since %s, it is since %s", h.unstored, stored)
			}
		}
		s.refuse.Store(false)
		at(3, 12)
		if s.count() != 2 {
			t.Errorf("%d stored", s.count())
		}
		at(4, 10)
		if n := len(w.posted()); n != 4 {
			t.Errorf("%d posted after it was stored", n)
		}
	})
}

// A bot that was stopped for days says nothing of the sort: it has not tried.
func TestStoppedForDaysIsNotFailing(t *testing.T) {
	inWorldWithShelf(t, func(w *world, _ *shelf, at func(day, hour int)) {
		w.signIn("1")
		at(0, 10)
		w.stop()
		at(4, 10)
		w.keeper = w.newKeeper()
		w.run()
		w.wait(3 * time.Minute)
		for _, h := range w.posted() {
			if !h.unstored.IsZero() {
				t.Errorf("said %+v", h)
			}
		}
	})
}

// While the clock stands behind the ledger nothing is stored, as a lock until a wrong time stays.
func TestNothingIsStoredByAWrongClock(t *testing.T) {
	inWorldWithShelf(t, func(w *world, s *shelf, at func(day, hour int)) {
		w.signIn("1")
		at(0, 8)
		w.ahead.Store(int64(45 * time.Minute))
		w.wait(5 * time.Minute)
		w.ahead.Store(0)
		w.wait(20 * time.Minute) // for the bot it is past nine
		if len(w.posted()) != 1 || s.count() != 0 {
			t.Errorf("%d posted, %d stored", len(w.posted()), s.count())
		}
		at(0, 11)
		if s.count() != 1 {
			t.Errorf("%d stored", s.count())
		}
	})
}
