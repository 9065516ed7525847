package access_test

import (
	"slices"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/aws/identity"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// keyRule lets a key of the user be asked for that is rotated as well.
func keyRule(endless bool) policy.Entitlement {
	return policy.Entitlement{ID: "batch-key", Kind: identity.KindAccessKey, Account: account, Target: batch, Exclusive: true, Endless: endless,
		Steps: []store.Step{{By: []string{"U0CHIEF"}, Count: 1}}, Within: 24 * time.Hour, Duration: 24 * time.Hour, Longest: 24 * time.Hour}
}

func wishForKey(id string) access.Wish {
	return wish(id, func(w *access.Wish) { w.Entitlement, w.Duration = "batch-key", 24*time.Hour })
}

// handsOver gives Yamada a key without an end, in the place of the user's old one.
func (w *world) handsOver(old string) store.Grant {
	w.t.Helper()
	w.govern(func(p *access.Settings) { p.Entitlements = append(p.Entitlements, keyRule(true)) })
	w.aws.DeleteKey(account, batch, old)
	w.wait(time.Minute)
	if d := w.asks(wishForKey("1")); d.Refusal != "" {
		w.t.Fatal(d.Refusal)
	}
	if refusal := w.press("U0CHIEF", store.Approve); refusal != "" {
		w.t.Fatal(refusal)
	}
	w.wait(time.Hour)
	return w.wished("1")
}

// A user's keys are issued or rotated, and never both at once.
func TestOneHolderOfAUsersKeys(t *testing.T) {
	inRotation(t, nil, func(w *world, old string) {
		w.govern(func(p *access.Settings) { p.Entitlements = append(p.Entitlements, keyRule(false)) })
		id := w.rotate()
		if d := w.asks(wishForKey("1")); d.Refusal != policy.Impossible && d.Refusal != access.InUse {
			t.Errorf("asked for while it is rotated: %q", d.Refusal)
		}
		w.wait(proof + grace + 2*time.Hour)
		w.stands(id, store.Rotated, "+"+w.task(id).New)
		if d := w.asks(wishForKey("2")); d.Refusal != "" {
			t.Fatalf("asked for once it is: %q", d.Refusal)
		}
		if _, d, err := w.keeper.Rotate(w.t.Context(), "U0SATO", "batch", "leak suspected"); err != nil || d.Refusal != access.InUse {
			t.Errorf("rotated while it is asked for: %q, %v", d.Refusal, err)
		}
	})
}

// A key without an end must be the only one: with two, nothing could rotate it. That is said before anybody is asked.
func TestAKeyWithoutAnEndIsTheOnlyOne(t *testing.T) {
	inRotation(t, nil, func(w *world, old string) {
		w.govern(func(p *access.Settings) { p.Entitlements = append(p.Entitlements, keyRule(true)) })
		if d := w.asks(wishForKey("1")); d.Refusal != policy.Impossible || d.Why[len(d.Why)-1].Facts["code"] != identity.NotAlone {
			t.Errorf("%+v", d)
		}
	})
}

// Whoever was given a key reads the next one in the rotation's secret, and is told so once: when it is there. Slack may be
// down, or the process die; a later rotation tells nobody, as they read that secret by then.
func TestWhoHasAKeyIsToldWhereTheNextOneIs(t *testing.T) {
	inRotation(t, nil, func(w *world, old string) {
		g := w.handsOver(old)
		if g.Effects[store.FactRotation] != "batch" || g.Effects[store.FactNext] != keySecret {
			t.Fatalf("handed over with %v", g.Effects)
		}
		w.voice.setDown(true)
		id := w.rotate()
		w.wait(time.Minute)
		w.stop()
		w.keeper = w.newKeeper()
		w.run()
		w.voice.setDown(false)
		w.wait(time.Minute)
		task := w.task(id)
		if len(w.voice.moved) != 1 || w.voice.moved[0].New != task.New || task.Holder != "U0YAMADA" || task.Old != g.Effects[store.FactKey] {
			t.Errorf("told of %+v, the holder is %q", w.voice.moved, task.Holder)
		}
		if task.Reversible() { // the secret never had the old key, only one that was deleted
			t.Error("what was there before could be put back, which is another key")
		}
		w.wait(proof + grace + 2*time.Hour)
		w.stands(id, store.Rotated, "+"+task.New)
		again := w.rotate()
		if next := w.task(again); len(w.voice.moved) != 1 || next.Holder != "" || !next.Reversible() || next.Untold() {
			t.Errorf("the next one: told %d times, holder %q", len(w.voice.moved), next.Holder)
		}
	})
}

// A key without an end is handed over once it is given, and nothing takes it away, hours and days later.
func TestWhatHasNoEndIsHandedOver(t *testing.T) {
	inRotation(t, nil, func(w *world, old string) {
		w.handsOver(old)
		w.wait(10 * 24 * time.Hour)
		g := w.wished("1")
		keys := w.aws.Keys(account, batch)
		if g.State != store.Ended || g.Outcome != store.HandOver || len(keys) != 1 || !keys[0].Active || keys[0].ID != g.Effects["access_key"] {
			t.Errorf("%s, %s %s, keys %v", g.State, g.Outcome, g.Note, keys)
		}
		if _, d, err := w.keeper.Rotate(w.t.Context(), "U0SATO", "batch", "leak suspected"); err != nil || d.Refusal != "" {
			t.Errorf("rotated then: %q, %v", d.Refusal, err)
		}
	})
}

// Who leaves knows a key that works: it is another user's, so it is left, and said to be rotated.
func TestWhoLeavesKnowsAKeyWithoutAnEnd(t *testing.T) {
	inRotation(t, nil, func(w *world, old string) {
		g := w.handsOver(old)
		l, refusal, err := w.offboarder.Leaver(w.t.Context(), "U0CHIEF", "U0YAMADA")
		if err != nil || refusal != "" || len(l.Grants) != 1 || l.Grants[0].ID != g.ID {
			t.Errorf("the form has %+v: %q, %v", l.Grants, refusal, err)
		}
		id := w.offboard()
		w.wait(5 * time.Minute)
		o := w.offboarding(id)
		want := "grant " + batch + ": " + store.ToRotate
		if got := results(o); o.State != store.Departed || !slices.Contains(got, want) || len(got) != len(slices.Compact(got)) {
			t.Errorf("%s, %q, want %q once", o.State, got, want)
		}
		if keys := w.aws.Keys(account, batch); len(keys) != 1 || !keys[0].Active {
			t.Errorf("keys of %s: %v", batch, keys)
		}
	})
}

// Two people ask for one key at the same moment, which only shows once IAM answers: one of them has asked, and the other reads that the
// key is taken. Nobody's wish goes into another's.
func TestTwoPeopleAskForOneKey(t *testing.T) {
	inRotation(t, nil, func(w *world, _ string) {
		w.aws.AddUser(account, "k.kato", nil)
		w.govern(func(p *access.Settings) {
			p.Rotations, p.Entitlements = nil, append(p.Entitlements, keyRule(false))
			p.People = people.New([]people.Person{{Slack: []string{"U0KATO"}, IAM: []people.Login{{Account: account, User: "k.kato"}}},
				{Slack: []string{"U0YAMADA"}, IAM: []people.Login{{Account: account, User: "t.yamada"}}}, {Slack: []string{"U0CHIEF"}}})
		})
		w.aws.Fault(failing("", fakeaws.Failure{Code: "ServiceUnavailable", Status: 503}))
		theirs := wishForKey("2")
		theirs.By = "U0KATO"
		for _, each := range []access.Wish{wishForKey("1"), theirs} {
			if d := w.asks(each); d.Refusal != "" {
				t.Fatalf("%s: %q", each.By, d.Refusal)
			}
		}
		w.aws.Fault(nil)
		w.wait(5 * time.Minute)
		got := map[store.State]int{}
		for _, id := range []string{"1", "2"} {
			g := w.wished(id)
			got[g.State]++
			if g.State == store.Ignored && g.Note != access.InUse {
				t.Errorf("%s is ignored as %q", id, g.Note)
			}
		}
		if got[store.Asked] != 1 || got[store.Ignored] != 1 {
			t.Errorf("states %v, want one asked and one ignored", got)
		}
	})
}
