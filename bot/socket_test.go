package bot

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"sekisho/bot/fakeslack"
	"sekisho/store"
)

func TestPressIsStoredBeforeItIsAcknowledged(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		d := &desk{hook: func(context.Context, store.Press) error { time.Sleep(time.Second); return nil }}
		w.run(d)
		g := w.post(request())
		delivery := w.click(sato, g, store.Approve)
		if !delivery.Acked || delivery.Problem != "" || delivery.Took < time.Second || delivery.Took > ackWithin {
			t.Errorf("delivery %+v: want an acknowledgement after the second that storing takes", delivery)
		}
		want := []store.Press{{By: sato, Team: "T0HOME", Verb: store.Approve, On: g.ID, Terms: g.Terms(), Card: g.Card, ID: pressID(t, delivery)}}
		if diff := cmp.Diff(want, d.presses(), beside); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

// pressID is the id that the press of a delivery has.
func pressID(t *testing.T, d fakeslack.Delivery) string {
	t.Helper()
	var payload slack.InteractionCallback
	if err := json.Unmarshal(d.Payload, &payload); err != nil {
		t.Fatal(err)
	}
	if payload.Type == slack.InteractionTypeViewSubmission {
		return store.PressPrefix + sentID(payload)
	}
	return store.PressPrefix + payload.TriggerID
}

func TestPressThatIsNotStoredIsNotAcknowledged(t *testing.T) {
	for name, c := range map[string]struct {
		hook func(context.Context, store.Press) error
		log  string
	}{
		"fails":  {func(context.Context, store.Press) error { return errors.New("disk full") }, "disk full"},
		"hangs":  {func(ctx context.Context, _ store.Press) error { <-ctx.Done(); return ctx.Err() }, "deadline exceeded"},
		"panics": {func(context.Context, store.Press) error { panic("boom") }, "boom"},
	} {
		t.Run(name, func(t *testing.T) {
			inSlack(t, func(t *testing.T, w *world) {
				broken := true
				d := &desk{hook: func(ctx context.Context, p store.Press) error {
					if broken {
						return c.hook(ctx, p)
					}
					return nil
				}}
				w.run(d)
				g := w.post(request())
				lost := w.click(sato, g, store.Approve)
				if lost.Acked || lost.Problem != "operation_timeout" {
					t.Errorf("delivery %+v: want that Slack shows the press as failed", lost)
				}
				if !strings.Contains(w.log.String(), c.log) {
					t.Errorf("the log does not say why: %s", w.log)
				}
				synctest.Wait()
				broken = false
				if again := w.click(sato, g, store.Approve); !again.Acked || len(d.presses()) != 1 {
					t.Errorf("pressed again: %+v, %d presses taken in", again, len(d.presses()))
				}
				if age := time.Since(d.times[0]); age < 0 || age > time.Second {
					t.Errorf("by Slack's clock the press is %s old", age)
				}
			})
		})
	}
}

func TestRedeliveryIsTheSamePress(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		d := &desk{}
		w.run(d)
		g := w.post(request())
		first := w.click(sato, g, store.Approve)
		if again := w.Redeliver(first); !again.Acked {
			t.Errorf("redelivered: %+v", again)
		}
		other := w.click(sato, g, store.Approve)
		taken := d.presses()
		if len(taken) != 3 || !cmp.Equal(taken[0], taken[1], beside) {
			t.Fatalf("presses %+v", taken)
		}
		if taken[2].ID != pressID(t, other) || taken[2].ID == taken[0].ID {
			t.Errorf("another press has the id %q, the first one %q", taken[2].ID, taken[0].ID)
		}
	})
}

// TestWhatIsNoPressIsIgnored: it is acknowledged, so that it does not come again.
func TestWhatIsNoPressIsIgnored(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		d := &desk{}
		w.run(d)
		g := w.post(request())
		click := w.click(sato, g, store.Approve)
		body := string(click.Payload)
		action := body[strings.Index(body, `"actions":[`)+len(`"actions":[`):]
		action = action[:strings.Index(action, "]")]
		for name, payload := range map[string]string{
			"two actions":    strings.Replace(body, action, action+","+action, 1),
			"unknown action": strings.ReplaceAll(body, `"action_id":"approve"`, `"action_id":"open_the_gates"`),
			"no value":       strings.ReplaceAll(body, g.ID, ""),
		} {
			forged := click
			forged.Payload = json.RawMessage(payload)
			if delivery := w.Redeliver(forged); !delivery.Acked || delivery.Problem != "" {
				t.Errorf("%s: %+v", name, delivery)
			}
		}
		if delivery, err := w.Slash(sato, approvals, "/jit", "help"); err != nil || !delivery.Acked {
			t.Errorf("slash command: %+v, %v", delivery, err)
		}
		if delivery, err := w.OpenHome(sato); err != nil || !delivery.Acked {
			t.Errorf("Home tab: %+v, %v", delivery, err)
		}
		if taken := d.presses(); len(taken) != 1 {
			t.Errorf("presses %+v, want the true one only", taken)
		}
		if n := strings.Count(w.log.String(), "event ignored"); n != 3 {
			t.Errorf("%d of 3 in the log: %s", n, w.log)
		}
	})
}

func TestDisconnectIsSurvived(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		d := &desk{}
		w.run(d)
		g := w.post(request())
		for i, reason := range []string{"refresh_requested", "warning", ""} {
			if !w.Disconnect(reason) {
				t.Fatalf("%q: nothing is connected", reason)
			}
			w.until(func() bool { return w.Sockets() == 1 })
			if delivery := w.click(sato, g, store.Approve); !delivery.Acked || len(d.presses()) != i+1 {
				t.Errorf("after %q: %+v, %d presses", reason, delivery, len(d.presses()))
			}
		}
	})
}

// TestTooManyPresses: while a desk hangs beyond every deadline, the loop lives; what does not fit is shown as failed.
func TestTooManyPresses(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		d := &desk{hook: func(context.Context, store.Press) error { <-release; return nil }}
		w.run(d)
		g := w.post(request())
		var people sync.WaitGroup
		for range presses + 1 {
			people.Go(func() {
				if delivery := w.click(sato, g, store.Approve); delivery.Acked {
					t.Errorf("acknowledged and not stored: %+v", delivery)
				}
			})
		}
		people.Wait()
		if n := strings.Count(w.log.String(), "too many presses"); n != 1 {
			t.Errorf("%d presses were turned away, want 1", n)
		}
		close(release)
		synctest.Wait()
		if delivery := w.click(kato, g, store.Approve); !delivery.Acked || len(d.presses()) != presses+1 {
			t.Errorf("afterwards: %+v, %d presses taken in", delivery, len(d.presses()))
		}
	})
}

func TestShutdownAcknowledgesWhatWasTakenIn(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		inHand := make(chan struct{}, 20)
		d := &desk{hook: func(context.Context, store.Press) error { inHand <- struct{}{}; time.Sleep(time.Second); return nil }}
		stop := w.run(d)
		g := w.post(request())
		var people sync.WaitGroup
		for range 20 {
			people.Go(func() {
				if delivery := w.click(sato, g, store.Approve); !delivery.Acked || delivery.Problem != "" {
					t.Errorf("delivery %+v", delivery)
				}
			})
		}
		for range 20 {
			<-inHand
		}
		if err := stop(); err != nil {
			t.Errorf("stopped with %v", err)
		}
		people.Wait()
		if len(d.presses()) != 20 {
			t.Errorf("%d presses stored", len(d.presses()))
		}
		w.until(func() bool { return w.Sockets() == 0 })
	})
}
