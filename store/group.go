package store

import "context"

// FactGroup is the unique id of the IAM group of a grant, which the group keeps when it is renamed.
const FactGroup = "group_id"

// groupIndex has the grants whose user is in a group by them, or may still be, under the unique ids of both.
const groupIndex = "group"

func groupKey(account, userID, groupID string) string { return account + "/" + userID + "/" + groupID }

// groupKeys is the row of a grant in the groupIndex, if it has one. A grant of a build that knew no ids of groups has none.
func (g Grant) groupKeys() []Key {
	if id := g.Effects[FactGroup]; id != "" && g.Planned && (g.State.Live() || g.unsettled()) {
		return []Key{{Index: groupIndex, Value: groupKey(g.Account, g.Subject.UserID, id)}}
	}
	return nil
}

// InGroup returns the grants by which a user is in a group, or may still be: those that are live, and those that have
// ended and are still looked at. User and group are named by their unique ids.
func InGroup(ctx context.Context, db DB, account, userID, groupID string) ([]Grant, error) {
	key := groupKey(account, userID, groupID)
	rows, err := db.List(ctx, groupIndex, key, mostInGroup)
	if err != nil {
		return nil, err
	}
	var out []Grant
	for _, row := range rows {
		if row.Value != key {
			break
		}
		g, err := LoadGrant(ctx, db, row.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, g)
	}
	return out, nil
}

// mostInGroup bounds the grants of one user and group: one is live at a time, and each is looked at for ten minutes more.
const mostInGroup = 100
