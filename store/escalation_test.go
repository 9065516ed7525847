package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"sekisho/store"
)

// escalating waits with a card for an hour, then others may decide too.
func escalating() store.Grant {
	g := asked()
	g.Card, g.Escalation = store.Card{Channel: "C1", TS: "1"}, store.Escalation{At: noon.Add(time.Hour), To: []string{"usergroup:S0ONCALL", "U9"}}
	return g
}

func TestWhatIsEscalated(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*store.Grant)
		due    time.Duration // in the lane that takes, after noon
	}{
		"what waits":            {func(*store.Grant) {}, time.Hour},
		"to nobody":             {func(g *store.Grant) { g.Escalation.To = nil }, 24 * time.Hour},
		"what nobody approves":  {func(g *store.Grant) { g.Subject.Person = "" }, 24 * time.Hour},
		"what has no card":      {func(g *store.Grant) { g.Card = store.Card{} }, 24 * time.Hour},
		"what ends before":      {func(g *store.Grant) { g.Lapses = noon.Add(time.Hour) }, time.Hour},
		"what was escalated":    {func(g *store.Grant) { *g = after(*g, noon.Add(time.Hour), store.Escalate) }, 24 * time.Hour},
		"what has been decided": {func(g *store.Grant) { *g = after(*g, noon, store.Approve) }, 4 * time.Hour},
	} {
		g := escalating()
		c.change(&g)
		if at, _ := g.Due(store.Take); !at.Equal(noon.Add(c.due)) {
			t.Errorf("%s is due %s after noon, want %s", name, at.Sub(noon), c.due)
		}
		if _, ok := g.Escalates(); ok != (name == "what waits") {
			t.Errorf("%s: escalates %t", name, ok)
		}
	}
}

// It changes who is waited for, and neither what the request needs nor what a button is bound to.
func TestAnEscalationStandsApart(t *testing.T) {
	before := escalating()
	g := after(before, noon.Add(time.Hour), store.Escalate)
	if g.Terms() != before.Terms() || g.Need() != 1 || g.Met() {
		t.Errorf("terms %s, were %s; %d needed, met %t", g.Terms(), before.Terms(), g.Need(), g.Met())
	}
	if before.Escalated() != nil || !slices.Equal(g.Escalated(), before.Escalation.To) {
		t.Errorf("escalated to %v, before to %v", g.Escalated(), before.Escalated())
	}
	if got := g.Missing(); !slices.Equal(got, []string{"U9", "usergroup:S0ONCALL"}) {
		t.Errorf("waits for %v", got)
	}
	if got := after(g, noon.Add(2*time.Hour), store.Approve, store.Apply); got.Missing() != nil || !slices.Equal(got.Escalated(), g.Escalated()) {
		t.Errorf("approved, it waits for %v and was escalated to %v", got.Missing(), got.Escalated())
	}
}

func TestEscalatedOnce(t *testing.T) {
	for name, g := range map[string]store.Grant{"again": after(escalating(), noon, store.Escalate), "to nobody": asked()} {
		if _, err := g.After(store.Entry{Verb: store.Escalate, By: store.Self, At: noon}); !errors.Is(err, store.ErrEscalation) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Who is asked to decide matters while the request waits, and no longer.
func TestDecidersHearWhileItWaits(t *testing.T) {
	g := told(asked())
	g.Told[store.ToDeciders]--
	if !g.Untold() {
		t.Error("asked, and nobody has to be told")
	}
	g = after(g, noon, store.Deny)
	g.Told = map[string]uint64{store.OnCard: g.Chain.Seq, store.InThread: g.Chain.Seq, store.InDM: g.Chain.Seq}
	if g.Untold() {
		t.Error("denied, and who could decide is still to be told")
	}
}
