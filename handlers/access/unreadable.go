package access

import (
	"context"
	"errors"
	"strings"
	"time"

	"sekisho/handlers"
	"sekisho/store"
)

// groupMark is the mark of a managed group: its unique id, and since when it cannot be read.
const groupMark = "group-"

// unreadAfter is how long a group may give no usable answer before it is told: the third look in a row is later.
const unreadAfter = 2 * lookEvery

func markOf(m managed) string { return groupMark + m.account + "/" + strings.ToLower(m.target) }

// unread notes that a managed group could not be read, and raises the alert about it: at once where AWS has said that there
// is no such group or that the bot may not read it, after a while where it gives no usable answer.
func (k *Keeper) unread(ctx context.Context, m managed, cause error) error {
	if ctx.Err() != nil {
		return nil // the program ends
	}
	mark, err := store.LoadMark(ctx, k.DB, markOf(m))
	if err != nil {
		return err
	}
	if mark.At.IsZero() {
		mark.At = k.Time().UTC().Round(0)
		if err := k.Save(ctx, &mark); err != nil {
			return handlers.IgnoreFaster(err)
		}
	}
	why := handlers.CodeOf(cause)
	said := why == "NoSuchEntity" || why == "AccessDenied"
	if !said && k.Time().Sub(mark.At) < unreadAfter {
		return nil
	}
	facts := map[string]string{}
	if name := k.nameNow(ctx, m, mark.Value, why); name != "" {
		facts[store.FactName] = name
	}
	return k.raiseUnreadable(ctx, m, said, store.Entry{By: store.Self, At: k.Time(), Note: why, Facts: facts})
}

// nameNow returns the name that a group has now whose name in the configuration means none: "" if it is not known.
func (k *Keeper) nameNow(ctx context.Context, m managed, groupID, why string) string {
	if why != "NoSuchEntity" || groupID == "" {
		return ""
	}
	ctx, cancel := handlers.Outside(ctx, handlers.StepTime)
	defer cancel()
	name, err := k.Rosters[m.kind].GroupName(ctx, m.account, groupID)
	if err != nil {
		k.Log.Warn("the present name of a managed group is not known", "account", m.account, "group", m.target, "err", err)
	}
	return name
}

// raiseUnreadable raises the alert about a group. One that stands is changed only if AWS has said something else since.
func (k *Keeper) raiseUnreadable(ctx context.Context, m managed, said bool, e store.Entry) error {
	id := store.UnreadableAlertID(m.account, m.target)
	a, err := store.LoadAlert(ctx, k.DB, id)
	if errors.Is(err, store.ErrNotFound) {
		a = store.Alert{ID: id, Kind: store.Unreadable, Account: m.account, AccountName: k.Policy.Accounts[m.account], Target: m.target}
	} else if err != nil {
		return err
	}
	e.Verb = store.Raise
	if a.State == store.Raised {
		e.Verb = store.Fail
		if !said || a.Note == e.Note && a.Effects[store.FactName] == e.Facts[store.FactName] {
			return nil
		}
	}
	if a, err = a.After(e); err != nil {
		return err
	}
	k.Log.Error("a managed group cannot be read", "account", m.account, "group", m.target, "why", e.Note, "name", e.Facts[store.FactName])
	return handlers.IgnoreFaster(k.Save(ctx, &a))
}

// readAgain notes that a managed group was read, and which one it is, and closes the alert about it.
func (k *Keeper) readAgain(ctx context.Context, m managed, groupID string) error {
	mark, err := store.LoadMark(ctx, k.DB, markOf(m))
	if err != nil || mark.At.IsZero() && mark.Value == groupID {
		return err
	}
	if err := k.close(ctx, store.UnreadableAlertID(m.account, m.target)); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	mark.At, mark.Value = time.Time{}, groupID
	return handlers.IgnoreFaster(k.Save(ctx, &mark))
}
