package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// sentFor is how long an answer to a form is remembered. People who press twice, and Slack where it saw no answer, send it again
// within seconds.
const sentFor = 10 * time.Minute

// sentForms remembers which forms were taken in, so that one that is sent twice has its effect once, and both times the same
// answer. Presses and requests have ids made of the form as well, which hold across a restart.
type sentForms struct {
	mu    sync.Mutex
	forms map[string]*sentForm // by what they say
}

type sentForm struct {
	at     time.Time
	done   chan struct{} // closed once there is an answer
	answer reply
}

// once returns the answer to a form, which only the first of the same form makes. One that was not taken in, as something is
// wrong with it, is looked at anew when it is sent again.
func (f *sentForms) once(ctx context.Context, form string, now time.Time, take func() reply) reply {
	f.mu.Lock()
	for id, s := range f.forms {
		if now.Sub(s.at) > sentFor {
			delete(f.forms, id)
		}
	}
	if first := f.forms[form]; first != nil {
		f.mu.Unlock()
		select {
		case <-first.done:
			return reply{says: first.answer.says, none: first.answer.none}
		case <-ctx.Done():
			return reply{none: true}
		}
	}
	mine := &sentForm{at: now, done: make(chan struct{}), answer: reply{none: true}}
	if f.forms == nil {
		f.forms = map[string]*sentForm{}
	}
	f.forms[form] = mine
	f.mu.Unlock()
	defer func() { // also where it panics
		f.mu.Lock()
		defer f.mu.Unlock()
		if mine.answer.none || mine.answer.says != nil {
			delete(f.forms, form)
		}
		close(mine.done)
	}()
	mine.answer = take()
	return mine.answer
}

// sentID names a form by its view, by who sent it, and by what it says: sent twice it is the same, changed in between it is another.
func sentID(cb slack.InteractionCallback) string {
	view := cb.View
	said := fmt.Appendf(nil, "%q %q %q ", cb.User.ID, view.CallbackID, view.PrivateMetadata)
	if view.State != nil {
		raw, err := json.Marshal(view.State.Values)
		if err != nil {
			raw = []byte(err.Error())
		}
		said = append(said, raw...)
	}
	sum := sha256.Sum256(said)
	return view.ID + "-" + hex.EncodeToString(sum[:8])
}
