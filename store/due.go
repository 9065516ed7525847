package store

import "time"

// Lane is a queue of records that want to be looked at, in the order of when.
type Lane string

// The lanes; the package's doc says why there are so many.
const (
	Take  Lane = "take"  // what ends: lapse, expire, undo, recheck; and what nobody decides on: escalate
	Give  Lane = "give"  // what begins: identify, plan, apply
	Judge Lane = "judge" // presses
	Post  Lane = "post"  // requests that have no card yet
	Tell  Lane = "tell"  // what else people have not heard yet; what presses stands in one of the last four as well
	Look  Lane = "look"  // what is looked at now and then: keys, while they stand or rest

	Alarm  Lane = "alarm"  // alerts about what somebody is doing now
	Answer Lane = "answer" // presses that did nothing
	Redraw Lane = "redraw" // cards that do not show yet what was decided or has ended
	Warn   Lane = "warn"   // alerts about what a look has found
)

// Lanes are all of them.
func Lanes() []Lane { return []Lane{Take, Give, Judge, Post, Tell, Look, Alarm, Answer, Redraw, Warn} }

// Due tells when the grant wants to be looked at in a lane, and whether it does at all. Where two workers meet on one
// grant the claim decides.
func (g Grant) Due(lane Lane) (time.Time, bool) {
	switch lane {
	case Take:
		at, ok := g.dueTake()
		return later(at, g.Claim.End), ok
	case Give:
		return later(later(g.Retry, g.Start), g.Claim.End), g.State == Received || g.State == Approved
	case Post:
		return g.TellAt, g.Uncarded()
	case Tell:
		at, ok := g.dueTell()
		return at, ok && !g.Uncarded()
	case Redraw:
		return g.TellAt, g.Untold() && g.Presses()
	case Look:
		return g.dueLook()
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
		at, ok := g.dueEnded()
		return later(at, g.Retry), ok
	}
	return time.Time{}, false
}

// dueEnded is when AWS is looked at again after the end, or what is left cleared away, whichever comes first.
func (g Grant) dueEnded() (at time.Time, ok bool) {
	if g.unsettled() {
		at, ok = g.Ended.Add(rechecks[g.Rechecks]), true
	}
	if g.Rests() && (!ok || g.Clearing.Before(at)) {
		at, ok = g.Clearing, true
	}
	return at, ok
}

// unsettled tells whether the grant has ended, but AWS may still show it, or show it again. What was handed over is there
// to stay.
func (g Grant) unsettled() bool {
	return g.State == Ended && g.Outcome != HandOver && g.Planned && g.Rechecks < len(rechecks)
}

// ToClear tells whether the time has come to clear away what is left of the grant. What AWS may show late is looked for all
// the same, before and after.
func (g Grant) ToClear(now time.Time) bool { return g.Rests() && !now.Before(g.Clearing) }

// Uncarded reports whether the grant is to have a card, and has none.
func (g Grant) Uncarded() bool {
	return g.Card.TS == "" && g.State != Received && g.State != Ignored && g.State != Merged && g.Untold()
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
	return g.Telling.behind(g.Chain.Seq, OnCard, InThread, InDM) || len(g.Approvals)+len(g.Approvers) > 0 && g.Telling.behind(g.Chain.Seq, ToApprovers) ||
		g.State == Asked && g.Telling.behind(g.Chain.Seq, ToDeciders) || len(g.Recalls) > 0
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
