package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"sekisho/store"
)

// An approval that is void is missing again, in a request, an extension and a rotation. The others stay, and so does what was
// approved before the extension.
func TestAVoidApprovalIsMissing(t *testing.T) {
	two := []store.Step{{By: []string{"U7", "U8", "U9"}, Count: 2}}
	vote := func(v store.Verb, by string) store.Entry {
		return store.Entry{Verb: v, By: by, At: noon, Steps: []int{1}}
	}
	void := store.Entry{Verb: store.Void, By: store.Self, At: noon, Note: "not_approver", Facts: map[string]string{store.FactAccounts: "U8"}}
	by := func(approvals []store.Approval) (out []string) {
		for _, a := range approvals {
			out = append(out, a.By)
		}
		return out
	}
	request := asked()
	request.Steps = two
	given := must(must(request.After(vote(store.Vote, "U8"))).After(store.Entry{Verb: store.Approve, By: "U7", At: noon, Steps: []int{1}, Until: noon.Add(time.Hour)}))
	extended := after(given, noon, store.Apply)
	extended.Extension.Steps = two
	extended = must(extended.After(store.Entry{Verb: store.AskMore, By: "U1", At: noon, Until: noon.Add(8 * time.Hour)}))
	extended = must(must(must(extended.After(vote(store.Agree, "U8"))).After(vote(store.Agree, "U9"))).After(void))
	if got := by(extended.Extension.Approvals); !slices.Equal(got, []string{"U9"}) || !slices.Equal(by(extended.Approvals), []string{"U8", "U7"}) {
		t.Errorf("the extension has %v, and the request %v", got, by(extended.Approvals))
	}
	request = must(must(must(request.After(vote(store.Vote, "U8"))).After(vote(store.Vote, "U9"))).After(void))
	if got := by(request.Approvals); !slices.Equal(got, []string{"U9"}) {
		t.Errorf("the request has %v", got)
	}
	request.Steps = []store.Step{{By: two[0].By, Count: 3}}
	if _, err := request.After(store.Entry{Verb: store.Approve, By: "U7", At: noon, Steps: []int{1}, Until: noon.Add(time.Hour)}); !errors.Is(err, store.ErrSteps) {
		t.Errorf("approved with two of three: %v", err)
	}
	task := begun()
	task.State, task.Steps = store.Asked, two
	task = must(must(task.After(vote(store.Vote, "U8"))).After(void))
	if _, err := task.After(vote(store.Approve, "U9")); len(task.Approvals) != 0 || !errors.Is(err, store.ErrSteps) {
		t.Errorf("a rotation has %v, approved with one of two: %v", by(task.Approvals), err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
