package access_test

import (
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

func TestJudgeOfAShorterApproval(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*access.Bench)
		want   string        // the refusal
		d      time.Duration // of the approval
		lasts  time.Duration // 0: it is a vote
	}{
		{"as asked", func(*access.Bench) {}, "", 0, 4 * time.Hour},
		{"as asked, said", func(b *access.Bench) { b.Press.Duration = 4 * time.Hour }, "", 0, 4 * time.Hour},
		{"shorter", func(b *access.Bench) { b.Press.Duration = time.Hour }, "", time.Hour, time.Hour},
		{"a minute", func(b *access.Bench) { b.Press.Duration = time.Minute }, "", time.Minute, time.Minute},
		{"less", func(b *access.Bench) { b.Press.Duration = time.Minute - 1 }, access.NotShorter, 0, 0},
		{"no time at all", func(b *access.Bench) { b.Press.Duration = -1 }, access.NotShorter, 0, 0},
		{"longer than asked", func(b *access.Bench) { b.Press.Duration = 4*time.Hour + 1 }, access.NotShorter, 0, 0},
		{"by the holder", func(b *access.Bench) { b.Press.Duration, b.Press.By = time.Hour, "U0YAMADA2" }, policy.Own, 0, 0},
		{"of old terms", func(b *access.Bench) { b.Press.Duration, b.Press.Terms = time.Hour, "0" }, access.Changed, 0, 0},
		{"on another message", func(b *access.Bench) { b.Press.Duration, b.Press.Card.TS = time.Hour, "2" }, access.Moved, 0, 0},
		{"of what is approved already", func(b *access.Bench) { active(b); b.Press.Duration = time.Hour }, access.Late, 0, 0},
		{"too late", func(b *access.Bench) { b.Press.Duration, b.Now = time.Hour, b.Grant.Lapses }, access.Over, 0, 0},
		{"the first of two", func(b *access.Bench) { need(b, 2); b.Press.Duration = time.Hour }, "", time.Hour, 0},
		{"as asked, after somebody who allowed less", func(b *access.Bench) {
			need(b, 2)
			b.Grant.Approvals = []store.Approval{{By: "U0KATO", Steps: []int{1}, Duration: time.Hour}}
		}, "", 0, time.Hour},
		{"longer than the first of two", func(b *access.Bench) {
			need(b, 2)
			b.Grant.Approvals = []store.Approval{{By: "U0KATO", Steps: []int{1}, Duration: time.Hour}}
			b.Press.Duration = 2 * time.Hour
		}, "", 2 * time.Hour, time.Hour},
	} {
		b := bench()
		c.change(&b)
		b.Press.Note = "Only the restart."
		e, refusal := judged(b)
		if refusal != c.want {
			t.Errorf("%s: %q, want %q", c.name, refusal, c.want)
		}
		if refusal != "" {
			continue
		}
		if e.Duration != c.d || e.Note != "Only the restart." {
			t.Errorf("%s: for %s, %q", c.name, e.Duration, e.Note)
		}
		if voted := e.Verb == store.Vote; voted != (c.lasts == 0) || !voted && !e.Until.Equal(b.Now.Add(c.lasts)) {
			t.Errorf("%s: %s until %s", c.name, e.Verb, e.Until)
		}
	}
}

// approveFor presses Approve with a comment, for so long.
func (w *world) approveFor(user string, d time.Duration) string {
	w.t.Helper()
	g := w.voice.card()
	return w.pressed(store.Press{ID: store.PressPrefix + "for-" + user, By: user, Verb: store.Approve, On: g.ID, Terms: g.Terms(), Card: g.Card,
		Duration: d, Note: "Only the restart."})
}

// Whoever allows one hour of four: it ends after one, whoever signs in again, and only an approval makes it longer.
func TestAShorterApprovalEndsSooner(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		if refusal := w.approveFor("U0SATO", time.Hour); refusal != "" {
			t.Fatal(refusal)
		}
		w.approveFor("U0SATO", time.Hour) // delivered again
		w.is("1", store.Active, true)
		g := w.grant("1")
		if !g.Until.Equal(g.Start.Add(time.Hour)) || !g.Max.Equal(g.Start.Add(12*time.Hour)) || len(g.Approvals) != 1 || g.Duration != 4*time.Hour {
			t.Errorf("from %s until %s, at most %s, by %v", g.Start, g.Until, g.Max, g.Approvals)
		}
		if dm := w.voice.dms[len(w.voice.dms)-1]; dm.Allowed() != time.Hour || dm.Approvals[0].Note == "" {
			t.Errorf("the holder sees %+v", dm.Approvals)
		}
		w.wait(50 * time.Minute)
		w.signIn("2")
		if after := w.grant("1"); !after.Until.Equal(g.Until) {
			t.Errorf("another sign-in makes it end %s", after.Until)
		}
		w.onExtension("U0YAMADA", store.AskMore)
		if after := w.grant("1"); !after.Until.Equal(g.Until) || !after.Extension.Until.Equal(g.Start.Add(2*time.Hour)) {
			t.Errorf("ends %s, asked for %s", after.Until, after.Extension.Until)
		}
		w.onExtension("U0KATO", store.Agree)
		w.wait(70*time.Minute - time.Second)
		w.is("1", store.Active, true)
		w.wait(3 * time.Second)
		w.is("1", store.Ended, false)
	})
}

// Of two approvers the one who allows less counts, in whichever order they press.
func TestTheShorterOfTwoApprovals(t *testing.T) {
	for name, order := range map[string][]time.Duration{"first": {time.Hour, 0}, "last": {2 * time.Hour, time.Hour}, "both": {time.Hour, time.Hour}} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.govern(func(p *access.Settings) { p.Entitlements[0].Steps = twoOf("usergroup:S0LEADS") })
				w.signIn("1")
				for i, who := range []string{"U0SATO", "U0KATO"} {
					if refusal := w.approveFor(who, order[i]); refusal != "" {
						t.Errorf("%s: %s", who, refusal)
					}
				}
				if g := w.grant("1"); g.State != store.Active || g.Until.Sub(g.Start) != time.Hour {
					t.Errorf("%s for %s", g.State, g.Until.Sub(g.Start))
				}
			})
		})
	}
}

// The rule does not make longer by itself what an approver has made shorter.
func TestTheRuleDoesNotExtendWhatIsLimited(t *testing.T) {
	inWorldByItself(t, func(w *world) {
		w.signIn("1")
		w.approveFor("U0SATO", time.Hour)
		w.is("1", store.Active, true)
		w.press("U0YAMADA", store.Mine)
		w.onExtension("U0YAMADA", store.AskMore)
		if g := w.grant("1"); !g.Extension.Open() || g.Until.Sub(g.Start) != time.Hour {
			t.Errorf("for %s, %+v", g.Until.Sub(g.Start), g.Extension)
		}
	})
}
