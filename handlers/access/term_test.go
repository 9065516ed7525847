package access_test

import (
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// tomorrow is a wish for an hour of the next day.
func tomorrow(id string) access.Wish {
	return wish(id, func(x *access.Wish) { x.From, x.To = time.Now().Add(20*time.Hour), time.Now().Add(21*time.Hour) })
}

// approvedAhead asks for tomorrow, and has it approved today.
func (w *world) approvedAhead(id string) store.Grant {
	w.t.Helper()
	if d := w.asks(tomorrow(id)); d.Refusal != "" {
		w.t.Fatalf("refused: %+v", d)
	}
	if refusal := w.press("U0SATO", store.Approve); refusal != "" {
		w.t.Fatalf("not approved: %q", refusal)
	}
	return w.wished(id)
}

// TestForTomorrow: approved today, access is there within the hour that was asked for, and at no other time.
func TestForTomorrow(t *testing.T) {
	inWorld(t, func(w *world) {
		begin := time.Now()
		g := w.approvedAhead("1")
		if !g.Ahead() || !g.Start.Equal(begin.Add(20*time.Hour)) || !g.Until.Equal(begin.Add(21*time.Hour)) || !g.Max.Equal(g.Start.Add(12*time.Hour)) {
			t.Errorf("%s from %s to %s, at most %s", g.State, g.Start, g.Until, g.Max)
		}
		entries, err := w.db.Entries(t.Context(), g.ID, 1)
		if err != nil || entries[0].Facts["starts"] != g.From.Format(time.RFC3339) || entries[0].Facts["ends"] != g.To.Format(time.RFC3339) {
			t.Errorf("asked: %+v, %v", entries, err)
		}
		if card := w.voice.card(); !card.Ahead() {
			t.Errorf("the card shows %s", card.State)
		}
		w.wait(time.Until(g.Start) - time.Second)
		if g = w.wished("1"); w.writes() > 0 || g.Planned || !g.Ahead() {
			t.Errorf("a second before: %d writes, %+v", w.writes(), g)
		}
		w.wait(4 * time.Second)
		if g = w.wished("1"); !w.member() || g.State != store.Active {
			t.Errorf("at the start: member %t, %s", w.member(), g.State)
		}
		w.wait(time.Until(g.Until) - time.Second)
		if !w.member() || w.voice.bells() != 1 {
			t.Errorf("a second before the end: member %t, %d reminders", w.member(), w.voice.bells())
		}
		w.wait(4 * time.Second)
		if g = w.wished("1"); w.member() || g.Outcome != store.Expire {
			t.Errorf("at the end: member %t, %s", w.member(), g.Outcome)
		}
	})
}

// TestEndedBeforeItBegins: there is nothing to undo, and the slot is free again.
func TestEndedBeforeItBegins(t *testing.T) {
	for verb, user := range map[store.Verb]string{store.Finish: "U0YAMADA", store.Revoke: "U0CHIEF", store.NotMine: "U0YAMADA"} {
		inWorld(t, func(w *world) {
			g := w.approvedAhead("1")
			if refusal := w.press("U0YAMADA", store.AskMore); refusal != access.Late {
				t.Errorf("extended before it begins: %q", refusal)
			}
			if refusal := w.press(user, verb); refusal != "" {
				t.Errorf("%s: %q", verb, refusal)
			}
			if g = w.wished("1"); g.State != store.Ended || g.Outcome != verb || w.voice.card().State != store.Ended {
				t.Errorf("%s: %s %s, the card shows %s", verb, g.State, g.Outcome, w.voice.card().State)
			}
			if d := w.asks(tomorrow("2")); d.Refusal != "" || w.wished("2").State != store.Asked {
				t.Errorf("asked again: %+v, %s", d, w.wished("2").State)
			}
			w.wait(20*time.Hour + time.Minute)
			if w.writes() > 0 {
				t.Errorf("%s: %d writes", verb, w.writes())
			}
		})
	}
}

// TestASignInBeforeTheStart asks for access of its own, which holds up the approved one no longer than it lasts, nor at all while
// nobody has approved it.
func TestASignInBeforeTheStart(t *testing.T) {
	inWorld(t, func(w *world) {
		g := w.approvedAhead("1")
		w.wait(time.Hour)
		w.signIn("1")
		after := w.wished("1")
		if !after.Ahead() || !after.Start.Equal(g.Start) || !after.Until.Equal(g.Until) || w.grant("1").State != store.Asked || w.writes() > 0 {
			t.Errorf("%s from %s to %s, the sign-in is %s, %d writes", after.State, after.Start, after.Until, w.grant("1").State, w.writes())
		}
		if d := w.asks(wish("2", nil)); d.Refusal != "" || w.wished("2").Into != w.grant("1").ID {
			t.Errorf("asked for now: %+v", d)
		}
		w.wait(time.Until(g.Start) + 3*time.Second)
		if w.grant("1").State != store.Asked || !w.member() {
			t.Errorf("at its start: %s, member %t", w.grant("1").State, w.member())
		}
	})
}

// TestAllIsAskedAgainAtTheStart: between the approval and the start anything may have changed.
func TestAllIsAskedAgainAtTheStart(t *testing.T) {
	for name, change := range map[string]func(*world){
		"the approver has left":    func(w *world) { w.leads.set(false, "U0KATO") },
		"the rule is gone":         func(w *world) { w.govern(func(p *access.Settings) { p.Entitlements[0].ID = "another" }) },
		"the user is another":      func(w *world) { w.aws.DeleteUser(account, "t.yamada"); w.aws.AddUser(account, "t.yamada", nil) },
		"the bot was down until 2": func(w *world) { w.stop(); time.Sleep(22 * time.Hour); w.keeper = w.newKeeper(); w.run() },
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				g := w.approvedAhead("1")
				change(w)
				if now := w.wished("1"); !now.Ahead() && time.Now().Before(g.Start) {
					t.Errorf("before the start: %s", now.State)
				}
				w.wait(max(0, time.Until(g.Start)) + 5*time.Second)
				if g = w.wished("1"); g.State != store.Ended || w.member() || w.writes() > 0 {
					t.Errorf("%s %s, member %t, %d writes", g.State, g.Note, w.member(), w.writes())
				}
			})
		})
	}
}

// TestALateApproval moves the start and what has a duration, but no end that was wished; and comes too late when less than a
// minute is left.
func TestALateApproval(t *testing.T) {
	for name, c := range map[string]struct {
		wait       time.Duration
		change     func(*access.Wish)
		start, end time.Duration // from when it was asked for; no start: lapsed
	}{
		"only a start":      {22 * time.Hour, func(x *access.Wish) { x.To = time.Time{} }, 22 * time.Hour, 23 * time.Hour},
		"both":              {20*time.Hour + 30*time.Minute, func(*access.Wish) {}, 20*time.Hour + 30*time.Minute, 21 * time.Hour},
		"a minute is left":  {21*time.Hour - time.Minute - time.Second, func(*access.Wish) {}, 21*time.Hour - time.Minute - time.Second, 21 * time.Hour},
		"less":              {21*time.Hour - time.Minute, func(*access.Wish) {}, 0, 0},
		"only an end":       {time.Hour, func(x *access.Wish) { x.From, x.To = time.Time{}, time.Now().Add(2*time.Hour) }, time.Hour, 2 * time.Hour},
		"only an end, less": {119 * time.Minute, func(x *access.Wish) { x.From, x.To = time.Time{}, time.Now().Add(2*time.Hour) }, 0, 0},
	} {
		inWorld(t, func(w *world) {
			begin := time.Now()
			x := tomorrow("1")
			c.change(&x)
			if d := w.asks(x); d.Refusal != "" {
				t.Fatalf("%s: %+v", name, d)
			}
			w.wait(c.wait)
			refusal := w.press("U0SATO", store.Approve)
			g := w.wished("1")
			if c.start == 0 {
				if (refusal != access.Over && refusal != access.Late) || g.State != store.Lapsed || w.writes() > 0 {
					t.Errorf("%s: %q, %s, %d writes", name, refusal, g.State, w.writes())
				}
				return
			}
			if refusal != "" || !g.Start.Equal(begin.Add(c.start)) || !g.Until.Equal(begin.Add(c.end)) || !w.member() {
				t.Errorf("%s: %q, from %s to %s, member %t", name, refusal, g.Start.Sub(begin), g.Until.Sub(begin), w.member())
			}
		})
	}
}

// TestTimesAreRefused at the form. The rule gives twelve hours, and the duration of the form does not count beside an end.
func TestTimesAreRefused(t *testing.T) {
	inWorld(t, func(w *world) {
		now := time.Now()
		for name, c := range map[string]struct {
			from, to time.Duration // from now; 0: none
			want     string
		}{
			"a start in the past":    {-6 * time.Minute, 0, policy.StartPast},
			"31 days ahead":          {31 * 24 * time.Hour, 0, policy.StartFar},
			"an end in the past":     {0, -time.Second, policy.EndPast},
			"both in the past":       {-time.Minute, -time.Second, policy.EndPast},
			"an end at the start":    {time.Hour, time.Hour, policy.EndFirst},
			"an end before it":       {2 * time.Hour, time.Hour, policy.EndFirst},
			"too long from the form": {0, 12*time.Hour + time.Second, policy.TooLong},
			"too long":               {time.Hour, 13*time.Hour + time.Second, policy.TooLong},
			"too short":              {time.Hour, time.Hour + 59*time.Second, policy.TooShort},
			"too short from now":     {0, 59 * time.Second, policy.TooShort},
			"the end of all time":    {1<<63 - 1, 1<<63 - 1, policy.StartFar},
		} {
			w.refuses(name, wish("refused", func(x *access.Wish) {
				x.Duration = 99 * time.Hour
				if x.From = now.Add(c.from); c.from == 0 {
					x.From = time.Time{}
				}
				if x.To = now.Add(c.to); c.to == 0 {
					x.To = time.Time{}
				}
				if c.to == 0 {
					x.Duration = time.Hour
				}
			}), c.want)
		}
		if d := w.asks(wish("just", func(x *access.Wish) { x.From, x.To = now.Add(-5*time.Minute), now.Add(12*time.Hour) })); d.Refusal != "" || !w.wished("just").From.IsZero() {
			t.Errorf("a start that has just passed: %+v, %s", d, w.wished("just").From)
		}
	})
}

// TestHoursAreThoseOfTheStart, whenever the form is sent.
func TestHoursAreThoseOfTheStart(t *testing.T) {
	inWorld(t, func(w *world) {
		noon := time.Now().Add(12 * time.Hour) // worlds begin at midnight
		w.govern(func(p *access.Settings) {
			p.Entitlements[0].Hours = &policy.Hours{Zone: time.UTC, Days: [7]bool{true, true, true, true, true, true, true}, From: 9 * 60, To: 18 * 60, Refuse: true}
		})
		w.refuses("now", wish("1", nil), policy.OutsideHours)
		w.refuses("at night", wish("1", func(x *access.Wish) { x.From = noon.Add(7 * time.Hour) }), policy.OutsideHours)
		if d := w.asks(wish("1", func(x *access.Wish) { x.From = noon })); d.Refusal != "" {
			t.Errorf("at noon: %+v", d)
		}
		w.wait(12*time.Hour + time.Minute)
		w.refuses("at noon, for the night", wish("2", func(x *access.Wish) { x.From = noon.Add(7 * time.Hour) }), policy.OutsideHours)
	})
}

// TestTheRuleGivesTomorrow what it gives by itself, if it still does then.
func TestTheRuleGivesTomorrow(t *testing.T) {
	for _, still := range []bool{true, false} {
		inWorldByItself(t, func(w *world) {
			w.asks(tomorrow("1"))
			if g := w.wished("1"); !g.ByRule() || !g.Ahead() || w.writes() > 0 {
				t.Errorf("%+v", g)
			}
			if !still {
				w.leads.also("S0SRE", "U0KATO")
			}
			w.wait(20*time.Hour + 3*time.Second)
			if w.member() != still || (w.wished("1").Outcome == store.Refuse) == still {
				t.Errorf("still %t: member %t, %s", still, w.member(), w.wished("1").Outcome)
			}
		})
	}
}

// TestAnotherDayIsAnotherRequest: what was approved of a request does not count for another time.
func TestAnotherDayIsAnotherRequest(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.Entitlements[0].Steps = twoOf("U0SATO", "U0KATO") })
		w.asks(tomorrow("1"))
		w.press("U0SATO", store.Approve)
		later := tomorrow("2")
		later.From, later.To = later.From.Add(2*time.Hour), later.To.Add(2*time.Hour)
		w.asks(later)
		if one, two := w.wished("1"), w.wished("2"); len(one.Approvals) != 1 || len(two.Approvals) != 0 || !two.From.Equal(later.From) || !two.To.Equal(later.To) {
			t.Errorf("approvals: %d of the first, %d of the second, from %s to %s", len(one.Approvals), len(two.Approvals), two.From, two.To)
		}
	})
}

// TestAMemberBeforeTheStart is a stranger: the grant explains nobody who is there before it begins.
func TestAMemberBeforeTheStart(t *testing.T) {
	inWorld(t, func(w *world) {
		w.approvedAhead("1")
		w.aws.Join(account, "t.yamada", group)
		w.wait(6 * time.Minute)
		if len(w.voice.alerts) != 1 || w.voice.alerts[0].Kind != store.Unknown {
			t.Errorf("alerts %+v", w.voice.alerts)
		}
	})
}
