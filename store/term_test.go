package store_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sekisho/store"
)

// at is a time so many hours after noon; 0 is none.
func at(hours int) time.Time {
	if hours == 0 {
		return time.Time{}
	}
	return noon.Add(time.Duration(hours) * time.Hour)
}

// The grant lasts four hours where no end is wished. All numbers are hours after noon.
func TestTerm(t *testing.T) {
	for _, c := range []struct {
		name                           string
		from, to, approved, start, end int
	}{
		{"nothing is wished", 0, 0, 1, 1, 5},
		{"approved before the start", 20, 0, 1, 20, 24},
		{"approved after it", 2, 0, 3, 3, 7},
		{"only an end", 0, 6, 1, 1, 6},
		{"both", 20, 21, 1, 20, 21},
		{"both, approved within", 2, 6, 5, 5, 6},
	} {
		g := asked()
		g.From, g.To = at(c.from), at(c.to)
		start, until := g.Term(at(c.approved))
		if !start.Equal(at(c.start)) || !until.Equal(at(c.end)) {
			t.Errorf("%s: from %s to %s", c.name, start, until)
		}
		g, err := g.After(store.Entry{Verb: store.Approve, By: "U9", At: at(c.approved), Until: until, Steps: []int{1}})
		if err != nil || !g.Start.Equal(start) || !g.Until.Equal(until) || !g.Max.Equal(start.Add(g.Longest)) {
			t.Errorf("%s: approved from %s to %s, at most %s, %v", c.name, g.Start, g.Until, g.Max, err)
		}
		if due, ok := g.Due(store.Give); !ok || !due.Equal(start) {
			t.Errorf("%s: given %s, %t", c.name, due, ok)
		}
		if due, ok := g.Due(store.Take); !ok || !due.Equal(until) {
			t.Errorf("%s: taken %s, %t", c.name, due, ok)
		}
	}
}

// Whatever was wished, and whenever it is approved: no start before either, and no end beyond the wished one or the rule's.
func TestTermIsWithinWhatWasWished(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hour := rapid.IntRange(-30, 30)
		g := asked()
		g.From, g.To = at(hour.Draw(t, "from")), at(hour.Draw(t, "to"))
		approved := at(hour.Draw(t, "approved"))
		_, until := g.Term(approved)
		g, err := g.After(store.Entry{Verb: store.Approve, By: "U9", At: approved, Until: until, Steps: []int{1}})
		switch {
		case errors.Is(err, store.ErrTerm):
			if !g.To.IsZero() && g.To.After(approved) && g.To.After(g.From) && g.To.Sub(approved) <= g.Longest {
				t.Errorf("refused")
			}
		case err != nil:
			t.Error(err)
		case g.Start.Before(approved), g.Start.Before(g.From), !g.To.IsZero() && !g.Until.Equal(g.To), g.Until.After(g.Start.Add(g.Longest)):
			t.Errorf("from %s to %s", g.Start, g.Until)
		}
	})
}

// Before the wished start nothing can be planned, and without a plan AWS is not touched.
func TestNothingIsPlannedBeforeTheStart(t *testing.T) {
	g := asked()
	g.From = at(20)
	g = after(g, noon, store.Approve)
	if !g.Ahead() {
		t.Error("it is not ahead")
	}
	if _, err := g.After(store.Entry{Verb: store.Plan, At: at(20).Add(-1)}); !errors.Is(err, store.ErrTerm) {
		t.Errorf("planned: %v", err)
	}
	if g = after(g, at(20), store.Plan); g.Ahead() {
		t.Error("it is ahead once it is planned")
	}
	for _, v := range []store.Verb{store.Finish, store.Revoke, store.NotMine, store.Expire} {
		early := asked()
		early.From = at(20)
		if early = after(early, noon, store.Approve, v, store.Undo); early.State != store.Ended || early.Ahead() {
			t.Errorf("%s before the start: %s", v, early.State)
		}
		if due, ok := early.Due(store.Take); ok {
			t.Errorf("%s before the start: looked at again %s", v, due)
		}
	}
}

// What is wished is shown, and so a vote is bound to it.
func TestTermsHaveWhatWasWished(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range [][2]int{{0, 0}, {1, 0}, {0, 1}, {1, 2}, {1, 3}, {2, 0}} {
		g := asked()
		g.From, g.To = at(c[0]), at(c[1])
		seen[g.Terms()] = true
	}
	if len(seen) != 6 {
		t.Errorf("%d Terms of 6 wishes", len(seen))
	}
}

// The reminder of the end reckons from the start, not from the approval.
func TestTheReminderReckonsFromTheStart(t *testing.T) {
	for minutes, want := range map[int]store.Verb{29: "", 30: store.Soon} {
		g := asked()
		g.From = at(20)
		g.To = g.From.Add(time.Duration(minutes) * time.Minute)
		_, until := g.Term(noon)
		g, err := g.After(store.Entry{Verb: store.Approve, By: "U9", At: noon, Until: until, Steps: []int{1}})
		if err != nil {
			t.Fatal(err)
		}
		if what, _ := g.NextReminder(); what != "" {
			t.Errorf("before the start: %s", what)
		}
		g = after(g, at(20), store.Plan, store.Apply)
		if what, _ := g.NextReminder(); what != want {
			t.Errorf("of %d minutes: %q, want %q", minutes, what, want)
		}
	}
}
