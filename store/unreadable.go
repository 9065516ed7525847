package store

import (
	"context"
	"maps"
	"strings"
)

// Unreadable is the kind of the alerts about managed groups that AWS does not show: the name means no group any more, or
// the bot may not read it, or there has been no answer for long. The Note is why, as a code. Such an alert has no remedy
// here: it is closed once the group can be read again.
const Unreadable AlertKind = "unreadable"

// FactName is the name that a renamed group has now, if that is known.
const FactName = "name"

// nextUnreadable is the whole truth about the life of such an alert. Fail is that the reason, or how much it is
// about, is another one now.
var nextUnreadable = map[State]map[Verb]State{
	"":     {Raise: Raised},
	Raised: {Fail: Raised, Vanish: Gone},
	Gone:   {Raise: Raised},
}

// UnreadableAlertID is the id of the one alert about a managed group that cannot be read.
func UnreadableAlertID(account, target string) string {
	return AlertPrefix + "unreadable-" + account + "/" + strings.ToLower(target)
}

// isOfHouse tells whether an alert is about what is put right elsewhere, in AWS, in Slack, in the ledger or in the configuration: nothing can be
// pressed on it.
func (a Alert) isOfHouse() bool {
	switch a.Kind {
	case Unreadable, Tampered, Unconfigured, Outage, Unapprovable:
		return true
	}
	return false
}

// explained is the alert with the reason that an entry gives.
func (a Alert) explained(e Entry) Alert {
	if e.Verb == Raise || e.Verb == Fail {
		a.Note, a.Effects = e.Note, maps.Clone(e.Facts)
	}
	return a
}

// standingKeys put such an alert under its kind, while it stands.
func (a *Alert) standingKeys() []Key {
	if !a.isOfHouse() || a.State != Raised {
		return nil
	}
	return []Key{{Index: string(a.Kind), Value: a.ID}}
}

// StandingAlerts returns the alerts of a kind that nothing can be pressed on, while they stand.
func StandingAlerts(ctx context.Context, db DB, kind AlertKind) ([]Alert, error) {
	return alertsUnder(ctx, db, string(kind), "")
}
