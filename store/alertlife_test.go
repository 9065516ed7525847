package store_test

import (
	"errors"
	"maps"
	"testing"
	"time"

	"sekisho/store"
)

// The lives of alerts, written out: of any alert with a remedy, of an unknown member, which is kept until a date, of a row of a
// report, and of one about what cannot be read.
const (
	alarmGrid = `
verb       new     raised  acting  acted   kept  gone    restoring
raise      raised  .       .       raised  .     raised  .
remedy     .       acting  .       .       .     .       .
keep       .       kept    .       .       .     .       .
done       .       .       acted   .       .     .       .
vanish     .       gone    .       .       gone  .       .
fail       .       .       acting  .       .     .       .
plan       .       .       .       .       .     .       .
refuse     .       .       .       .       .     .       .
again      .       .       .       .       .     .       .
lapse      .       .       .       .       .     .       .
restore    .       .       .       .       .     .       .
restored   .       .       .       .       .     .       .
approve    .       .       .       .       .     .       .
`
	memberGrid = `
verb       new     raised  acting  acted   kept    gone    restoring
raise      raised  .       .       raised  .       raised  .
remedy     .       acting  .       .       .       .       .
keep       .       kept    .       .       .       .       .
done       .       .       acted   .       .       .       .
vanish     .       gone    .       .       gone    .       .
fail       .       .       acting  .       .       .       .
plan       .       .       .       .       .       .       .
refuse     .       .       .       .       .       .       .
again      .       .       .       .       .       .       .
lapse      .       .       .       .       raised  .       .
restore    .       .       .       .       raised  .       .
restored   .       .       .       .       .       .       .
approve    .       .       .       .       .       .       .
`
	rowGrid = `
verb       new     raised  acting  acted      kept    gone    restoring
raise      raised  .       .       raised     .       raised  .
remedy     .       acting  .       .          .       .       .
keep       .       kept    .       .          .       .       .
done       .       .       acted   .          .       .       .
vanish     .       gone    gone    .          gone    .       gone
fail       .       .       acting  .          .       .       restoring
plan       .       .       acting  .          .       .       .
refuse     .       .       raised  .          .       .       .
again      .       raised  .       .          .       .       .
lapse      .       .       .       .          raised  .       .
restore    .       .       .       restoring  raised  .       .
restored   .       .       .       .          .       .       raised
approve    .       .       .       .          .       .       .
`
	unreadableGrid = `
verb       new     raised  acting  acted  kept  gone    restoring
raise      raised  .       .       .      .     raised  .
remedy     .       .       .       .      .     .       .
keep       .       .       .       .      .     .       .
done       .       .       .       .      .     .       .
vanish     .       gone    .       .      .     .       .
fail       .       raised  .       .      .     .       .
plan       .       .       .       .      .     .       .
refuse     .       .       .       .      .     .       .
again      .       .       .       .      .     .       .
lapse      .       .       .       .      .     .       .
restore    .       .       .       .      .     .       .
restored   .       .       .       .      .     .       .
approve    .       .       .       .      .     .       .
`
)

// What each step of them changes: of the facts, and behind the slash of the progress.
const (
	alarmEffects = `
new     raise   effects raised state / card retry tell_at
raised  remedy  by state / retry tell_at
raised  keep    by state / retry tell_at
raised  vanish  state / retry tell_at
acting  done    effects state / retry tell_at
acting  fail    / retry tell_at tries trouble trouble_at
acted   raise   by effects raised state / card retry tell_at
kept    vanish  state / retry tell_at
gone    raise   raised state / card retry tell_at
`
	memberEffects = `
new     raise    effects last last_at note raised state / card retry tell_at
raised  remedy   by last last_at note state / retry tell_at
raised  keep     by keeping last last_at note state / retry tell_at
raised  vanish   last last_at note state / retry tell_at
acting  done     effects last last_at note state / retry tell_at
acting  fail     / retry tell_at tries trouble trouble_at
acted   raise    by effects last last_at note raised state / card retry tell_at
kept    vanish   last last_at note state / retry tell_at
kept    lapse    by last last_at note raised state / card earlier retry tell_at
kept    restore  by keeping last last_at note raised state / retry tell_at
gone    raise    last last_at note raised state / card retry tell_at
`
	rowEffects = `
new        raise     effects last last_at note raised state / retry tell_at
raised     remedy    by last last_at note state / retry tell_at
raised     keep      by keeping last last_at note state / retry tell_at
raised     vanish    last last_at note state / retry tell_at
raised     again     / tell_at
acting     done      effects last last_at note state / retry tell_at
acting     vanish    last last_at note state / retry tell_at
acting     fail      / retry tell_at tries trouble trouble_at
acting     plan      effects planned / tell_at
acting     refuse    effects last last_at note raised state / retry tell_at
acted      raise     by effects last last_at note raised state / retry tell_at
acted      restore   by last last_at note state / retry tell_at
kept       vanish    last last_at note state / retry tell_at
kept       lapse     by last last_at note raised state / retry tell_at
kept       restore   by keeping last last_at note raised state / retry tell_at
gone       raise     last last_at note raised state / retry tell_at
restoring  vanish    last last_at note state / retry tell_at
restoring  fail      / retry tell_at tries trouble trouble_at
restoring  restored  effects last last_at note raised state / retry tell_at
`
	unreadableEffects = `
new     raise   effects note raised state / card retry tell_at
raised  vanish  state / retry tell_at
raised  fail    effects note / retry tell_at tries trouble trouble_at
gone    raise   note raised state / card retry tell_at
`
)

// alertOf is an alert of a kind before anything has happened to it.
func alertOf(kind store.AlertKind) store.Alert {
	f := store.Finding{Kind: store.OwnKey, Account: "123456789012", User: "t.yamada", Key: "AKIA1", Made: noon.Add(-time.Hour), Cure: store.DeactivateKey}
	switch kind {
	case store.Stale:
		return store.Alert{ID: f.ID(), Kind: kind, Account: f.Account, Finding: &f}
	case store.Unknown:
		return store.Alert{ID: store.MemberAlertID(f.Account, "jit-ops", "AIDA9"), Kind: kind, Account: f.Account, Target: "jit-ops",
			Subject: store.Subject{User: "intruder", UserID: "AIDA9"}}
	case store.Unreadable:
		return store.Alert{ID: store.UnreadableAlertID(f.Account, "jit-ops"), Kind: kind, Account: f.Account, Target: "jit-ops"}
	case store.Unconfigured:
		return store.Alert{ID: store.UnconfiguredAlertID(f.Account), Kind: kind, Account: f.Account}
	case store.Unapprovable:
		return store.Alert{ID: store.UnapprovableAlertID("prod-operator"), Kind: kind, Account: f.Account, Target: "prod-operator"}
	case store.Tampered:
		return store.Alert{ID: store.TamperedAlertID("login-1"), Kind: kind, Target: "login-1"}
	}
	return store.Alert{ID: store.KeyAlertID(kind, "login-1"), Kind: kind, Account: f.Account, Target: "svc-batch", Grant: "login-1"}
}

// alertEntry is an entry of a verb.
func alertEntry(v store.Verb) store.Entry {
	e := store.Entry{Verb: v, By: "U9", At: later, Note: "note"}
	switch v {
	case store.Raise:
		e.Facts = map[string]string{store.FactKey: "AKIA1", store.FactSecret: "prod/svc-batch"}
	case store.Keep:
		e.Until = later.Add(24 * time.Hour)
	case store.Plan, store.Done:
		e.Facts = map[string]string{store.FactKeys: "AKIA1"}
	case store.Fail:
		e.Facts = map[string]string{store.FactName: "jit-operators"}
	}
	return e
}

// readyAlert returns what makes an alert of a kind that is in a state. Where no road leads there, the state is set by hand.
func readyAlert(kind store.AlertKind) func(*testing.T, store.State, store.Verb) (store.Alert, store.Entry) {
	return func(t *testing.T, from store.State, verb store.Verb) (store.Alert, store.Entry) {
		t.Helper()
		a := alertOf(kind)
		for _, v := range map[store.State][]store.Verb{store.Raised: {store.Raise}, store.Acting: {store.Raise, store.Remedy},
			store.Acted: {store.Raise, store.Remedy, store.Done}, store.Kept: {store.Raise, store.Keep}, store.Gone: {store.Raise, store.Vanish},
			store.Restoring: {store.Raise, store.Remedy, store.Done, store.Restore}}[from] {
			e := alertEntry(v)
			e.At, e.By, e.Note = noon, "U8", "an earlier note"
			if e.Verb == store.Keep {
				e.Until = noon.Add(time.Hour)
			}
			next, err := a.After(e)
			if err != nil {
				a.State = from
				break
			}
			a = next
		}
		a.Card, a.Told = store.Card{Channel: "C9", TS: "1"}, map[string]uint64{store.OnCard: 1}
		e := alertEntry(verb)
		if from == store.Acted && verb == store.Raise || verb == store.Done {
			e.Facts = maps.Clone(e.Facts)
			e.Facts[store.FactKeys] = "AKIA2"
		}
		return a, e
	}
}

func TestEveryVerbOfAnAlert(t *testing.T) {
	for _, kind := range []store.AlertKind{store.NotMe, store.Returned, store.Exposed, store.Reused} {
		checkGrid(t, alarmGrid, readyAlert(kind))
	}
	checkGrid(t, memberGrid, readyAlert(store.Unknown))
	checkGrid(t, rowGrid, readyAlert(store.Stale))
	checkGrid(t, unreadableGrid, readyAlert(store.Unreadable))
	checkGrid(t, unreadableGrid, readyAlert(store.Tampered))
	checkGrid(t, unreadableGrid, readyAlert(store.Unconfigured))
	checkGrid(t, unreadableGrid, readyAlert(store.Unapprovable))
}

func TestWhatEachStepOfAnAlarmChanges(t *testing.T) {
	checkEffects(t, alarmGrid, alarmEffects, readyAlert(store.Exposed))
}

func TestWhatEachStepOfAMemberAlertChanges(t *testing.T) {
	checkEffects(t, memberGrid, memberEffects, readyAlert(store.Unknown))
}

func TestWhatEachStepOfARowChanges(t *testing.T) {
	checkEffects(t, rowGrid, rowEffects, readyAlert(store.Stale))
}

func TestWhatEachStepOfAnUnreadableGroupChanges(t *testing.T) {
	checkEffects(t, unreadableGrid, unreadableEffects, readyAlert(store.Unreadable))
}

func TestAnAlertHasManyFutures(t *testing.T) {
	checkFutures(t, alarmGrid, readyAlert(store.Reused))
	checkFutures(t, memberGrid, readyAlert(store.Unknown))
	checkFutures(t, rowGrid, readyAlert(store.Stale))
	checkFutures(t, unreadableGrid, readyAlert(store.Tampered))
}

// What was done can be undone where keys were deactivated, and what is kept always: whatever the table of states says.
func TestWhatTheEndOfAKeepingNeeds(t *testing.T) {
	for name, c := range map[string]struct {
		from  store.State
		facts map[string]string
		want  error
	}{
		"keys":             {store.Acted, map[string]string{store.FactKeys: "AKIA1"}, nil},
		"a password":       {store.Acted, map[string]string{store.FactPassword: "true"}, store.ErrState},
		"a rotation":       {store.Acted, map[string]string{store.FactTask: "task-1"}, store.ErrState},
		"nothing":          {store.Acted, nil, store.ErrState},
		"kept":             {store.Kept, nil, nil},
		"what is still so": {store.Raised, map[string]string{store.FactKeys: "AKIA1"}, store.ErrState},
	} {
		a, _ := readyAlert(store.Stale)(t, c.from, store.Restore)
		a.Effects = c.facts
		next, err := a.After(store.Entry{Verb: store.Restore, By: "U9", At: later})
		if !errors.Is(err, c.want) || (err == nil) != a.Undoable() || err != nil && next.Chain != a.Chain {
			t.Errorf("%s: %v, want %v; undoable %t", name, err, c.want, a.Undoable())
		}
	}
}

// Until when something can be kept, and until when it is, to the nanosecond.
func TestTheTimeOfAKeeping(t *testing.T) {
	year := noon.AddDate(1, 0, 0)
	for _, c := range []struct {
		until time.Time
		want  bool
	}{{noon, false}, {noon.Add(1), true}, {year.Add(-1), true}, {year, true}, {year.Add(1), false}, {time.Time{}, false}} {
		if got := store.Keepable(c.until, noon); got != c.want {
			t.Errorf("kept from noon until %s: %t", c.until, got)
		}
	}
	for _, c := range []struct {
		kind store.AlertKind
		from store.State
		at   time.Duration
		want bool
	}{
		{store.Stale, store.Kept, time.Hour - 1, true}, {store.Stale, store.Kept, time.Hour, false},
		{store.Unknown, store.Kept, time.Hour - 1, true}, {store.Unknown, store.Kept, time.Hour, false},
		{store.Unknown, store.Raised, 0, false}, {store.NotMe, store.Kept, 0, false}, {store.Exposed, store.Kept, 0, false},
	} {
		a, _ := readyAlert(c.kind)(t, c.from, store.Keep)
		if got := a.IsKept(noon.Add(c.at)); got != c.want {
			t.Errorf("%s, which is %s, %s after noon: kept %t", c.kind, c.from, c.at, got)
		}
	}
}
