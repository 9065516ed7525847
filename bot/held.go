package bot

import (
	"github.com/slack-go/slack"

	"sekisho/store"
)

// isHeld tells whether a request found its access there before: nothing was given, and nothing is taken back.
func isHeld(g store.Grant) bool {
	return g.AlreadyHeld() && (g.State == store.Active || g.State == store.Ending || g.State == store.Ended) && g.Outcome != store.Refuse
}

// heldState names a state of such a request.
func (p Pen) heldState(kind string, s store.State, outcome store.Verb) string {
	state := string(s)
	if s == store.Ended && outcome == store.NotMine {
		state = string(outcome)
	}
	return p.Words.Say("held.state."+state+"."+kind, nil)
}

// held says a sentence about such a request, in the words of its kind.
func (p Pen) held(sentence string, g store.Grant) string {
	return p.Words.Say("held."+sentence+"."+g.Kind, data{"User": code(g.Subject.User), "Target": code(g.Target), "Until": when(g.Until, p.Zone)})
}

// heldNote says what becomes of such a request, and what does not.
func (p Pen) heldNote(g store.Grant) []string {
	switch {
	case !isHeld(g):
		return nil
	case g.State == store.Active:
		return []string{p.held("note", g)}
	}
	return []string{p.held("over", g)}
}

// heldLine is the key of a line of the thread about such a request, if it has one of its own.
func heldLine(g store.Grant, e store.Entry) (key string, own bool) {
	if !g.AlreadyHeld() {
		return "", false
	}
	switch e.Verb {
	case store.Apply, store.Expire, store.Revoke, store.Finish, store.Undo:
		own = g.Outcome != store.Refuse
	case store.NotMine:
		own = e.State == store.Ending
	}
	return "held.thread." + string(e.Verb) + "." + g.Kind, own
}

// confirmHeld asks before such a request is ended: that ends less than it seems.
func (p Pen) confirmHeld(sentence string, g store.Grant, button string) *slack.ConfirmationBlockObject {
	text := p.Words.Say("held."+sentence+"."+g.Kind, data{"User": clean(g.Subject.User, 64), "Target": clean(g.Target, 64)})
	return slack.NewConfirmationBlockObject(p.label("held.confirm_title"), plain(text), p.label(button), p.label("confirm.cancel"))
}
