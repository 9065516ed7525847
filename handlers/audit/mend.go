package audit

import (
	"context"
	"errors"
	"slices"
	"strings"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/store"
)

// Mender does what a row of the audit's report offers, and undoes what can be undone, any number of times with one effect. It
// reads back.
type Mender interface {
	// Look reads what a user has now, as an audit would see it: people.ErrNoUser if there is none of that unique id or, where that is
	// not known, of that name. It only reads.
	Look(ctx context.Context, account string, who store.Subject) (Credentials, error)
	// Mend does what was planned (the facts of the alert's Effects): it deletes the password and deactivates these keys. Its
	// facts are what was done.
	Mend(ctx context.Context, a store.Alert, keys []string) (handlers.Result, error)
	// Undo activates again those of the keys that there still are, which are its facts.
	Undo(ctx context.Context, a store.Alert, keys []string) (handlers.Result, error)
}

// Mend does what was pressed on a row. What is going to be done is found out and written down first, so that after a crash our
// own work is not mistaken for what was there before: only that can be undone.
func (w *Workflow) Mend(ctx context.Context, a store.Alert) (handlers.Outcome, error) {
	if a.State == store.Restoring {
		return w.unmend(ctx, a)
	}
	if a.Finding.Cure == store.RotateKey {
		return w.mendByRotation(ctx, a)
	}
	if !a.Planned {
		seen, err := w.sight(ctx, a)
		if err != nil || seen == nil {
			return handlers.Outcome{Verb: store.Vanish}, err
		}
		plan := planned(*seen, a)
		a, err = w.update(ctx, a.ID, func(now store.Alert) (store.Alert, error) {
			if now.Claim != a.Claim {
				return now, handlers.ErrMoved
			}
			return now.After(store.Entry{Verb: store.Plan, By: store.Self, At: w.Time(), Facts: plan})
		})
		if err != nil {
			return handlers.Outcome{}, err
		}
	}
	keys, err := w.keysIn(ctx, a)
	if err != nil {
		return handlers.Outcome{}, err
	}
	result, err := w.Mender.Mend(ctx, a, keys)
	return handlers.Outcome{Result: result, Verb: store.Done}, err
}

// sighted is what is left of a finding, by AWS as it is now.
type sighted struct {
	user  Credentials
	found []store.Finding // nothing else than what the row is about
	held  []string        // keys that have their end by a grant or a rotation
}

// sight judges the user again, as the audit did: nil if what was found is no longer so, since the key was used, rotated, or
// switched off, the user was made anew, or somebody has come back.
func (w *Workflow) sight(ctx context.Context, a store.Alert) (*sighted, error) {
	seen, err := w.Mender.Look(ctx, a.Account, a.Subject)
	made := a.Finding.UserMade
	if errors.Is(err, people.ErrNoUser) || err == nil && !made.IsZero() && made.Unix() != seen.Made.Unix() {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s := &sighted{user: seen}
	known := Known{}
	if known.Keys, err = heldKeys(ctx, w.DB, people.Login{Account: a.Account, User: a.Subject.User}); err != nil {
		return nil, err
	}
	if a.Finding.Kind == store.Left { // nothing else waits for Slack
		left, err := people.HasLeft(ctx, w.Rules.People, w.Directory, a.Subject.Person)
		if err != nil || !left {
			return nil, err
		}
		known.Left = []store.Person{a.Subject.Person}
	}
	s.held = known.Keys
	for _, f := range w.Rules.Findings(a.Account, Inventory{Users: []Credentials{seen}}, known, w.Time()) {
		if f.ID() == a.ID && f.Cure == a.Finding.Cure {
			s.found = append(s.found, f)
		}
	}
	if len(s.found) == 0 {
		return nil, nil
	}
	return s, nil
}

// planned is what a remedy is going to do. It is pure.
func planned(s sighted, a store.Alert) map[string]string {
	var keys []string
	password := false
	switch a.Finding.Cure {
	case store.DeactivateKey, store.ReplaceKey:
		for _, f := range s.found {
			keys = append(keys, f.Key)
		}
	case store.AddMFA, store.DeletePassword:
		password = true
	case store.ShutOut:
		password = s.user.Password
		for _, key := range s.user.Keys {
			if key.Active && !slices.Contains(s.held, key.ID) {
				keys = append(keys, key.ID)
			}
		}
	}
	plan := map[string]string{store.FactUser: s.user.ID}
	if len(keys) > 0 {
		plan[store.FactKeys] = strings.Join(keys, ",")
	}
	if password {
		plan[store.FactPassword] = "true"
	}
	return plan
}

// keysIn are the keys of a remedy, without those that have come under a grant or a rotation since: they are its own.
func (w *Workflow) keysIn(ctx context.Context, a store.Alert) ([]string, error) {
	held, err := heldKeys(ctx, w.DB, people.Login{Account: a.Account, User: a.Subject.User})
	if err != nil || a.Effects[store.FactKeys] == "" {
		return nil, err
	}
	return slices.DeleteFunc(strings.Split(a.Effects[store.FactKeys], ","), func(id string) bool { return slices.Contains(held, id) }), nil
}

// unmend activates the keys again that the remedy has deactivated, and no others. Where none is left there is nothing to find.
// Nothing is given back to a person who is being offboarded, whenever AWS answers.
func (w *Workflow) unmend(ctx context.Context, a store.Alert) (handlers.Outcome, error) {
	switch leaves, err := w.Leaves(ctx, a.Subject.Person, a.Account, a.Subject.UserID); {
	case err != nil:
		return handlers.Outcome{}, err
	case leaves:
		return handlers.Outcome{Verb: store.Vanish, Note: people.BeingOffboarded}, nil
	}
	keys, err := w.keysIn(ctx, a)
	if err != nil {
		return handlers.Outcome{}, err
	}
	result, err := w.Mender.Undo(ctx, a, keys)
	o := handlers.Outcome{Result: result, Verb: store.Restored}
	if err == nil && result.Again == 0 && result.Facts[store.FactKeys] == "" {
		o.Verb = store.Vanish
	}
	return o, err
}

// mendByRotation begins the rotation of the configuration as who pressed. What its rule refuses leaves the row as it was. A
// crash after it was begun finds it begun.
func (w *Workflow) mendByRotation(ctx context.Context, a store.Alert) (handlers.Outcome, error) {
	begun := func(id string) handlers.Outcome {
		return handlers.Outcome{Verb: store.Done, Result: handlers.Result{Facts: map[string]string{store.FactTask: id}}}
	}
	id, err := store.Holder(ctx, w.DB, store.KeySlot(a.Account, a.Subject.User))
	var holder store.Record
	if err == nil {
		holder, err = store.Load(ctx, w.DB, id)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return handlers.Outcome{}, err
	}
	if t, is := holder.(*store.Task); is && t.By == a.By && t.Rule == a.Finding.Rotation && id >= store.TaskID(t.Rule, a.LastAt) {
		return begun(id), nil
	}
	if seen, err := w.sight(ctx, a); err != nil || seen == nil {
		return handlers.Outcome{Verb: store.Vanish}, err
	}
	task, d, err := w.Rotate(ctx, a.By, a.Finding.Rotation)
	if err != nil || d.Refusal == "" {
		return begun(task), err
	}
	o := handlers.Outcome{Verb: store.Refuse, Note: d.Refusal}
	if n := len(d.Why); n > 0 {
		o.Facts = d.Why[n-1].Facts
	}
	return o, nil
}
