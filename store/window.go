package store

import (
	"context"
	"strings"
	"time"
)

// Window is when the grant gives access; of one that waits for approvals, when it would if it was approved now.
func (g Grant) Window(now time.Time) (start, until time.Time) {
	if g.Until.IsZero() {
		return g.Term(now)
	}
	return g.Start, g.Until
}

// held is the slot that the grant holds. Until something is begun in AWS that is a window of the slot, by the wished start, so
// that others can have the slot before and after it; without a wished start it is the one for now, and is the first. A key that
// works again after its end is ended under its own name, whoever has the slot by then: nobody else has issued it. No name in
// AWS has a space in it, so that a window is no other slot.
func (g Grant) held() string {
	switch {
	case g.Exclusive && !g.Ended.IsZero():
		return g.Slot() + "/" + g.ID
	case g.Planned:
		return g.Slot()
	}
	return g.Slot() + " " + stamp(g.From)
}

// InSlot returns the ids of at most limit records that hold a slot or a window of it: the slot's holder, then the windows by
// their wished starts.
func InSlot(ctx context.Context, db DB, slot string, limit int) ([]string, error) {
	rows, err := db.List(ctx, SlotIndex, slot, limit)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, row := range rows {
		if row.Value != slot && !strings.HasPrefix(row.Value, slot+" ") {
			break
		}
		ids = append(ids, row.ID)
	}
	return ids, nil
}

// slotPage is how many windows are read at once.
const slotPage = 200

// InSlotBefore returns the ids of all records that hold a slot, or a window of it whose wished start is before a time: the slot's
// holder, then the windows by their wished starts.
func InSlotBefore(ctx context.Context, db DB, slot string, before time.Time) ([]string, error) {
	var ids []string
	for from, end := slot, slot+" "+stamp(before); ; {
		rows, err := db.List(ctx, SlotIndex, from, slotPage)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if row.Value != slot && !strings.HasPrefix(row.Value, slot+" ") || row.Value >= end {
				return ids, nil
			}
			ids = append(ids, row.ID)
		}
		if len(rows) < slotPage {
			return ids, nil
		}
		from = rows[len(rows)-1].Value + " " // behind it, as one record alone has it
	}
}
