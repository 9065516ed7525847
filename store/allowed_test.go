package store_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sekisho/store"
)

// approving is an approval for so long, of a request for four hours.
func approving(g store.Grant, d, until time.Duration) (store.Grant, error) {
	return g.After(store.Entry{Verb: store.Approve, By: "U9", At: noon, Steps: []int{1}, Duration: d, Until: noon.Add(until), Note: "Only the restart."})
}

func TestWhatAnApprovalAllows(t *testing.T) {
	for _, c := range []struct {
		name     string
		d, until time.Duration
		want     error
	}{
		{"as asked", 0, 4 * time.Hour, nil},
		{"as asked, said", 4 * time.Hour, 4 * time.Hour, nil},
		{"shorter", time.Hour, time.Hour, nil},
		{"the shortest", time.Minute, time.Minute, nil},
		{"shorter than that", time.Minute - 1, time.Minute - 1, store.ErrTerm},
		{"none", -1, time.Hour, store.ErrTerm},
		{"longer than asked", 4*time.Hour + 1, time.Hour, store.ErrTerm},
		{"shorter, and given for longer", time.Hour, time.Hour + 1, store.ErrTerm},
	} {
		g, err := approving(asked(), c.d, c.until)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if err != nil {
			continue
		}
		fresh := g.Fresh()
		last := fresh[len(fresh)-1]
		if a := g.Approvals[0]; a.Duration != c.d || a.Note != "Only the restart." || last.Duration != c.d || last.Note != a.Note {
			t.Errorf("%s: the approval is %+v, its entry %+v", c.name, a, last)
		}
		if g.Duration != 4*time.Hour || g.Terms() != asked().Terms() {
			t.Errorf("%s: it changes what was asked for", c.name)
		}
		if g.Allowed() != c.until || g.Limited() != (c.until < g.Duration) {
			t.Errorf("%s: allowed %s, limited %t", c.name, g.Allowed(), g.Limited())
		}
	}
}

// Whoever allows how long in whatever order: the shortest counts, and what was shown stays.
func TestTheShortestCounts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := asked()
		g.Steps = []store.Step{{By: []string{"U9"}, Count: 9}}
		terms, shortest := g.Terms(), g.Duration
		for range rapid.IntRange(1, 8).Draw(rt, "votes") {
			d := time.Duration(rapid.IntRange(0, 240).Draw(rt, "minutes")) * time.Minute
			if d > 0 {
				shortest = min(shortest, d)
			}
			var err error
			if g, err = g.After(store.Entry{Verb: store.Vote, By: "U9", At: noon, Steps: []int{1}, Duration: d}); err != nil {
				rt.Fatal(err)
			}
		}
		if g.Allowed() != shortest || g.Terms() != terms || g.Duration != 4*time.Hour {
			rt.Fatalf("allowed %s, want %s; terms %s, were %s", g.Allowed(), shortest, g.Terms(), terms)
		}
	})
}

// What an approver has limited is extended by as much again, and never by the rule itself.
func TestTheExtensionOfWhatIsLimited(t *testing.T) {
	g, err := approving(asked(), time.Hour, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	g = after(g, noon, store.Apply)
	until, ok := g.Later()
	if !ok || !until.Equal(noon.Add(2*time.Hour)) {
		t.Errorf("later is %s, %t", until, ok)
	}
	g.Auto, g.Extension.Steps = 4*time.Hour, g.Steps
	if g, err = g.After(store.Entry{Verb: store.AskMore, By: "U1", At: noon, Until: until}); err != nil {
		t.Fatal(err)
	}
	if _, err = g.After(store.Entry{Verb: store.Prolong, By: store.Rule, At: noon, Until: until}); !errors.Is(err, store.ErrSteps) {
		t.Errorf("by the rule itself: %v", err)
	}
	if _, err = g.After(store.Entry{Verb: store.Prolong, By: "U9", At: noon, Until: until, Steps: []int{1}}); err != nil {
		t.Errorf("by an approver: %v", err)
	}
}
