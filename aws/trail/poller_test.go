package trail_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"sekisho/aws/trail"
	"sekisho/store"
)

var errOut = errors.New("out of order")

// asking is a body that makes the request "login-" + eventID.
func asking(t *testing.T, eventID string) string {
	return string(encode(t, envelope(with(signin(), "eventID", eventID))))
}

// poll runs a poller for a while, and returns what it logged and how long it took to end after that.
func poll(t *testing.T, q *queue, life time.Duration, p trail.Poller) (logged string, ending time.Duration) {
	t.Helper()
	var log bytes.Buffer
	p.SQS, p.URL = q, queueURL
	if p.Read == nil {
		p.Read = trail.SignIns(nil)
	}
	p.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	ctx, cancel := context.WithTimeout(t.Context(), life)
	defer cancel()
	err := p.Run(ctx)
	ending = time.Since(q.start) - life
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Run: %v", err)
	}
	return log.String(), ending
}

// TestPollerDeletesWhatIsDone: a request after it is durable, what is ignored at once, what is invalid never.
func TestPollerDeletesWhatIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t, asking(t, "a"), "secret garbage", `{"source":"aws.ec2","detail-type":"x","detail":{}}`, "", asking(t, "b"))
		var stored []string
		seen := map[trail.Class]int{}
		logged, _ := poll(t, q, 5*time.Minute, trail.Poller{
			Read: trail.SignIns(configured),
			Seen: func(c trail.Class) { seen[c]++ },
			Sink: func(_ context.Context, f trail.Finding) error {
				r := f.Request
				time.Sleep(time.Second)
				own := map[string]string{"login-a": "m1", "login-b": "m5"}[r.ID]
				if slices.Contains(q.deletes, own) {
					t.Errorf("%s was deleted before %s was durable", own, r.ID)
				}
				stored = append(stored, r.ID)
				return nil
			},
		})
		if diff := cmp.Diff([]string{"login-a", "login-b"}, stored); diff != "" {
			t.Errorf("stored (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"m1", "m3", "m5"}, q.deletes); diff != "" {
			t.Errorf("deleted (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"m2", "m4"}, q.dead); diff != "" {
			t.Errorf("dead letters (-want +got):\n%s", diff)
		}
		want := map[trail.Class]int{trail.Request: 2, trail.Ignore: 1, trail.Invalid: 2 * maxReceives}
		if diff := cmp.Diff(want, seen); diff != "" {
			t.Errorf("seen (-want +got):\n%s", diff)
		}
		for _, secret := range []string{"garbage", "192.0.2.10", "console.aws.amazon.com", "m1/1"} {
			if strings.Contains(logged, secret) {
				t.Errorf("the log has %q:\n%s", secret, logged)
			}
		}
	})
}

// TestPollerSinkFails: the message comes again until the request is durable, and nothing else waits for it.
func TestPollerSinkFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t, asking(t, "a"), asking(t, "b"))
		var tried []string
		poll(t, q, 5*time.Minute, trail.Poller{Sink: func(_ context.Context, f trail.Finding) error {
			r := f.Request
			tried = append(tried, r.ID)
			if len(tried) < 4 && r.ID == "login-a" {
				return errOut
			}
			return nil
		}})
		if diff := cmp.Diff([]string{"login-a", "login-b", "login-a", "login-a"}, tried); diff != "" {
			t.Errorf("tried (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"m2", "m1"}, q.deletes); diff != "" {
			t.Errorf("deleted (-want +got):\n%s", diff)
		}
	})
}

// TestPollerLedgerUnwritten: while the ledger cannot be written nothing is received, and the messages in hand are stored once it can. A
// message that fails for a reason of its own holds up nothing.
func TestPollerLedgerUnwritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t, asking(t, "a"), asking(t, "b"), asking(t, "c"))
		var stored []string
		logged, _ := poll(t, q, 15*time.Minute, trail.Poller{Sink: func(_ context.Context, f trail.Finding) error {
			switch {
			case time.Since(q.start) < 11*time.Minute:
				return fmt.Errorf("receive: %w", store.ErrUnwritten)
			case f.Request.ID == "login-b":
				return errOut
			}
			stored = append(stored, f.Request.ID)
			return nil
		}})
		if diff := cmp.Diff([]string{"login-a", "login-c"}, stored); diff != "" {
			t.Errorf("stored (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"m2"}, q.dead); diff != "" { // for its own reason
			t.Errorf("dead letters (-want +got):\n%s", diff)
		}
		if len(q.receives) < 2 || q.receives[1] < 11*time.Minute || q.receives[1] > 11*time.Minute+5*time.Second {
			t.Errorf("received at %v", q.receives)
		}
		if strings.Count(logged, "no message is received") != 1 || strings.Count(logged, "messages are received again") != 1 {
			t.Errorf("logged\n%s", logged)
		}
	})
}

// TestPollerEndsWhileLedgerUnwritten: the wait for the ledger does not hold up the end.
func TestPollerEndsWhileLedgerUnwritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t, asking(t, "a"))
		_, ending := poll(t, q, time.Minute, trail.Poller{Sink: func(context.Context, trail.Finding) error { return store.ErrUnwritten }})
		if ending > time.Second || len(q.deletes) > 0 || len(q.messages) != 1 {
			t.Errorf("it ended %s late, %d deleted", ending, len(q.deletes))
		}
	})
}

// TestPollerDeleteFails: the request is handed on again, under the same id.
func TestPollerDeleteFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t, asking(t, "a"))
		var stored []string
		q.deleting = func() error {
			if len(stored) == 1 {
				return errOut
			}
			return nil
		}
		poll(t, q, time.Minute, trail.Poller{Sink: func(_ context.Context, f trail.Finding) error {
			r := f.Request
			stored = append(stored, r.ID)
			return nil
		}})
		if diff := cmp.Diff([]string{"login-a", "login-a"}, stored); diff != "" {
			t.Errorf("stored (-want +got):\n%s", diff)
		}
		if len(q.messages) != 0 {
			t.Error("the message is still there")
		}
	})
}

// TestPollerBacksOff: a queue that cannot be read is asked ever more seldom, and at once as before when it can.
func TestPollerBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t)
		q.receiving = func(context.Context) error {
			if n := len(q.receives); n == 8 {
				return nil
			}
			return errOut
		}
		_, ending := poll(t, q, 115*time.Second, trail.Poller{})
		s := time.Second
		want := []time.Duration{0, 1 * s, 3 * s, 7 * s, 15 * s, 31 * s, 61 * s, 91 * s, 111 * s, 112 * s, 114 * s}
		if diff := cmp.Diff(want, q.receives); diff != "" {
			t.Errorf("receives (-want +got):\n%s", diff)
		}
		if ending != 0 {
			t.Errorf("it ended %s late", ending)
		}
	})
}

// TestPollerReceiveHangs: a connection that went dead does not silence the queue.
func TestPollerReceiveHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t, asking(t, "a"))
		q.receiving = func(ctx context.Context) error {
			if len(q.receives) > 1 {
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		}
		poll(t, q, time.Minute, trail.Poller{Sink: func(context.Context, trail.Finding) error { return nil }})
		if diff := cmp.Diff([]string{"m1"}, q.deletes); diff != "" {
			t.Errorf("deleted (-want +got):\n%s", diff)
		}
	})
}

// TestPollerSinkHangs: one message that cannot be stored holds up the others for ten seconds and no longer.
func TestPollerSinkHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t, asking(t, "a"), asking(t, "b"))
		poll(t, q, 15*time.Second, trail.Poller{Sink: func(ctx context.Context, f trail.Finding) error {
			r := f.Request
			if r.ID == "login-b" {
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		}})
		if diff := cmp.Diff([]string{"m2"}, q.deletes); diff != "" {
			t.Errorf("deleted (-want +got):\n%s", diff)
		}
	})
}

// TestPollerShutdown: what is in hand is finished, within five seconds.
func TestPollerShutdown(t *testing.T) {
	for _, test := range []struct {
		name   string
		each   time.Duration // that Sink needs
		stored []string
		ending time.Duration
	}{
		{"quick", time.Second, []string{"m1", "m2", "m3"}, 2 * time.Second},
		{"slow", 4 * time.Second, []string{"m1"}, 5 * time.Second},
		{"hanging", time.Hour, nil, 5 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := newQueue(t, asking(t, "a"), asking(t, "b"), asking(t, "c"))
				_, ending := poll(t, q, time.Second, trail.Poller{
					Sink: func(ctx context.Context, f trail.Finding) error {
						r := f.Request
						if ctx.Err() != nil {
							t.Errorf("%s was begun when its time was over", r.ID)
						}
						select {
						case <-time.After(test.each):
							return nil
						case <-ctx.Done():
							return ctx.Err()
						}
					},
				})
				if diff := cmp.Diff(test.stored, q.deletes); diff != "" {
					t.Errorf("stored and deleted (-want +got):\n%s", diff)
				}
				if ending != test.ending {
					t.Errorf("it ended after %s, want %s", ending, test.ending)
				}
			})
		})
	}
}
