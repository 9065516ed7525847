package access_test

import (
	"fmt"
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// inTurn is a world in which Yamada has a key for two hours, which Kato is to have from the third hour on.
func inTurn(t *testing.T, test func(w *world, holds store.Grant)) {
	t.Helper()
	inRotation(t, nil, func(w *world, old string) {
		w.aws.DeleteKey(account, batch, old) // AWS allows two
		w.aws.AddUser(account, "kato", nil)
		w.govern(func(p *access.Settings) {
			persons := team()
			persons[2].IAM = []people.Login{{Account: account, User: "kato"}}
			rule := keyRule(false)
			rule.Auto = &policy.Auto{Longest: 24 * time.Hour, Members: []string{"U0CHIEF"}}
			p.Entitlements, p.People = append(p.Entitlements, rule), people.New(persons)
		})
		w.hasKey("1", "U0YAMADA", 0, 2*time.Hour)
		w.hasKey("2", "U0KATO", 3*time.Hour, 5*time.Hour)
		w.wait(time.Minute)
		test(w, w.wished("1"))
	})
}

// hasKey asks for the key for a time, and approves it.
func (w *world) hasKey(id, by string, from, to time.Duration) {
	w.t.Helper()
	x := between(id, from, to)
	x.By, x.Entitlement = by, "batch-key"
	if from == 0 {
		x.From = time.Time{}
	}
	if d := w.asks(x); d.Refusal != "" {
		w.t.Fatalf("%s asks: %+v", by, d)
	}
	if refusal := w.pressOn(w.wished(id), "U0CHIEF", store.Approve); refusal != "" {
		w.t.Fatalf("of %s: %q", by, refusal)
	}
}

// extends presses on the extension of a grant, for so much longer.
func (w *world) extends(id, user string, verb store.Verb, d time.Duration) store.Press {
	w.t.Helper()
	g := w.wished(id)
	w.n++
	p := store.Press{ID: fmt.Sprint(store.PressPrefix, "extends-", w.n), By: user, Verb: verb, On: g.ID, Terms: g.ExtensionTerms(), Card: g.Card, Duration: d}
	w.pressed(p)
	p, err := store.LoadPress(w.t.Context(), w.db, p.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// An extension that reaches into another person's window is refused as it is asked for, with the time from which it is taken. Until
// then it is possible.
func TestNoExtensionIntoAnothersWindow(t *testing.T) {
	inTurn(t, func(w *world, holds store.Grant) {
		from := w.wished("2").Start
		if p := w.extends("1", "U0YAMADA", store.AskMore, 90*time.Minute); p.Refusal != access.TakenLater || p.Facts["from"] != fmt.Sprint(from.Unix()) {
			w.t.Errorf("into it: %q, %v", p.Refusal, p.Facts)
		}
		if p := w.extends("1", "U0YAMADA", store.AskMore, 0); p.Refusal != access.TakenLater {
			w.t.Errorf("as long again: %q", p.Refusal)
		}
		latest, err := w.keeper.Latest(w.t.Context(), holds)
		if err != nil || !latest.Equal(from) {
			w.t.Errorf("the latest end is %s, %v", latest, err)
		}
		free := from.Sub(holds.Until)
		if p := w.extends("1", "U0YAMADA", store.AskMore, free); p.Refusal != "" {
			w.t.Fatalf("until it begins: %q", p.Refusal)
		}
		if p := w.extends("1", "U0CHIEF", store.Agree, 0); p.Refusal != "" {
			w.t.Fatalf("agreed to: %q", p.Refusal)
		}
		forbidden, err := w.keeper.Forbidden(w.t.Context(), store.Press{By: "U0YAMADA", Verb: store.AskMore, On: holds.ID, Terms: w.wished("1").ExtensionTerms()})
		if err != nil || forbidden.Refusal != access.TakenLater {
			w.t.Errorf("the form where nothing is left: %q, %v", forbidden.Refusal, err)
		}
		w.wait(time.Until(from) + time.Minute)
		if one, two := w.wished("1"), w.wished("2"); one.State != store.Ended || two.State != store.Active || two.Trouble != "" {
			w.t.Errorf("%s, then %s %q", one.State, two.State, two.Trouble)
		}
	})
}

// A form opens for an extension as long as a shorter one than the longest is possible.
func TestAFormForAShorterExtension(t *testing.T) {
	inTurn(t, func(w *world, holds store.Grant) {
		p, err := w.keeper.Forbidden(w.t.Context(), store.Press{By: "U0YAMADA", Verb: store.AskMore, On: holds.ID, Terms: holds.ExtensionTerms()})
		if err != nil || p.Refusal != "" {
			w.t.Errorf("%q, %v", p.Refusal, err)
		}
	})
}

// A window that is asked for while an extension waits takes its place: the approver reads so.
func TestAnExtensionThatIsOvertaken(t *testing.T) {
	inTurn(t, func(w *world, holds store.Grant) {
		if p := w.extends("1", "U0YAMADA", store.AskMore, time.Hour-2*time.Minute); p.Refusal != "" {
			w.t.Fatal(p.Refusal)
		}
		w.hasKey("3", "U0KATO", 2*time.Hour+10*time.Minute, 2*time.Hour+20*time.Minute)
		if p := w.extends("1", "U0CHIEF", store.Agree, 0); p.Refusal != access.TakenLater {
			w.t.Errorf("agreed to: %q", p.Refusal)
		}
		if g := w.wished("1"); !g.Until.Equal(holds.Until) {
			w.t.Errorf("it ends %s", g.Until)
		}
	})
}

// A rule that gives by itself does not prolong into another's window either.
func TestNoRuleExtendsIntoAWindow(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.Entitlements[0].Auto = &policy.Auto{Longest: 12 * time.Hour} })
		w.asks(wish("1", nil))
		w.asks(between("2", 90*time.Minute, 3*time.Hour))
		if p := w.extends("1", "U0YAMADA", store.AskMore, time.Hour); p.Refusal != access.TakenLater {
			w.t.Errorf("into one's own window: %q", p.Refusal)
		}
		if p := w.extends("1", "U0YAMADA", store.AskMore, 25*time.Minute); p.Refusal != "" || w.wished("1").Extension.Open() {
			w.t.Errorf("before it: %q", p.Refusal)
		}
	})
}

// A sign-in neither prolongs access into a window of the same access, nor asks for that. The thread says why the end is the same.
func TestNoSignInProlongsIntoAWindow(t *testing.T) {
	for _, prolong := range []policy.Prolong{policy.ProlongSame, policy.ProlongAsk} {
		given(t, func(w *world) {
			w.govern(func(p *access.Settings) { p.Entitlements[0].Prolong = prolong })
			before := w.grant("1")
			w.approves(between("2", 5*time.Hour, 6*time.Hour))
			w.wait(2 * time.Hour)
			w.signIn("2")
			g := w.grant("1")
			entries, err := w.db.Entries(w.t.Context(), g.ID, 0)
			if err != nil {
				w.t.Fatal(err)
			}
			if note := entries[len(entries)-1].Note; !g.Until.Equal(before.Until) || g.Extension.Open() || note != access.TakenLater {
				w.t.Errorf("%s: it ends %s, was %s; %q", prolong, g.Until, before.Until, note)
			}
			w.wait(5 * time.Hour)
			if g := w.wished("2"); g.Outcome != store.Expire && g.State != store.Active || g.Trouble != "" {
				w.t.Errorf("%s: the window is %s %q", prolong, g.State, g.Trouble)
			}
		})
	}
}

// However many windows of an access there are, one that is free can be asked for, and one that is taken cannot.
func TestManyWindows(t *testing.T) {
	inWorld(t, func(w *world) {
		w.asks(between("0", time.Hour, time.Hour+time.Minute))
		first := w.wished("0")
		for i := 1; i <= 250; i++ {
			g := store.Grant{ID: fmt.Sprint(access.WishPrefix, "many-", i), Origin: store.Requested, Kind: first.Kind, Entitlement: rule, Account: account, Target: group,
				Subject: first.Subject, Steps: first.Steps, Duration: first.Duration, Longest: first.Longest, From: first.From.Add(time.Duration(i) * 2 * time.Minute)}
			g.To, g.Lapses = g.From.Add(time.Minute), g.From
			for _, e := range []store.Entry{{Verb: store.Receive, By: "U0YAMADA"}, {Verb: store.Ask, By: store.Self}} {
				var err error
				e.At = time.Now()
				if g, err = g.After(e); err != nil {
					w.t.Fatal(err)
				}
			}
			if err := store.Save(w.t.Context(), w.db, &g); err != nil {
				w.t.Fatal(err)
			}
		}
		last := time.Hour + 500*time.Minute
		if d := w.asks(between("taken", last, last+time.Minute)); d.Refusal != access.Waits {
			w.t.Errorf("the last is taken: %+v", d)
		}
		if d := w.asks(between("free", last+time.Minute, last+2*time.Minute)); d.Refusal != "" {
			w.t.Errorf("behind the last: %+v", d)
		}
		if d := w.asks(between("before", 30*time.Minute, 40*time.Minute)); d.Refusal != "" {
			w.t.Errorf("before the first: %+v", d)
		}
	})
}
