package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sekisho/store"
)

var offboardingVerbs = []store.Verb{store.Begin, store.Found, store.Known, store.Settled, store.Fail, store.Emptied, store.Done, store.Lift, store.Revoke, store.Ask}

var (
	yamadaUser = store.Holding{Kind: store.HeldUser, Account: "123456789012", User: "t.yamada"}
	yamadaOps  = store.Holding{Kind: store.HeldGroup, Account: "123456789012", User: "t.yamada", Name: "ops"}
)

// leaving is an offboarding of somebody with a user who is in a group.
func leaving() store.Offboarding {
	o := store.Offboarding{ID: store.OffboardingPrefix + "U1-1", Person: "U1", By: "U9", Reason: "last day"}
	return offboardingAfter(o, store.Entry{Verb: store.Begin}, of(store.Found, yamadaUser, ""), of(store.Found, yamadaOps, ""))
}

func of(v store.Verb, h store.Holding, note string) store.Entry {
	return store.Entry{Verb: v, Note: note, Facts: h.Facts()}
}

func offboardingAfter(o store.Offboarding, entries ...store.Entry) store.Offboarding {
	for _, e := range entries {
		e.By, e.At = "U9", noon
		var err error
		if o, err = o.After(e); err != nil {
			panic(err)
		}
	}
	return o
}

// Every verb in every state: what the table does not have cannot happen, and changes nothing.
func TestEveryVerbOfAnOffboarding(t *testing.T) {
	ended := []store.Entry{of(store.Settled, yamadaOps, store.WasEnded), of(store.Settled, yamadaUser, store.WasEnded)}
	looking := offboardingAfter(offboardingAfter(leaving(), ended...), store.Entry{Verb: store.Emptied})
	for _, o := range []store.Offboarding{{}, offboardingAfter(leaving(), ended...), looking, offboardingAfter(looking, store.Entry{Verb: store.Done}),
		offboardingAfter(looking, store.Entry{Verb: store.Done}, store.Entry{Verb: store.Lift})} {
		for _, v := range offboardingVerbs {
			want, possible := store.OffboardingTable[o.State][v]
			next, err := o.After(of(v, yamadaOps, store.WasEnded))
			switch {
			case possible && (err != nil || next.State != want):
				t.Errorf("%s while %q: %s, %v; want %s", v, o.State, next.State, err, want)
			case !possible && (!errors.Is(err, store.ErrState) || next.Chain != o.Chain):
				t.Errorf("%s while %q: %v", v, o.State, err)
			}
		}
	}
	for from, steps := range store.OffboardingTable {
		for v := range steps {
			if !slices.Contains(offboardingVerbs, v) {
				t.Errorf("the tests do not know %s, which is possible while %q", v, from)
			}
		}
	}
}

// It is not over while something is left to be ended, and what is found again is to be ended again.
func TestAnOffboardingEndsWithNothingLeft(t *testing.T) {
	o := leaving()
	if _, err := o.After(store.Entry{Verb: store.Emptied, At: noon}); !errors.Is(err, store.ErrHeld) {
		t.Errorf("emptied with %v left: %v", o.ToEnd(), err)
	}
	if _, err := o.After(of(store.Settled, store.Holding{Kind: store.HeldKey}, store.WasEnded)); !errors.Is(err, store.ErrHeld) {
		t.Errorf("something unknown is settled: %v", err)
	}
	o = offboardingAfter(o, of(store.Settled, yamadaOps, store.WasEnded), of(store.Settled, yamadaUser, store.WasEnded), store.Entry{Verb: store.Emptied})
	o = offboardingAfter(o, of(store.Found, yamadaOps, ""))
	if left := o.ToEnd(); o.State != store.Leaving || len(left) != 2 || len(o.Holdings) != 2 {
		t.Errorf("found again: %s, %v of %v", o.State, left, o.Holdings)
	}
	o = offboardingAfter(o, of(store.Settled, yamadaOps, store.ByHand), of(store.Settled, yamadaUser, store.WasEnded), store.Entry{Verb: store.Emptied},
		of(store.Fail, yamadaUser, "Timeout"))
	if _, err := o.After(store.Entry{Verb: store.Done, At: noon}); !errors.Is(err, store.ErrHeld) {
		t.Errorf("done though the last look has failed: %v", err)
	}
	if user, _ := o.Find(yamadaUser); user.Work.Trouble != "Timeout" {
		t.Errorf("the trouble is not known: %+v", user)
	}
}

// Whatever happens in whatever order: the chain follows, nobody else's copy changes, and one is due while it is open.
func TestAnyOffboarding(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		o := store.Offboarding{ID: store.OffboardingPrefix + "1", Person: "U1"}
		for range rapid.IntRange(0, 30).Draw(rt, "length") {
			h := rapid.SampledFrom([]store.Holding{yamadaUser, yamadaOps}).Draw(rt, "holding")
			note := rapid.SampledFrom([]string{store.WasEnded, store.ByHand}).Draw(rt, "note")
			before := slices.Clone(o.Holdings)
			e := of(rapid.SampledFrom(offboardingVerbs).Draw(rt, "verb"), h, note)
			e.At = noon
			next, err := o.After(e)
			if !slices.Equal(before, o.Holdings) {
				rt.Fatalf("%s changes the record that it happened to", e.Verb)
			}
			if err == nil {
				o = next
			}
		}
		if at, due := o.Due(store.Take); due != o.Open() || due && at.After(noon.Add(time.Hour)) {
			rt.Fatalf("%q: due %t at %s", o.State, due, at)
		}
		if err := o.Chain.Verify(o.Fresh()); err != nil {
			rt.Fatal(err)
		}
		if o.State == store.Departed && len(o.ToEnd()) > 0 {
			rt.Fatalf("over, with %v left", o.ToEnd())
		}
	})
}

// A person has one open at a time, and an audit knows what one is.
func TestOneOffboardingOfAPerson(t *testing.T) {
	db := &store.Mem{}
	first, second := leaving(), leaving()
	second.Head, second.State = store.Head{}, ""
	second.ID += "-2"
	second = offboardingAfter(second, store.Entry{Verb: store.Begin})
	if err := store.Save(t.Context(), db, &first); err != nil {
		t.Fatal(err)
	}
	if err := store.Save(t.Context(), db, &second); !errors.Is(err, store.ErrTaken) {
		t.Errorf("a second one beside it: %v", err)
	}
	if id, err := store.Holder(t.Context(), db, store.OffboardingSlot("U1")); id != first.ID || err != nil {
		t.Errorf("the slot is %s's, %v", id, err)
	}
	again := leaving()
	if count, faults := audit(t, kept(t, &again)...); len(faults) > 0 || count.Offboardings != 1 {
		t.Errorf("%+v, %v", count, faults)
	}
	if loaded, err := store.LoadOffboarding(t.Context(), db, first.ID); err != nil || !slices.Equal(loaded.Holdings, first.Holdings) {
		t.Errorf("%+v, %v", loaded, err)
	}
}

// A person with users in a hundred accounts can be lifted: the rows by which their users were found go in the same write.
func TestLiftAPersonWithManyUsers(t *testing.T) {
	db := &store.Mem{}
	o := store.Offboarding{ID: store.OffboardingPrefix + "many", Person: "U0LEAVER"}
	step := func(e store.Entry) {
		t.Helper()
		var err error
		if o, err = o.After(e); err == nil {
			err = store.Save(t.Context(), db, &o)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	step(store.Entry{Verb: store.Begin, By: "U0CHIEF", At: at})
	for i := range 100 {
		user := store.Holding{Kind: store.HeldUser, Account: fmt.Sprintf("%012d", i), User: "leaver", UserID: fmt.Sprintf("AIDA%017d", i)}
		step(store.Entry{Verb: store.Found, By: store.Self, At: at, Facts: user.Facts()})
		step(store.Entry{Verb: store.Settled, By: store.Self, At: at, Note: "gone", Facts: user.Facts()})
	}
	for _, v := range []store.Verb{store.Emptied, store.Done, store.Lift} {
		step(store.Entry{Verb: v, By: store.Self, At: at})
	}
	if o.State != store.Lifted {
		t.Errorf("%s", o.State)
	}
}
