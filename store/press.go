package store

import "time"

// PressPrefix begins the id of every press.
const PressPrefix = "press-"

// Press is a button or a form as it came in, and what became of it.
type Press struct {
	Head `json:"-"`

	ID       string        `json:"id"`
	By       string        `json:"by"`   // Slack user id, from an authenticated payload
	Team     string        `json:"team"` // Slack workspace id
	Verb     Verb          `json:"verb"`
	On       string        `json:"on"`    // the grant or alert
	Terms    string        `json:"terms"` // of the card that was pressed
	Note     string        `json:"note,omitempty"`
	Duration time.Duration `json:"duration,omitempty"` // of an approval that allows so long; 0: as asked
	Until    time.Time     `json:"until,omitzero"`     // that what was found is kept
	Card     Card          `json:"card"`               // the message that was pressed
	At       time.Time     `json:"at"`                 // of its arrival
	Pressed  time.Time     `json:"pressed,omitzero"`   // by Slack's clock; none for a form and for what was typed

	// What has become of it.
	Judged  bool              `json:"-"`
	Settled time.Time         `json:"-"` // when it was judged
	Refusal string            `json:"-"` // why nothing was done, or empty
	Facts   map[string]string `json:"-"` // what the sentence about it names
	Retry   time.Time         `json:"-"`
	Tries   int               `json:"-"`
	Heard   bool              `json:"-"` // the refusal was delivered, or is too old to be news
}

func (p *Press) id() string { return p.ID }
func (p *Press) keys() []Key {
	keys, changed := laneKeys(p.Due), p.changedKey()
	if p.Judged && len(keys) == 0 {
		keys = spentKeys([]Key{changed})
	}
	return append(keys, changed)
}

func (p *Press) progress() any {
	return &struct {
		Judged  *bool              `json:"judged"`
		Settled *time.Time         `json:"settled,omitzero"`
		Refusal *string            `json:"refusal"`
		Facts   *map[string]string `json:"facts"`
		Retry   *time.Time         `json:"retry,omitzero"`
		Tries   *int               `json:"tries"`
		Heard   *bool              `json:"heard"`
	}{&p.Judged, &p.Settled, &p.Refusal, &p.Facts, &p.Retry, &p.Tries, &p.Heard}
}

// First returns when the press was seen first, by Slack or here.
func (p Press) First() time.Time {
	if !p.Pressed.IsZero() && p.Pressed.Before(p.At) {
		return p.Pressed
	}
	return p.At
}

// Age returns how old the press is at a time.
func (p Press) Age(now time.Time) time.Duration { return now.Sub(p.First()) }

// Due tells when the press wants to be looked at in a lane, and whether it does at all.
func (p Press) Due(lane Lane) (time.Time, bool) {
	switch lane {
	case Judge:
		return later(p.At, p.Retry), !p.Judged
	case Tell, Answer:
		return later(p.At, p.Retry), p.Judged && p.Refusal != "" && !p.Heard
	}
	return time.Time{}, false
}

// Unheard puts the next try to answer off, of which Slack refused one more.
func (p Press) Unheard(now time.Time) Press {
	p.Retry, p.Tries = plain(now.Add(refusedFor(p.Tries))), p.Tries+1
	return p
}

// Failed puts the next try off.
func (p Press) Failed(now time.Time) Press {
	w := Work{Tries: p.Tries}
	w.Failed(now)
	p.Retry, p.Tries = w.Retry, w.Tries
	return p
}

// Judge returns the press as it is once it was judged.
func (p Press) Judge(now time.Time) Press {
	p.Judged, p.Settled = true, plain(now)
	p.Retry, p.Tries = time.Time{}, 0
	return p
}

// changedKey puts the press where the next sweep finds it: as it came, and once more when it was judged. Tries and what was
// told are no part of that.
func (p Press) changedKey() Key {
	at, seq := p.At, uint64(1)
	if p.Judged {
		at, seq = later(p.At, p.Settled), 2
	}
	return changedKey(at, seq, sumOfAll(p, p.Judged, p.Settled, p.Refusal, p.Facts))
}
