package store

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// groupMemberIndex has the alerts of the [MemberIndex] under the unique id of the group, so that an alert is found again
// whatever the group's name is by now.
const groupMemberIndex = "groupmember"

// memberKeys are the rows of an alert about a member, while it has not come to an end.
func (a Alert) memberKeys() []Key {
	if a.Kind != Unknown || a.State != Raised && a.State != Kept {
		return nil
	}
	keys := []Key{{Index: MemberIndex, Value: MemberKey(a.Account, a.Target, a.Subject.UserID)}}
	if a.GroupID != "" {
		keys = append(keys, Key{Index: groupMemberIndex, Value: MemberKey(a.Account, a.GroupID, a.Subject.UserID)})
	}
	return keys
}

// MemberAlerts returns the alerts about members of a group that have not come to an end, each once: those under the group's
// name, and those under its unique id.
func MemberAlerts(ctx context.Context, db DB, account, target, groupID string) ([]Alert, error) {
	out, err := alertsUnder(ctx, db, MemberIndex, MemberKey(account, target, ""))
	if groupID == "" {
		return out, err
	}
	byID, otherErr := alertsUnder(ctx, db, groupMemberIndex, MemberKey(account, groupID, ""))
	for _, a := range byID {
		if !slices.ContainsFunc(out, func(b Alert) bool { return b.ID == a.ID }) {
			out = append(out, a)
		}
	}
	return out, errors.Join(err, otherErr)
}

// AllMemberAlerts returns the alerts about members of any group that have not come to an end.
func AllMemberAlerts(ctx context.Context, db DB) ([]Alert, error) {
	return alertsUnder(ctx, db, MemberIndex, "")
}

// mostAlerts bounds the alerts that are read at once; IAM's groups are smaller.
const mostAlerts = 5000

// alertsUnder returns the alerts that an index has under values with this prefix. Those that can be read come with an error that
// names the others, as [Broken].
func alertsUnder(ctx context.Context, db DB, index, prefix string) ([]Alert, error) {
	rows, err := db.List(ctx, index, prefix, mostAlerts)
	if err != nil {
		return nil, err
	}
	var out []Alert
	var broken []error
	for _, row := range rows {
		if !strings.HasPrefix(row.Value, prefix) {
			break
		}
		a, err := LoadAlert(ctx, db, row.ID)
		switch {
		case len(BrokenIn(err)) > 0:
			broken = append(broken, err)
		case err != nil:
			return nil, err
		default:
			out = append(out, a)
		}
	}
	return out, errors.Join(broken...)
}
