package bot

import (
	"strconv"
	"time"

	"sekisho/store"
)

// Line says what happened, or nothing if it is of no interest to people.
func (p Pen) Line(g store.Grant, e store.Entry) (string, bool) {
	d := data{"By": mention(e.By), "User": code(g.Subject.User), "Target": code(g.Target)}
	switch e.Verb {
	case store.Apply:
		if e.State != store.Active {
			return "", false // the access was already to end
		}
		d["Until"] = when(g.Until, p.Zone)
	case store.Extend:
		d["Until"] = when(e.Until, p.Zone)
	case store.Refuse:
		d["Why"] = p.why(e.Note)
	case store.Fail:
		if e.State == store.Received {
			return "", false // there is no card to say it under
		}
		d["Code"] = code(e.Note)
	case store.Again:
		d["Address"] = code(e.Facts["address"])
		if e.Facts["address"] == "" {
			d["Address"] = p.Words.Say("card.unknown_address", nil)
		}
	case store.Receive, store.Ignore, store.Merge, store.Ask, store.Plan, store.Recheck:
		return "", false
	}
	return p.Words.Say("thread."+string(e.Verb), d), true
}

// Refusal says why a press did nothing.
func (p Pen) Refusal(press store.Press) string {
	f := press.Facts
	state := p.Words.Say("state."+f["state"], nil)
	if f["outcome"] != "" && f["state"] == string(store.Ended) {
		state = p.Words.Say("state."+f["outcome"], nil)
	}
	d := data{"State": state, "By": mention(f["by"])}
	key := "refusal." + press.Refusal
	if press.Refusal == "late" && f["by"] != "" && f["by"] != store.Self {
		key = "refusal.late_by"
		if sec, err := strconv.ParseInt(f["at"], 10, 64); err == nil {
			key, d["At"] = "refusal.late_approved", when(time.Unix(sec, 0), p.Zone)
		}
	}
	return p.Words.Say(key, d)
}
