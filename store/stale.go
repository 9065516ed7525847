package store

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
)

// Stale is the kind of the alerts that are the rows of the audit's reports: one finding each, for as long as it is found.
const Stale AlertKind = "stale"

// The states and verbs of such an alert beside those of any alert. Restoring, the state, is that of a task: AWS is changed
// in it as well.
const (
	Restore  Verb = "restore"  // somebody wants what was decided undone
	Restored Verb = "restored" // it is, and the finding stands again
)

// Facts of what a remedy is going to do, by its plan, and of what it did.
const (
	FactUser     = "user_id"  // whom it is done to
	FactPassword = "password" // the console's was there: it is deleted
	FactKeys     = "keys"     // ids of those that were active, joined by commas: they are deactivated
	FactTask     = "task"     // the rotation that was begun
)

// Dated tells whether an alert is of a kind that is kept until a date, and for a reason: a row, and an unknown member.
func (a Alert) Dated() bool { return a.Kind == Stale || a.Kind == Unknown }

// Keeping is that what an alert is about may stay as it is until a time, and why.
type Keeping struct {
	By    string    `json:"by"`
	At    time.Time `json:"at"`
	Until time.Time `json:"until"`
	Why   string    `json:"why"`
}

// Keepable tells whether something can be kept until a time: one to come, and at most a year ahead.
func Keepable(until, now time.Time) bool {
	return until.After(now) && !until.After(now.AddDate(1, 0, 0))
}

// ID is that of the one alert about what was found, so that each audit finds it again. A key is told by when it was made: the
// credential report has no ids.
func (f Finding) ID() string {
	what := f.Key
	if !f.Made.IsZero() {
		what = f.Made.UTC().Format("20060102T150405Z")
	}
	return AlertPrefix + string(Stale) + "-" + f.Account + "/" + f.User + "/" + string(f.Kind) + "/" + what
}

// Another tells whether two findings of one id are about two users: one was deleted, and made anew under the name.
func (f Finding) Another(g Finding) bool {
	return !f.UserMade.IsZero() && !g.UserMade.IsZero() && f.UserMade.Unix() != g.UserMade.Unix()
}

// Mended tells whether there is a remedy to press. The root user and policies are left to be dealt with by hand.
func (f Finding) Mended() bool {
	switch f.Cure {
	case MovePolicy, DeleteUser, DeleteKey:
		return false
	}
	return f.User != RootUser
}

// RootUser is how a credential report calls an account's root user, to whom no call of IAM's applies.
const RootUser = "<root_account>"

// nextKept is what the life of an alert that is kept until a time has beside nextAlert: it is raised again once that is over.
var nextKept = map[State]map[Verb]State{
	Kept: {Restore: Raised, Lapse: Raised},
}

// nextStale is what a row's life has beside both.
var nextStale = map[State]map[Verb]State{
	Raised:    {Again: Raised}, // an audit has found it again, with something that is different
	Acting:    {Plan: Acting, Refuse: Raised, Vanish: Gone},
	Acted:     {Restore: Restoring},
	Restoring: {Fail: Restoring, Restored: Raised, Vanish: Gone},
}

// next returns the state that a verb leads an alert to.
func (a Alert) next(v Verb) (State, bool) {
	if to, ok := nextStale[a.State][v]; ok && a.Kind == Stale {
		return to, true
	}
	if to, ok := nextKept[a.State][v]; ok && a.Dated() {
		return to, true
	}
	table := nextAlert
	if a.isOfHouse() {
		table = nextUnreadable
	}
	to, ok := table[a.State][v]
	return to, ok
}

// dated changes what only those alerts have that are kept until a date, and their rows. Who had kept one that is raised again
// stays known.
func (a Alert) dated(e Entry) Alert {
	switch e.Verb {
	case Keep:
		a.Keeping = &Keeping{By: e.By, At: plain(e.At), Until: plain(e.Until), Why: e.Note}
	case Raise:
		a.Keeping, a.Planned, a.Settled = nil, false, false
	case Lapse:
		a.Raised, a.By = plain(e.At), ""
		if a.Kind == Unknown { // as of what is raised again people hear by a new message
			a.Earlier, a.Card = a.Card, Card{}
		}
	case Restore:
		if a.Settled = false; a.State == Kept { // nothing of AWS was changed
			a.Raised, a.Keeping = plain(e.At), nil
		}
	case Refuse, Restored:
		a.Raised, a.Planned, a.Effects = plain(e.At), false, maps.Clone(e.Facts)
	case Plan:
		a.Planned, a.Effects = true, maps.Clone(e.Facts)
		return a
	case Fail, Again:
		return a
	}
	a.Last, a.LastAt, a.Note = e.Verb, plain(e.At), e.Note
	return a
}

// Undoable tells whether what was decided can be undone: keys that were deactivated, and that it is kept. A password that was
// deleted is gone, and a rotation has its own way back.
func (a Alert) Undoable() bool {
	_, ok := a.next(Restore)
	return ok && (a.State == Kept || a.Effects[FactKeys] != "")
}

// Covers tells whether what was done about a row has dealt with another finding as well: the same key, or the password of the
// same user.
func (a Alert) Covers(f Finding) bool {
	if a.State != Acted || a.Finding == nil || a.Finding.Account != f.Account || a.Finding.User != f.User || a.ID == f.ID() {
		return false
	}
	switch f.Kind {
	case NoMFA, IdlePassword:
		return a.Effects[FactPassword] != ""
	case OwnKey, IdleKey, OldKey:
		same := !f.Made.IsZero() && f.Made.Equal(a.Finding.Made) && a.Effects[FactKeys] != ""
		return same || slices.Contains(strings.Split(a.Effects[FactKeys], ","), f.Key)
	}
	return false
}

// IsKept tells whether what an alert is about is not to be reported now. An unknown member that was kept before there were
// dates is.
func (a Alert) IsKept(now time.Time) bool {
	return a.Dated() && a.State == Kept && a.Keeping != nil && now.Before(a.Keeping.Until)
}

// ByAudit notes that the report tells what just happened to a row, so that nothing else has to.
func (a *Alert) ByAudit() { a.Told = map[string]uint64{OnCard: a.Chain.Seq, InThread: a.Chain.Seq} }

// staleIndex has the rows that audits have to look at: all that have not come to an end, under their ids.
const staleIndex = "stale"

// StaleAlerts returns all of them, by id. There are as many as were ever shown and are still found.
func StaleAlerts(ctx context.Context, db DB) (map[string]Alert, error) {
	out := map[string]Alert{}
	for from := ""; ; {
		rows, err := db.List(ctx, staleIndex, from, stalePage)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if out[r.ID], err = LoadAlert(ctx, db, r.ID); err != nil {
				return nil, err
			}
			from = r.Value + " "
		}
		if len(rows) < stalePage {
			return out, nil
		}
	}
}

const stalePage = 100

// isOpen tells whether audits have to look at a row. One that was dealt with is looked at until it is no longer found.
func (a Alert) isOpen() bool { return a.Kind == Stale && a.State != Gone && !a.Settled }
