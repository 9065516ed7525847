package access_test

import (
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Who decides on a rotation has until its time limit, whether or not its lapse has been written down yet.
func TestARotationIsDecidedInTime(t *testing.T) {
	rule := access.Rotation{ID: "svc-batch", Account: account, User: "svc-batch", Steps: []store.Step{{By: []string{"U0KATO"}, Count: 1}}}
	rules := &access.Settings{Policy: policy.Policy{People: people.New(team())}, Rotations: []access.Rotation{rule}}
	task := store.Task{ID: "task-1", State: store.Asked, By: store.Self, Rule: rule.ID, Account: account, User: rule.User,
		Steps: rule.Steps, Lapses: start.Add(time.Hour)}
	for after, want := range map[time.Duration]string{time.Hour - time.Nanosecond: "", time.Hour: access.Over, 2 * time.Hour: access.Over} {
		for _, verb := range []store.Verb{store.Approve, store.Deny} {
			b := access.TaskBench{Policy: rules, Task: task, Steps: []int{1}, Now: start.Add(after),
				Press: store.Press{On: task.ID, By: "U0KATO", Verb: verb, Terms: task.Terms()}}
			if _, got := b.Judge(); got != want {
				t.Errorf("%s after %s: %q, want %q", verb, after, got, want)
			}
		}
	}
}
