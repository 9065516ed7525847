package access_test

import (
	"slices"
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// ofLeads lets the chief or one of the leads approve, of whom U0SATO asks, and U0OTHER too after an hour.
func ofLeads(r *access.Rotation) {
	r.Steps = []store.Step{{By: []string{"usergroup:S0LEADS", "U0CHIEF"}, Count: 1}}
	r.Escalation = &policy.Escalation{After: time.Hour, To: []string{"U0OTHER"}}
}

// A rotation that waits is asked about like a request: those who could decide are each written to once, but not who asked,
// and reminded at the same times; nobody hears of it once it is decided.
func TestAWaitingRotationIsRemindedOf(t *testing.T) {
	inRotation(t, ofLeads, func(w *world, old string) {
		w.leads.set(false, "U0SATO", "U0KATO", "U0YAMADA", "U0GUEST")
		id := w.rotate()
		for minute := range 150 {
			want := 0
			for _, m := range []int{15, 30, 60, 120} {
				if minute >= m {
					want++
				}
			}
			w.wait(3 * time.Second)
			if got := w.voice.said(store.Remind); got != want {
				t.Fatalf("%d reminders after %d minutes, want %d", got, minute, want)
			}
			w.wait(57 * time.Second)
		}
		got := w.voice.calls()
		if slices.Sort(got); !slices.Equal(got, []string{"U0CHIEF", "U0KATO", "U0YAMADA"}) || w.voice.called[0].grant.Card != w.task(id).Card {
			t.Errorf("asked %v", got)
		}
		if refusal := w.pressTask(id, "U0KATO", store.Approve); refusal != "" {
			t.Fatal(refusal)
		}
		w.wait(12 * time.Hour)
		if n := w.voice.said(store.Remind); n != 4 {
			t.Errorf("%d reminders", n)
		}
		if task := w.task(id); task.State != store.Proving || task.Untold() {
			t.Errorf("%s, untold %t", task.State, task.Untold())
		}
	})
}

// Of one that was decided at once nobody hears again, and one that lapses is not reminded of any more.
func TestNoReminderOfADecidedRotation(t *testing.T) {
	for verb, by := range map[store.Verb]string{store.Approve: "U0CHIEF", store.Deny: "U0CHIEF", store.Withdraw: "U0SATO", store.Lapse: ""} {
		inRotation(t, func(r *access.Rotation) { ofLeads(r); r.Within = 20 * time.Minute }, func(w *world, old string) {
			id, want := w.rotate(), 0
			if by == "" {
				want = 1
			} else if refusal := w.pressTask(id, by, verb); refusal != "" {
				t.Fatalf("%s: %s", verb, refusal)
			}
			w.wait(3 * time.Hour)
			if got := w.voice.said(store.Remind); got != want || w.voice.said(store.Escalate) > 0 {
				t.Errorf("%s: %d reminders, %d escalations", verb, got, w.voice.said(store.Escalate))
			}
		})
	}
}

// Whoever a rotation is escalated to counts from then on, and not before, nor once the rule does not name them any more.
func TestEscalationOfARotation(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*access.Rotation)
		verb   store.Verb
		want   string
		state  store.State
	}{
		{"approved", nil, store.Approve, "", store.Proving},
		{"denied", nil, store.Deny, "", store.Denied},
		{"no longer named", func(r *access.Rotation) { r.Escalation = nil }, store.Approve, policy.NotApprover, store.Asked},
	} {
		inRotation(t, ofLeads, func(w *world, old string) {
			w.voice.setDown(true)
			id := w.rotate()
			w.voice.setDown(false)
			w.wait(time.Hour - 11*time.Second)
			if refusal := w.pressTask(id, "U0OTHER", c.verb); refusal != policy.NotApprover {
				t.Errorf("%s: before its time: %q", c.name, refusal)
			}
			w.wait(time.Minute)
			if last := w.voice.tasks[len(w.voice.tasks)-1]; w.voice.said(store.Escalate) != 1 || len(last.Escalated()) != 1 {
				t.Errorf("%s: told %d times, the card shows %v", c.name, w.voice.said(store.Escalate), last.Escalated())
			}
			if c.change != nil {
				w.govern(func(p *access.Settings) {
					p.Rotations = slices.Clone(p.Rotations)
					c.change(&p.Rotations[0])
				})
			}
			if refusal := w.pressTask(id, "U0OTHER", c.verb); refusal != c.want {
				t.Errorf("%s: %q, want %q", c.name, refusal, c.want)
			}
			w.wait(10 * time.Second)
			if task := w.task(id); task.State != c.state {
				t.Errorf("%s: %s (%s)", c.name, task.State, task.Note)
			}
		})
	}
}

// Who is asked in vain is no reason not to begin: others may decide later. Without them it is said at once.
func TestARotationThatOnlyTheEscalatedCanApprove(t *testing.T) {
	for name, x := range map[string]*policy.Escalation{"": {After: time.Hour, To: []string{"U0OTHER"}}, policy.NoApprover: nil} {
		inRotation(t, func(r *access.Rotation) {
			r.Steps, r.Escalation = []store.Step{{By: []string{"U0SATO"}, Count: 1}}, x
		}, func(w *world, old string) {
			if _, d, err := w.keeper.Rotate(w.t.Context(), "U0SATO", "batch", "leak suspected"); err != nil || d.Refusal != name {
				t.Errorf("%q, %v, want %q", d.Refusal, err, name)
			}
		})
	}
}

// A crash loses neither letter, reminder nor escalation, and says none of them twice.
func TestAWaitingRotationAfterACrash(t *testing.T) {
	inRotation(t, ofLeads, func(w *world, old string) {
		crash := func() {
			w.stop()
			w.keeper = w.newKeeper()
			w.run()
		}
		w.crowd(9)
		w.govern(func(p *access.Settings) { p.Rotations[0].Rotators = []string{"U0LEAD0"} })
		if _, d, err := w.keeper.Rotate(w.t.Context(), "U0LEAD0", "batch", "leak suspected"); err != nil || d.Refusal != "" {
			t.Fatalf("%q, %v", d.Refusal, err)
		}
		w.wait(7 * time.Second)
		if n := len(w.voice.calls()); n < 5 || n > 7 {
			t.Errorf("%d asked before the crash", n)
		}
		crash()
		w.wait(14 * time.Minute)
		for _, down := range []bool{true, false} {
			w.voice.setDown(down)
			w.wait(time.Minute)
			crash()
		}
		w.wait(time.Hour)
		got := w.voice.calls()
		slices.Sort(got)
		if w.voice.said(store.Remind) != 3 || w.voice.said(store.Escalate) != 1 || len(got) != 8 || len(slices.Compact(slices.Clone(got))) != 8 {
			t.Errorf("%d reminders, %d escalations, asked %v", w.voice.said(store.Remind), w.voice.said(store.Escalate), got)
		}
	})
}
