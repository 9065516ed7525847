package bot

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/slack-go/slack"

	"sekisho/store"
)

// buttonsOf are the buttons that a message has.
func buttonsOf(m Message) []*slack.ButtonBlockElement {
	var out []*slack.ButtonBlockElement
	for _, b := range m.Blocks {
		row, ok := b.(*slack.ActionBlock)
		if !ok {
			continue
		}
		for _, e := range row.Elements.ElementSet {
			out = append(out, e.(*slack.ButtonBlockElement))
		}
	}
	return out
}

// TestButtonsCanWork: what a card offers is a step that the table of states has.
func TestButtonsCanWork(t *testing.T) {
	eachCard(t, func(t *testing.T, _ string, g store.Grant, p Pen) {
		for _, b := range buttonsOf(p.Card(g)) {
			if _, err := g.State.Next(store.Verb(b.ActionID)); err != nil {
				t.Errorf("button %q: %v", b.Text.Text, err)
			}
			if b.Value != g.ID+" "+g.Terms() {
				t.Errorf("button %q carries %q", b.Text.Text, b.Value)
			}
		}
	})
}

func TestButtonsByState(t *testing.T) {
	grants := cards(t)
	for name, want := range map[string][]string{
		"asked":            {"approve primary", "deny danger"},
		"asked-1-of-2":     {"approve primary", "deny danger"},
		"asked-unmapped":   {"deny danger"}, // nobody can approve
		"approved":         {"finish ", "revoke danger, confirmed"},
		"approved-trouble": {"finish ", "revoke danger, confirmed"},
		"active":           {"finish ", "revoke danger, confirmed"},
		"active-kept":      {"finish ", "revoke danger, confirmed"},
		"ending":           nil,
		"ending-trouble":   nil,
		"ended-expired":    nil,
		"denied":           nil,
		"lapsed":           nil,
		"withdrawn":        nil,
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, b := range buttonsOf(penIn("en").Card(grants[name])) {
				label := b.ActionID + " " + string(b.Style)
				if b.Confirm != nil {
					label += ", confirmed"
				}
				got = append(got, label)
			}
			if !slices.Equal(got, want) {
				t.Errorf("buttons %q, want %q", got, want)
			}
		})
	}
}

// TestCardIsADrawing: the same grant makes the same card, and what is no part of it changes nothing.
func TestCardIsADrawing(t *testing.T) {
	eachCard(t, func(t *testing.T, _ string, g store.Grant, p Pen) {
		before := string(blocksOf(t, p.Card(g)))
		stored, err := json.Marshal(g)
		if err != nil {
			t.Fatal(err)
		}
		var read store.Grant
		if err := json.Unmarshal(stored, &read); err != nil {
			t.Fatal(err)
		}
		read.Version, read.Mute, read.Claim.Owner, read.Told = 7, 3, "another", map[string]uint64{store.OnCard: 2}
		if after := string(blocksOf(t, p.Card(read))); after != before {
			t.Errorf("after a restart the card is\n%s\nand was\n%s", after, before)
		}
	})
}

// TestEveryVerbIsToldOrSilent: a new verb of package store has to be thought about here.
func TestEveryVerbIsToldOrSilent(t *testing.T) {
	silent := []store.Verb{store.Receive, store.Ignore, store.Merge, store.Ask, store.Plan, store.Recheck}
	for _, name := range constants(t, "../store", "The verbs of a grant") {
		verb := store.Verb(name)
		line, ok := penIn("en").Line(request(), store.Entry{Verb: verb, State: store.Active})
		if ok == slices.Contains(silent, verb) {
			t.Errorf("%s: told is %t, %q", verb, ok, line)
		}
	}
	for _, e := range []store.Entry{
		{Verb: store.Apply, State: store.Ending},  // it was revoked while it was given
		{Verb: store.Fail, State: store.Received}, // there is no card yet
	} {
		if line, ok := penIn("en").Line(request(), e); ok {
			t.Errorf("%s in %s says %q", e.Verb, e.State, line)
		}
	}
}
