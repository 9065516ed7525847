package store

import (
	"slices"
)

// The states of an offboarding. AWS and other records are changed in Leaving only.
const (
	Leaving  State = "leaving"  // all that the person has is to be ended
	Looking  State = "looking"  // it is; what comes to light late is looked for once more
	Departed State = "departed" // the last look has found nothing; the person is given nothing until that is lifted
	Lifted   State = "lifted"   // security lets the person ask again
)

// The verbs of an offboarding, beside those of other records.
const (
	Found   Verb = "found"   // the person has something: the intent to end it
	Settled Verb = "settled" // that is ended, or is left to somebody; the note says which
	Known   Verb = "known"   // IAM has said the unique id of a user
	Emptied Verb = "emptied" // nothing is left to be ended
	Lift    Verb = "lift"    // security lets the person ask again, and says why
)

// nextOffboarding is the whole truth about the life of an offboarding.
var nextOffboarding = map[State]map[Verb]State{
	"":       {Begin: Leaving},
	Leaving:  {Found: Leaving, Known: Leaving, Settled: Leaving, Fail: Leaving, Emptied: Looking},
	Looking:  {Found: Leaving, Known: Looking, Settled: Looking, Fail: Looking, Done: Departed},
	Departed: {Lift: Lifted},
}

// After returns the offboarding as it is once e has happened to it; see [Grant.After]. Found, Known, Settled and Fail are about the
// holding that the entry's facts name.
func (o Offboarding) After(e Entry) (Offboarding, error) { return offboardings.After(o, e) }

// offboardings is the life of an offboarding. A failure is one of a holding, which has work of its own.
var offboardings = Machine[Offboarding, *Offboarding]{
	Name: "an offboarding",
	Next: func(o Offboarding, v Verb) (State, bool) {
		to, ok := nextOffboarding[o.State][v]
		return to, ok
	},
	Apply: func(o Offboarding, e Entry, _ State) (Offboarding, error) { return o.applied(e) },
	Work: func(_ Offboarding, w Work, e Entry, moved bool) Work {
		if w.Tries = 0; moved {
			w.Retry = plain(e.At)
		}
		return w
	},
	Press: func(_ Entry, moved bool) bool { return moved },
}

// applied changes the facts that the verb is about.
func (o Offboarding) applied(e Entry) (Offboarding, error) {
	h := HoldingOf(e.Facts)
	_, known := o.Find(h)
	switch e.Verb {
	case Begin:
		o.Begun = plain(e.At)
	case Found:
		if !known {
			o.Holdings = append(slices.Clip(o.Holdings), h)
		}
		o = o.with(h, func(h *Holding) { h.Result, h.Work = "", Work{} })
		return o.with(Holding{Kind: HeldUser, Account: h.Account, User: h.User}, func(user *Holding) {
			user.Result = "" // it is done with once this is ended, too
		}), nil
	case Known, Settled, Fail:
		if !known {
			return o, ErrHeld
		}
		return o.with(h, func(known *Holding) {
			switch e.Verb {
			case Known:
				known.UserID = h.UserID
			case Fail:
				known.Result, known.Work = "", known.Work.after(e, false)
			default:
				known.Result, known.Work = e.Note, Work{}
			}
		}), nil
	case Emptied, Done:
		if len(o.ToEnd()) > 0 {
			return o, ErrHeld
		}
		if e.Verb == Done {
			o.Ended = plain(e.At)
		}
	case Lift:
		o.Lifted = &Lifting{By: e.By, At: plain(e.At), Why: e.Note}
	}
	return o, nil
}
