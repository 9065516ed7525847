package bot

import (
	"strconv"
	"strings"
	"time"

	"sekisho/handlers"
	"sekisho/store"
)

// Line says what happened, or nothing if it is of no interest to people.
func (p Pen) Line(g store.Grant, e store.Entry) (string, bool) {
	key := "thread." + string(e.Verb)
	d := data{"By": mention(e.By), "User": code(g.Subject.User), "Target": code(g.Target)}
	var more []string
	switch e.Verb {
	case store.Vote, store.Approve, store.Deny, store.Lapse, store.Withdraw, store.Expire, store.Revoke, store.Finish, store.Drift:
	case store.Again:
		if d["Address"] = code(e.Facts["address"]); d["Address"] == "" {
			key = "thread.again_unknown"
		}
	case store.Extend:
		d["Until"] = when(e.Until, p.Zone)
	case store.Apply:
		if e.State != store.Active {
			return "", false // the access was already to end
		}
		d["Until"], more = when(g.Until, p.Zone), p.part(g)
	case store.Refuse:
		d["Why"] = p.why(e.Note)
	case store.Fail:
		if e.State == store.Received {
			return "", false // there is no card to say it under
		}
		d["Why"] = p.why(e.Note)
		if e.State == store.Ending {
			key = "thread.fail_take"
		}
	case store.Undo:
		more = p.part(g)
		if !g.Planned || len(more) > 0 { // AWS was never touched, or what stays was there before
			key = "thread.undo_nothing"
		}
	default:
		return "", false
	}
	return strings.Join(append([]string{p.Words.Say(key, d)}, more...), "\n"), true
}

// Refusal says why a press did nothing.
func (p Pen) Refusal(press store.Press) string {
	f := press.Facts
	state := "state." + f["state"]
	if f["state"] == string(store.Ended) {
		state = "state." + f["outcome"]
	}
	d := data{"State": p.Words.Say(state, nil), "By": mention(f["by"])}
	key := "refusal." + press.Refusal
	if press.Refusal == handlers.Late && f["by"] != "" && f["by"] != store.Self {
		key = "refusal.late_by"
		if sec, err := strconv.ParseInt(f["at"], 10, 64); err == nil {
			key, d["At"] = "refusal.late_approved", when(time.Unix(sec, 0), p.Zone)
		}
	}
	return p.Words.Say(key, d)
}
