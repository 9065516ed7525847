package store

import (
	"maps"
	"strings"
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

	Returned AlertKind = "returned" // a person who was offboarded has signed in
	Exposed  AlertKind = "exposed"  // an issued key's secret that others than its requester could read
	Reused   AlertKind = "reused"   // an issued key that was made to work again after its end, and is being switched off anew
)

// FactSecret is the name of an issued key's secret, among the effects of its grant and of an alert about it.
const FactSecret = "secret"

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
	Head `json:"-"`

	ID string `json:"id"`

	Kind        AlertKind `json:"kind"`
	Account     string    `json:"account"`
	AccountName string    `json:"account_name,omitempty"`
	Subject     Subject   `json:"subject"`
	Target      string    `json:"target,omitempty"`   // the group, or the IAM user whose key it is
	GroupID     string    `json:"group_id,omitempty"` // its unique id, which a rename keeps
	Grant       string    `json:"grant,omitempty"`    // that it came from; of an unknown member, that found them there
	Signin      Signin    `json:"signin,omitzero"`

	State   State             `json:"state"`
	Raised  time.Time         `json:"raised,omitzero"`
	By      string            `json:"by,omitempty"` // who decided
	Effects map[string]string `json:"effects,omitempty"`

	Keeping *Keeping `json:"keeping,omitempty"`

	// Of a row of the audit's report; see stale.go.
	Finding *Finding  `json:"finding,omitempty"`
	Planned bool      `json:"planned,omitempty"` // what the remedy is going to do is in Effects
	Last    Verb      `json:"last,omitempty"`    // what happened to it last, as to one that is kept until a date,
	LastAt  time.Time `json:"last_at,omitzero"`  // when,
	Note    string    `json:"note,omitempty"`    // and why

	Work    `json:"-"`
	Telling `json:"-"`
	Earlier Card   `json:"-"` // where it was reported before, until that message says so
	Report  string `json:"-"` // on which it is drawn, with what can be pressed
	Settled bool   `json:"-"` // it was dealt with, and is no longer found
}

func (a *Alert) id() string    { return a.ID }
func (a *Alert) state() *State { return &a.State }

func (a *Alert) leads(from State, v Verb) (State, bool) { return alerts.leads(*a, from, v) }

func (a *Alert) progress() any {
	return &struct {
		*Work
		*Telling
		Earlier *Card   `json:"earlier,omitzero"`
		Report  *string `json:"report"`
		Settled *bool   `json:"settled"`
	}{&a.Work, &a.Telling, &a.Earlier, &a.Report, &a.Settled}
}

// Terms is a digest of what the card shows, or the row.
func (a Alert) Terms() string {
	if a.Kind == Stale {
		return digestOf(a.ID, a.Finding, a.Raised.Unix(), a.Effects[FactKeys])
	}
	shown := []any{a.ID, a.Kind, a.Account, a.Subject, a.Target, a.Raised.Unix()}
	if a.Kind == Unknown && a.Grant != "" {
		shown = append(shown, a.Grant)
	}
	if a.ofKey() {
		shown = append(shown, a.Grant, a.Effects[FactKey], a.Effects[FactSecret])
	}
	return digestOf(shown...)
}

// After returns the alert as it is once e has happened to it; see [Grant.After].
func (a Alert) After(e Entry) (Alert, error) { return alerts.After(a, e) }

// alerts is the life of an alert.
var alerts = Machine[Alert, *Alert]{
	Name:  "an alert",
	Next:  func(a Alert, v Verb) (State, bool) { return a.next(v) },
	Apply: func(a Alert, e Entry, _ State) (Alert, error) { return a.applied(e) },
}

// applied changes the facts that the verb is about.
func (a Alert) applied(e Entry) (Alert, error) {
	if e.Verb == Restore && !a.Undoable() {
		return a, ErrState
	}
	switch e.Verb {
	case Raise:
		a.Raised, a.By, a.Effects = plain(e.At), "", maps.Clone(e.Facts)
		if a.Kind != Stale { // people hear of it by a new message, not by an old one that changes
			a.Card = Card{}
		}
	case Remedy, Keep, Restore:
		a.By = e.By
	case Done:
		a.Effects = merged(a.keyFacts(), e.Facts)
	}
	if a.Dated() {
		a = a.dated(e)
	}
	if a.isOfHouse() {
		a = a.explained(e)
	}
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
	case Alarm:
		return a.TellAt, a.Alarms() && a.Telling.behind(a.Chain.Seq, OnCard)
	case Warn:
		return a.TellAt, a.warns() && a.Telling.behind(a.Chain.Seq, OnCard)
	}
	return time.Time{}, false
}

// Alarms reports whether the alert is about what somebody is doing now, and so goes before all others.
func (a Alert) Alarms() bool { return a.Kind != Stale && !a.warns() }

// warns reports whether the alert is about what a look at AWS has found. One look can find hundreds.
func (a Alert) warns() bool { return a.Kind == Unknown || a.Kind == Unreadable }

// KeyAlertID is the id of the one alert of a kind about the key that a grant has issued.
func KeyAlertID(kind AlertKind, grant string) string { return AlertPrefix + string(kind) + "-" + grant }

// ofKey tells whether the alert is about an issued key.
func (a Alert) ofKey() bool { return a.Kind == Exposed || a.Kind == Reused }

// keyFacts are the facts that an alert about an issued key keeps whatever happens to it.
func (a Alert) keyFacts() map[string]string {
	if !a.ofKey() {
		return nil
	}
	return a.Effects
}

// MemberIndex has the alerts about members of groups that have not come to an end, under [MemberKey].
const MemberIndex = "member"

// MemberKey names a user's membership of a group.
func MemberKey(account, target, userID string) string { return account + "/" + target + "/" + userID }

// MemberAlertID is the id of the one alert about a user's membership of a group.
func MemberAlertID(account, target, userID string) string {
	return memberAlertPrefix + MemberKey(account, target, userID)
}

// IsMemberAlert tells whether an id is one of [MemberAlertID].
func IsMemberAlert(id string) bool { return strings.HasPrefix(id, memberAlertPrefix) }

const memberAlertPrefix = AlertPrefix + "member-"

func (a *Alert) keys() []Key {
	keys := laneKeys(a.Due)
	keys = append(keys, a.memberKeys()...)
	keys = append(keys, a.standingKeys()...)
	if a.isOpen() {
		keys = append(keys, Key{Index: staleIndex, Value: a.ID})
	}
	return append(append(keys, a.Work.keys()...), a.Chain.changedKeys()...)
}
