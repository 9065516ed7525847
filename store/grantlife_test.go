package store_test

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"sekisho/store"
)

// grantGrid is the life of a grant, written out: what is a dot cannot happen.
const grantGrid = `
verb       new       received  ignored  merged  asked      denied  lapsed  withdrawn  approved  active   ending  ended
receive    received  .         .        .       .          .       .       .          .         .        .       .
ignore     .         ignored   .        .       .          .       .       .          .         .        .       .
merge      .         merged    .        .       .          .       .       .          .         .        .       .
ask        .         asked     .        .       .          .       .       .          .         .        .       .
again      .         .         .        .       asked      denied  .       .          approved  active   .       .
vote       .         .         .        .       asked      .       .       .          .         .        .       .
approve    .         .         .        .       approved   .       .       .          .         .        .       .
deny       .         .         .        .       denied     .       .       .          .         .        .       .
lapse      .         .         .        .       lapsed     .       .       .          .         .        .       .
withdraw   .         .         .        .       withdrawn  .       .       .          .         .        .       .
plan       .         .         .        .       .          .       .       .          approved  .        .       .
apply      .         .         .        .       .          .       .       .          active    .        ending  .
fail       .         received  .        .       .          .       .       .          approved  .        ending  .
refuse     .         .         .        .       .          .       .       .          ending    .        .       .
extend     .         .         .        .       .          .       .       .          approved  active   .       .
ask_more   .         .         .        .       .          .       .       .          .         active   .       .
agree      .         .         .        .       .          .       .       .          .         active   .       .
prolong    .         .         .        .       .          .       .       .          .         active   .       .
decline    .         .         .        .       .          .       .       .          .         active   .       .
retract    .         .         .        .       .          .       .       .          .         active   .       .
expire     .         .         .        .       .          .       .       .          ending    ending   .       .
revoke     .         .         .        .       .          .       .       .          ending    ending   .       .
finish     .         .         .        .       .          .       .       .          ending    ending   .       .
undo       .         .         .        .       .          .       .       .          .         .        ended   .
drift      .         .         .        .       .          .       .       .          .         .        .       ending
recheck    .         .         .        .       .          .       .       .          .         .        .       ended
clear      .         .         .        .       .          .       .       .          .         .        .       ended
hand_over  .         .         .        .       .          .       .       .          ended     .        .       .
mine       .         .         ignored  .       asked      .       .       .          approved  active   .       .
not_mine   .         .         ignored  .       denied     .       .       .          ending    ending   .       .
escalate   .         .         .        .       asked      .       .       .          .         .        .       .
void       .         .         .        .       asked      .       .       .          .         active   .       .
remind     .         .         .        .       asked      .       .       .          .         active   .       .
soon       .         .         .        .       .          .       .       .          .         active   .       .
expose     .         .         .        .       .          .       .       .          .         active   .       ended
protect    .         .         .        .       .          .       .       .          .         active   .       ended
rebuild    .         ignored   .        .       denied     .       .       .          ending    ending   ending  ended
`

// grantEffects is what each step changes: of the facts, and behind the slash of the progress.
const grantEffects = `
new       receive    state / retry tell_at
received  ignore     ended_by note outcome state / pressing retry tell_at
received  merge      state / pressing retry tell_at
received  ask        asked state / retry tell_at
received  fail       / pressing retry tell_at tries trouble trouble_at
asked     again      / tell_at
asked     vote       approvals / pressing tell_at
asked     approve    approvals further max start state until / pressing retry tell_at
asked     deny       ended ended_by note outcome state / pressing retry tell_at
asked     lapse      ended_by note outcome state / pressing retry tell_at
asked     withdraw   ended_by note outcome state / pressing retry tell_at
asked     mine       answer further / pressing tell_at
asked     not_mine   answer ended_by further outcome state / pressing retry tell_at
asked     escalate   escalation / tell_at
asked     void       approvals / pressing tell_at
asked     remind     / reminders tell_at
denied    again      / tell_at
ignored   mine       answer further / pressing tell_at
ignored   not_mine   answer further / pressing tell_at
approved  again      / tell_at
approved  plan       effects planned / tell_at
approved  apply      effects state / looks pressing retry tell_at
approved  fail       / pressing retry tell_at tries trouble trouble_at
approved  refuse     ended_by note outcome state ungiven / pressing retry tell_at
approved  extend     until / tell_at
approved  expire     ended_by note outcome state ungiven / pressing retry tell_at
approved  revoke     ended_by note outcome state ungiven / pressing retry tell_at
approved  finish     ended_by note outcome state ungiven / pressing retry tell_at
approved  hand_over  effects ended ended_by outcome state / looks pressing retry tell_at
approved  mine       answer further / pressing tell_at
approved  not_mine   answer ended_by further outcome state ungiven / pressing retry tell_at
active    again      / tell_at
active    extend     until / tell_at
active    ask_more   extension / tell_at
active    agree      extension / pressing tell_at
active    prolong    extended extension until / pressing tell_at
active    decline    declined extension / pressing tell_at
active    retract    extension / pressing tell_at
active    expire     ended_by note outcome state / looks pressing retry tell_at
active    revoke     ended_by note outcome state / looks pressing retry tell_at
active    finish     ended_by note outcome state / looks pressing retry tell_at
active    mine       answer further / pressing tell_at
active    not_mine   answer ended_by further outcome state / looks pressing retry tell_at
active    void       extension / pressing tell_at
active    remind     / of_extension tell_at
active    soon       / pressing tell_at warned
active    expose     exposed / pressing tell_at
active    protect    exposed / pressing tell_at
ending    apply      effects / pressing tell_at
ending    fail       / pressing retry tell_at tries trouble trouble_at
ending    undo       clearing effects ended state / looks pressing retry tell_at
ended     drift      effects state / looks pressing retry tell_at
ended     recheck    rechecks / tell_at
ended     clear      clearing / looks tell_at
ended     expose     exposed / pressing tell_at
ended     protect    exposed / pressing tell_at
received  rebuild    ended_by outcome state / pressing retry tell_at
asked     rebuild    ended_by outcome state / pressing retry tell_at
approved  rebuild    ended_by outcome state ungiven / pressing retry tell_at
active    rebuild    ended_by outcome state / looks pressing retry tell_at
ending    rebuild    / pressing tell_at
ended     rebuild    / pressing tell_at
`

// keyGrant is a request for an access key, with everything that a step can need: two approvals, an escalation, a card, further
// sign-ins, and a wished start.
func keyGrant(endless bool) store.Grant {
	return store.Grant{ID: "login-1", Origin: store.SignIn, Kind: "access-key", Entitlement: "batch-key", Account: "123456789012",
		Subject: store.Subject{User: "t.yamada", UserID: "AIDA1", Person: "U1"}, Target: "svc-batch", Exclusive: true, Endless: endless,
		Duration: 4 * time.Hour, Longest: 12 * time.Hour, Steps: []store.Step{{By: []string{"U7", "U8", "U9"}, Count: 2}},
		Escalation: store.Escalation{At: noon.Add(time.Hour), To: []string{"U5"}}, Lapses: noon.Add(24 * time.Hour), From: noon,
		Signin:  store.Signin{At: noon, Address: "203.0.113.9", MFA: "yes"},
		Further: []store.Further{{Signin: store.Signin{At: noon, Address: "198.51.100.4", MFA: "yes"}, Times: 1, Noted: noon}}}
}

// grantEntry is an entry of a verb that fits a keyGrant.
func grantEntry(verb store.Verb) store.Entry {
	e := store.Entry{Verb: verb, By: "U9", At: later, Note: "note", Steps: []int{1}}
	switch verb {
	case store.Approve:
		e.Until = later.Add(4 * time.Hour)
	case store.Extend:
		e.Until = noon.Add(6 * time.Hour)
	case store.AskMore, store.Prolong:
		e.Until = noon.Add(8 * time.Hour)
	case store.Undo:
		e.Until = later.Add(72 * time.Hour)
		e.Facts = map[string]string{"deactivated": "true"}
	case store.Void:
		e.Facts = map[string]string{store.FactAccounts: "U8"}
	case store.Plan:
		e.Facts = map[string]string{store.FactHeld: "false"}
	case store.Apply, store.Drift, store.HandOver:
		e.Facts = map[string]string{store.FactKey: "AKIANEW"}
	}
	return e
}

// lived lets verbs happen to a keyGrant at noon, each as grantEntry has it.
func lived(t *testing.T, g store.Grant, verbs ...store.Verb) store.Grant {
	t.Helper()
	for _, v := range verbs {
		e := grantEntry(v)
		if e.At = noon; v == store.Approve {
			e.By, e.Until = "U7", noon.Add(4*time.Hour)
		}
		if v == store.Vote || v == store.Agree {
			e.By = "U8"
		}
		var err error
		if g, err = g.After(e); err != nil {
			t.Fatalf("%s: %v", v, err)
		}
	}
	return g
}

// roads are the verbs by which a grant comes into a state.
var roads = map[store.State][]store.Verb{
	"":              nil,
	store.Received:  {store.Receive},
	store.Ignored:   {store.Receive, store.Ignore},
	store.Merged:    {store.Receive, store.Merge},
	store.Asked:     {store.Receive, store.Ask, store.Vote},
	store.Denied:    {store.Receive, store.Ask, store.Deny},
	store.Lapsed:    {store.Receive, store.Ask, store.Lapse},
	store.Withdrawn: {store.Receive, store.Ask, store.Withdraw},
	store.Approved:  {store.Receive, store.Ask, store.Vote, store.Approve},
	store.Active:    {store.Receive, store.Ask, store.Vote, store.Approve, store.Plan, store.Apply},
	store.Ending:    {store.Receive, store.Ask, store.Vote, store.Approve, store.Plan, store.Apply, store.Revoke},
	store.Ended:     {store.Receive, store.Ask, store.Vote, store.Approve, store.Plan, store.Apply, store.Revoke, store.Undo},
}

// readyGrant is a grant in a state to which nothing but the table of states can refuse the verb.
func readyGrant(t *testing.T, from store.State, verb store.Verb) (store.Grant, store.Entry) {
	t.Helper()
	endless := verb == store.HandOver || from == store.Ended && (verb == store.Expose || verb == store.Protect)
	road := roads[from]
	if endless && from == store.Ended {
		road = append(slices.Clone(roads[store.Approved]), store.Plan, store.HandOver)
	}
	g := lived(t, keyGrant(endless), road...)
	switch {
	case from == store.Active && slices.Contains([]store.Verb{store.Agree, store.Prolong, store.Decline, store.Retract, store.Remind, store.Void}, verb):
		g.Extension.Steps = g.Steps
		g = lived(t, g, store.AskMore, store.Agree)
	case verb == store.Protect && (from == store.Active || from == store.Ended):
		g = lived(t, g, store.Expose)
	}
	g.Card = store.Card{Channel: "C1", TS: "1"}
	e := grantEntry(verb)
	if !g.State.Live() || g.State == store.Ending { // what is found late is another key
		e.Facts = maps.Clone(e.Facts)
		if e.Facts[store.FactKey] != "" {
			e.Facts[store.FactKey] = "AKIALATE"
		}
	}
	return g, e
}

func TestEveryVerbOfAGrant(t *testing.T) {
	table, _, verbsOfTable := grid(t, grantGrid)
	sameTable(t, table, store.Table)
	for _, v := range verbs {
		if !slices.Contains(verbsOfTable, v) {
			t.Errorf("the table lacks %s", v)
		}
	}
	checkGrid(t, grantGrid, readyGrant)
}

func TestWhatEachStepOfAGrantChanges(t *testing.T) {
	checkEffects(t, grantGrid, grantEffects, readyGrant)
}

func TestAGrantHasManyFutures(t *testing.T) { checkFutures(t, grantGrid, readyGrant) }

// What a step needs beside its state, to the nanosecond.
func TestWhatAStepOfAGrantNeeds(t *testing.T) {
	short := func(g *store.Grant, e *store.Entry) { e.Duration = store.ShortestTerm }
	for _, c := range []struct {
		name   string
		from   store.State
		verb   store.Verb
		change func(*store.Grant, *store.Entry)
		want   error
	}{
		{"a vote for the shortest time", store.Asked, store.Vote, short, nil},
		{"a vote for less", store.Asked, store.Vote, func(_ *store.Grant, e *store.Entry) { e.Duration = store.ShortestTerm - 1 }, store.ErrTerm},
		{"a vote for less than nothing", store.Asked, store.Vote, func(_ *store.Grant, e *store.Entry) { e.Duration = -1 }, store.ErrTerm},
		{"a vote for all of it", store.Asked, store.Vote, func(g *store.Grant, e *store.Entry) { e.Duration = g.Duration }, nil},
		{"a vote for more", store.Asked, store.Vote, func(g *store.Grant, e *store.Entry) { e.Duration = g.Duration + 1 }, store.ErrTerm},

		{"the second of two approvals", store.Asked, store.Approve, func(*store.Grant, *store.Entry) {}, nil},
		{"the second by the first", store.Asked, store.Approve, func(_ *store.Grant, e *store.Entry) { e.Steps = nil }, store.ErrSteps},
		{"the second of three", store.Asked, store.Approve, func(g *store.Grant, _ *store.Entry) { g.Steps = []store.Step{{Count: 3}} }, store.ErrSteps},
		{"the second for a step that is not there", store.Asked, store.Approve, func(_ *store.Grant, e *store.Entry) { e.Steps = []int{2} }, store.ErrSteps},
		{"to the latest end", store.Asked, store.Approve, func(_ *store.Grant, e *store.Entry) { e.Until = later.Add(12 * time.Hour) }, nil},
		{"beyond it", store.Asked, store.Approve, func(_ *store.Grant, e *store.Entry) { e.Until = later.Add(12*time.Hour + 1) }, store.ErrTerm},
		{"to just after the start", store.Asked, store.Approve, func(_ *store.Grant, e *store.Entry) { e.Until = later.Add(1) }, nil},
		{"to the start", store.Asked, store.Approve, func(_ *store.Grant, e *store.Entry) { e.Until = later }, store.ErrTerm},
		{"as an approver limits it", store.Asked, store.Approve, func(_ *store.Grant, e *store.Entry) {
			e.Duration, e.Until = time.Hour, later.Add(time.Hour)
		}, nil},
		{"longer than an approver limits it", store.Asked, store.Approve, func(_ *store.Grant, e *store.Entry) {
			e.Duration, e.Until = time.Hour, later.Add(time.Hour+1)
		}, store.ErrTerm},
		{"longer than who voted limits it", store.Asked, store.Approve, func(g *store.Grant, e *store.Entry) {
			g.Approvals = []store.Approval{{By: "U8", Steps: []int{1}, Duration: time.Hour}}
			e.Until = later.Add(time.Hour + 1)
		}, store.ErrTerm},
		{"from a start to come, to its latest end", store.Asked, store.Approve, func(g *store.Grant, e *store.Entry) {
			g.From, e.Until = noon.Add(20*time.Hour), noon.Add(32*time.Hour)
		}, nil},
		{"from a start to come, beyond it", store.Asked, store.Approve, func(g *store.Grant, e *store.Entry) {
			g.From, e.Until = noon.Add(20*time.Hour), noon.Add(32*time.Hour+1)
		}, store.ErrTerm},
		{"to a start to come", store.Asked, store.Approve, func(g *store.Grant, e *store.Entry) {
			g.From, e.Until = noon.Add(20*time.Hour), noon.Add(20*time.Hour)
		}, store.ErrTerm},

		{"escalated to somebody", store.Asked, store.Escalate, func(*store.Grant, *store.Entry) {}, nil},
		{"escalated to nobody", store.Asked, store.Escalate, func(g *store.Grant, _ *store.Entry) { g.Escalation.To = nil }, store.ErrEscalation},
		{"escalated twice", store.Asked, store.Escalate, func(g *store.Grant, _ *store.Entry) { g.Escalation.Since = noon }, store.ErrEscalation},

		{"planned at the start", store.Approved, store.Plan, func(g *store.Grant, e *store.Entry) { e.At = g.From }, nil},
		{"planned before the start", store.Approved, store.Plan, func(g *store.Grant, e *store.Entry) { e.At = g.From.Add(-1) }, store.ErrTerm},
		{"planned at once", store.Approved, store.Plan, func(g *store.Grant, e *store.Entry) { g.From = time.Time{} }, nil},
		{"handed over", store.Approved, store.HandOver, func(*store.Grant, *store.Entry) {}, nil},
		{"what has an end handed over", store.Approved, store.HandOver, func(g *store.Grant, _ *store.Entry) { g.Endless = false }, store.ErrTerm},
		{"extended before it is given", store.Approved, store.Extend, func(*store.Grant, *store.Entry) {}, nil},
		{"shortened before it is given", store.Approved, store.Extend, func(g *store.Grant, e *store.Entry) { e.Until = g.Until.Add(-1) }, store.ErrTerm},

		{"extended to where it ends", store.Active, store.Extend, func(g *store.Grant, e *store.Entry) { e.Until = g.Until }, nil},
		{"shortened", store.Active, store.Extend, func(g *store.Grant, e *store.Entry) { e.Until = g.Until.Add(-1) }, store.ErrTerm},
		{"extended to the latest end", store.Active, store.Extend, func(g *store.Grant, e *store.Entry) { e.Until = g.Max }, nil},
		{"extended beyond it", store.Active, store.Extend, func(g *store.Grant, e *store.Entry) { e.Until = g.Max.Add(1) }, store.ErrTerm},

		{"more is asked for", store.Active, store.AskMore, func(g *store.Grant, e *store.Entry) { e.Until = g.Until.Add(1) }, nil},
		{"what there is is asked for", store.Active, store.AskMore, func(g *store.Grant, e *store.Entry) { e.Until = g.Until }, store.ErrTerm},
		{"all is asked for", store.Active, store.AskMore, func(g *store.Grant, e *store.Entry) { e.Until = g.Max }, nil},
		{"more than all is asked for", store.Active, store.AskMore, func(g *store.Grant, e *store.Entry) { e.Until = g.Max.Add(1) }, store.ErrTerm},
		{"more is asked for twice", store.Active, store.AskMore, func(g *store.Grant, _ *store.Entry) { g.Extension.Until = g.Max }, store.ErrExtension},
		{"prolonged", store.Active, store.Prolong, func(*store.Grant, *store.Entry) {}, nil},
		{"prolonged to another end", store.Active, store.Prolong, func(g *store.Grant, e *store.Entry) { e.Until = e.Until.Add(1) }, store.ErrTerm},
		{"prolonged to an earlier one", store.Active, store.Prolong, func(g *store.Grant, e *store.Entry) { e.Until = e.Until.Add(-1) }, store.ErrTerm},
		{"prolonged with one of two", store.Active, store.Prolong, func(g *store.Grant, _ *store.Entry) { g.Extension.Approvals = nil }, store.ErrSteps},
		{"prolonged to an end that has passed by", store.Active, store.Prolong, func(g *store.Grant, _ *store.Entry) { g.Until = g.Extension.Until.Add(1) }, store.ErrTerm},
		{"prolonged by a rule for just so long", store.Active, store.Prolong, func(g *store.Grant, e *store.Entry) { e.By, e.Steps, g.Auto = store.Rule, nil, 8*time.Hour }, nil},
		{"prolonged by a rule for longer", store.Active, store.Prolong, func(g *store.Grant, e *store.Entry) { e.By, e.Steps, g.Auto = store.Rule, nil, 8*time.Hour-1 }, store.ErrSteps},
		{"prolonged by a person whose rule may", store.Active, store.Prolong, func(g *store.Grant, e *store.Entry) { e.Steps, g.Auto = nil, 8*time.Hour }, store.ErrSteps},

		{"exposed", store.Active, store.Expose, func(*store.Grant, *store.Entry) {}, nil},
		{"exposed twice", store.Active, store.Expose, func(g *store.Grant, _ *store.Entry) { g.Exposed = noon }, store.ErrExposure},
		{"exposed without a key", store.Active, store.Expose, func(g *store.Grant, _ *store.Entry) { g.Effects = nil }, store.ErrExposure},
		{"protected", store.Active, store.Protect, func(*store.Grant, *store.Entry) {}, nil},
		{"protected twice", store.Active, store.Protect, func(g *store.Grant, _ *store.Entry) { g.Exposed = time.Time{} }, store.ErrExposure},
		{"exposed after it was handed over", store.Ended, store.Expose, func(*store.Grant, *store.Entry) {}, nil},
		{"exposed after it was taken back", store.Ended, store.Expose, func(g *store.Grant, _ *store.Entry) { g.Outcome = store.Revoke }, store.ErrExposure},
		{"protected after it was handed over", store.Ended, store.Protect, func(*store.Grant, *store.Entry) {}, nil},
	} {
		g, e := readyGrant(t, c.from, c.verb)
		c.change(&g, &e)
		before := body(t, g)
		next, err := g.After(e)
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if err != nil && (next.State != g.State || next.Chain != g.Chain || len(next.Fresh()) != len(g.Fresh())) {
			t.Errorf("%s: refused, and an entry was made", c.name)
		}
		if string(body(t, g)) != string(before) {
			t.Errorf("%s: the grant is another", c.name)
		}
	}
}
