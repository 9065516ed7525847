package store_test

import (
	"errors"
	"testing"
	"time"

	"sekisho/store"
)

// wishing is active access with a wish for eight hours, which needs two.
func wishing() store.Grant {
	g := after(asked(), noon, store.Approve, store.Apply)
	g.Wish.Steps = []store.Step{{By: []string{"U9"}, Count: 2}}
	g, err := g.After(store.Entry{Verb: store.AskMore, By: "U1", At: noon, Until: noon.Add(8 * time.Hour)})
	if err != nil {
		panic(err)
	}
	return g
}

func TestWhatAWishAllows(t *testing.T) {
	active, open := after(asked(), noon, store.Approve, store.Apply), wishing()
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
		{"a second", open, store.Entry{Verb: store.AskMore, Until: noon.Add(9 * time.Hour)}, store.ErrWish},
		{"agreed to without a wish", active, store.Entry{Verb: store.Agree}, store.ErrWish},
		{"declined without a wish", active, store.Entry{Verb: store.Decline}, store.ErrWish},
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

func TestAWishEndsWithItsAccess(t *testing.T) {
	if g := after(wishing(), noon, store.Revoke); g.Wish.Open() {
		t.Error("it outlives the access")
	}
	if g := after(wishing(), noon, store.Extend); !g.Wish.Open() {
		t.Error("a sign-in that changes little ends it")
	}
	g, err := wishing().After(store.Entry{Verb: store.Extend, By: "U9", At: noon, Until: noon.Add(8 * time.Hour)})
	if err != nil || g.Wish.Open() {
		t.Errorf("it has come true by a sign-in, and waits: %v", err)
	}
}

// A vote does not change what is shown of the wish, another sign-in from elsewhere does.
func TestWishTerms(t *testing.T) {
	g := wishing()
	elsewhere := g
	elsewhere.Signin.Address = "198.51.100.1"
	if voted := after(g, noon, store.Agree); voted.WishTerms() != g.WishTerms() || elsewhere.WishTerms() == g.WishTerms() {
		t.Error("the terms of the wish")
	}
}
