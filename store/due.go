package store

import "time"

// Lane is a queue of records that want to be looked at, in the order of when.
type Lane string

// The lanes; the package's doc says why there are four.
const (
	Take  Lane = "take"  // what ends: lapse, expire, undo, recheck; and what nobody decides on: escalate
	Give  Lane = "give"  // what begins: identify, plan, apply
	Judge Lane = "judge" // presses
	Tell  Lane = "tell"  // what people have not heard yet
)

// Due tells when the grant wants to be looked at in a lane, and whether it does at all. Where two workers meet on one
// grant the claim decides.
func (g Grant) Due(lane Lane) (time.Time, bool) {
	switch lane {
	case Take:
		at, ok := g.dueTake()
		return later(at, g.Claim.End), ok
	case Give:
		return later(later(g.Retry, g.Start), g.Claim.End), g.State == Received || g.State == Approved
	case Tell:
		return g.dueTell()
	}
	return time.Time{}, false
}

func (g Grant) dueTake() (time.Time, bool) {
	switch g.State {
	case Asked:
		if at, ok := g.Escalates(); ok {
			return at, true
		}
		return g.Lapses, true
	case Approved, Active:
		return g.Until, true
	case Ending:
		return g.Retry, true
	case Ended:
		if g.unsettled() {
			return later(g.Ended.Add(rechecks[g.Rechecks]), g.Retry), true
		}
		return later(g.Clearing, g.Retry), g.ToClear()
	}
	return time.Time{}, false
}

// unsettled tells whether the grant has ended, but AWS may still show it, or show it again. What was handed over is there
// to stay.
func (g Grant) unsettled() bool {
	return g.State == Ended && g.Outcome != HandOver && g.Planned && g.Rechecks < len(rechecks)
}

// ToClear tells whether what is left of the grant is to be cleared away, once nothing else is to be looked at.
func (g Grant) ToClear() bool {
	return g.State == Ended && !g.unsettled() && !g.Clearing.IsZero()
}

// dueTell is for what has happened, and once that is told for the next reminder.
func (g Grant) dueTell() (time.Time, bool) {
	if g.Untold() {
		return g.TellAt, true
	}
	reminder, at := g.NextReminder()
	return at, reminder != ""
}

// Untold tells whether somebody has not heard what happened.
func (g Grant) Untold() bool {
	switch g.State {
	case Received: // who asked by hand waits, and hears why that takes long
		return g.Origin == Requested && !g.Program && g.Trouble != "" && g.Telling.behind(g.Chain.Seq, InDM)
	case Ignored: // nobody waits for what comes of a sign-in, unless a rule refuses it
		return (g.Origin == Requested || g.Refusal.Why != "") && g.Telling.behind(g.Chain.Seq, InDM)
	case Merged: // nor for this, unless they have heard of it
		return g.DM.TS != "" && g.Telling.behind(g.Chain.Seq, InDM)
	case "":
		return false
	}
	return g.Telling.behind(g.Chain.Seq, OnCard, InThread, InDM) || len(g.Approvals) > 0 && g.Telling.behind(g.Chain.Seq, ToApprovers) ||
		g.State == Asked && g.Telling.behind(g.Chain.Seq, ToDeciders)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
