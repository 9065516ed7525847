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

// speechOf returns the road of what is told of a record: messages to one channel fail together.
func speechOf(r store.Record) road {
	switch r.(type) {
	case *store.Alert, *store.Report, *store.Offboarding:
		return road{account: "Slack", kind: "security"}
	case *store.Press:
		return road{account: "Slack", kind: "answers"}
	}
	return road{account: "Slack", kind: "cards"}
}

// isShared tells whether a message was not said for a reason that others share, or the program ends.
func isShared(err error) bool {
	return errors.Is(err, ErrSilent) || errors.Is(err, ErrShut) || errors.Is(err, ErrLater) || errors.Is(err, context.Canceled)
}

// spoken learns from a try to tell a record, and says when there is to be another one.
func (k *Keeper) spoken(at road, id string, u Urgency, err error) error {
	if errors.Is(err, ErrLater) || errors.Is(err, context.Canceled) {
		return errLater{pauseFor}
	}
	if k.roads.learn(at, id, err, k.now()) {
		k.Log.Info("Slack takes messages again", "of", at.kind)
		k.Poke()
	}
	if !isShared(err) {
		return err
	}
	k.Log.Warn("message will be sent again", "id", id, "err", err)
	if u == Alarming {
		return errLater{alarmFor}
	}
	return errLater{silentFor}
}
