package store

import (
	"slices"
	"time"
)

// Claim is a worker's lease on a record: while it lasts, nobody else touches AWS for it.
type Claim struct {
	Owner string    `json:"owner,omitempty"`
	End   time.Time `json:"end,omitzero"`
}

// Work is how far the work on a record has come. It carries no entry: nothing of it is news.
type Work struct {
	Claim     Claim     `json:"claim,omitzero"`
	Tries     int       `json:"tries,omitempty"`     // failed in a row
	Trouble   string    `json:"trouble,omitempty"`   // the code of the failure that was told last
	TroubleAt time.Time `json:"trouble_at,omitzero"` // when it was told
	Retry     time.Time `json:"retry,omitzero"`
	Awaits    string    `json:"awaits,omitempty"` // the slot that it waits for
}

// backoff is the pause after each failed try in a row; the last one repeats for ever. It is short, so that all that is
// overdue ends within a minute of AWS answering again, while the program runs.
var backoff = []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, LongestPause}

// LongestPause is the longest pause between two tries of what ends access.
const LongestPause = 10 * time.Second

// begins is the same for what begins access: nobody has anything that must end, and who waits for minutes waits for minutes more.
var begins = append(slices.Clip(backoff), 20*time.Second, 30*time.Second, time.Minute, 2*time.Minute)

const (
	blip         = 2 // failures in a row that are no news
	sameTrouble  = time.Hour
	otherTrouble = 10 * time.Minute
)

// outages are the codes of an AWS that does not answer, or says to come back later. One outage has many of them.
var outages = []string{"Timeout", "Unreachable", "InternalError", "InternalFailure", "InternalServerError", "InternalServiceError", "ServiceFailure",
	"ServiceUnavailable", "ServiceUnavailableException", "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException",
	"RequestLimitExceeded", "RequestThrottled", "RequestTimeout"}

// Failed counts one more failed try and puts the next one off. Nothing is given up: the pauses stop growing.
func (w *Work) Failed(now time.Time) { w.failed(now, backoff) }

func (w *Work) failed(now time.Time, pauses []time.Duration) {
	w.Retry = plain(now.Add(pauses[min(w.Tries, len(pauses)-1)]))
	w.Tries++
}

func isOutage(code string) bool { return slices.Contains(outages, code) }

// News tells whether a failure with this code has to be told: the third in a row, as two are a blip; then another kind
// of trouble at most every ten minutes, and the same once an hour. An outage is told once, whatever its codes: an alert of its own
// says how it goes on.
func (w Work) News(code string, now time.Time) bool {
	age := now.Sub(w.TroubleAt)
	switch {
	case w.Trouble == "":
		return w.Tries >= blip
	case isOutage(w.Trouble) && isOutage(code):
		return false
	case w.Trouble == code:
		return age >= sameTrouble
	}
	return age >= otherTrouble
}

// after is the work once an entry has happened, which moved the record to another state or did not.
func (w Work) after(e Entry, moved bool) Work { return w.afterWith(e, moved, backoff) }

func (w Work) afterWith(e Entry, moved bool, pauses []time.Duration) Work {
	switch {
	case e.Verb == Fail:
		w.Trouble, w.TroubleAt = e.Note, plain(e.At)
		w.failed(e.At, pauses)
	case moved:
		w.Trouble, w.TroubleAt, w.Tries, w.Retry = "", time.Time{}, 0, plain(e.At)
	}
	return w
}

// Failed is that of Work, with pauses that fit what the grant waits for.
func (g *Grant) Failed(now time.Time) { g.Work.failed(now, g.pauses()) }

func (g Grant) pauses() []time.Duration {
	if g.State == Received || g.State == Approved {
		return begins
	}
	return backoff
}

func (w Work) keys() []Key {
	if w.Claim.Owner == "" {
		return nil
	}
	return []Key{{Index: ClaimIndex, Value: stamp(w.Claim.End)}}
}

// Card is where a message stands that draws a record.
type Card struct {
	Channel string `json:"channel,omitempty"`
	TS      string `json:"ts,omitempty"`
}

func (c Card) key() string { return c.Channel + "/" + c.TS }

// Telling is who has heard what of a record's entries, and where the messages stand that draw it.
type Telling struct {
	Card      Card              `json:"card,omitzero"`
	Digest    bool              `json:"digest,omitempty"`    // the card draws others as well
	DM        Card              `json:"dm,omitzero"`         // to the person it is about
	Reminder  Card              `json:"reminder,omitzero"`   // to the same, that it ends soon
	Approvers map[string]Card   `json:"approvers,omitempty"` // to each who has approved; nowhere for who cannot be written to
	Calls     map[string]Card   `json:"calls,omitempty"`     // to each who has been asked to decide; nowhere for who cannot be written to
	Recalls   []Recall          `json:"recalls,omitempty"`   // of whose approvers some have not been told
	Newest    map[string]uint64 `json:"newest,omitempty"`    // the last entry that somebody got a new message of, by their audience or account
	Pressing  uint64            `json:"pressing,omitempty"`  // the last entry that is not to wait behind what others ask for
	Told      map[string]uint64 `json:"told,omitempty"`      // audience -> the last entry it has heard
	TellAt    time.Time         `json:"tell_at,omitzero"`    // the next try, if somebody has not heard
	Mute      int               `json:"mute,omitempty"`      // tries that failed in a row
}

// Audiences of a record, in the order in which they are told.
const (
	OnCard   = "card"
	InThread = "thread"
	InDM     = "dm"

	ToApprovers = "approvers" // of a grant that has some
	ToDeciders  = "deciders"  // of a request or rotation that waits: who could count for its first step
)

// Unheard counts one more message that was refused and puts the next try off.
func (t *Telling) Unheard(now time.Time) {
	t.TellAt = plain(now.Add(refusedFor(t.Mute)))
	t.Mute++
}

// refusedFor is the pause after a message was refused, of which so many were before, in a row: twice as long each time, and an
// hour at most. What was refused once is refused again, more often than not.
func refusedFor(before int) time.Duration { return min(time.Second<<min(before, 12), time.Hour) }

// after is the telling once the entry of this number has happened: it is news at once.
func (t Telling) after(e Entry, seq uint64, pressing bool) Telling {
	t.TellAt, t.Mute = plain(e.At), 0
	if pressing {
		t.Pressing = seq
	}
	return t
}

// Presses reports whether a card does not show yet what was decided or has ended.
func (t Telling) Presses() bool { return t.Card.TS != "" && t.behind(t.Pressing, OnCard) }

// goesOn tells whether a verb decides and ends nothing: it is told with all that others ask for.
func goesOn(v Verb) bool {
	switch v {
	case Receive, Ask, Again, Extend, AskMore, Plan, Recheck, Remind, Escalate, Clear:
		return true
	}
	return false
}

// behind tells whether one of these audiences has not heard of the last entry.
func (t Telling) behind(last uint64, audiences ...string) bool {
	for _, audience := range audiences {
		if t.Told[audience] < last {
			return true
		}
	}
	return false
}
