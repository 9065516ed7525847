package store

import "time"

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
}

// backoff is the pause after each failed try in a row; the last one repeats for ever. It is short, so that all that is
// overdue ends within a minute of AWS answering again.
var backoff = []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 10 * time.Second}

const (
	blip         = 2 // failures in a row that are no news
	sameTrouble  = time.Hour
	otherTrouble = 10 * time.Minute
)

// Failed counts one more failed try and puts the next one off. Nothing is given up: the pauses stop growing.
func (w *Work) Failed(now time.Time) {
	w.Retry = plain(now.Add(backoff[min(w.Tries, len(backoff)-1)]))
	w.Tries++
}

// News tells whether a failure with this code has to be told: the third in a row, as two are a blip; then another kind
// of trouble at most every ten minutes, and the same once an hour.
func (w Work) News(code string, now time.Time) bool {
	age := now.Sub(w.TroubleAt)
	switch w.Trouble {
	case "":
		return w.Tries >= blip
	case code:
		return age >= sameTrouble
	}
	return age >= otherTrouble
}

// after is the work once an entry has happened, which moved the record to another state or did not.
func (w Work) after(e Entry, moved bool) Work {
	switch {
	case e.Verb == Fail:
		w.Trouble, w.TroubleAt = e.Note, plain(e.At)
		w.Failed(e.At)
	case moved:
		w.Trouble, w.TroubleAt, w.Tries, w.Retry = "", time.Time{}, 0, plain(e.At)
	}
	return w
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
	Called    []string          `json:"called,omitempty"`    // who has been asked to decide, each in a message of their own
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

// Unheard counts one more message that could not be delivered and puts the next try off.
func (t *Telling) Unheard(now time.Time) {
	t.TellAt = plain(now.Add(backoff[min(t.Mute, len(backoff)-1)]))
	t.Mute++
}

// after is the telling once an entry has happened: it is news at once.
func (t Telling) after(e Entry) Telling {
	t.TellAt, t.Mute = plain(e.At), 0
	return t
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
