package store_test

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"sekisho/store"
)

// taskGrid is the life of a rotation, written out.
const taskGrid = `
verb      new     asked      making   restoring  handing    proving    retiring   resting    deleting  denied  lapsed  withdrawn  rotated  stopped
ask       asked   .          .        .          .          .          .          .          .         .       .       .          .        .
begin     making  .          .        .          .          .          .          .          .         .       .       .          .        .
vote      .       asked      .        .          .          .          .          resting    .         .       .       .          .        .
approve   .       making     .        .          .          .          .          .          .         .       .       .          .        .
deny      .       denied     .        .          .          .          .          .          .         .       .       .          .        .
lapse     .       lapsed     .        .          .          .          .          .          .         .       .       .          .        .
withdraw  .       withdrawn  .        .          .          .          .          .          .         .       .       .          .        .
remind    .       asked      .        .          .          .          .          .          .         .       .       .          .        .
escalate  .       asked      .        .          .          .          .          .          .         .       .       .          .        .
void      .       asked      .        .          .          .          .          resting    .         .       .       .          .        .
plan      .       .          making   .          .          .          .          .          .         .       .       .          .        .
fail      .       .          making   restoring  handing    proving    retiring   resting    deleting  .       .       .          .        .
made      .       .          handing  handing    .          .          .          .          .         .       .       .          .        .
told      .       .          .        .          handing    .          .          .          .         .       .       .          .        .
heard     .       .          .        .          handing    .          .          .          .         .       .       .          .        .
again     .       .          .        .          handing    .          .          .          .         .       .       .          .        .
heeded    .       .          .        .          proving    .          .          .          .         .       .       .          .        .
done      .       .          .        .          rotated    .          .          .          .         .       .       .          .        .
used      .       .          .        .          .          proving    proving    proving    proving   .       .       .          .        .
unused    .       .          .        .          .          retiring   .          .          .         .       .       .          .        .
off       .       .          .        .          .          .          resting    .          .         .       .       .          .        .
delete    .       .          .        .          .          .          .          deleting   .         .       .       .          .        .
deleted   .       .          .        .          .          .          .          .          rotated   .       .       .          .        .
put_back  .       .          .        restoring  restoring  restoring  restoring  restoring  .         .       .       .          .        .
refuse    .       .          stopped  stopped    stopped    stopped    stopped    stopped    stopped   .       .       .          .        .
`

// taskEffects is what each step changes: of the facts, and behind the slash of the progress.
const taskEffects = `
new        ask       asked state / pressing retry tell_at
new        begin     state / pressing retry tell_at
asked      vote      approvals / tell_at
asked      approve   approvals state / pressing retry tell_at
asked      deny      ended_by note outcome state / pressing retry tell_at
asked      lapse     ended_by note outcome state / pressing retry tell_at
asked      withdraw  ended_by note outcome state / pressing retry tell_at
asked      remind    / reminders tell_at
asked      escalate  escalation / tell_at
asked      void      approvals / tell_at
making     plan      effects holder old planned / tell_at
making     fail      / retry tell_at tries trouble trouble_at
making     made      effects new old state / pressing retry tell_at
making     refuse    ended_by note outcome state / pressing retry tell_at
restoring  fail      / retry tell_at tries trouble trouble_at
restoring  made      new old state / pressing retry tell_at
restoring  put_back  back new old / retry servers tell_at
restoring  refuse    ended_by note outcome state / pressing retry tell_at
handing    fail      / retry tell_at tries trouble trouble_at
handing    told      sent / tell_at
handing    heard     / tell_at
handing    again     / retry servers tell_at
handing    heeded    since state / pressing retry tell_at
handing    done      ended_by note outcome state / pressing retry tell_at
handing    put_back  back command new old sent state / pressing retry servers tell_at
handing    refuse    ended_by note outcome state / pressing retry tell_at
proving    fail      / retry tell_at tries trouble trouble_at
proving    used      since used / tell_at
proving    unused    state / pressing retry tell_at
proving    put_back  back command new old sent since state / pressing retry servers tell_at
proving    refuse    ended_by note outcome state / pressing retry tell_at
retiring   fail      / retry tell_at tries trouble trouble_at
retiring   used      since state used / pressing retry tell_at
retiring   off       deletes state / pressing retry tell_at
retiring   put_back  back command new old sent since state / pressing retry servers tell_at
retiring   refuse    ended_by note outcome state / pressing retry tell_at
resting    vote      deletion / tell_at
resting    void      deletion / tell_at
resting    fail      / retry tell_at tries trouble trouble_at
resting    used      deletes deletion since state used voided / pressing retry tell_at
resting    delete    deletion state / pressing retry tell_at
resting    put_back  back command deletes deletion new old sent since state voided / pressing retry servers tell_at
resting    refuse    ended_by note outcome state / pressing retry tell_at
deleting   fail      / retry tell_at tries trouble trouble_at
deleting   used      deletes deletion since state used voided / pressing retry tell_at
deleting   deleted   ended_by note outcome state / pressing retry tell_at
deleting   refuse    ended_by note outcome state / pressing retry tell_at
`

// taskRoads are the verbs by which a rotation comes into a state.
var taskRoads = map[store.State][]store.Verb{
	"": nil, store.Asked: {store.Ask, store.Vote}, store.Making: {store.Ask, store.Vote, store.Approve},
	store.Denied: {store.Ask, store.Deny}, store.Lapsed: {store.Ask, store.Lapse}, store.Withdrawn: {store.Ask, store.Withdraw},
	store.Handing:   {store.Ask, store.Vote, store.Approve, store.Plan, store.Made, store.Told},
	store.Restoring: {store.Ask, store.Vote, store.Approve, store.Plan, store.Made, store.Told, store.PutBack},
	store.Proving:   {store.Ask, store.Vote, store.Approve, store.Plan, store.Made, store.Told, store.Heeded},
	store.Retiring:  {store.Ask, store.Vote, store.Approve, store.Plan, store.Made, store.Told, store.Heeded, store.Unused},
	store.Resting:   {store.Ask, store.Vote, store.Approve, store.Plan, store.Made, store.Told, store.Heeded, store.Unused, store.Off, store.Vote},
	store.Deleting:  {store.Ask, store.Vote, store.Approve, store.Plan, store.Made, store.Told, store.Heeded, store.Unused, store.Off, store.Vote, store.Delete},
	store.Rotated:   {store.Ask, store.Vote, store.Approve, store.Plan, store.Made, store.Done},
	store.Stopped:   {store.Ask, store.Vote, store.Approve, store.Refuse},
}

// taskEntry is an entry of a verb.
func taskEntry(v store.Verb) store.Entry {
	e := store.Entry{Verb: v, By: "U9", At: later, Note: "note", Steps: []int{1}, Facts: maps.Clone(taskFacts(v))}
	switch v {
	case store.Void:
		e.Facts = map[string]string{store.FactAccounts: "U8"}
	case store.Plan:
		e.Facts[store.FactHolder] = "U4"
	case store.Told:
		e.Facts = map[string]string{store.FactCommand: "c-1"}
	case store.Used:
		e.Facts = map[string]string{store.FactUsed: "2026-11-22T12:45:00Z"}
	}
	return e
}

// readyTask is a rotation in a state to which nothing but the table of states can refuse the verb.
func readyTask(t *testing.T, from store.State, verb store.Verb) (store.Task, store.Entry) {
	t.Helper()
	task := store.Task{ID: store.TaskPrefix + "1", Kind: "access-key", Rule: "batch", Account: "123456789012", User: "svc-batch", By: "U9",
		Secret: "prod/svc-batch", Proof: time.Hour, Grace: 24 * time.Hour, Lapses: noon.Add(24 * time.Hour),
		Escalation: store.Escalation{At: noon.Add(time.Hour), To: []string{"U5"}}, Steps: []store.Step{{By: []string{"U7", "U8", "U9"}, Count: 2}}}
	if verb == store.Begin && from == "" {
		task.Steps = nil
	}
	for _, v := range taskRoads[from] {
		e := taskEntry(v)
		if e.At, e.By = noon, "U7"; v == store.Vote {
			e.By = "U8"
		}
		var err error
		if task, err = task.After(e); err != nil {
			t.Fatalf("%s: %v", v, err)
		}
	}
	task.Card = store.Card{Channel: "C1", TS: "1"}
	task = task.With(map[string]store.Server{"i-1": {State: store.Running, Tries: 3}, "i-2": {State: store.Answers}})
	return task, taskEntry(verb)
}

func TestEveryVerbOfATask(t *testing.T) {
	table, _, verbsOfTable := grid(t, taskGrid)
	sameTable(t, table, store.TaskTable)
	for _, v := range taskVerbs {
		if !slices.Contains(verbsOfTable, v) {
			t.Errorf("the table lacks %s", v)
		}
	}
	checkGrid(t, taskGrid, readyTask)
}

func TestWhatEachStepOfATaskChanges(t *testing.T) { checkEffects(t, taskGrid, taskEffects, readyTask) }

func TestATaskHasManyFutures(t *testing.T) { checkFutures(t, taskGrid, readyTask) }

// What a step needs beside its state.
func TestWhatAStepOfATaskNeeds(t *testing.T) {
	for _, c := range []struct {
		name   string
		from   store.State
		verb   store.Verb
		change func(*store.Task, *store.Entry)
		want   error
	}{
		{"begun where nobody has to approve", "", store.Begin, func(*store.Task, *store.Entry) {}, nil},
		{"begun where somebody has to", "", store.Begin, func(t *store.Task, _ *store.Entry) { t.Steps = []store.Step{{Count: 1}} }, store.ErrSteps},
		{"the second of two", store.Asked, store.Approve, func(*store.Task, *store.Entry) {}, nil},
		{"the second of three", store.Asked, store.Approve, func(t *store.Task, _ *store.Entry) { t.Steps[0].Count = 3 }, store.ErrSteps},
		{"of nobody who counts", store.Asked, store.Approve, func(_ *store.Task, e *store.Entry) { e.Steps = nil }, store.ErrSteps},
		{"approved where nobody has to", store.Asked, store.Approve, func(t *store.Task, _ *store.Entry) { t.Steps = nil }, store.ErrSteps},
		{"escalated", store.Asked, store.Escalate, func(*store.Task, *store.Entry) {}, nil},
		{"escalated to nobody", store.Asked, store.Escalate, func(t *store.Task, _ *store.Entry) { t.Escalation.To = nil }, store.ErrEscalation},
		{"escalated twice", store.Asked, store.Escalate, func(t *store.Task, _ *store.Entry) { t.Escalation.Since = noon }, store.ErrEscalation},
		{"deleted by the second of two", store.Resting, store.Delete, func(*store.Task, *store.Entry) {}, nil},
		{"deleted by the first of two", store.Resting, store.Delete, func(t *store.Task, _ *store.Entry) { t.Deletion = nil }, store.ErrSteps},
		{"deleted in its time", store.Resting, store.Delete, func(t *store.Task, e *store.Entry) { t.Deletion, e.By = nil, store.Self }, nil},
		{"deleted where nobody has to approve", store.Resting, store.Delete, func(t *store.Task, _ *store.Entry) { t.Steps, t.Deletion = nil, nil }, nil},
		{"put back", store.Handing, store.PutBack, func(*store.Task, *store.Entry) {}, nil},
		{"put back without the key", store.Handing, store.PutBack, func(t *store.Task, _ *store.Entry) { t.Old = "" }, store.ErrState},
		{"put back without its version", store.Handing, store.PutBack, func(t *store.Task, _ *store.Entry) { t.Effects = nil }, store.ErrState},
	} {
		task, e := readyTask(t, c.from, c.verb)
		c.change(&task, &e)
		next, err := task.After(e)
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if err != nil && (next.State != task.State || next.Chain != task.Chain) {
			t.Errorf("%s: refused, and an entry was made", c.name)
		}
	}
}

// What the steps of a rotation set, beside that they set something.
func TestWhatTheStepsOfATaskSet(t *testing.T) {
	step := func(from store.State, verb store.Verb) (was, is store.Task) {
		task, e := readyTask(t, from, verb)
		return task, must(task.After(e))
	}
	if _, made := step(store.Making, store.Made); made.New != "AKIANEW" || made.Old != "AKIAOLD" {
		t.Errorf("made: new %s, old %s", made.New, made.Old)
	}
	if _, planned := step(store.Making, store.Plan); planned.Holder != "U4" || !planned.Planned || planned.Effects[store.FactVersion] != "v0" {
		t.Errorf("planned: %+v", planned)
	}
	if _, off := step(store.Retiring, store.Off); !off.Deletes.Equal(later.Add(24 * time.Hour)) {
		t.Errorf("off: deleted %s", off.Deletes)
	}
	was, again := step(store.Handing, store.Again)
	if again.Servers["i-1"].Tries != 0 || was.Servers["i-1"].Tries != 3 || !again.Retry.Equal(later) {
		t.Errorf("again: %+v of %+v, at %s", again.Servers, was.Servers, again.Retry)
	}
	was, back := step(store.Resting, store.PutBack)
	if back.New != was.Old || back.Old != was.New || !back.Back || back.Servers != nil || back.Voided.Seq != back.Chain.Seq || !slices.Equal(back.Voided.By, []string{"U8"}) {
		t.Errorf("put back: %+v", back)
	}
	if _, used := step(store.Deleting, store.Used); used.Deletion != nil || !used.Deletes.IsZero() || !used.Since.Equal(later) || !used.Used.Equal(noon.Add(45*time.Minute)) {
		t.Errorf("used: %+v", used)
	}
	if _, denied := step(store.Asked, store.Deny); denied.Outcome != store.Deny || denied.EndedBy != "U9" || denied.Note != "note" {
		t.Errorf("denied: %s by %s: %s", denied.Outcome, denied.EndedBy, denied.Note)
	}
}
