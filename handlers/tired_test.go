package handlers_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sekisho/handlers"
	"sekisho/store"
)

// A sign-in soon after a denial asks nobody. It stands in the thread of what was denied, and its person reads why, once an hour.
func TestASignInAfterADenial(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		if refusal := w.press("U0SATO", store.Deny); refusal != "" {
			t.Fatal(refusal)
		}
		for i, id := range []string{"2", "3"} {
			w.wait(20 * time.Minute)
			w.signIn(id)
			g := w.grant(id)
			if g.State != store.Ignored || g.Into != w.grant("1").ID || (g.Refusal.Why == handlers.DeniedLately) != (i == 0) {
				t.Errorf("sign-in %s: %s into %q, told %q", id, g.State, g.Into, g.Refusal.Why)
			}
		}
		if !w.grant("1").Further[0].First {
			t.Error("a denial has made the address known")
		}
		if got := w.happened("1", store.Again); got != 2 || w.grant("1").State != store.Denied || w.voice.posts != 1 {
			t.Errorf("the denied one is %s, with %d sign-ins in its thread, %d cards", w.grant("1").State, got, w.voice.posts)
		}
		if d := w.asks(wish("1", nil)); d.Refusal != "" || w.wished("1").State != store.Asked {
			t.Errorf("by hand: %q, %s", d.Refusal, w.wished("1").State)
		}
		w.press("U0YAMADA", store.Withdraw)
		w.wait(21 * time.Minute)
		w.signIn("4")
		if g := w.grant("4"); g.State != store.Asked {
			t.Errorf("more than an hour later: %s", g.State)
		}
	})
}

// Nobody has denied what lapsed, or was somebody else's sign-in: those are asked about again at once, and those of others too.
func TestASignInThatNobodyHasDenied(t *testing.T) {
	for name, after := range map[string]func(w *world){
		"not mine": func(w *world) { w.press("U0YAMADA", store.NotMine) },
		"lapsed":   func(w *world) { w.wait(time.Until(w.grant("1").Lapses) + time.Second) },
	} {
		inWorld(t, func(w *world) {
			w.signIn("1")
			after(w)
			if w.grant("1").State.Open() {
				t.Fatalf("%s: it is %s", name, w.grant("1").State)
			}
			w.signIn("2")
			if g := w.grant("2"); g.State != store.Asked {
				t.Errorf("%s: %s", name, g.State)
			}
		})
	}
}

// A person has a limit of requests an hour, whichever of their accounts they ask with. Others have their own.
func TestAPersonAsksTooOften(t *testing.T) {
	inWorld(t, func(w *world) {
		var refusals []string
		for i := range 22 {
			d := w.asks(wish(fmt.Sprint(i), func(x *handlers.Wish) { x.By = []string{"U0YAMADA", "U0YAMADA2"}[i%2] }))
			if refusals = append(refusals, d.Refusal); d.Refusal == "" {
				w.press("U0YAMADA", store.Withdraw)
			}
		}
		want := append(slices.Repeat([]string{""}, 20), handlers.TooOften, handlers.TooOften)
		if !slices.Equal(refusals, want) {
			t.Errorf("refusals %q", refusals)
		}
		if d := w.asks(wish("1", nil)); d.Refusal != "" {
			t.Errorf("a redelivery of what was taken in: %q", d.Refusal)
		}
		if d := w.asks(wish("other", func(x *handlers.Wish) { x.By = "U0SATO" })); d.Refusal == handlers.TooOften {
			t.Error("another person is refused as well")
		}
		w.wait(time.Hour)
		if d := w.asks(wish("later", nil)); d.Refusal != "" {
			t.Errorf("an hour later: %q", d.Refusal)
		}
	})
}
