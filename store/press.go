package store

import "time"

// PressPrefix begins the id of every press.
const PressPrefix = "press-"

// Press is a button or a form as it came in, and what became of it.
type Press struct {
	ID       string        `json:"id"`
	Version  uint64        `json:"-"`
	By       string        `json:"by"`   // Slack user id, from an authenticated payload
	Team     string        `json:"team"` // Slack workspace id
	Verb     Verb          `json:"verb"`
	On       string        `json:"on"`    // the grant or alert
	Terms    string        `json:"terms"` // of the card that was pressed
	Note     string        `json:"note,omitempty"`
	Duration time.Duration `json:"duration,omitempty"` // of an approval that allows so long; 0: as asked
	Until    time.Time     `json:"until,omitzero"`     // that what was found is kept
	Card     Card          `json:"card"`               // the message that was pressed
	At       time.Time     `json:"at"`

	Judged  bool              `json:"judged,omitempty"`
	Refusal string            `json:"refusal,omitempty"` // why nothing was done, or empty
	Facts   map[string]string `json:"facts,omitempty"`   // what the sentence about it names
	Retry   time.Time         `json:"retry,omitzero"`
	Tries   int               `json:"tries,omitempty"`
	Heard   bool              `json:"heard,omitempty"` // the refusal was delivered, or is too old to be news
}

// Due tells when the press wants to be looked at in a lane, and whether it does at all.
func (p Press) Due(lane Lane) (time.Time, bool) {
	switch lane {
	case Judge:
		return later(p.At, p.Retry), !p.Judged
	case Tell:
		return later(p.At, p.Retry), p.Judged && p.Refusal != "" && !p.Heard
	}
	return time.Time{}, false
}

// Failed puts the next try off.
func (p Press) Failed(now time.Time) Press {
	w := Work{Tries: p.Tries}
	w.Failed(now)
	p.Retry, p.Tries = w.Retry, w.Tries
	return p
}
