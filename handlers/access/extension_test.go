package access_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// onExtension presses a button that stands beside an open extension.
func (w *world) onExtension(user string, verb store.Verb) string {
	w.t.Helper()
	g := w.voice.card()
	w.n++
	return w.pressed(store.Press{ID: store.PressPrefix + "extension-" + time.Now().String() + string(rune('a'+w.n)), By: user, Verb: verb, On: g.ID,
		Terms: g.ExtensionTerms(), Card: g.Card})
}

// given is a world in which t.yamada has access for four of at most twelve hours.
func given(t *testing.T, test func(w *world)) {
	t.Helper()
	inWorld(t, func(w *world) {
		w.signIn("1")
		if refusal := w.press("U0SATO", store.Approve); refusal != "" {
			t.Fatal(refusal)
		}
		test(w)
	})
}

func TestAnExtensionNeedsAnApproval(t *testing.T) {
	given(t, func(w *world) {
		w.wait(3 * time.Hour)
		before := w.grant("1")
		if refusal := w.onExtension("U0YAMADA", store.AskMore); refusal != "" {
			t.Fatal(refusal)
		}
		g := w.grant("1")
		if !g.Until.Equal(before.Until) || !g.Extension.Until.Equal(before.Until.Add(4*time.Hour)) {
			t.Errorf("ends %s, asked for %s", g.Until, g.Extension.Until)
		}
		for user, want := range map[string]string{"U0YAMADA": policy.Own, "U0YAMADA2": policy.Own, "U0OTHER": policy.NotApprover} {
			if got := w.onExtension(user, store.Agree); got != want {
				t.Errorf("%s agrees: %q, want %q", user, got, want)
			}
		}
		if got := w.onExtension("U0YAMADA", store.AskMore); got != access.Extending {
			t.Errorf("an extension: %q", got)
		}
		if refusal := w.onExtension("U0KATO", store.Agree); refusal != "" {
			t.Error(refusal)
		}
		after := w.grant("1")
		if !after.Until.Equal(g.Extension.Until) || after.Extension.Open() || !after.Max.Equal(before.Max) {
			t.Errorf("ends %s, want %s; %+v", after.Until, g.Extension.Until, after.Extension)
		}
		if drawn := w.voice.card(); !drawn.Until.Equal(after.Until) {
			t.Errorf("the card says %s", drawn.Until)
		}
		w.wait(5*time.Hour - time.Second)
		w.is("1", store.Active, true)
		w.wait(3 * time.Second)
		w.is("1", store.Ended, false)
	})
}

// However often it is asked and agreed to, access ends at the maximum.
func TestNoExtensionBeyondTheMaximum(t *testing.T) {
	given(t, func(w *world) {
		for range 2 {
			if refusal := w.onExtension("U0YAMADA", store.AskMore) + w.onExtension("U0KATO", store.Agree); refusal != "" {
				t.Error(refusal)
			}
		}
		if g := w.grant("1"); !g.Until.Equal(g.Max) {
			t.Errorf("ends %s, at most %s", g.Until, g.Max)
		}
		if got := w.onExtension("U0YAMADA", store.AskMore); got != access.AtMax {
			t.Errorf("a third: %q", got)
		}
		w.wait(12*time.Hour + 3*time.Second)
		w.is("1", store.Ended, false)
	})
}

func TestWhatEndsAnExtension(t *testing.T) {
	for name, end := range map[string]func(*world){
		"declined": func(w *world) {
			if refusal := w.onExtension("U0KATO", store.Decline); refusal != "" {
				w.t.Error(refusal)
			}
		},
		"taken back": func(w *world) {
			if refusal := w.onExtension("U0YAMADA2", store.Retract); refusal != "" {
				w.t.Error(refusal)
			}
		},
		"finished": func(w *world) { w.press("U0YAMADA", store.Finish) },
		"expired":  func(w *world) { w.wait(5 * time.Hour) },
		"prolonged": func(w *world) {
			w.wait(4*time.Hour - time.Second)
			w.signIn("2")
			w.wait(3*time.Hour + 59*time.Minute)
			w.signIn("3")
		},
	} {
		t.Run(name, func(t *testing.T) {
			given(t, func(w *world) {
				w.onExtension("U0YAMADA", store.AskMore)
				terms := w.voice.card()
				end(w)
				if g := w.grant("1"); g.Extension.Open() {
					t.Errorf("it is open: %+v", g.Extension)
				}
				w.n++
				p := store.Press{ID: store.PressPrefix + "late-" + name, By: "U0KATO", Verb: store.Agree, On: terms.ID, Terms: terms.ExtensionTerms(), Card: terms.Card}
				if got := w.pressed(p); got != access.ExtensionOver && got != access.Late {
					t.Errorf("agreed to afterwards: %q", got)
				}
			})
		})
	}
}

// Two have to agree to what two have approved, each as long as they are entitled; and to what was shown.
func TestAnExtensionNeedsWhatTheRequestNeeded(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.Entitlements[0].Steps = twoOf("usergroup:S0LEADS", "U0CHIEF") })
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.press("U0KATO", store.Approve)
		w.is("1", store.Active, true)
		w.onExtension("U0YAMADA", store.AskMore)
		w.onExtension("U0SATO", store.Agree)
		if got := w.onExtension("U0SATO", store.Agree); got != policy.Voted {
			t.Errorf("twice: %q", got)
		}
		stale := w.voice.card()
		w.leads.set(false, "U0KATO", "U0YAMADA")
		w.wait(2 * time.Minute)
		w.onExtension("U0KATO", store.Agree)
		if g := w.grant("1"); !g.Extension.Open() || len(g.Extension.Approvals) != 1 || g.Extension.Approvals[0].By != "U0KATO" {
			t.Errorf("one of two has left the group, and the extension is %+v", g.Extension)
		}
		stale.Extension.Until = stale.Extension.Until.Add(time.Hour)
		p := store.Press{ID: store.PressPrefix + "stale", By: "U0CHIEF", Verb: store.Agree, On: stale.ID, Terms: stale.ExtensionTerms(), Card: stale.Card}
		if got := w.pressed(p); got != access.Changed {
			t.Errorf("agreed to something else: %q", got)
		}
		if refusal := w.onExtension("U0CHIEF", store.Agree); refusal != "" {
			t.Error(refusal)
		}
		if g := w.grant("1"); g.Extension.Open() || g.Until.Sub(g.Start) != 8*time.Hour {
			t.Errorf("%s in all, %+v", g.Until.Sub(g.Start), g.Extension)
		}
	})
}

// Where the rule gives by itself, it extends by itself, and no further than it gives.
func TestTheRuleExtendsByItself(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.Entitlements[0].Auto = &policy.Auto{Longest: 6 * time.Hour} })
		w.signIn("1")
		w.press("U0YAMADA", store.Mine)
		w.is("1", store.Active, true)
		if refusal := w.onExtension("U0YAMADA", store.AskMore); refusal != "" {
			t.Error(refusal)
		}
		if g := w.grant("1"); g.Until.Sub(g.Start) != 6*time.Hour || g.Extension.Open() {
			t.Errorf("%s in all, %+v", g.Until.Sub(g.Start), g.Extension)
		}
		if got := w.onExtension("U0YAMADA", store.AskMore); got != access.AtMax {
			t.Errorf("further: %q", got)
		}
	})
}

// Who presses twice before the button is drawn anew extends once.
func TestADoubleClickExtendsOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) {
			p.Entitlements[0].Auto, p.Entitlements[0].Duration = &policy.Auto{Longest: 6 * time.Hour}, time.Hour
		})
		w.signIn("1")
		w.press("U0YAMADA", store.Mine)
		g := w.voice.card()
		for i, want := range []string{"", access.Changed} {
			p := store.Press{ID: store.PressPrefix + string(rune('a'+i)), By: "U0YAMADA", Verb: store.AskMore, On: g.ID, Terms: g.ExtensionTerms(), Card: g.Card}
			if got := w.pressed(p); got != want {
				t.Errorf("press %d: %q, want %q", i, got, want)
			}
		}
		if g := w.grant("1"); g.Until.Sub(g.Start) != 2*time.Hour {
			t.Errorf("%s in all", g.Until.Sub(g.Start))
		}
	})
}

func TestWhoMayAskForMore(t *testing.T) {
	given(t, func(w *world) {
		if got := w.onExtension("U0SATO", store.AskMore); got != access.NotYours {
			t.Errorf("an approver: %q", got)
		}
		w.govern(func(p *access.Settings) { p.Entitlements[0].Longest = 6 * time.Hour })
		if got := w.onExtension("U0YAMADA", store.AskMore); got != access.NotLonger {
			t.Errorf("the rule gives less by now: %q", got)
		}
	})
}

// Whatever is pressed in whatever order, with sign-ins in between: access ends at its maximum at the latest, and nobody
// is shown an end that the ledger does not have.
func TestAnyExtensions(t *testing.T) {
	for seed := range uint64(8) {
		given(t, func(w *world) {
			random := rand.New(rand.NewPCG(seed, 0))
			pick := func(from ...string) string { return from[random.IntN(len(from))] }
			for n := range 30 {
				switch verb := store.Verb(pick("ask_more", "ask_more", "agree", "agree", "decline", "retract", "sign-in", "wait")); verb {
				case "sign-in":
					w.signIn(fmt.Sprint("more-", n))
				case "wait":
					w.wait(time.Duration(random.IntN(120)) * time.Minute)
				default:
					w.onExtension(pick("U0YAMADA", "U0YAMADA2", "U0SATO", "U0KATO", "U0OTHER"), verb)
				}
			}
			g := w.grant("1")
			entries, err := w.db.Entries(t.Context(), g.ID, 0)
			if err != nil || g.Until.After(g.Max) || g.Max.Sub(g.Start) != 12*time.Hour {
				t.Errorf("seed %d: from %s until %s, at most %s, %v", seed, g.Start, g.Until, g.Max, err)
			}
			ends := map[int64]bool{time.Time{}.Unix(): true}
			for _, e := range entries {
				if e.Verb != store.AskMore {
					ends[e.Until.Unix()] = true
				}
			}
			for _, drawn := range slices.Concat(w.voice.cards, w.voice.dms, w.voice.reminded) {
				if drawn.ID == g.ID && !ends[drawn.Until.Unix()] {
					t.Errorf("seed %d: shown the end %s, which no entry set", seed, drawn.Until)
				}
			}
			w.wait(12 * time.Hour)
			if w.is("1", store.Ended, false); t.Failed() {
				t.Logf("seed %d", seed)
			}
		})
	}
}

// Only the holder takes an extension back, only the one that they see, and once.
func TestAnExtensionIsTakenBack(t *testing.T) {
	given(t, func(w *world) {
		if got := w.onExtension("U0YAMADA", store.Retract); got != access.ExtensionOver {
			t.Errorf("what was never asked for: %q", got)
		}
		w.onExtension("U0YAMADA", store.AskMore)
		stale := w.voice.card()
		for _, who := range []string{"U0SATO", "U0OTHER", "U0CHIEF"} {
			if got := w.onExtension(who, store.Retract); got != access.NotYours {
				t.Errorf("%s: %q", who, got)
			}
		}
		p := store.Press{ID: store.PressPrefix + "back", By: "U0YAMADA", Verb: store.Retract, On: stale.ID, Terms: stale.ExtensionTerms()}
		for range 3 { // a redelivery finds itself
			if got := w.pressed(p); got != "" {
				t.Errorf("taken back: %q", got)
			}
		}
		w.wait(time.Second)
		w.onExtension("U0YAMADA", store.AskMore)
		p.ID += "-stale"
		if got := w.pressed(p); got != access.Changed {
			t.Errorf("another one, by the button of the first: %q", got)
		}
		count := 0
		for _, v := range w.entries("1") {
			if v == store.Retract {
				count++
			}
		}
		if g := w.grant("1"); count != 1 || !g.Extension.Open() || g.State != store.Active {
			t.Errorf("taken back %d times, %s, %+v", count, g.State, g.Extension)
		}
	})
}

// Who declines says why, and the holder reads it.
func TestTheHolderReadsWhyItWasDeclined(t *testing.T) {
	given(t, func(w *world) {
		w.onExtension("U0YAMADA", store.AskMore)
		g := w.voice.card()
		p := store.Press{ID: store.PressPrefix + "no", By: "U0KATO", Verb: store.Decline, On: g.ID, Terms: g.ExtensionTerms(), Card: g.Card, Note: "The freeze begins."}
		if got := w.pressed(p); got != "" {
			t.Fatal(got)
		}
		want := store.Declined{By: "U0KATO", Until: g.Extension.Until, Note: "The freeze begins."}
		if dm := w.voice.dms[len(w.voice.dms)-1]; dm.Declined != want {
			t.Errorf("the holder sees %+v, want %+v", dm.Declined, want)
		}
		p.ID += "-late"
		if got := w.pressed(p); got != access.ExtensionOver {
			t.Errorf("declined again: %q", got)
		}
	})
}

// The approvers are reminded of an extension as of a request, across a restart, and no more once it is decided.
func TestRemindersOfAnExtension(t *testing.T) {
	given(t, func(w *world) {
		w.wait(10 * time.Minute)
		reminders := func() (n int) {
			for _, v := range w.entries("1") {
				if v == store.Remind {
					n++
				}
			}
			return n
		}
		w.onExtension("U0YAMADA", store.AskMore)
		for _, c := range []struct {
			wait time.Duration
			want int
		}{{14 * time.Minute, 0}, {2 * time.Minute, 1}, {15 * time.Minute, 2}} {
			if w.wait(c.wait); reminders() != c.want {
				t.Errorf("%d reminders, want %d", reminders(), c.want)
			}
		}
		w.govern(func(*access.Settings) {})
		if w.wait(30 * time.Minute); reminders() != 3 {
			t.Errorf("%d reminders after a restart", reminders())
		}
		w.onExtension("U0KATO", store.Decline)
		if w.wait(2 * time.Hour); reminders() != 3 {
			t.Errorf("%d reminders of what is decided", reminders())
		}
	})
}

// TestAnExtensionByHowLong the holder chooses, for the reason that they write; beyond the maximum there is none.
func TestAnExtensionByHowLong(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.wait(time.Minute)
		ask := func(id string, by time.Duration) string {
			g := w.grant("1")
			p := store.Press{ID: store.PressPrefix + id, By: "U0YAMADA", Verb: store.AskMore, On: g.ID, Terms: g.ExtensionTerms(), Card: g.Card, Duration: by, Note: "The *queue*."}
			if err := w.keeper.Press(w.t.Context(), p); err != nil {
				t.Fatal(err)
			}
			w.wait(time.Second)
			p, err := store.LoadPress(w.t.Context(), w.db, p.ID)
			if err != nil {
				t.Fatal(err)
			}
			return p.Refusal
		}
		g := w.grant("1")
		for id, by := range map[string]time.Duration{"long": g.Max.Sub(g.Until) + time.Minute, "short": time.Second, "back": -time.Hour} {
			if refusal := ask(id, by); refusal != access.AtMax {
				t.Errorf("by %s: %q", by, refusal)
			}
		}
		if refusal := ask("right", time.Hour); refusal != "" {
			t.Fatal(refusal)
		}
		if x := w.grant("1").Extension; !x.Until.Equal(g.Until.Add(time.Hour)) || x.Reason != "The *queue*." {
			t.Errorf("extension %+v, want until %s", x, g.Until.Add(time.Hour))
		}
	})
}
