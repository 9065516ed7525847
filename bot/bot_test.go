package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"sekisho/bot/fakeslack"
	"sekisho/store"
)

// runBot runs the whole package until stop, which returns what Run does, and waits for both connections.
func (w *world) runBot(b *Bot, d Desk) (stop func() error) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx, d) }()
	stop = sync.OnceValue(func() error { cancel(); return <-ended })
	w.t.Cleanup(func() { _ = stop() })
	w.until(func() bool { return w.Sockets() == 2 })
	return stop
}

func TestTwoConnectionsOneAfterTheOther(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		begun := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		ended := make(chan error, 1)
		go func() { ended <- w.bot(botToken, appToken).Run(ctx, &desk{}) }()
		w.until(func() bool { return w.Sockets() == 1 })
		first := time.Since(begun)
		w.until(func() bool { return w.Sockets() == 2 })
		if second := time.Since(begun); first > time.Second || second-first < stagger-time.Second || second-first > stagger+time.Second {
			t.Errorf("connected after %v and %v, want %v between them", first, second, stagger)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		w.until(func() bool { return w.Sockets() == 0 })
	})
}

// TestStopBeforeTheSecondConnection: there is no second connection then.
func TestStopBeforeTheSecondConnection(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		ctx, cancel := context.WithTimeout(t.Context(), stagger/2)
		defer cancel()
		begun := time.Now()
		if err := w.bot(botToken, appToken).Run(ctx, &desk{}); err != nil || time.Since(begun) > stagger/2+time.Second {
			t.Errorf("ended after %v: %v", time.Since(begun), err)
		}
		if n := w.called("apps.connections.open"); n != 1 {
			t.Errorf("%d connections opened", n)
		}
	})
}

// TestNoPressIsLostWhileSlackReconnects: Slack closes one connection after the other, and a person presses every second.
func TestNoPressIsLostWhileSlackReconnects(t *testing.T) {
	for _, reason := range []string{"refresh_requested", "warning"} {
		inSlack(t, func(t *testing.T, w *world) {
			b, d := w.bot(botToken, appToken), &desk{}
			w.runBot(b, d)
			g := w.post(request())
			sockets := map[int]bool{}
			for second := range 40 {
				if second%10 == 5 && !w.Disconnect(reason) {
					t.Fatal("nothing is connected")
				}
				delivery := w.click(sato, g, store.Approve)
				if !delivery.Acked || delivery.Problem != "" {
					t.Errorf("%s, second %d: %+v", reason, second, delivery)
				}
				sockets[delivery.Socket] = true
				time.Sleep(time.Second)
			}
			taken := d.presses()
			ids := map[string]bool{}
			for _, p := range taken {
				ids[p.ID] = true
			}
			if len(taken) != 40 || len(ids) != 40 {
				t.Errorf("%s: %d presses stored, of %d", reason, len(taken), len(ids))
			}
			if len(sockets) < 3 {
				t.Errorf("%s: only the sockets %v were in use", reason, sockets)
			}
		})
	}
}

func TestBotShutdownAcknowledgesWhatWasTakenIn(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		inHand := make(chan struct{}, 10)
		d := &desk{hook: func(context.Context, store.Press) error { inHand <- struct{}{}; time.Sleep(time.Second); return nil }}
		stop := w.runBot(w.bot(botToken, appToken), d)
		g := w.post(request())
		var people sync.WaitGroup
		for range 10 {
			people.Go(func() {
				if delivery := w.click(sato, g, store.Approve); !delivery.Acked || delivery.Problem != "" {
					t.Errorf("delivery %+v", delivery)
				}
			})
		}
		for range 10 {
			<-inHand
		}
		if err := stop(); err != nil {
			t.Errorf("stopped with %v", err)
		}
		people.Wait()
		if len(d.presses()) != 10 {
			t.Errorf("%d presses stored", len(d.presses()))
		}
	})
}

// TestRevokedWhileRunning: the bot ends and says which token it was, once.
func TestRevokedWhileRunning(t *testing.T) {
	for name, c := range map[string]struct {
		revoke func(w *world)
		within time.Duration
		want   []string // one of these tokens
	}{
		"app removed":     {func(w *world) { w.Revoke("token_revoked") }, time.Minute, []string{"SLACK_APP_TOKEN", "SLACK_BOT_TOKEN"}},
		"bot deactivated": {func(w *world) { w.Revoke("account_inactive") }, time.Minute, []string{"SLACK_APP_TOKEN", "SLACK_BOT_TOKEN"}},
		"bot's token alone": {func(w *world) {
			w.failing(func(c fakeslack.Call) *fakeslack.Failure {
				if c.Token == botToken {
					return &fakeslack.Failure{Error: "token_revoked"}
				}
				return nil
			})
		}, tokenEvery + time.Minute, []string{"SLACK_BOT_TOKEN"}},
		"app's token alone": {func(w *world) {
			w.failing(refusing("apps.connections.open", "token_revoked"))
			w.Disconnect("refresh_requested")
		}, time.Minute, []string{"SLACK_APP_TOKEN"}},
	} {
		t.Run(name, func(t *testing.T) {
			inSlack(t, func(t *testing.T, w *world) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				ended := make(chan error, 1)
				go func() { ended <- w.bot(botToken, appToken).Run(ctx, &desk{}) }()
				w.until(func() bool { return w.Sockets() == 2 })
				time.Sleep(time.Minute)
				revoked := time.Now()
				c.revoke(w)
				err := <-ended
				if took := time.Since(revoked); took > c.within {
					t.Errorf("noticed after %v, want %v", took, c.within)
				}
				var answer slack.SlackErrorResponse
				named := func(token string) bool { return err != nil && strings.Contains(err.Error(), token) }
				if !errors.As(err, &answer) || !slices.ContainsFunc(c.want, named) || strings.Contains(err.Error(), "\n") {
					t.Errorf("error %v: want one line with Slack's answer and one of %v", err, c.want)
				}
			})
		})
	}
}

// TestSlackAwayIsNoWrongToken: hours without Slack end nothing.
func TestSlackAwayIsNoWrongToken(t *testing.T) {
	for name, failure := range map[string]fakeslack.Failure{"refuses": {Status: 503}, "drops": {}, "hangs": {Hang: true}, "limits": {RetryAfter: time.Minute}} {
		t.Run(name, func(t *testing.T) {
			inSlack(t, func(t *testing.T, w *world) {
				d := &desk{}
				stop := w.runBot(w.bot(botToken, appToken), d)
				g := w.post(request())
				w.failing(func(fakeslack.Call) *fakeslack.Failure { return &failure })
				time.Sleep(3 * time.Hour)
				w.failing(nil)
				if delivery := w.click(sato, g, store.Approve); !delivery.Acked || len(d.presses()) != 1 {
					t.Errorf("afterwards: %+v", delivery)
				}
				if err := stop(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestTheLibraryWritesToOurLog: nothing goes to standard error, where nobody would look for it.
func TestTheLibraryWritesToOurLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stderr")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	inSlack(t, func(t *testing.T, w *world) {
		before := os.Stderr
		os.Stderr = file
		defer func() { os.Stderr = before }()
		b := w.bot(botToken, appToken)
		client := b.socket(&desk{}, &sentForms{}).Client
		socketmode.OptionDebug(true)(client)
		slack.OptionDebug(true)(b.api)
		client.Debugf("the %s says", "connection")
		b.api.Debugf("the %s says", "client")
		w.runBot(b, &desk{})
		w.Disconnect("")
		synctest.Wait()
		for _, who := range []string{"the connection says", "the client says"} {
			if !strings.Contains(w.log.String(), fmt.Sprint(who)) {
				t.Errorf("%q is not in the log: %s", who, w.log)
			}
		}
	})
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	written, err := io.ReadAll(file)
	if err := errors.Join(err, file.Close()); err != nil || len(written) > 0 {
		t.Errorf("on standard error: %s, %v", written, err)
	}
}
