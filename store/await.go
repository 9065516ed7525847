package store

import "context"

// awaitIndex has the requests, and the grants whose start has come, that wait for access to end, under the slot that it holds.
const awaitIndex = "await"

func (g Grant) awaitKeys() []Key {
	if g.State != Received && g.State != Approved || g.Awaits == "" {
		return nil
	}
	return []Key{{Index: awaitIndex, Value: g.Awaits}}
}

// Awaiting returns the ids of at most limit grants that wait for a slot.
func Awaiting(ctx context.Context, db DB, slot string, limit int) ([]string, error) {
	rows, err := db.List(ctx, awaitIndex, slot, limit)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, row := range rows {
		if row.Value == slot {
			ids = append(ids, row.ID)
		}
	}
	return ids, nil
}
