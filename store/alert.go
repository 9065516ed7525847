package store

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// AlertPrefix begins the id of every alert.
const AlertPrefix = "alert-"

// AlertKind says what an alert is about, and so what can be done.
type AlertKind string

// The kinds of alert.
const (
	NotMe   AlertKind = "not_me"  // a person says that a sign-in was somebody else's
	Unknown AlertKind = "unknown" // a member of a managed group that no grant explains
)

// The states of an alert, and its verbs. AWS is changed in Acting only.
const (
	Raised State = "raised" // waits for somebody
	Acting State = "acting" // the remedy is to be done: the intent
	Acted  State = "acted"  // it is done, and read back
	Kept   State = "kept"   // somebody has seen it, and nothing is to be done
	Gone   State = "gone"   // what it was about is no more

	Raise  Verb = "raise"
	Remedy Verb = "remedy"
	Keep   Verb = "keep"
	Done   Verb = "done"
	Vanish Verb = "vanish"
)

// nextAlert is the whole truth about the life of an alert.
var nextAlert = map[State]map[Verb]State{
	"":     {Raise: Raised},
	Raised: {Remedy: Acting, Keep: Kept, Vanish: Gone},
	Acting: {Fail: Acting, Done: Acted},
	Acted:  {Raise: Raised},
	Kept:   {Vanish: Gone},
	Gone:   {Raise: Raised},
}

// Alert is something that somebody must see, with a remedy that can be pressed.
type Alert struct {
	ID      string `json:"id"`
	Version uint64 `json:"-"`
	Chain   Chain  `json:"chain"`

	Kind        AlertKind `json:"kind"`
	Account     string    `json:"account"`
	AccountName string    `json:"account_name,omitempty"`
	Subject     Subject   `json:"subject"`
	Target      string    `json:"target,omitempty"` // the group
	Grant       string    `json:"grant,omitempty"`  // that it came from
	Signin      Signin    `json:"signin,omitzero"`

	State   State             `json:"state"`
	Raised  time.Time         `json:"raised,omitzero"`
	By      string            `json:"by,omitempty"` // who decided
	Effects map[string]string `json:"effects,omitempty"`

	// Of a row of the audit's report; see stale.go.
	Finding *Finding  `json:"finding,omitempty"`
	Report  string    `json:"report,omitempty"` // on which it is drawn, with what can be pressed
	Keeping *Keeping  `json:"keeping,omitempty"`
	Planned bool      `json:"planned,omitempty"` // what the remedy is going to do is in Effects
	Settled bool      `json:"settled,omitempty"` // it was dealt with, and is no longer found
	Last    Verb      `json:"last,omitempty"`    // what happened to it last,
	LastAt  time.Time `json:"last_at,omitzero"`  // when,
	Note    string    `json:"note,omitempty"`    // and why

	Work
	Telling

	fresh []Entry
}

// Fresh returns the entries that have not been written yet.
func (a Alert) Fresh() []Entry { return a.fresh }

// Terms is a digest of what the card shows, or the row.
func (a Alert) Terms() string {
	if a.Kind == Stale {
		return digestOf(a.ID, a.Finding, a.Raised.Unix(), a.Effects[FactKeys])
	}
	return digestOf(a.ID, a.Kind, a.Account, a.Subject, a.Target, a.Raised.Unix())
}

// After returns the alert as it is once e has happened to it; see [Grant.After].
func (a Alert) After(e Entry) (Alert, error) {
	to, ok := a.next(e.Verb)
	if !ok || e.Verb == Restore && !a.Undoable() {
		return a, fmt.Errorf("%s an alert that is %s: %w", e.Verb, orNew(a.State), ErrState)
	}
	switch e.Verb {
	case Raise:
		a.Raised, a.By, a.Effects = plain(e.At), "", nil
	case Remedy, Keep, Restore:
		a.By = e.By
	case Done:
		a.Effects = maps.Clone(e.Facts)
	}
	if a.Kind == Stale {
		a = a.row(e)
	}
	a.Work = a.Work.after(e, to != a.State)
	a.State, a.Telling = to, a.Telling.after(e)
	e.Record, e.State = a.ID, to
	a.fresh = append(slices.Clip(a.fresh), a.Chain.link(e))
	return a, nil
}

// Due tells when the alert wants to be looked at in a lane, and whether it does at all.
func (a Alert) Due(lane Lane) (time.Time, bool) {
	switch lane {
	case Take:
		return later(a.Retry, a.Claim.End), a.State == Acting || a.State == Restoring
	case Tell:
		if a.Kind == Stale {
			return a.TellAt, a.Telling.behind(a.Chain.Seq, OnCard, InThread)
		}
		return a.TellAt, a.Telling.behind(a.Chain.Seq, OnCard)
	}
	return time.Time{}, false
}

// MemberIndex has the alerts about members of groups that have not come to an end, under [MemberKey].
const MemberIndex = "member"

// MemberKey names a user's membership of a group.
func MemberKey(account, target, userID string) string { return account + "/" + target + "/" + userID }

// MemberAlertID is the id of the one alert about a user's membership of a group.
func MemberAlertID(account, target, userID string) string {
	return AlertPrefix + "member-" + MemberKey(account, target, userID)
}

func (a *Alert) doc() (Doc, error) {
	keys := laneKeys(a.Due)
	if a.Kind == Unknown && (a.State == Raised || a.State == Kept) {
		keys = append(keys, Key{Index: MemberIndex, Value: MemberKey(a.Account, a.Target, a.Subject.UserID)})
	}
	if a.isOpen() {
		keys = append(keys, Key{Index: staleIndex, Value: a.ID})
	}
	keys = append(keys, a.Work.keys()...)
	return encode(a.ID, a.Version, a, keys, a.fresh)
}

func (a *Alert) saved() { a.Version, a.fresh = a.Version+1, nil }
