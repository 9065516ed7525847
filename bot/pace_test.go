package bot

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"sekisho/bot/fakeslack"
	"sekisho/handlers"
	"sekisho/store"
)

// checkPace wants a burst at once and then one call after the other.
func checkPace(t *testing.T, at []time.Duration, every time.Duration) {
	t.Helper()
	for i, d := range at {
		want := time.Duration(max(0, i-burst+1)) * every
		if d < want-time.Millisecond || d > want+time.Millisecond {
			t.Fatalf("call %d of %d after %v, want %v", i+1, len(at), d, want)
		}
	}
}

// TestTurns: a burst, then a post every so often and fifty redraws a minute, whoever asks. They do not wait for each other.
func TestTurns(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		var everybody sync.WaitGroup
		for _, c := range []struct {
			at    store.Card
			every time.Duration
		}{{store.Card{}, postEvery}, {store.Card{Channel: approvals, TS: "1.000001"}, time.Minute / 50}} {
			everybody.Go(func() {
				begun, at := time.Now(), []time.Duration(nil)
				for range 100 {
					if err := w.voice.Turn(t.Context(), c.at); err != nil {
						t.Error(err)
					}
					at = append(at, time.Since(begun))
				}
				checkPace(t, at, c.every)
			})
		}
		everybody.Wait()
	})
}

// TestUrgentTurns: the more urgent goes first, one that becomes so as well, and the least urgent has one turn in four.
func TestUrgentTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(time.Second)
		for range burst {
			if err := p.wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		var mu sync.Mutex
		var got string
		wait := func(name string, u *handlers.Hurry) {
			go func() {
				if p.wait(u.In(t.Context())) == nil {
					mu.Lock()
					defer mu.Unlock()
					got += name
				}
			}()
			synctest.Wait()
		}
		var late handlers.Hurry
		for range 4 {
			wait("o", &handlers.Hurry{})
		}
		wait("L", &late)
		for range 6 {
			wait("p", handlers.NewHurry(handlers.Pressing))
		}
		wait("A", handlers.NewHurry(handlers.Alarming))
		late.Raise(handlers.Alarming)
		time.Sleep(time.Minute)
		mu.Lock()
		defer mu.Unlock()
		if want := "LAp" + "o" + "ppp" + "o" + "pp" + "oo"; got != want {
			t.Errorf("turns went to %s, want %s", got, want)
		}
	})
}

// TestAPaceThatIsLeft: who waits no longer takes no turn.
func TestAPaceThatIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(time.Second)
		for range burst {
			_ = p.wait(t.Context())
		}
		short, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		go func() { _ = p.wait(short) }()
		synctest.Wait()
		begun := time.Now()
		if err := p.wait(t.Context()); err != nil || time.Since(begun) != time.Second {
			t.Errorf("waited %s: %v", time.Since(begun), err)
		}
	})
}

// TestPaceOfThreadsAndQuestions: they are not given a turn by others, so they take one themselves.
func TestPaceOfThreadsAndQuestions(t *testing.T) {
	for name, c := range map[string]struct {
		method string
		every  time.Duration
		call   func(w *world, g store.Grant) error
	}{
		"thread": {"chat.postMessage", postEvery, func(w *world, g store.Grant) error {
			_, err := w.voice.Thread(w.t.Context(), g, store.Entry{Verb: store.Lapse})
			return err
		}},
		"first question": {"conversations.open", time.Minute / 50, func(w *world, g store.Grant) error {
			g.DM = store.Card{}
			_, err := w.voice.DM(w.t.Context(), g)
			return err
		}},
		"question redrawn": {"chat.update", time.Minute / 50, func(w *world, g store.Grant) error {
			_, err := w.voice.DM(w.t.Context(), g)
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			inSlack(t, func(t *testing.T, w *world) {
				g := w.ask(w.post(request()))
				time.Sleep(time.Minute)
				begun, at := time.Now(), []time.Duration(nil)
				w.failing(func(call fakeslack.Call) *fakeslack.Failure {
					if call.Method == c.method {
						at = append(at, time.Since(begun))
					}
					return nil
				})
				for range 60 {
					if err := c.call(w, g); err != nil {
						t.Fatal(err)
					}
				}
				if len(at) != 60 {
					t.Fatalf("%d calls", len(at))
				}
				checkPace(t, at, c.every)
			})
		})
	}
}

// TestTooFastForSlack: a call that Slack turns away is not made again by itself, and no other one until Slack takes calls.
func TestTooFastForSlack(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		g := w.post(request())
		calls := 0
		w.failing(func(c fakeslack.Call) *fakeslack.Failure {
			if calls++; calls == 1 {
				return &fakeslack.Failure{RetryAfter: 7 * time.Second}
			}
			return nil
		})
		begun := time.Now()
		var limited *slack.RateLimitedError
		if _, err := w.voice.Card(t.Context(), store.Card{}, g); !errors.As(err, &limited) || calls != 1 || time.Since(begun) > time.Second {
			t.Errorf("%d calls, after %v: %v", calls, time.Since(begun), err)
		}
		if err := w.voice.Turn(t.Context(), g.Card); err != nil || time.Since(begun) > time.Second {
			t.Errorf("a redraw waits for a post, %v: %v", time.Since(begun), err)
		}
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := w.voice.Turn(short, store.Card{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a post while Slack wants none: %v", err)
		}
		if _, err := w.voice.Thread(t.Context(), g, store.Entry{Verb: store.Lapse}); err != nil || time.Since(begun) != 7*time.Second {
			t.Errorf("posted after %v: %v", time.Since(begun), err)
		}
	})
}

// TestBlocksThatSlackRefuses: the message is sent without them, and the old ones do not stay: their buttons would lie.
func TestBlocksThatSlackRefuses(t *testing.T) {
	for _, code := range unfit {
		t.Run(code, func(t *testing.T) {
			inSlack(t, func(t *testing.T, w *world) {
				g, a := w.post(request()), w.alarm(alerts(t)["unknown-raised"])
				w.failing(func(c fakeslack.Call) *fakeslack.Failure {
					if blocks := c.Args["blocks"]; blocks == "" || blocks == "[]" {
						return nil
					}
					return &fakeslack.Failure{Error: code}
				})
				g = w.post(lived(t, g, approve))
				acting := alerts(t)["unknown-acting"]
				acting.Card = a.Card
				w.alarm(acting)
				fresh := w.post(request())
				for what, c := range map[string]struct{ in, at, text string }{
					"redrawn card":  {approvals, g.Card.TS, w.voice.pen.Card(g).Text},
					"redrawn alert": {security, a.Card.TS, w.voice.pen.Alert(acting, nil, "").Text},
					"new card":      {approvals, fresh.Card.TS, w.voice.pen.Card(fresh).Text},
				} {
					m := w.message(c.in, c.at)
					if m.Text != c.text || strings.Contains(string(m.Blocks), "{") {
						t.Errorf("%s shows %q and %s", what, m.Text, m.Blocks)
					}
				}
				if n := strings.Count(w.log.String(), code); n != 3 {
					t.Errorf("%d of 3 in the log: %s", n, w.log)
				}
				w.failing(nil)
				if g = w.post(g); len(w.message(approvals, g.Card.TS).Blocks) == 0 {
					t.Error("the next redraw has no blocks")
				}
			})
		})
	}
}

// message is one by its place.
func (w *world) message(channel, ts string) fakeslack.Message {
	w.t.Helper()
	for _, m := range w.Messages(channel) {
		if m.TS == ts {
			return m
		}
	}
	w.t.Fatalf("no message %s in %s", ts, channel)
	return fakeslack.Message{}
}

// TestLostThread: what it said is in the ledger, and nobody is told again and again.
func TestLostThread(t *testing.T) {
	for _, c := range []struct{ channel, ts string }{{approvals, "1.000001"}, {"C0DELETED", "1.000001"}} {
		inSlack(t, func(t *testing.T, w *world) {
			g := changed(func(g *store.Grant) { g.Card = store.Card{Channel: c.channel, TS: c.ts} })
			if _, err := w.voice.Thread(t.Context(), g, store.Entry{Verb: store.Lapse}); err != nil {
				t.Errorf("%+v: %v", g.Card, err)
			}
		})
	}
}
