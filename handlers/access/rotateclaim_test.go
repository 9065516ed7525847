package access_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// down has AWS answer nothing but errors.
func down(fakeaws.Call) *fakeaws.Failure {
	return &fakeaws.Failure{Code: "InternalServiceError", Status: 500}
}

// An approval is asked about again when the key is to be made: one of somebody who may not approve any more is none.
func TestAnApprovalThatDoesNotStandMakesNoKey(t *testing.T) {
	inRotation(t, ofLeads, func(w *world, old string) {
		id := w.rotate()
		w.aws.Fault(down)
		if refusal := w.pressTask(id, "U0KATO", store.Approve); refusal != "" {
			t.Fatal(refusal)
		}
		w.wait(time.Minute)
		w.stands(id, store.Making, "+"+old)
		w.leads.set(false, "U0SATO", "U0YAMADA")
		w.aws.Fault(nil)
		w.wait(10 * time.Minute)
		w.stands(id, store.Stopped, "+"+old)
		if note := w.task(id).Note; note != policy.NotApprover {
			t.Errorf("stopped since %q", note)
		}
	})
}

// Nothing is made while the clock stands behind the ledger.
func TestNoKeyIsMadeWhileTheClockIsBehind(t *testing.T) {
	inRotation(t, nil, func(w *world, old string) {
		w.wait(2 * time.Minute)
		w.ahead.Store(-int64(2 * time.Hour))
		task, d, err := w.keeper.Rotate(w.t.Context(), "U0SATO", "batch", "leak suspected")
		if err != nil || d.Refusal != "" {
			t.Fatalf("%q, %v", d.Refusal, err)
		}
		w.wait(time.Minute)
		w.stands(task.ID, store.Making, "+"+old)
		if trouble := w.task(task.ID).Trouble; trouble != "ClockBehind" {
			t.Errorf("told is %q", trouble)
		}
		w.ahead.Store(0)
		w.wait(10 * time.Minute)
		w.stands(task.ID, store.Proving, "+"+old, "+"+w.task(task.ID).New)
	})
}

// stalled is a rotator whose process stands still with what came of one step, for longer than its claim.
type stalled struct {
	access.Rotator
	on   func(store.Task, access.Progress) bool
	long time.Duration
	once atomic.Bool
}

func (s *stalled) Step(ctx context.Context, t store.Task) (access.Progress, error) {
	p, err := s.Rotator.Step(ctx, t)
	if err == nil && s.on(t, p) && s.once.CompareAndSwap(false, true) {
		time.Sleep(s.long)
	}
	return p, err
}

// stall has one step that comes out so stand still. It returns what tells that it does.
func (w *world) stall(long time.Duration, on func(store.Task, access.Progress) bool) func() bool {
	s := &stalled{Rotator: w.keeper.Rotators["access-key"], on: on, long: long}
	w.keeper.Rotators["access-key"] = s
	return s.once.Load
}

// What a process has seen before it stood still is not written once another one has taken over: the old key may have been
// used meanwhile.
func TestWhatWasSeenUnderAnotherClaimIsNotWritten(t *testing.T) {
	inRotation(t, hurried, func(w *world, old string) {
		stands := w.stall(100*time.Second, func(_ store.Task, p access.Progress) bool { return p.Verb == store.Unused })
		id := w.rotate()
		for !stands() {
			w.wait(time.Second)
		}
		w.aws.UseKey(old, "s3")
		other, cancel := context.WithCancel(context.Background())
		ended := make(chan struct{})
		second := w.newKeeper()
		go func() { second.Run(other); close(ended) }()
		w.wait(3 * time.Minute)
		cancel()
		<-ended
		entries, err := w.db.Entries(t.Context(), id, 0)
		if err != nil || slices.ContainsFunc(entries, func(e store.Entry) bool { return e.Verb == store.Unused }) {
			t.Errorf("a key in use was said to be unused: %+v, %v", entries, err)
		}
		w.stands(id, store.Proving, "+"+old, "+"+w.task(id).New)
	})
}

// The two keys change places again while one of them is being put back: what came of that is not what people want by now.
func TestPutBackIsTakenBackWhileItIsDone(t *testing.T) {
	inRotation(t, hurried, func(w *world, old string) {
		id := w.rotate()
		fresh := w.task(id).New
		stands := w.stall(10*time.Second, func(t store.Task, p access.Progress) bool {
			return t.State == store.Restoring && p.Verb == store.Made
		})
		for i := range 2 {
			if refusal := w.pressTask(id, "U0SATO", store.PutBack); refusal != "" {
				t.Fatal(refusal)
			}
			for i == 0 && !stands() {
				w.wait(time.Second)
			}
		}
		w.wait(time.Minute)
		w.stands(id, store.Proving, "+"+old, "+"+fresh)
		if task := w.task(id); w.kept() != fresh || task.New != fresh || task.Old != old || task.Back {
			t.Errorf("the secret has %s, %s replaces %s (back: %t), want %s", w.kept(), task.New, task.Old, task.Back, fresh)
		}
	})
}
