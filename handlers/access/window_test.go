package access_test

import (
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/store"
)

// between is a wish for a time that begins and ends so much from now.
func between(id string, from, to time.Duration) access.Wish {
	return wish(id, func(x *access.Wish) { x.From, x.To = time.Now().Add(from), time.Now().Add(to) })
}

// approves asks for what a wish says, and approves it.
func (w *world) approves(wish access.Wish) store.Grant {
	w.t.Helper()
	if d := w.asks(wish); d.Refusal != "" {
		w.t.Fatalf("%s is refused: %+v", wish.ID, d)
	}
	g, err := store.LoadGrant(w.t.Context(), w.db, wish.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	if refusal := w.pressOn(g, "U0SATO", store.Approve); refusal != "" {
		w.t.Fatalf("%s is not approved: %q", wish.ID, refusal)
	}
	return w.wished(wish.ID[len(access.WishPrefix):])
}

// Two windows of the same access can both be had, and the end of one ends the other no more than it begins it.
func TestTwoWindows(t *testing.T) {
	inWorld(t, func(w *world) {
		first, second := w.approves(between("1", time.Hour, 2*time.Hour)), w.approves(between("2", 2*time.Hour, 3*time.Hour))
		later := w.approves(between("3", 20*time.Hour, 21*time.Hour))
		if w.voice.posts != 3 {
			t.Errorf("%d cards", w.voice.posts)
		}
		for _, c := range []struct {
			at     time.Duration
			member bool
			states [3]store.State
		}{
			{59 * time.Minute, false, [3]store.State{store.Approved, store.Approved, store.Approved}},
			{61 * time.Minute, true, [3]store.State{store.Active, store.Approved, store.Approved}},
			{121 * time.Minute, true, [3]store.State{store.Ended, store.Active, store.Approved}},
			{181 * time.Minute, false, [3]store.State{store.Ended, store.Ended, store.Approved}},
			{20*time.Hour + time.Minute, true, [3]store.State{store.Ended, store.Ended, store.Active}},
			{21*time.Hour + time.Minute, false, [3]store.State{store.Ended, store.Ended, store.Ended}},
		} {
			w.wait(time.Until(first.From.Add(c.at - time.Hour)))
			states := [3]store.State{w.wished("1").State, w.wished("2").State, w.wished("3").State}
			if w.member() != c.member || states != c.states {
				t.Errorf("after %s: member %t, %v", c.at, w.member(), states)
			}
		}
		if second, later = w.wished("2"), w.wished("3"); second.Outcome != store.Expire || later.Outcome != store.Expire {
			t.Errorf("ended by %s and %s", second.Outcome, later.Outcome)
		}
	})
}

// What overlaps is refused while the form is open: what is approved, what waits, and what is live.
func TestWindowsThatOverlap(t *testing.T) {
	inWorld(t, func(w *world) {
		ahead := w.approves(between("1", 10*time.Hour, 12*time.Hour))
		w.asks(between("2", 20*time.Hour, 22*time.Hour))
		for name, c := range map[string]struct {
			from, to time.Duration
			want     string
		}{
			"begins within":          {11 * time.Hour, 13 * time.Hour, access.Already},
			"ends within":            {9 * time.Hour, 11 * time.Hour, access.Already},
			"around it":              {9 * time.Hour, 13 * time.Hour, access.Already},
			"the same":               {10 * time.Hour, 12 * time.Hour, access.Already},
			"overlaps what waits":    {21 * time.Hour, 23 * time.Hour, access.Waits},
			"the same as what waits": {20 * time.Hour, 22 * time.Hour, access.Waits},
		} {
			d := w.asks(between(name, c.from, c.to))
			if facts := d.Why[len(d.Why)-1].Facts; d.Refusal != c.want || facts["from"] == "" || facts["until"] == "" {
				t.Errorf("%s: %+v", name, d)
			}
		}
		now := w.approves(wish("now", func(x *access.Wish) { x.Duration = time.Hour }))
		if d := w.asks(wish("again", nil)); d.Refusal != access.Already {
			t.Errorf("while it is active: %+v", d)
		}
		if d := w.asks(between("late", now.Duration-time.Minute, now.Duration+time.Hour)); d.Refusal != access.Already {
			t.Errorf("before it has ended: %+v", d)
		}
		if d := w.asks(between("between", 3*time.Hour, 4*time.Hour)); d.Refusal != "" {
			t.Errorf("between two windows: %+v", d)
		}
		if after := w.wished("1"); !after.Ahead() || after.Terms() != ahead.Terms() {
			t.Errorf("the first is %+v", after)
		}
	})
}

// Two forms that are sent at once are not refused as they are sent. One is asked for, and the other is refused with its reason.
func TestTwoFormsAtOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		w.stop()
		for _, id := range []string{"1", "2"} {
			if d, err := w.keeper.Request(w.t.Context(), between(id, 10*time.Hour, 12*time.Hour)); err != nil || d.Refusal != "" {
				t.Fatalf("%s: %+v, %v", id, d, err)
			}
		}
		w.run()
		w.wait(time.Minute)
		one, two := w.wished("1"), w.wished("2")
		if one.State == store.Ignored {
			one, two = two, one
		}
		if one.State != store.Asked || two.State != store.Ignored || two.Note != access.Waits {
			t.Errorf("%s %s, %s %s", one.State, one.Note, two.State, two.Note)
		}
	})
}

// A grant whose start has come waits for the access before it, tells so, and begins at once when that has ended.
func TestAWindowWaitsForTheAccessBefore(t *testing.T) {
	inWorld(t, func(w *world) {
		w.approves(between("1", 90*time.Minute, 3*time.Hour))
		w.wait(time.Hour)
		w.signIn("1")
		if refusal := w.pressOn(w.grant("1"), "U0SATO", store.Approve); refusal != "" {
			t.Fatalf("the sign-in: %q", refusal)
		}
		if !w.member() || !w.wished("1").Ahead() {
			t.Fatalf("after a sign-in: member %t, %+v", w.member(), w.wished("1"))
		}
		w.wait(35 * time.Minute)
		if g := w.wished("1"); g.State != store.Approved || g.Planned || g.Trouble != access.SlotHeld || w.voice.card().ID == "" {
			t.Errorf("while the other is active: %s, planned %t, trouble %q", g.State, g.Planned, g.Trouble)
		}
		writes := w.writes()
		if refusal := w.pressOn(w.grant("1"), "U0YAMADA", store.Finish); refusal != "" {
			t.Fatal(refusal)
		}
		w.wait(3 * time.Second)
		if g := w.wished("1"); !w.member() || g.State != store.Active || g.Trouble != "" || w.writes() != writes+2 {
			t.Errorf("once it has ended: member %t, %s, trouble %q, %d writes", w.member(), g.State, g.Trouble, w.writes()-writes)
		}
		w.wait(time.Until(w.wished("1").Until) + 3*time.Second)
		if w.member() {
			t.Error("it outlives its end")
		}
	})
}

// A sign-in within a window that waits for approvals stands beside it.
func TestASignInWithinAWindowThatWaits(t *testing.T) {
	inWorld(t, func(w *world) {
		w.asks(between("1", time.Hour, 3*time.Hour))
		w.wait(90 * time.Minute)
		w.signIn("1")
		if g := w.grant("1"); g.State != store.Merged || g.Into != w.wished("1").ID {
			t.Errorf("%s into %q", g.State, g.Into)
		}
	})
}
