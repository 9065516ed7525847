package store_test

import (
	"errors"
	"testing"
	"time"

	"sekisho/store"
)

// extending is active access with an extension for eight hours, which needs two.
func extending() store.Grant {
	g := after(asked(), noon, store.Approve, store.Apply)
	g.Extension.Steps = []store.Step{{By: []string{"U9"}, Count: 2}}
	g, err := g.After(store.Entry{Verb: store.AskMore, By: "U1", At: noon, Until: noon.Add(8 * time.Hour)})
	if err != nil {
		panic(err)
	}
	return g
}

func TestWhatAnExtensionAllows(t *testing.T) {
	active, open := after(asked(), noon, store.Approve, store.Apply), extending()
	half := after(open, noon, store.Agree)
	auto, risky := open, open
	auto.Auto, risky.Auto, risky.Risk = 8*time.Hour, 8*time.Hour, store.High
	eight := noon.Add(8 * time.Hour)
	for _, c := range []struct {
		name string
		g    store.Grant
		e    store.Entry
		want error
	}{
		{"to the maximum", active, store.Entry{Verb: store.AskMore, Until: noon.Add(12 * time.Hour)}, nil},
		{"beyond it", active, store.Entry{Verb: store.AskMore, Until: noon.Add(12*time.Hour + 1)}, store.ErrTerm},
		{"no later", active, store.Entry{Verb: store.AskMore, Until: active.Until}, store.ErrTerm},
		{"a second", open, store.Entry{Verb: store.AskMore, Until: noon.Add(9 * time.Hour)}, store.ErrExtension},
		{"agreed to without an extension", active, store.Entry{Verb: store.Agree}, store.ErrExtension},
		{"declined without an extension", active, store.Entry{Verb: store.Decline}, store.ErrExtension},
		{"taken back without an extension", active, store.Entry{Verb: store.Retract}, store.ErrExtension},
		{"taken back", open, store.Entry{Verb: store.Retract}, nil},
		{"reminded of without an extension", active, store.Entry{Verb: store.Remind}, store.ErrExtension},
		{"true with one of two", open, store.Entry{Verb: store.Prolong, Until: eight, Steps: []int{1}}, store.ErrSteps},
		{"true with two", half, store.Entry{Verb: store.Prolong, Until: eight, Steps: []int{1}}, nil},
		{"true to another end", half, store.Entry{Verb: store.Prolong, Until: eight.Add(1), Steps: []int{1}}, store.ErrTerm},
		{"by a rule that does not", open, store.Entry{Verb: store.Prolong, By: store.Rule, Until: eight}, store.ErrSteps},
		{"by a rule that does", auto, store.Entry{Verb: store.Prolong, By: store.Rule, Until: eight}, nil},
		{"by a rule, at high risk", risky, store.Entry{Verb: store.Prolong, By: store.Rule, Until: eight}, store.ErrSteps},
	} {
		c.e.At = noon
		if _, err := c.g.After(c.e); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestAnExtensionEndsWithItsAccess(t *testing.T) {
	if g := after(extending(), noon, store.Revoke); g.Extension.Open() {
		t.Error("it outlives the access")
	}
	if g := after(extending(), noon, store.Extend); !g.Extension.Open() {
		t.Error("a sign-in that changes little ends it")
	}
	g, err := extending().After(store.Entry{Verb: store.Extend, By: "U9", At: noon, Until: noon.Add(8 * time.Hour)})
	if err != nil || g.Extension.Open() {
		t.Errorf("it has come true by a sign-in, and waits: %v", err)
	}
}

// A vote does not change what is shown of the extension, another sign-in from elsewhere does.
func TestExtensionTerms(t *testing.T) {
	g := extending()
	elsewhere := g
	elsewhere.Signin.Address = "198.51.100.1"
	if voted := after(g, noon, store.Agree); voted.ExtensionTerms() != g.ExtensionTerms() || elsewhere.ExtensionTerms() == g.ExtensionTerms() {
		t.Error("the terms of the extension")
	}
}

// Who declined it and why stays with the access, until another is asked for or the access ends.
func TestWhyAnExtensionWasDeclined(t *testing.T) {
	g := after(extending(), noon, store.Decline)
	want := store.Declined{By: "U9", Until: noon.Add(8 * time.Hour), Note: "note"}
	if g.Declined != want || g.Extension.Open() || !g.Until.Equal(noon.Add(4*time.Hour)) {
		t.Errorf("declined %+v, ends %s", g.Declined, g.Until)
	}
	if ended := after(g, noon, store.Finish); ended.Declined != (store.Declined{}) {
		t.Errorf("after the end: %+v", ended.Declined)
	}
	anew, err := g.After(store.Entry{Verb: store.AskMore, By: "U1", At: noon, Until: noon.Add(8 * time.Hour)})
	if err != nil || anew.Declined != (store.Declined{}) {
		t.Errorf("asked for anew: %+v, %v", anew.Declined, err)
	}
	if back := after(extending(), noon, store.Retract); back.Extension.Open() || back.Declined != (store.Declined{}) || back.State != store.Active {
		t.Errorf("taken back: %+v, %+v", back.Extension, back.Declined)
	}
}
