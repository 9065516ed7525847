package handlers

import (
	"context"
	"errors"
	"time"

	"sekisho/store"
)

// Why a message was not said, where that is no fault of its own: it is tried again soon, and nothing is written about it.
var (
	ErrSilent = errors.New("no answer from Slack")
	ErrShut   = errors.New("channel takes no messages")
	ErrLater  = errors.New("no turn for the message yet")
)

// How long a message rests in which one of these was found out. Another one finds out first whether Slack answers again, as it
// may be this one alone that Slack has no answer to.
const (
	silentFor = 12 * time.Second
	alarmFor  = 7 * time.Second
)

// errLater says for how long a record is let be about which nothing was written.
type errLater struct{ pause time.Duration }

func (errLater) Error() string { return "later" }

// speechOf returns the circuit of the messages about a record: those to one channel fail together.
func (e *Engine) speechOf(r store.Record) Circuit {
	return Circuit{Account: "Slack", Kind: e.of(r).Channel}
}

// IsShared reports whether a message was not said for a reason that others share, or the program ends.
func IsShared(err error) bool {
	return errors.Is(err, ErrSilent) || errors.Is(err, ErrShut) || errors.Is(err, ErrLater) || errors.Is(err, context.Canceled)
}

// spoken learns from a try to tell a record, and says when there is to be another one.
func (e *Engine) spoken(at Circuit, id string, u Urgency, err error) error {
	if errors.Is(err, ErrLater) || errors.Is(err, context.Canceled) {
		return errLater{pauseFor}
	}
	if e.breakers.observe(at, id, err, e.Time()) {
		e.Log.Info("Slack takes messages again", "of", at.Kind)
		e.Wake()
	}
	if !IsShared(err) {
		return err
	}
	e.Log.Warn("message will be sent again", "id", id, "err", err)
	if u == Alarming {
		return errLater{alarmFor}
	}
	return errLater{silentFor}
}
