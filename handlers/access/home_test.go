package access_test

import (
	"fmt"
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/store"
)

// sees checks how much a person sees on their Home tab.
func (w *world) sees(account string, held, waiting, past int) {
	w.t.Helper()
	w.wait(0)
	a := w.voice.home(account)
	if len(a.Held) != held || len(a.Waiting) != waiting || len(a.Past) != past {
		w.t.Errorf("%s sees %d held, %d waiting, %d past; want %d, %d, %d", account, len(a.Held), len(a.Waiting), len(a.Past), held, waiting, past)
	}
}

func (w *world) hasDecided(account string, n int) {
	w.t.Helper()
	if got := w.voice.home(account).Decided; len(got) != n {
		w.t.Errorf("%s has decided on %d, want %d", account, len(got), n)
	}
}

// Who has opened their Home tab sees what concerns them there, as it happens.
func TestHomesAreKeptUpToDate(t *testing.T) {
	inWorld(t, func(w *world) {
		for _, account := range []string{"U0YAMADA2", "U0SATO", "U0OTHER", "U0NOBODY"} {
			w.keeper.Open(account, 0)
		}
		w.sees("U0SATO", 0, 0, 0)
		w.signIn("1")
		w.sees("U0YAMADA2", 1, 0, 0) // the other account of the person who asks, who is in the group as well
		w.sees("U0SATO", 0, 1, 0)
		w.sees("U0OTHER", 0, 0, 0)
		w.hasDecided("U0SATO", 0)
		w.press("U0SATO", store.Approve)
		w.sees("U0YAMADA2", 1, 0, 0)
		w.sees("U0SATO", 0, 0, 0)
		w.hasDecided("U0SATO", 1)
		w.hasDecided("U0YAMADA2", 0)
		w.onExtension("U0YAMADA", store.AskMore)
		w.sees("U0SATO", 0, 1, 0)
		w.wait(4*time.Hour + 3*time.Second)
		w.sees("U0YAMADA2", 0, 0, 1)
		w.sees("U0SATO", 0, 0, 0)
		w.sees("U0NOBODY", 0, 0, 0)
		w.hasDecided("U0SATO", 1)
		if a := w.voice.home("U0KATO"); a.Held != nil {
			t.Error("drawn for somebody who has never looked")
		}
	})
}

// Somebody who has voted waits for others, and a step that is met waits for nobody.
func TestWhatWaitsForWhom(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) {
			p.Entitlements[0].Steps = []store.Step{{By: []string{"usergroup:S0LEADS"}, Count: 1}, {By: []string{"U0CHIEF", "U0OTHER"}, Count: 1}}
		})
		w.signIn("1")
		waits := func(want map[string]int) {
			t.Helper()
			for account, n := range want {
				a, err := w.keeper.Access(t.Context(), account, 0)
				if err != nil || len(a.Waiting) != n {
					t.Errorf("%d wait for %s, want %d: %v", len(a.Waiting), account, n, err)
				}
			}
		}
		waits(map[string]int{"U0SATO": 1, "U0KATO": 1, "U0CHIEF": 1, "U0OTHER": 1, "U0YAMADA": 0, "U0NOBODY": 0})
		w.press("U0SATO", store.Approve)
		waits(map[string]int{"U0SATO": 0, "U0KATO": 0, "U0CHIEF": 1, "U0OTHER": 1})
		w.press("U0OTHER", store.Approve)
		waits(map[string]int{"U0SATO": 0, "U0KATO": 0, "U0CHIEF": 0, "U0OTHER": 0})
	})
}

// What is over comes in pages, the newest first.
func TestPages(t *testing.T) {
	inWorld(t, func(w *world) {
		const n = 2*access.PageLength + 3
		for i := range n {
			w.signIn(fmt.Sprint(i))
			w.press("U0SATO", store.Deny)
			w.wait(time.Hour)
		}
		seen := 0
		for from := 0; ; from += access.PageLength {
			a, err := w.keeper.Access(t.Context(), "U0YAMADA", from)
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range a.Past {
				if want := fmt.Sprint("login-", n-1-seen); g.ID != want {
					t.Errorf("%d. is %s, want %s", seen, g.ID, want)
				}
				seen++
			}
			if !a.More {
				break
			}
		}
		if seen != n {
			t.Errorf("%d of %d seen", seen, n)
		}
		if a, err := w.keeper.Access(t.Context(), "U0YAMADA", 1000); err != nil || len(a.Past) > 0 || a.More {
			t.Errorf("beyond the last page: %+v, %v", a, err)
		}
	})
}

// What Slack does not take is drawn when it does.
func TestHomeWaitsForSlack(t *testing.T) {
	inWorld(t, func(w *world) {
		w.voice.setDown(true)
		w.keeper.Open("U0YAMADA", 0)
		w.wait(time.Minute)
		w.signIn("1")
		w.voice.setDown(false)
		w.wait(20 * time.Second)
		w.sees("U0YAMADA", 1, 0, 0)
	})
}

// A denial is a decision too; what another has decided is not one's own, and the newest few are enough.
func TestWhatOneHasDecided(t *testing.T) {
	inWorld(t, func(w *world) {
		for n := range 7 {
			w.signIn(fmt.Sprint(n))
			w.wait(time.Minute)
			w.pressOn(w.grant(fmt.Sprint(n)), "U0SATO", store.Deny)
			w.wait(time.Hour)
		}
		a, err := w.keeper.Access(t.Context(), "U0SATO", 0)
		if err != nil || len(a.Decided) != 5 || a.Decided[0].ID != w.grant("6").ID || a.Decided[0].State != store.Denied {
			t.Errorf("%d decisions, %v: %+v", len(a.Decided), err, a.Decided)
		}
		if a, err := w.keeper.Access(t.Context(), "U0OTHER", 0); err != nil || len(a.Decided) != 0 {
			t.Errorf("who has decided on nothing: %d, %v", len(a.Decided), err)
		}
	})
}
