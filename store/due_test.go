package store_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/store"
)

// dueIn says when a record is due in each lane, after noon and in the order of the lanes: "take 24h0m0s, tell 0s".
func dueIn(due func(store.Lane) (time.Time, bool)) string {
	var out []string
	for _, lane := range store.Lanes() {
		if at, ok := due(lane); ok {
			out = append(out, fmt.Sprintf("%s %s", lane, at.Sub(noon)))
		}
	}
	return strings.Join(out, ", ")
}

// plainGrant is a request for group access in a state, which is told and has a card.
func plainGrant(t *testing.T, from store.State, change func(*store.Grant)) store.Grant {
	t.Helper()
	g := keyGrant(false)
	g.Kind, g.Exclusive, g.From, g.Escalation = "iam-group", false, time.Time{}, store.Escalation{}
	for _, v := range roads[from] {
		e := grantEntry(v)
		e.Facts = nil
		if e.At, e.Until = noon, (time.Time{}); v == store.Approve {
			e.By, e.Until = "U7", noon.Add(4*time.Hour)
		}
		if v == store.Vote {
			e.By = "U8"
		}
		g = must(g.After(e))
	}
	g.Card, g.Told = store.Card{Channel: "C1", TS: "1"}, heard(g.Chain.Seq)
	change(&g)
	return g
}

// heard is that everybody has heard of an entry.
func heard(seq uint64) map[string]uint64 {
	return map[string]uint64{store.OnCard: seq, store.InThread: seq, store.InDM: seq, store.ToApprovers: seq, store.ToDeciders: seq}
}

// When a grant is due in which lane, by its state and by what else is true of it.
func TestWhenAGrantIsDue(t *testing.T) {
	same := func(*store.Grant) {}
	retry := func(g *store.Grant) { g.Retry = noon.Add(time.Minute) }
	claim := func(g *store.Grant) { g.Claim = store.Claim{Owner: "w", End: noon.Add(2 * time.Minute)} }
	key := func(g *store.Grant) {
		g.Effects, g.Looks = map[string]string{store.FactKey: "AKIA1"}, noon.Add(5*time.Minute)
	}
	escalates := func(g *store.Grant) { g.Escalation = store.Escalation{At: noon.Add(time.Hour), To: []string{"U5"}} }
	behind := func(audience string) func(*store.Grant) {
		return func(g *store.Grant) { g.Told[audience]--; g.TellAt = noon.Add(time.Second) }
	}
	both := func(changes ...func(*store.Grant)) func(*store.Grant) {
		return func(g *store.Grant) {
			for _, change := range changes {
				change(g)
			}
		}
	}
	uncarded := func(g *store.Grant) { g.Card = store.Card{} }
	reminded := func(g *store.Grant) { g.NoReminder() }
	for _, c := range []struct {
		name   string
		from   store.State
		change func(*store.Grant)
		want   string
	}{
		{"nothing has happened to it", "", same, ""},
		{"received", store.Received, same, "give 0s"},
		{"received, failed", store.Received, retry, "give 1m0s"},
		{"received, claimed", store.Received, both(retry, claim), "give 2m0s"},
		{"received, asked by hand, in trouble", store.Received, both(behind(store.InDM), func(g *store.Grant) { g.Origin, g.Trouble = store.Requested, "Timeout" }), "give 0s, tell 1s"},
		{"received, asked by a program, in trouble", store.Received, both(behind(store.InDM), func(g *store.Grant) { g.Origin, g.Program, g.Trouble = store.Requested, true, "Timeout" }), "give 0s"},
		{"received, a sign-in, in trouble", store.Received, both(behind(store.InDM), func(g *store.Grant) { g.Trouble = "Timeout" }), "give 0s"},
		{"received, asked by hand", store.Received, both(behind(store.InDM), func(g *store.Grant) { g.Origin = store.Requested }), "give 0s"},
		{"ignored, a sign-in", store.Ignored, behind(store.InDM), ""},
		{"ignored, refused by a rule", store.Ignored, both(behind(store.InDM), func(g *store.Grant) { g.Refusal.Why = "no_mfa" }), "tell 1s"},
		{"ignored, refused by a rule, told", store.Ignored, func(g *store.Grant) { g.Refusal.Why = "no_mfa" }, ""},
		{"ignored, asked by hand", store.Ignored, both(behind(store.InDM), func(g *store.Grant) { g.Origin = store.Requested }), "tell 1s"},
		{"ignored, its card", store.Ignored, both(behind(store.OnCard), func(g *store.Grant) { g.Origin = store.Requested }), ""},
		{"merged", store.Merged, behind(store.InDM), ""},
		{"merged, heard of", store.Merged, both(behind(store.InDM), func(g *store.Grant) { g.DM.TS = "1" }), "tell 1s"},

		{"asked", store.Asked, same, "take 24h0m0s, tell 15m0s"},
		{"asked, reminded often", store.Asked, reminded, "take 24h0m0s"},
		{"asked, claimed", store.Asked, both(reminded, claim, func(g *store.Grant) { g.Lapses = noon.Add(time.Minute) }), "take 2m0s"},
		{"asked, without a card", store.Asked, both(uncarded, behind(store.OnCard)), "take 24h0m0s, post 1s"},
		{"asked, without a card, told of", store.Asked, both(uncarded, reminded), "take 24h0m0s"},
		{"asked, the deciders", store.Asked, behind(store.ToDeciders), "take 24h0m0s, tell 1s"},
		{"asked, the approvers", store.Asked, behind(store.ToApprovers), "take 24h0m0s, tell 1s"},
		{"asked, nobody has approved", store.Asked, both(behind(store.ToApprovers), reminded, func(g *store.Grant) { g.Approvals = nil }), "take 24h0m0s"},
		{"asked, the thread", store.Asked, behind(store.InThread), "take 24h0m0s, tell 1s"},
		{"asked, a recall", store.Asked, both(reminded, func(g *store.Grant) { g.Recalls = []store.Recall{{Account: "U8"}}; g.TellAt = noon.Add(time.Second) }), "take 24h0m0s, tell 1s"},
		{"asked, the vote is not drawn", store.Asked, behind(store.OnCard), "take 24h0m0s, tell 1s, redraw 1s"},
		{"asked, another sign-in is not drawn", store.Asked, both(behind(store.OnCard), func(g *store.Grant) { g.Pressing = g.Told[store.OnCard] }), "take 24h0m0s, tell 1s"},
		{"asked, escalates", store.Asked, both(reminded, escalates), "take 1h0m0s"},
		{"asked, escalates just before it lapses", store.Asked, both(reminded, escalates, func(g *store.Grant) { g.Lapses = noon.Add(time.Hour + 1) }), "take 1h0m0s"},
		{"asked, would escalate as it lapses", store.Asked, both(reminded, escalates, func(g *store.Grant) { g.Lapses = noon.Add(time.Hour) }), "take 1h0m0s"},
		{"asked, would escalate after it lapses", store.Asked, both(reminded, escalates, func(g *store.Grant) { g.Lapses = noon.Add(time.Hour - 1) }), "take 59m59.999999999s"},
		{"asked, was escalated", store.Asked, both(reminded, escalates, func(g *store.Grant) { g.Escalation.Since = noon }), "take 24h0m0s"},
		{"asked, would escalate, without a card", store.Asked, both(reminded, escalates, uncarded), "take 24h0m0s"},
		{"asked, would escalate, of nobody", store.Asked, both(reminded, escalates, func(g *store.Grant) { g.Subject.Person = "" }), "take 24h0m0s"},
		{"denied", store.Denied, same, ""},
		{"denied, not drawn", store.Denied, behind(store.OnCard), "tell 1s, redraw 1s"},
		{"denied, without a card", store.Denied, both(uncarded, behind(store.OnCard)), "post 1s"},
		{"lapsed", store.Lapsed, same, ""},
		{"withdrawn, the holder", store.Withdrawn, behind(store.InDM), "tell 1s"},

		{"approved", store.Approved, same, "take 4h0m0s, give 0s"},
		{"approved, failed", store.Approved, retry, "take 4h0m0s, give 1m0s"},
		{"approved, claimed", store.Approved, both(retry, claim), "take 4h0m0s, give 2m0s"},
		{"approved, from later", store.Approved, func(g *store.Grant) { g.Start = noon.Add(time.Hour) }, "take 4h0m0s, give 1h0m0s"},
		{"approved, from later, failed", store.Approved, both(retry, func(g *store.Grant) { g.Start = noon.Add(time.Minute - 1) }), "take 4h0m0s, give 1m0s"},
		{"active", store.Active, same, "take 4h0m0s, tell 3h45m0s"},
		{"active, claimed beyond its end", store.Active, both(reminded, func(g *store.Grant) { g.Claim.End = g.Until.Add(1) }), "take 4h0m0.000000001s"},
		{"active, of half an hour", store.Active, func(g *store.Grant) { g.Until = noon.Add(30 * time.Minute) }, "take 30m0s, tell 15m0s"},
		{"active, of less", store.Active, func(g *store.Grant) { g.Until = noon.Add(30*time.Minute - 1) }, "take 29m59.999999999s"},
		{"active, warned", store.Active, func(g *store.Grant) { g.Warned = g.Until }, "take 4h0m0s"},
		{"active, warned of another end", store.Active, func(g *store.Grant) { g.Warned = g.Until.Add(-1) }, "take 4h0m0s, tell 3h45m0s"},
		{"active, held before", store.Active, func(g *store.Grant) { g.Effects = map[string]string{store.FactHeld: "true"} }, "take 4h0m0s"},
		{"active, extension", store.Active, func(g *store.Grant) { g.Extension = store.Extension{At: noon, Until: noon.Add(8 * time.Hour)} }, "take 4h0m0s, tell 15m0s"},
		{"active, extension reminded of twice", store.Active, func(g *store.Grant) {
			g.OfExtension, g.Extension = 2, store.Extension{At: noon, Until: noon.Add(8 * time.Hour)}
		}, "take 4h0m0s, tell 1h0m0s"},
		{"active, extension reminded of often", store.Active, func(g *store.Grant) {
			g.OfExtension, g.Extension = 4, store.Extension{At: noon, Until: noon.Add(8 * time.Hour)}
		}, "take 4h0m0s, tell 3h45m0s"},
		{"active, a key", store.Active, both(reminded, key), "take 4h0m0s, look 5m0s"},
		{"active, a key, claimed", store.Active, both(reminded, key, func(g *store.Grant) { g.Claim.End = noon.Add(6 * time.Minute) }), "take 4h0m0s, look 6m0s"},
		{"active, a key that is not looked at", store.Active, both(reminded, key, func(g *store.Grant) { g.Looks = time.Time{} }), "take 4h0m0s"},
		{"active, looked at without a key", store.Active, both(reminded, key, func(g *store.Grant) { g.Effects = nil }), "take 4h0m0s"},
		{"ending", store.Ending, same, "take 0s"},
		{"ending, failed", store.Ending, retry, "take 1m0s"},
		{"ending, claimed", store.Ending, both(retry, claim), "take 2m0s"},
		{"ending, a key", store.Ending, key, "take 0s"},

		{"ended", store.Ended, same, "take 1m0s"},
		{"ended, failed", store.Ended, func(g *store.Grant) { g.Retry = noon.Add(time.Minute + 1) }, "take 1m0.000000001s"},
		{"ended, looked at once", store.Ended, func(g *store.Grant) { g.Rechecks = 1 }, "take 10m0s"},
		{"ended, looked at twice", store.Ended, func(g *store.Grant) { g.Rechecks = 2 }, ""},
		{"ended, never planned", store.Ended, func(g *store.Grant) { g.Planned = false }, ""},
		{"ended, handed over", store.Ended, func(g *store.Grant) { g.Outcome = store.HandOver }, ""},
		{"ended, rests", store.Ended, func(g *store.Grant) { g.Clearing = noon.Add(time.Hour) }, "take 1m0s"},
		{"ended, cleared before it is looked at", store.Ended, func(g *store.Grant) { g.Clearing = noon.Add(time.Minute - 1) }, "take 59.999999999s"},
		{"ended, cleared as it is looked at", store.Ended, func(g *store.Grant) { g.Clearing = noon.Add(time.Minute) }, "take 1m0s"},
		{"ended, rests, looked at twice", store.Ended, func(g *store.Grant) { g.Rechecks, g.Clearing = 2, noon.Add(time.Hour) }, "take 1h0m0s"},
		{"ended, rests, a key", store.Ended, both(key, func(g *store.Grant) { g.Rechecks, g.Clearing = 2, noon.Add(time.Hour) }), "take 1h0m0s, look 5m0s"},
		{"ended, a key that is cleared", store.Ended, both(key, func(g *store.Grant) { g.Rechecks = 2 }), ""},
		{"ended, a key that was handed over", store.Ended, both(key, func(g *store.Grant) { g.Outcome = store.HandOver }), "look 5m0s"},
	} {
		g := plainGrant(t, c.from, c.change)

		if got := dueIn(g.Due); got != c.want {
			t.Errorf("%s is due: %s\n want %s", c.name, got, c.want)
		}
	}
}

// When a rotation is due.
func TestWhenATaskIsDue(t *testing.T) {
	same := func(*store.Task) {}
	for _, c := range []struct {
		name   string
		from   store.State
		change func(*store.Task)
		want   string
	}{
		{"nothing has happened to it", "", same, ""},
		{"asked", store.Asked, same, "take 1h0m0s, tell 15m0s"},
		{"asked, would escalate as it lapses", store.Asked, func(t *store.Task) { t.Lapses = t.Escalation.At }, "take 1h0m0s, tell 15m0s"},
		{"asked, was escalated", store.Asked, func(t *store.Task) { t.Escalation.Since = noon }, "take 24h0m0s, tell 15m0s"},
		{"asked, without a card", store.Asked, func(t *store.Task) { t.Card = store.Card{} }, "take 24h0m0s, tell 15m0s"},
		{"asked, lapses before it is reminded of", store.Asked, func(t *store.Task) { t.Lapses = noon.Add(15 * time.Minute) }, "take 15m0s"},
		{"asked, lapses just after", store.Asked, func(t *store.Task) { t.Lapses = noon.Add(15*time.Minute + 1) }, "take 15m0.000000001s, tell 15m0s"},
		{"asked, reminded of twice", store.Asked, func(t *store.Task) { t.Reminders = 2 }, "take 1h0m0s, tell 1h0m0s"},
		{"asked, reminded of often", store.Asked, func(t *store.Task) { t.NoReminder() }, "take 1h0m0s"},
		{"asked, the deciders", store.Asked, func(t *store.Task) { t.Told[store.ToDeciders]-- }, "take 1h0m0s, tell 0s"},
		{"asked, the approvers", store.Asked, func(t *store.Task) { t.Told[store.ToApprovers]-- }, "take 1h0m0s, tell 0s"},
		{"making", store.Making, same, "take 0s"},
		{"making, failed", store.Making, func(t *store.Task) { t.Retry = noon.Add(time.Minute) }, "take 1m0s"},
		{"making, claimed", store.Making, func(t *store.Task) { t.Retry, t.Claim.End = noon.Add(time.Minute), noon.Add(time.Minute+1) }, "take 1m0.000000001s"},
		{"making, not drawn", store.Making, func(t *store.Task) { t.Told[store.OnCard]-- }, "take 0s, tell 0s, redraw 0s"},
		{"making, the deciders", store.Making, func(t *store.Task) { t.Told[store.ToDeciders]-- }, "take 0s"},
		{"making, the holder of no key", store.Making, func(t *store.Task) { t.Told[store.InDM]-- }, "take 0s"},
		{"handing, the holder", store.Handing, func(t *store.Task) { t.Told[store.InDM]-- }, "take 0s, tell 0s"},
		{"restoring", store.Restoring, same, "take 0s"},
		{"handing", store.Handing, same, "take 0s"},
		{"proving", store.Proving, same, "take 0s"},
		{"retiring", store.Retiring, same, "take 0s"},
		{"resting", store.Resting, same, "take 0s"},
		{"deleting", store.Deleting, same, "take 0s"},
		{"denied", store.Denied, same, ""},
		{"lapsed", store.Lapsed, same, ""},
		{"withdrawn", store.Withdrawn, same, ""},
		{"rotated", store.Rotated, same, ""},
		{"rotated, not drawn", store.Rotated, func(t *store.Task) { t.Told[store.OnCard]-- }, "tell 0s, redraw 0s"},
		{"rotated, those whose approvals are void", store.Rotated, func(t *store.Task) {
			t.Approvals, t.Voided.By = nil, []string{"U8"}
			t.Told[store.ToApprovers]--
		}, "tell 0s"},
		{"stopped, nobody approved", store.Stopped, func(t *store.Task) { t.Approvals = nil; t.Told[store.ToApprovers]-- }, ""},
	} {
		task, _ := readyTask(t, c.from, store.Fail)
		task.Told = heard(task.Chain.Seq)
		c.change(&task)
		if got := dueIn(task.Due); got != c.want {
			t.Errorf("%s is due: %s\n want %s", c.name, got, c.want)
		}
	}
}

// When alerts, offboardings, reports and presses are due.
func TestWhenWhatElseThereIsIsDue(t *testing.T) {
	alert := func(kind store.AlertKind, from store.State, change func(*store.Alert)) func(store.Lane) (time.Time, bool) {
		a, _ := readyAlert(kind)(t, from, store.Fail)
		a.Told = heard(a.Chain.Seq)
		change(&a)
		return a.Due
	}
	told, behind := func(*store.Alert) {}, func(a *store.Alert) { a.Told[store.OnCard]-- }
	offboarding := func(from store.State, change func(*store.Offboarding)) func(store.Lane) (time.Time, bool) {
		o, _ := readyOffboarding(t, from, store.Known)
		o.Told = heard(o.Chain.Seq)
		change(&o)
		return o.Due
	}
	heardOf := func(*store.Offboarding) {}
	report := store.NewReport(noon, nil, nil, 0, false)
	drawn := report
	drawn.Told = map[string]uint64{store.OnCard: 1}
	passed := drawn.Passed(noon.Add(time.Minute))
	press := store.Press{At: noon}
	judged := press.Judge(noon.Add(time.Second))
	refused := judged
	refused.Refusal = "late"
	deaf := refused.Failed(noon.Add(time.Minute))
	done := deaf
	done.Heard = true
	for name, c := range map[string]struct {
		due  func(store.Lane) (time.Time, bool)
		want string
	}{
		"an alarm":                     {alert(store.NotMe, store.Raised, behind), "tell 0s, alarm 0s"},
		"an alarm that is told":        {alert(store.NotMe, store.Raised, told), ""},
		"an alarm, its thread":         {alert(store.NotMe, store.Raised, func(a *store.Alert) { a.Told[store.InThread] = 0 }), ""},
		"a remedy":                     {alert(store.Reused, store.Acting, told), "take 0s"},
		"a remedy that has failed":     {alert(store.Reused, store.Acting, func(a *store.Alert) { a.Retry = noon.Add(time.Minute) }), "take 1m0s"},
		"a remedy at work":             {alert(store.Reused, store.Acting, func(a *store.Alert) { a.Claim.End = noon.Add(1) }), "take 1ns"},
		"a member":                     {alert(store.Unknown, store.Raised, behind), "tell 0s, warn 0s"},
		"a member who is kept":         {alert(store.Unknown, store.Kept, told), ""},
		"a member to be taken out":     {alert(store.Unknown, store.Acting, behind), "take 0s, tell 0s, warn 0s"},
		"a group that cannot be read":  {alert(store.Unreadable, store.Raised, behind), "tell 0s, warn 0s"},
		"a record that cannot be read": {alert(store.Tampered, store.Raised, behind), "tell 0s, alarm 0s"},
		"a row":                        {alert(store.Stale, store.Raised, behind), "tell 0s"},
		"a row, its thread":            {alert(store.Stale, store.Raised, func(a *store.Alert) { a.Told[store.InThread] = 0 }), "tell 0s"},
		"a row to be mended":           {alert(store.Stale, store.Acting, told), "take 0s"},
		"a row to be restored":         {alert(store.Stale, store.Restoring, told), "take 0s"},
		"a row that is mended":         {alert(store.Stale, store.Acted, told), ""},
		"a row that the report tells":  {alert(store.Stale, store.Kept, func(a *store.Alert) { a.ByAudit() }), ""},

		"an offboarding":                   {offboarding(store.Leaving, heardOf), "take 0s"},
		"an offboarding at work":           {offboarding(store.Leaving, func(o *store.Offboarding) { o.Claim.End = noon.Add(1) }), "take 1ns"},
		"an offboarding that looks":        {offboarding(store.Looking, func(o *store.Offboarding) { o.Retry = noon.Add(time.Hour) }), "take 1h0m0s"},
		"an offboarding that is over":      {offboarding(store.Departed, heardOf), ""},
		"an offboarding that is lifted":    {offboarding(store.Lifted, heardOf), ""},
		"an offboarding, its thread":       {offboarding(store.Departed, func(o *store.Offboarding) { o.Told[store.InThread]-- }), "tell 0s"},
		"an offboarding that is not drawn": {offboarding(store.Departed, func(o *store.Offboarding) { o.Told[store.OnCard]-- }), "tell 0s, redraw 0s"},

		"a report":                   {report.Due, "tell 0s"},
		"a report that is told":      {drawn.Due, ""},
		"a report that has its time": {passed.Due, "tell 1m0s"},

		"a press":                      {press.Due, "judge 0s"},
		"a press that failed":          {press.Failed(noon.Add(time.Minute)).Due, "judge 1m1s"},
		"a press that did something":   {judged.Due, ""},
		"a press that did nothing":     {refused.Due, "tell 0s, answer 0s"},
		"a press that nobody heard of": {deaf.Due, "tell 1m1s, answer 1m1s"},
		"a press that somebody did":    {done.Due, ""},
	} {
		if got := dueIn(c.due); got != c.want {
			t.Errorf("%s is due: %q, want %q", name, got, c.want)
		}
	}
}

// A record stands in the index of a lane just where it is due, and is found from that nanosecond on.
func TestWhatIsDueIsFound(t *testing.T) {
	g := plainGrant(t, store.Active, func(*store.Grant) {})
	task, _ := readyTask(t, store.Making, store.Fail)
	o, _ := readyOffboarding(t, store.Leaving, store.Fail)
	a, _ := readyAlert(store.Reused)(t, store.Acting, store.Fail)
	press := store.Press{ID: "press-1", At: noon}
	report := store.NewReport(noon, nil, nil, 0, false)
	for _, c := range []struct {
		r   store.Record
		id  string
		due func(store.Lane) (time.Time, bool)
	}{{&g, g.ID, g.Due}, {&task, task.ID, task.Due}, {&o, o.ID, o.Due}, {&a, a.ID, a.Due}, {&press, press.ID, press.Due}, {&report, report.ID, report.Due}} {
		db := &store.Mem{}
		save(t, db, c.r)
		for _, lane := range store.Lanes() {
			at, due := c.due(lane)
			for _, d := range []time.Duration{-1, 0, 1} {
				now := at.Add(d)
				if !due {
					now = noon.AddDate(100, 0, 0)
				}
				ids, err := store.DueBy(t.Context(), db, lane, now, 9)
				if want := due && d >= 0; err != nil || slices.Contains(ids, c.id) != want || len(ids) > 1 {
					t.Errorf("%s in %s, %s from its time: %v, %v", c.id, lane, d, ids, err)
				}
			}
		}
	}
}

// Whether a grant's time is up, or that of what is left of it, to the nanosecond.
func TestWhenATimeIsUp(t *testing.T) {
	active := plainGrant(t, store.Active, func(*store.Grant) {})
	rests := plainGrant(t, store.Ended, func(g *store.Grant) { g.Clearing = noon.Add(time.Hour) })
	for d, want := range map[time.Duration]bool{-1: false, 0: true, 1: true} {
		if active.Over(active.Until.Add(d)) != want || rests.ToClear(rests.Clearing.Add(d)) != want {
			t.Errorf("%s from its time: over %t, to clear %t", d, active.Over(active.Until.Add(d)), rests.ToClear(rests.Clearing.Add(d)))
		}
	}
	for _, state := range slices.Sorted(maps.Keys(roads)) {
		g := plainGrant(t, state, func(g *store.Grant) { g.Clearing = noon })
		if got := g.ToClear(noon); got != (state == store.Ended) {
			t.Errorf("%q: to clear %t", state, got)
		}
	}
}
