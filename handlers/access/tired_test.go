package access_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sekisho/handlers/access"
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
			if g.State != store.Ignored || g.Into != w.grant("1").ID || (g.Refusal.Why == access.DeniedLately) != (i == 0) {
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

// A sign-in that asks nobody is asked about as any other: "not me" alarms security, and each answer is given once.
func TestASignInThatAsksNobodyWasNotMine(t *testing.T) {
	for _, answer := range []store.Verb{store.NotMine, store.Mine} {
		inWorld(t, func(w *world) {
			w.signIn("1")
			w.press("U0SATO", store.Deny)
			w.wait(20 * time.Minute)
			w.signIn("2")
			w.signIn("3") // of which nobody is told
			if got := w.pressOn(w.grant("3"), "U0YAMADA", answer); got != access.Late {
				w.t.Errorf("of what nobody was told: %q", got)
			}
			if got := w.pressOn(w.grant("2"), "U0KATO", answer); got != access.NotYours {
				w.t.Errorf("by another: %q", got)
			}
			if refusal := w.pressOn(w.grant("2"), "U0YAMADA2", answer); refusal != "" {
				w.t.Fatalf("%s: %q", answer, refusal)
			}
			if again := w.pressOn(w.grant("2"), "U0YAMADA2", answer); again != access.Late {
				w.t.Errorf("%s again: %q", answer, again)
			}
			w.wait(time.Minute)
			alerts := w.drawn(store.NotMe)
			if (len(alerts) > 0) != (answer == store.NotMine) || len(alerts) > 0 && (alerts[0].Signin != w.grant("2").Signin || alerts[0].Grant != "") {
				w.t.Errorf("%s: alerts %+v", answer, alerts)
			}
			g := w.grant("2")
			if told := w.voice.dms[len(w.voice.dms)-1]; g.State != store.Ignored || told.ID != g.ID || told.Answer != answer || told.DM.TS == "" {
				w.t.Errorf("%s: it is %s, told of %s with the answer %q", answer, g.State, told.ID, told.Answer)
			}
		})
	}
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
			d := w.asks(wish(fmt.Sprint(i), func(x *access.Wish) { x.By = []string{"U0YAMADA", "U0YAMADA2"}[i%2] }))
			if refusals = append(refusals, d.Refusal); d.Refusal == "" {
				w.press("U0YAMADA", store.Withdraw)
			}
		}
		want := append(slices.Repeat([]string{""}, 20), access.TooOften, access.TooOften)
		if !slices.Equal(refusals, want) {
			t.Errorf("refusals %q", refusals)
		}
		if d := w.asks(wish("1", nil)); d.Refusal != "" {
			t.Errorf("a redelivery of what was taken in: %q", d.Refusal)
		}
		if d := w.asks(wish("other", func(x *access.Wish) { x.By = "U0SATO" })); d.Refusal == access.TooOften {
			t.Error("another person is refused as well")
		}
		w.wait(time.Hour)
		if d := w.asks(wish("later", nil)); d.Refusal != "" {
			t.Errorf("an hour later: %q", d.Refusal)
		}
	})
}
