package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sekisho/store"
)

func steps(counts ...int) []store.Step {
	var out []store.Step
	for _, n := range counts {
		out = append(out, store.Step{Count: n})
	}
	return out
}

func TestMet(t *testing.T) {
	for _, c := range []struct {
		name   string
		steps  []store.Step
		voters [][]int
		want   bool
	}{
		{"no steps, nobody", nil, nil, false},
		{"no steps, somebody", nil, [][]int{{1}}, false},
		{"one of one", steps(1), [][]int{{1}}, true},
		{"one of two", steps(2), [][]int{{1}}, false},
		{"one who can count for nothing", steps(1), [][]int{nil}, false},
		{"one who can count for what is not there", steps(1), [][]int{{0, 2, -1}}, false},
		{"one in both groups", steps(1, 1), [][]int{{1, 2}}, false},
		{"two in both groups", steps(1, 1), [][]int{{1, 2}, {1, 2}}, true},
		{"the one in both came first", steps(1, 1), [][]int{{1, 2}, {1}}, true},
		{"the one in both came last", steps(1, 1), [][]int{{1}, {1, 2}}, true},
		{"two of the first, none of the second", steps(1, 1), [][]int{{1}, {1}}, false},
		{"a chain of three", steps(1, 1, 1), [][]int{{1, 2}, {2, 3}, {2}}, true},
		{"one and two", steps(1, 2), [][]int{{1, 2}, {2}, {1, 2}}, true},
		{"one and two, none of the first", steps(1, 2), [][]int{{2}, {2}, {2}}, false},
		{"named twice", steps(1, 1), [][]int{{1, 1}, {1}}, false},
	} {
		if got := store.Met(c.steps, c.voters); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}

// best tries all ways to let voters count, and returns how many can at most.
func best(steps []store.Step, voters [][]int) int {
	if len(voters) == 0 {
		return 0
	}
	most := best(steps, voters[1:])
	for _, s := range voters[0] {
		if steps[s-1].Count > 0 {
			left := slices.Clone(steps)
			left[s-1].Count--
			most = max(most, 1+best(left, voters[1:]))
		}
	}
	return most
}

// The assignment is the best one, lets nobody count for what they cannot, and takes nothing back.
func TestAssignIsTheBest(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		need := steps(rapid.SliceOfN(rapid.IntRange(1, 3), 1, 4).Draw(rt, "counts")...)
		voters := rapid.SliceOfN(rapid.SliceOfNDistinct(rapid.IntRange(1, len(need)), 0, len(need), rapid.ID[int]), 0, 7).Draw(rt, "voters")
		at := store.Assign(need, voters)
		filled, total := map[int]int{}, 0
		for v, step := range at {
			if step == 0 {
				continue
			}
			if filled[step], total = filled[step]+1, total+1; !slices.Contains(voters[v], step) || filled[step] > need[step-1].Count {
				rt.Fatalf("voters %v for %v: %v", voters, need, at)
			}
		}
		if want := best(need, voters); total != want {
			rt.Fatalf("%d of %v count for %v, and %d can", total, voters, need, want)
		}
		if met := store.Met(need, voters); met != (total == store.Need(need)) {
			rt.Fatalf("met is %t with %d of %v", met, total, need)
		}
		for n := range voters {
			for v, step := range store.Assign(need, voters[:n]) {
				if (step > 0) != (at[v] > 0) {
					rt.Fatalf("voter %d of %v counted %t, and %t with those after", v, voters, step > 0, at[v] > 0)
				}
			}
		}
	})
}

func TestApprovedWithAllStepsOnly(t *testing.T) {
	two := func(g *store.Grant) {
		g.Steps = []store.Step{{By: []string{"A"}, Count: 1}, {By: []string{"B"}, Count: 1}}
	}
	auto := func(g *store.Grant) { g.Auto, g.Longest = 4*time.Hour, 4*time.Hour }
	for name, c := range map[string]struct {
		change func(*store.Grant)
		by     string
		steps  []int
		want   error
	}{
		"the only one":                {func(*store.Grant) {}, "U1", []int{1}, nil},
		"of nobody who counts":        {func(*store.Grant) {}, "U1", nil, store.ErrSteps},
		"one of two":                  {two, "U1", []int{1, 2}, store.ErrSteps},
		"what needs nothing":          {func(g *store.Grant) { g.Steps = nil }, "U1", []int{1}, store.ErrSteps},
		"the rule":                    {auto, store.Rule, nil, nil},
		"the rule, for too long":      {func(g *store.Grant) { auto(g); g.Longest++ }, store.Rule, nil, store.ErrSteps},
		"the rule, which may not":     {func(*store.Grant) {}, store.Rule, nil, store.ErrSteps},
		"the rule, with a high risk":  {func(g *store.Grant) { auto(g); g.Risk = store.High }, store.Rule, nil, store.ErrSteps},
		"somebody for what it is not": {auto, "U1", nil, store.ErrSteps},
	} {
		g := asked()
		c.change(&g)
		g, err := g.After(store.Entry{Verb: store.Approve, By: c.by, Steps: c.steps, At: noon, Until: noon.Add(time.Hour)})
		if !errors.Is(err, c.want) || err == nil && g.State != store.Approved {
			t.Errorf("approved by %s: %s, %v, want %v", name, g.State, err, c.want)
		}
	}
}
