package store_test

import (
	"errors"
	"reflect"
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
	for name, change := range map[string]func(*store.Grant){
		"end":              func(g *store.Grant) { g.Until = g.Until.Add(time.Second) },
		"end asked for":    func(g *store.Grant) { g.Extension.Until = g.Extension.Until.Add(time.Second) },
		"person who asks":  func(g *store.Grant) { g.Extension.By = "x" },
		"time of asking":   func(g *store.Grant) { g.Extension.At = g.Extension.At.Add(time.Second) },
		"needed approvals": func(g *store.Grant) { g.Extension.Steps = []store.Step{{By: []string{"x"}, Count: 1}} },
	} {
		other := g
		if change(&other); other.ExtensionTerms() == g.ExtensionTerms() {
			t.Errorf("another %s, the same terms", name)
		}
	}
}

// By whom an extension came true stays with the grant.
func TestByWhomAGrantIsExtended(t *testing.T) {
	later := noon.Add(8 * time.Hour)
	g, err := after(extending(), noon, store.Agree).After(store.Entry{Verb: store.Prolong, By: "U8", At: noon, Until: later, Steps: []int{1}})
	if want := (store.Extended{Until: later, By: []string{"U9", "U8"}}); err != nil || !reflect.DeepEqual(g.Extended, want) {
		t.Errorf("extended %+v, %v, want %+v", g.Extended, err, want)
	}
	if ended := after(g, noon, store.Finish, store.Undo); !ended.Extended.Until.Equal(later) {
		t.Errorf("after the end: %+v", ended.Extended)
	}
	again, err := g.After(store.Entry{Verb: store.Extend, By: store.Self, At: noon, Until: later.Add(time.Hour)})
	if want := (store.Extended{Until: later.Add(time.Hour), By: []string{store.Self}}); err != nil || !reflect.DeepEqual(again.Extended, want) {
		t.Errorf("by a sign-in %+v, %v, want %+v", again.Extended, err, want)
	}
	if same := after(g, noon, store.Extend); !reflect.DeepEqual(same.Extended, g.Extended) {
		t.Errorf("to the same end: %+v", same.Extended)
	}
}

// Whether it was given is known once AWS has confirmed it, however late, or it is found there.
func TestWhetherAGrantWasGiven(t *testing.T) {
	approved := after(asked(), noon, store.Approve, store.Plan)
	for _, verb := range []store.Verb{store.Expire, store.Revoke, store.Finish, store.Refuse} {
		ending := after(approved, noon, verb)
		if given := after(approved, noon, store.Apply); !ending.Ungiven || verb != store.Refuse && after(given, noon, verb).Ungiven {
			t.Errorf("%s: ungiven %t, after it was given too", verb, ending.Ungiven)
		}
		if late, ended := after(ending, noon, store.Apply), after(ending, noon, store.Undo); late.Ungiven || !ended.Ungiven {
			t.Errorf("%s: ungiven %t after it was given late, %t after the end", verb, late.Ungiven, ended.Ungiven)
		}
		if found := after(ending, noon, store.Undo, store.Drift); found.Ungiven {
			t.Errorf("%s: ungiven, and found there", verb)
		}
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
