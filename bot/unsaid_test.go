package bot

import (
	"context"
	"errors"
	"testing"

	"sekisho/bot/fakeslack"
	"sekisho/handlers"
	"sekisho/store"
)

// TestWhoseFaultItIs: of a message that was not said it is known whether any other would have been.
func TestWhoseFaultItIs(t *testing.T) {
	for _, c := range []struct {
		failure fakeslack.Failure
		want    error // nil: the message's own
	}{
		{fakeslack.Failure{Status: 500}, handlers.ErrSilent},
		{fakeslack.Failure{Status: 503}, handlers.ErrSilent},
		{fakeslack.Failure{Status: 413}, nil},
		{fakeslack.Failure{}, handlers.ErrSilent}, // the line is cut
		{fakeslack.Failure{Hang: true}, handlers.ErrSilent},
		{fakeslack.Failure{Error: "fatal_error"}, handlers.ErrSilent},
		{fakeslack.Failure{Error: "internal_error"}, handlers.ErrSilent},
		{fakeslack.Failure{RetryAfter: 1}, handlers.ErrLater},
		{fakeslack.Failure{Error: "not_in_channel"}, handlers.ErrShut},
		{fakeslack.Failure{Error: "channel_not_found"}, handlers.ErrShut},
		{fakeslack.Failure{Error: "is_archived"}, handlers.ErrShut},
		{fakeslack.Failure{Error: "msg_too_long"}, nil},
		{fakeslack.Failure{Error: "invalid_blocks"}, nil},
		{fakeslack.Failure{Error: "an_error_of_tomorrow"}, nil},
	} {
		inSlack(t, func(t *testing.T, w *world) {
			g := w.post(request())
			w.failing(func(fakeslack.Call) *fakeslack.Failure { return &c.failure })
			ctx, cancel := context.WithTimeout(t.Context(), callTime)
			defer cancel()
			_, err := w.voice.Card(ctx, store.Card{}, g)
			for _, kind := range []error{handlers.ErrSilent, handlers.ErrShut, handlers.ErrLater} {
				if is := errors.Is(err, kind); err == nil || is != (kind == c.want) {
					t.Errorf("%+v: %v, is %v: %t", c.failure, err, kind, is)
				}
			}
		})
	}
}
