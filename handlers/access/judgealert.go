package access

import (
	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// JudgeAlert says what a press on an alert does, or why nothing. Nobody says of themselves that they may stay, or that what is
// theirs may.
func (p *Settings) JudgeAlert(a store.Alert, press store.Press, account people.Account, security bool) string {
	person := p.People.Of(press.By)
	_, err := a.After(store.Entry{Verb: press.Verb})
	switch {
	case account.Refusal() != "":
		return account.Refusal()
	case !pressable(a, press.Verb):
		return handlers.Gone
	case err != nil:
		return Late
	case !security:
		return policy.NotSecurity
	case person == "":
		return policy.NoPerson
	case p.ownAlert(person, a) && press.Verb != store.Remedy:
		return policy.Own
	case press.Terms != a.Terms():
		return Changed
	case a.Dated() && press.Verb == store.Keep:
		return keepable(press)
	}
	return ""
}

// ownAlert reports whether an alert is about a person: as it says, or by whose the IAM user is now.
func (p *Settings) ownAlert(person store.Person, a store.Alert) bool {
	return p.holds(person, store.Grant{Account: a.Account, Subject: a.Subject})
}

// pressable tells whether an alert has a button for a verb, now or at another time.
func pressable(a store.Alert, v store.Verb) bool {
	if a.Kind == store.Reused || a.Kind == store.Unreadable { // the one is ended already, the other mended in IAM
		return false
	}
	switch v {
	case store.Remedy:
		return a.Kind != store.Stale || a.Finding.Mended()
	case store.Keep:
		return true
	case store.Restore:
		return a.Dated()
	}
	return false
}

// keepable tells why something cannot be kept as somebody wants it.
func keepable(press store.Press) string {
	switch {
	case !store.Keepable(press.Until, press.At):
		return BadDate
	case !policy.Says(press.Note):
		return NoWhy
	}
	return ""
}
