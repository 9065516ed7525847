package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sekisho/store"
)

var taskVerbs = []store.Verb{store.Ask, store.Begin, store.Vote, store.Approve, store.Deny, store.Lapse, store.Withdraw, store.Plan,
	store.Fail, store.Refuse, store.Made, store.Told, store.Heard, store.Again, store.Heeded, store.Done, store.Used, store.Unused,
	store.Off, store.Delete, store.Deleted, store.PutBack, store.Remind, store.Escalate}

// begun is a rotation that nobody has to approve.
func begun() store.Task {
	t := store.Task{ID: store.TaskPrefix + "1", Kind: "access-key", Rule: "batch", Account: "123456789012", User: "svc-batch", By: "U9",
		Secret: "prod/svc-batch", Proof: time.Hour, Grace: time.Hour}
	return taskAfter(t, noon, store.Begin)
}

// taskAfter lets verbs happen to a task, which must be possible.
func taskAfter(t store.Task, at time.Time, verbs ...store.Verb) store.Task {
	for _, v := range verbs {
		var err error
		if t, err = t.After(store.Entry{Verb: v, By: "U9", At: at, Facts: taskFacts(v)}); err != nil {
			panic(err)
		}
	}
	return t
}

func taskFacts(v store.Verb) map[string]string {
	switch v {
	case store.Plan:
		return map[string]string{store.FactOld: "AKIAOLD", store.FactVersion: "v0"}
	case store.Made:
		return map[string]string{store.FactOld: "AKIAOLD", store.FactNew: "AKIANEW"}
	}
	return nil
}

// The key from before is switched off and deleted only by one road, and no press shortens the proof.
func TestTheRoadOfARotation(t *testing.T) {
	for from, steps := range store.TaskTable {
		for v, to := range steps {
			if to == store.Retiring && v != store.Unused && from != store.Retiring {
				t.Errorf("%s leads from %s to %s without proof", v, from, to)
			}
			if to == store.Deleting && from != store.Resting && from != store.Deleting {
				t.Errorf("%s leads from %s to %s", v, from, to)
			}
			if !slices.Contains(taskVerbs, v) {
				t.Errorf("the tests do not know the verb %s", v)
			}
		}
	}
}

func TestPutBackChangesPlaces(t *testing.T) {
	for _, way := range [][]store.Verb{{}, {store.Heeded}, {store.Heeded, store.Unused}, {store.Heeded, store.Unused, store.Off}} {
		task := taskAfter(begun(), noon, append([]store.Verb{store.Plan, store.Made}, way...)...)
		terms := task.Terms()
		back := taskAfter(task, noon, store.PutBack)
		if back.State != store.Restoring || back.New != task.Old || back.Old != task.New || !back.Back || back.Terms() == terms || !back.Since.IsZero() {
			t.Errorf("after %v: %+v", way, back)
		}
	}
	for _, task := range []store.Task{begun(), taskAfter(begun(), noon, store.Plan),
		taskAfter(begun(), noon, store.Plan, store.Made, store.Heeded, store.Unused, store.Off, store.Delete)} {
		if _, err := task.After(store.Entry{Verb: store.PutBack, At: noon}); !errors.Is(err, store.ErrState) || task.Reversible() {
			t.Errorf("put back while %s: %v", task.State, err)
		}
	}
}

// When the key from before was in use stays known until it is told that it works again, all servers use the other one anew,
// or the two change places.
func TestWhenTheOldKeyWasUsed(t *testing.T) {
	proving := taskAfter(begun(), noon, store.Plan, store.Made, store.Heeded)
	used, err := proving.After(store.Entry{Verb: store.Used, At: noon, Facts: map[string]string{store.FactUsed: "2026-11-22T11:45:00Z"}})
	if at := time.Date(2026, 11, 22, 11, 45, 0, 0, time.UTC); err != nil || !used.Used.Equal(at) || !proving.Used.IsZero() {
		t.Errorf("used %s, %v", used.Used, err)
	}
	for _, verb := range []store.Verb{store.Used, store.PutBack} {
		if task := taskAfter(used, noon, verb); !task.Used.IsZero() {
			t.Errorf("after %s: used %s", verb, task.Used)
		}
	}
}

// Where there are no servers none has answered.
func TestEveryServerHasAnswered(t *testing.T) {
	for _, c := range []struct {
		servers map[string]store.Server
		want    bool
	}{
		{nil, false},
		{map[string]store.Server{"i-1": {State: store.Answers}}, true},
		{map[string]store.Server{"i-1": {State: store.Answers}, "i-2": {State: store.Running}}, false},
	} {
		if got := begun().With(c.servers).Answered(); got != c.want {
			t.Errorf("%v: %t", c.servers, got)
		}
	}
}

// Whatever happens in whatever order: the table holds, approvals are not passed by, the chain follows, and the slot is that
// of a grant of the key.
func TestAnyTaskLife(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		task := store.Task{ID: store.TaskPrefix + "1", Kind: "access-key", Account: "1", User: "U", Proof: time.Hour, Grace: time.Hour}
		if rapid.Bool().Draw(rt, "approval") {
			task.Steps = []store.Step{{By: []string{"U9"}, Count: 2}}
		}
		for range rapid.IntRange(0, 30).Draw(rt, "length") {
			v := rapid.SampledFrom(taskVerbs).Draw(rt, "verb")
			next, err := task.After(store.Entry{Verb: v, By: "U9", At: noon, Steps: []int{1}, Facts: taskFacts(v)})
			if to, ok := store.TaskTable[task.State][v]; err == nil && (!ok || next.State != to) || err != nil && next.State != task.State {
				rt.Fatalf("%s in %s: %s, %v", v, task.State, next.State, err)
			}
			if err != nil {
				continue
			}
			if next.State == store.Making && len(next.Steps) > 0 && !store.Met(next.Steps, next.Voters()) {
				rt.Fatalf("%s without approvals", v)
			}
			task = next
		}
		if _, due := task.Due(store.Take); due != task.Open() {
			rt.Fatalf("%s: due is %t", task.State, due)
		}
		if err := task.Chain.Verify(task.Fresh()); err != nil {
			rt.Fatal(err)
		}
		grant := store.Grant{Exclusive: true, Kind: "access-key", Account: "1", Target: "u"}
		if task.Slot() != grant.Slot() {
			rt.Fatalf("slot %s, of a grant %s", task.Slot(), grant.Slot())
		}
	})
}

func TestATaskAndAGrantOfOneKeyExcludeEachOther(t *testing.T) {
	db := &store.Mem{}
	task := begun()
	if err := store.Save(t.Context(), db, &task); err != nil {
		t.Fatal(err)
	}
	g := asked()
	g.Kind, g.Target, g.Exclusive = task.Kind, "SVC-Batch", true
	if err := store.Save(t.Context(), db, &g); !errors.Is(err, store.ErrTaken) {
		t.Errorf("a grant beside it: %v", err)
	}
	again := begun()
	docs := kept(t, &again)
	if count, faults := audit(t, docs...); len(faults) > 0 || count.Tasks != 1 {
		t.Errorf("%+v, %v", count, faults)
	}
}
