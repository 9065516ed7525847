package bot

import (
	"slices"
	"strings"
	"time"

	"sekisho/handlers/access"
	"sekisho/store"
)

// The signs of a step. The text says as much, for who does not see them.
const (
	stepDone    = "✅"
	stepRunning = "🔄"
	stepWaits   = "⏳" // for a time to pass
	stepAhead   = "▫️"
	stepFailed  = "⚠️"
)

// intent says what a rotation is going to do, to who decides on it or begins it.
func (p Pen) intent(f store.Fleet, proof, grace time.Duration) string {
	said := p.Words.Say("task.intent", data{"Proof": p.Words.Span(proof), "Grace": p.Words.Span(grace)})
	if f.Key != "" {
		said += "\n" + p.Words.Say("task.intent_servers", data{"Tag": codeOf(f.Key+"="+f.Value, 128)})
	}
	return said
}

// step is a line of the card: from which state on it is being done, and what is known of it.
type step struct {
	from  store.State
	label string
	about string
}

// order is that of the states in which something is done. Restoring takes the place of Making.
var order = []store.State{store.Making, store.Handing, store.Proving, store.Retiring, store.Resting, store.Rotated}

// reached is how far a rotation is, in order. One that has stopped is where it was, by what it has left behind.
func reached(t store.Task) int {
	at := t.State
	switch {
	case t.State == store.Restoring:
		at = store.Making
	case t.State == store.Deleting:
		at = store.Resting
	case t.State != store.Stopped:
	case !t.Deletes.IsZero():
		at = store.Resting
	case !t.Since.IsZero():
		at = store.Proving
	case t.Command != "", t.New != "" && !t.Back:
		at = store.Handing
	default:
		at = store.Making
	}
	return slices.Index(order, at)
}

// taskSteps are the steps of a rotation, each with its sign.
func (p Pen) taskSteps(t store.Task) string {
	now := reached(t)
	if now < 0 || t.State == store.Stopped && !t.Planned {
		return ""
	}
	var lines []string
	for _, s := range p.stepsOf(t) {
		sign, at := stepDone, slices.Index(order, s.from)
		switch {
		case s.from == "" && !t.Planned: // what comes before the first one
			sign = p.signOf(t)
		case s.from == store.Making && !t.Planned, at > now:
			sign = stepAhead
		case at == now:
			sign = p.signOf(t)
		}
		line := sign + " " + s.label
		if s.about != "" && sign != stepAhead {
			line += ": " + s.about
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// signOf is the sign of the step that is being done.
func (p Pen) signOf(t store.Task) string {
	switch {
	case t.State == store.Stopped, t.Trouble != "":
		return stepFailed
	case t.State == store.Proving, t.State == store.Resting:
		return stepWaits
	}
	return stepRunning
}

// stepsOf are the steps that a rotation has: servers and a key from before may be missing.
func (p Pen) stepsOf(t store.Task) []step {
	old := data{"Old": codeOf(t.Old, keyLength)}
	label := func(key string) string { return p.Words.Say(key, old) }
	out := []step{{label: label("task.step.check")}, {store.Making, label("task.step.make"), codeOf(t.New, keyLength)}}
	if t.Back {
		out[1].label = label("task.step.restore")
	}
	if t.Fleet.Key != "" {
		out = append(out, step{store.Handing, label("task.step.tell"), p.counts(t)})
	}
	if t.Old == "" { // or it is not known yet
		return out
	}
	var unused, deletes string
	if t.State == store.Proving {
		unused = p.unused(t)
	}
	if t.State == store.Resting {
		deletes = when(t.Deletes, p.Zone)
	}
	return append(out, step{store.Proving, label("task.step.watch"), unused}, step{store.Retiring, label("task.step.disable"), ""},
		step{store.Resting, label("task.step.delete"), deletes})
}

// unused is until when the old key is watched. Where no server has answered nobody knows: the new one has to be in use.
func (p Pen) unused(t store.Task) string {
	if t.Answered() {
		return p.Words.Say("task.unused", data{"Since": when(t.Since, p.Zone), "Until": when(access.Proven(t), p.Zone)})
	}
	return p.Words.Say("task.unused_alone", data{"Since": when(t.Since, p.Zone), "Proof": p.Words.Span(t.Proof)})
}

// counts are how many servers are how far, "" before they are known.
func (p Pen) counts(t store.Task) string {
	if len(t.Servers) == 0 {
		return ""
	}
	return p.Words.Say("task.servers", data{"Done": t.Count(store.Answers), "Of": len(t.Servers), "Running": t.Count(store.Running), "Failed": len(failing(t))})
}

// failing are the ids of the servers that have failed, in order: those that were not told yet have not.
func failing(t store.Task) []string {
	return slices.DeleteFunc(t.Stragglers(), func(id string) bool { s := t.Servers[id]; return s.State != store.Failing || s.Why == "" })
}

const (
	mostFailing  = 10 // that a card lists
	serverLength = 40 // of what it shows of each: id, name, and why
)

// lagging lists the servers that have failed or are silent, with why, as far as there is room.
func (p Pen) lagging(t store.Task) string {
	ids := failing(t)
	if len(ids) == 0 || t.State != store.Handing && t.State != store.Stopped {
		return ""
	}
	lines := []string{"*" + p.Words.Say("task.failing", nil) + "*"}
	for _, id := range ids[:min(len(ids), mostFailing)] {
		s := t.Servers[id]
		who := strings.TrimSpace(codeOf(id, serverLength) + " " + codeOf(s.Name, serverLength))
		lines = append(lines, "• "+who+": "+p.whyServer(s))
	}
	if more := len(ids) - mostFailing; more > 0 {
		lines = append(lines, p.Words.Say("task.more", data{"N": more}))
	}
	return strings.Join(lines, "\n")
}

// serverReasons have words of their own; the others are Systems Manager's.
var serverReasons = []string{"Offline", "NoAnswer", "OldAgent", "wrong_key"}

// whyServer says why a server does not use the key.
func (p Pen) whyServer(s store.Server) string {
	switch key := codeOf(s.Key, serverLength); {
	case s.Why == "wrong_key" && key != "":
		return p.Words.Say("task.uses", data{"Key": key})
	case slices.Contains(serverReasons, s.Why):
		return p.Words.Say("task.server."+strings.ToLower(s.Why), nil)
	}
	return p.Words.Say("task.ssm", data{"Code": codeOf(s.Why, serverLength)})
}

// trouble says what keeps a rotation from going on, and what to do about it, which for reasons of our own is said with the
// reason.
func (p Pen) trouble(t store.Task) string {
	said := p.Words.Say("task.trouble", data{"Why": p.why(t.Trouble)})
	if !slices.Contains(reasons, t.Trouble) {
		said += "\n" + p.Words.Say("task.next", nil)
	}
	return said
}
