package fakeslack_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"sekisho/bot/fakeslack"
)

func bubbleWith(t *testing.T, change func(*fakeslack.Workspace), test func(*testing.T, *world)) {
	t.Helper()
	ws := workspace()
	change(&ws)
	synctest.Test(t, func(t *testing.T) { test(t, inMemory(t, ws)) })
}

func readAll(t *testing.T, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	return string(must[[]byte](t)(io.ReadAll(resp.Body)))
}

func TestFaults(t *testing.T) {
	for _, c := range []struct {
		name   string
		f      fakeslack.Failure
		posted int
		check  func(error) bool
	}{
		{"code", fakeslack.Failure{Error: "fatal_error"}, 0, func(err error) bool { return err.Error() == "fatal_error" }},
		{"status", fakeslack.Failure{Status: 500}, 0, hasStatus(500)},
		{"status after", fakeslack.Failure{Status: 503, After: true}, 1, hasStatus(503)},
		{"code and status", fakeslack.Failure{Status: 500, Error: "internal_error"}, 0, hasStatus(500)},
		{"rate limit", fakeslack.Failure{RetryAfter: 1500 * time.Millisecond}, 0, func(err error) bool {
			var limited *slack.RateLimitedError
			return errors.As(err, &limited) && limited.RetryAfter == 2*time.Second
		}},
		{"cut", fakeslack.Failure{}, 0, func(err error) bool { return errors.Is(err, io.EOF) }},
		{"cut after", fakeslack.Failure{After: true}, 1, func(err error) bool { return errors.Is(err, io.EOF) }},
		{"hang", fakeslack.Failure{Hang: true}, 0, func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }},
		{"hang after", fakeslack.Failure{Hang: true, After: true}, 1, func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				calls := make(chan fakeslack.Call, 1)
				w.Fault(func(call fakeslack.Call) *fakeslack.Failure { calls <- call; return &c.f })
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				_, _, err := w.api.PostMessageContext(ctx, "C1", slack.MsgOptionText("x", false))
				if err == nil || !c.check(err) {
					t.Errorf("error %v", err)
				}
				if n := len(w.Messages("C1")); n != c.posted {
					t.Errorf("%d posted, want %d", n, c.posted)
				}
				if call := <-calls; call.Method != "chat.postMessage" || call.N != 1 || call.Token != botToken || call.Args["channel"] != "C1" {
					t.Errorf("call %+v", call)
				}
				w.Fault(nil)
				if _, _, err := w.api.PostMessage("C1", slack.MsgOptionText("x", false)); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func hasStatus(code int) func(error) bool {
	return func(err error) bool {
		var status slack.StatusCodeError
		return errors.As(err, &status) && status.Code == code
	}
}

func TestCloseEndsWhatHangs(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.Fault(func(fakeslack.Call) *fakeslack.Failure { return &fakeslack.Failure{Hang: true} })
		failed := make(chan error)
		go func() {
			_, err := w.api.AuthTest()
			failed <- err
		}()
		synctest.Wait()
		w.Close()
		if err := <-failed; err == nil {
			t.Error("the call did not fail")
		}
		if _, err := w.api.AuthTest(); err == nil {
			t.Error("a closed server answers")
		}
	})
}
