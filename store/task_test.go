package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sekisho/store"
)

var taskVerbs = []store.Verb{store.Void, store.Ask, store.Begin, store.Vote, store.Approve, store.Deny, store.Lapse, store.Withdraw, store.Plan,
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

// TestTaskTermsBindWhatWasShown: what a rotation's card shows to be approved is in its Terms, and votes are not.
func TestTaskTermsBindWhatWasShown(t *testing.T) {
	base := begun()
	base.Steps = []store.Step{{By: []string{"U9"}, Count: 2}}
	for name, change := range map[string]func(*store.Task){
		"rotation":  func(t *store.Task) { t.ID = "x" },
		"rule":      func(t *store.Task) { t.Rule = "x" },
		"account":   func(t *store.Task) { t.Account = "x" },
		"user":      func(t *store.Task) { t.User = "x" },
		"approvers": func(t *store.Task) { t.Steps = []store.Step{{By: []string{"U8"}, Count: 2}} },
		"count":     func(t *store.Task) { t.Steps = []store.Step{{By: []string{"U9"}, Count: 1}} },
		"reason":    func(t *store.Task) { t.Reason = "x" },
		"secret":    func(t *store.Task) { t.Secret = "x" },
		"proof":     func(t *store.Task) { t.Proof++ },
		"grace":     func(t *store.Task) { t.Grace++ },
		"direction": func(t *store.Task) { t.Back = true },
	} {
		other := base
		if change(&other); other.Terms() == base.Terms() {
			t.Errorf("another %s, the same terms", name)
		}
	}
	voted := base
	voted.Approvals = []store.Approval{{By: "U9"}}
	if voted.Terms() != base.Terms() {
		t.Error("a vote changed the terms")
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
	g := another(asked(), func(g *store.Grant) { g.Kind, g.Target, g.Exclusive = task.Kind, "SVC-Batch", true })
	g = after(g, noon, store.Approve, store.Plan)
	if err := store.Save(t.Context(), db, &g); !errors.Is(err, store.ErrTaken) {
		t.Errorf("a grant beside it: %v", err)
	}
	again := begun()
	docs := kept(t, &again)
	if count, faults := audit(t, docs...); len(faults) > 0 || count.Tasks != 1 {
		t.Errorf("%+v, %v", count, faults)
	}
}

// resting is a rotation that two had to approve, and whose old key is deactivated.
func resting(t *testing.T) store.Task {
	t.Helper()
	task := begun()
	task.State, task.Steps, task.Chain = "", []store.Step{{By: []string{"U1", "U2", "U3"}, Count: 2}}, store.Chain{}
	return taskAfter(voted(t, taskAfter(task, noon, store.Ask), store.Vote, "U1", store.Approve, "U2"), noon, store.Plan, store.Made, store.Heeded, store.Unused, store.Off)
}

// voted lets pairs of a verb and an account happen to a task.
func voted(t *testing.T, task store.Task, pairs ...any) store.Task {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		verb, by := store.Verb(fmt.Sprint(pairs[i])), fmt.Sprint(pairs[i+1])
		var err error
		if task, err = task.After(store.Entry{Verb: verb, By: by, At: noon, Steps: []int{1}}); err != nil {
			t.Fatalf("%s by %s: %v", verb, by, err)
		}
	}
	return task
}

// TestDeletionTakesTheApprovalsOfItsOwn: those of the rotation do not count for it, nor it for them, and without them the
// ledger does not have it. What is deleted in its time needs none.
func TestDeletionTakesTheApprovalsOfItsOwn(t *testing.T) {
	task := resting(t)
	for _, early := range []store.Task{task, voted(t, task, store.Vote, "U3")} {
		one := early
		if len(early.Deletion) == 1 {
			one.Steps = []store.Step{{By: []string{"U1", "U2", "U3"}, Count: 3}}
		}
		if _, err := one.After(store.Entry{Verb: store.Delete, By: "U1", At: noon, Steps: []int{1}}); !errors.Is(err, store.ErrSteps) {
			t.Errorf("deleted after %d approvals: %v", len(early.Deletion), err)
		}
	}
	done := voted(t, task, store.Vote, "U3", store.Delete, "U1")
	if done.State != store.Deleting || len(done.Deletion) != 2 || len(done.Approvals) != 2 {
		t.Errorf("%s, %v, %v", done.State, done.Deletion, done.Approvals)
	}
	if missing := voted(t, task, store.Vote, "U3").MissingForDeletion(); len(missing) != 3 {
		t.Errorf("missing %v", missing)
	}
	for _, nothing := range []store.Task{task, done} {
		if missing := nothing.MissingForDeletion(); missing != nil {
			t.Errorf("%s misses %v", nothing.State, missing)
		}
	}
	if inTime, err := task.After(store.Entry{Verb: store.Delete, By: store.Self, At: noon}); err != nil || inTime.State != store.Deleting || len(inTime.Deletion) > 0 {
		t.Errorf("in its time: %s, %v", inTime.State, err)
	}
	if press, err := taskAfter(begun(), noon, store.Plan, store.Made, store.Heeded, store.Unused, store.Off).After(store.Entry{Verb: store.Delete, By: "U9", At: noon}); err != nil || press.State != store.Deleting {
		t.Errorf("what nobody had to approve: %s, %v", press.State, err)
	}
}

// TestWhatVoidsTheApprovalsOfADeletion: another key is meant then. Those who gave them are known, until somebody approves anew.
func TestWhatVoidsTheApprovalsOfADeletion(t *testing.T) {
	for _, verb := range []store.Verb{store.PutBack, store.Used} {
		for _, task := range []store.Task{voted(t, resting(t), store.Vote, "U3"), voted(t, resting(t), store.Vote, "U3", store.Delete, "U1")} {
			if verb == store.PutBack && task.State == store.Deleting {
				continue
			}
			after := taskAfter(task, noon, verb)
			if len(after.Deletion) > 0 || len(after.Voided.By) != len(task.Deletion) || after.Voided.Seq != after.Chain.Seq || !after.Untold() {
				t.Errorf("%s: %v, voided %+v of %d", verb, after.Deletion, after.Voided, after.Chain.Seq)
			}
			if later := taskAfter(after, noon, store.Fail); later.Voided.Seq != after.Voided.Seq {
				t.Errorf("%s: voided %+v", verb, later.Voided)
			}
		}
	}
	if task := taskAfter(resting(t), noon, store.Used); task.Voided.Seq != 0 {
		t.Errorf("nothing was approved: %+v", task.Voided)
	}
	again := voted(t, taskAfter(voted(t, resting(t), store.Vote, "U3"), noon, store.Used, store.Unused, store.Off), store.Vote, "U1")
	if len(again.Deletion) != 1 || again.Voided.Seq != 0 {
		t.Errorf("approved anew: %v, %+v", again.Deletion, again.Voided)
	}
}
