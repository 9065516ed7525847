package store

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// ErrTerm says that an entry would set an end that the grant's rule does not allow.
var ErrTerm = errors.New("end outside the allowed term")

// rechecks are the times after the end at which AWS is looked at again: a call that timed out may land after the
// removal that followed it.
var rechecks = []time.Duration{time.Minute, 10 * time.Minute}

// backoff is the pause after each failed try in a row; the last one repeats for ever. It is short, so that all that is
// overdue ends within a minute of AWS answering again.
var backoff = []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 15 * time.Second}

const (
	blip         = 2 // failures in a row that are no news
	sameTrouble  = time.Hour
	otherTrouble = 10 * time.Minute
)

// After returns the grant as it is once e has happened to it, with e linked to its chain and waiting to be written.
// It is pure, and the only way in which a grant changes its state: ErrState where the table has no such step, ErrTerm
// where the end is not within what the rule allows.
func (g Grant) After(e Entry) (Grant, error) {
	to, err := g.State.Next(e.Verb)
	if err != nil {
		return g, err
	}
	if g, err = g.applied(e); err != nil {
		return g, fmt.Errorf("%s %s: %w", e.Verb, g.ID, err)
	}
	moved := to != g.State
	g.State, g.TellAt, g.Mute = to, e.At, 0
	if e.Verb == Fail {
		g.Trouble, g.TroubleAt = e.Note, plain(e.At)
		g = g.Failed(e.At)
	} else if moved {
		g.Trouble, g.TroubleAt, g.Tries, g.Retry = "", time.Time{}, 0, plain(e.At)
	}
	e.Record, e.State = g.ID, to
	g.fresh = append(slices.Clip(g.fresh), g.Chain.link(e))
	return g, nil
}

// applied changes the facts that the verb is about.
func (g Grant) applied(e Entry) (Grant, error) {
	switch e.Verb {
	case Vote, Approve:
		g.Approvals = append(slices.Clip(g.Approvals), Approval{By: e.By, At: e.At})
		if e.Verb == Approve {
			g.Start, g.Max = e.At, e.At.Add(g.Longest)
			return g.until(e)
		}
	case Extend:
		if e.Until.Before(g.Until) {
			return g, ErrTerm
		}
		return g.until(e)
	case Plan:
		g.Planned, g.Effects = true, merged(g.Effects, e.Facts)
	case Apply:
		g.Effects = merged(g.Effects, e.Facts)
	case Ignore, Deny, Lapse, Withdraw, Refuse, Expire, Revoke, Finish:
		g.Outcome, g.EndedBy, g.Note = e.Verb, e.By, e.Note
	case Undo:
		g.Effects, g.Ended, g.Rechecks = merged(g.Effects, e.Facts), e.At, 0
	case Recheck:
		g.Rechecks++
	}
	return g, nil
}

func (g Grant) until(e Entry) (Grant, error) {
	if !e.Until.After(g.Start) || e.Until.After(g.Max) {
		return g, ErrTerm
	}
	g.Until = e.Until
	return g, nil
}

// Failed counts one more failed try and puts the next one off. Nothing is given up: the pauses stop growing.
func (g Grant) Failed(now time.Time) Grant {
	g.Retry = now.Add(backoff[min(g.Tries, len(backoff)-1)])
	g.Tries++
	return g
}

// News tells whether a failure with this code has to be told: the third in a row, as two are a blip; then another kind
// of trouble at most every ten minutes, and the same once an hour.
func (g Grant) News(code string, now time.Time) bool {
	age := now.Sub(g.TroubleAt)
	switch g.Trouble {
	case "":
		return g.Tries >= blip
	case code:
		return age >= sameTrouble
	}
	return age >= otherTrouble
}

// Unheard counts one more message that could not be delivered and puts the next try off.
func (g Grant) Unheard(now time.Time) Grant {
	g.TellAt = now.Add(backoff[min(g.Mute, len(backoff)-1)])
	g.Mute++
	return g
}

func merged(a, b map[string]string) map[string]string {
	if len(b) == 0 {
		return a
	}
	out := make(map[string]string, len(a)+len(b))
	maps.Copy(out, a)
	maps.Copy(out, b)
	return out
}
