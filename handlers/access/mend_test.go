package access_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// latest is the newest report, as it was drawn last.
func (w *world) latest() drawnReport {
	w.t.Helper()
	all := w.voice.reported()
	if len(all) == 0 {
		w.t.Fatal("no report")
	}
	w.voice.mu.Lock()
	defer w.voice.mu.Unlock()
	return w.voice.drawn[all[len(all)-1].ID]
}

// row is the first row of a kind on the newest report, as it was drawn last.
func (w *world) row(kind store.FindingKind) store.Alert {
	w.t.Helper()
	for _, a := range w.latest().rows {
		if a.Finding.Kind == kind {
			return a
		}
	}
	w.t.Fatalf("no row of kind %s: %+v", kind, w.latest().rows)
	return store.Alert{}
}

// pressRow presses a button of a row.
func (w *world) pressRow(user string, a store.Alert, verb store.Verb) string {
	w.t.Helper()
	w.n++
	p := store.Press{ID: fmt.Sprint(store.PressPrefix, w.n), By: user, Verb: verb, On: a.ID, Terms: a.Terms()}
	if verb == store.Keep {
		p.Note, p.Until = "It is watched.", time.Now().Add(3*aDay)
	}
	return w.pressed(p)
}

// must presses, which must be allowed, and lets it come to its end.
func (w *world) must(user string, a store.Alert, verb store.Verb) {
	w.t.Helper()
	if refusal := w.pressRow(user, a, verb); refusal != "" {
		w.t.Fatalf("%s %s: %s", verb, a.ID, refusal)
	}
	w.wait(time.Minute)
}

// rowIs checks the state of the first row of a kind, whose chain must hold.
func (w *world) rowIs(kind store.FindingKind, state store.State) store.Alert {
	w.t.Helper()
	a := w.alert(strings.TrimPrefix(w.row(kind).ID, store.AlertPrefix))
	if a.State != state || w.row(kind).State != state {
		w.t.Errorf("%s is %s, drawn as %s, want %s", a.ID, a.State, w.row(kind).State, state)
	}
	return a
}

func (w *world) active(user string) []string {
	var out []string
	for _, k := range w.aws.Keys(account, user) {
		if k.Active {
			out = append(out, k.ID)
		}
	}
	return out
}

// audit has a report made now.
func (w *world) audit() {
	w.t.Helper()
	if err := w.auditor().Report(w.t.Context()); err != nil {
		w.t.Error(err)
	}
	w.wait(10 * time.Second)
}

// stale is a world with a report: t.yamada has a key of their own, and old.timer, whom nobody manages, an idle
// password and an idle key.
func stale(t *testing.T, test func(w *world)) {
	t.Helper()
	inAudit(t, func(w *world) {
		w.aws.AddUser(account, "old.timer", nil)
		w.aws.AddPasswordAt(account, "old.timer", time.Now().Add(-100*aDay))
		w.aws.AddMFA(account, "old.timer")
		w.aws.AddKeyAt(account, "old.timer", time.Now().Add(-50*aDay))
		w.aws.AddKey(account, "t.yamada")
		w.audit()
		test(w)
	})
}

// A key is deactivated, and activated again; the finding then stands again. Of an unmanaged user's key the audit knows no id.
func TestDeactivatedAndUndone(t *testing.T) {
	for kind, user := range map[store.FindingKind]string{store.OwnKey: "t.yamada", store.IdleKey: "old.timer"} {
		stale(t, func(w *world) {
			keys, before := w.active(user), w.writes()
			w.must("U0CHIEF", w.row(kind), store.Remedy)
			a := w.rowIs(kind, store.Acted)
			if len(w.active(user)) > 0 || a.By != "U0CHIEF" || a.Effects[store.FactKeys] != keys[0] || !a.Undoable() {
				t.Errorf("%s: %v active, %+v", kind, w.active(user), a)
			}
			w.must("U0CHIEF", a, store.Restore)
			if a = w.rowIs(kind, store.Raised); !slices.Equal(w.active(user), keys) || a.By != "U0CHIEF" || a.Last != store.Restored {
				t.Errorf("%s: %v active, %+v", kind, w.active(user), a)
			}
			if want := []store.Verb{store.Remedy, store.Plan, store.Done, store.Restore, store.Restored}; !slices.Equal(w.voice.lines, want) {
				t.Errorf("said %v, want %v", w.voice.lines, want)
			}
			if !w.aws.HasPassword(account, "old.timer") || w.writes() != before+2 {
				t.Errorf("%s: %d writes", kind, w.writes()-before)
			}
		})
	}
}

// A password that was deleted is gone: there is nothing to undo.
func TestPasswordDeleted(t *testing.T) {
	stale(t, func(w *world) {
		w.must("U0CHIEF", w.row(store.IdlePassword), store.Remedy)
		a := w.rowIs(store.IdlePassword, store.Acted)
		if w.aws.HasPassword(account, "old.timer") || a.Undoable() || a.Effects[store.FactPassword] == "" {
			t.Errorf("%+v", a)
		}
		if got := w.pressRow("U0CHIEF", a, store.Restore); got != access.Late {
			t.Errorf("undone: %q", got)
		}
		w.wait(aDay)
		if r := w.latest(); r.report.Counts[store.IdlePassword] != 0 || len(r.rows) != 2 {
			t.Errorf("the next report: %+v", r.report)
		}
	})
}

// Who has left is shut out, with all that they have; what is left of the user is nothing to press for.
func TestShutOut(t *testing.T) {
	stale(t, func(w *world) {
		w.aws.AddPassword(account, "t.yamada")
		keys := w.active("t.yamada")
		w.leads.leave("U0YAMADA", "U0YAMADA2")
		w.wait(aDay)
		w.must("U0CHIEF", w.row(store.Left), store.Remedy)
		a := w.rowIs(store.Left, store.Acted)
		if w.aws.HasPassword(account, "t.yamada") || len(w.active("t.yamada")) > 0 || a.Effects[store.FactKeys] != keys[0] {
			t.Errorf("%+v", a)
		}
		w.wait(aDay)
		if a := w.row(store.Left); a.Finding.Cure != store.DeleteUser || a.State != store.Raised {
			t.Errorf("the next report: %s, %+v", a.State, a.Finding)
		}
		if got := w.pressRow("U0CHIEF", w.row(store.Left), store.Remedy); got != handlers.Gone {
			t.Errorf("a remedy for nothing: %q", got)
		}
	})
}

// What is kept is not reported until its time, and then with who had kept it; what is no longer found vanishes.
func TestKeptUntil(t *testing.T) {
	stale(t, func(w *world) {
		w.must("U0CHIEF", w.row(store.OwnKey), store.Keep)
		if a := w.rowIs(store.OwnKey, store.Kept); a.Keeping.By != "U0CHIEF" || a.Keeping.Why == "" {
			t.Errorf("%+v", a)
		}
		w.wait(aDay)
		if r := w.latest().report; r.Counts[store.OwnKey] != 0 || r.Kept != 1 || r.Total() != 2 {
			t.Errorf("the next day: %+v", r)
		}
		w.wait(3 * aDay)
		a := w.rowIs(store.OwnKey, store.Raised)
		if r := w.latest().report; r.Kept != 0 || r.Counts[store.OwnKey] != 1 || a.Keeping.By != "U0CHIEF" || a.Last != store.Lapse {
			t.Errorf("after its time: %+v, %+v", r, a)
		}
		w.must("U0CHIEF", a, store.Keep)
		w.must("U0CHIEF", w.rowIs(store.OwnKey, store.Kept), store.Restore)
		a = w.rowIs(store.OwnKey, store.Raised)
		w.aws.SetKey(account, "t.yamada", a.Finding.Key, false)
		w.wait(aDay)
		if got := w.alert(strings.TrimPrefix(a.ID, store.AlertPrefix)); got.State != store.Gone {
			t.Errorf("deactivated by hand: %s", got.State)
		}
	})
}

// A newer report takes the rows from the older one, which is drawn once more without anything to press.
func TestOneReportStands(t *testing.T) {
	stale(t, func(w *world) {
		old := w.latest()
		w.wait(aDay)
		w.voice.mu.Lock()
		defer w.voice.mu.Unlock()
		again := w.voice.drawn[old.report.ID]
		if again.report.State != store.Passed || len(again.rows) != 3 {
			t.Fatalf("%s, %d rows", again.report.State, len(again.rows))
		}
		for _, a := range again.rows {
			if a.Report == old.report.ID {
				t.Errorf("%s still stands on the older report", a.ID)
			}
		}
		if again.times != 2 {
			t.Errorf("drawn %d times", again.times)
		}
	})
}

// What has changed since the report is asked again before AWS is touched: nothing is done then.
func TestNoLongerSo(t *testing.T) {
	for name, c := range map[string]struct {
		kind   store.FindingKind
		change func(w *world, a store.Alert)
	}{
		"the key was used":        {store.IdleKey, func(w *world, _ store.Alert) { w.aws.UseKey(w.active("old.timer")[0], "s3") }},
		"the key was deactivated": {store.OwnKey, func(w *world, a store.Alert) { w.aws.SetKey(account, "t.yamada", a.Finding.Key, false) }},
		"the key was deleted":     {store.OwnKey, func(w *world, a store.Alert) { w.aws.DeleteKey(account, "t.yamada", a.Finding.Key) }},
		"the password was used":   {store.IdlePassword, func(w *world, _ store.Alert) { w.aws.SignIn(account, "old.timer") }},
		"the user is deleted":     {store.IdlePassword, func(w *world, _ store.Alert) { w.aws.DeleteUser(account, "old.timer") }},
		"the key is a grant's now": {store.OwnKey, func(w *world, a store.Alert) {
			w.given(store.Grant{ID: "request-1", Kind: "access-key", Account: account, Target: "t.yamada", Exclusive: true}, map[string]string{store.FactKey: a.Finding.Key})
		}},
		"the user is made anew": {store.IdlePassword, func(w *world, _ store.Alert) {
			w.aws.DeleteUser(account, "old.timer")
			w.aws.AddUser(account, "old.timer", nil)
			w.aws.AddPasswordAt(account, "old.timer", time.Now().Add(-100*aDay))
		}},
	} {
		stale(t, func(w *world) {
			a := w.row(c.kind)
			c.change(w, a)
			before := w.writes()
			w.must("U0CHIEF", a, store.Remedy)
			if a := w.rowIs(c.kind, store.Gone); w.writes() != before || a.Undoable() {
				t.Errorf("%s: %d writes to AWS", name, w.writes()-before)
			}
		})
	}
}

// A key that was deleted by hand cannot be activated again: nothing is left to be found.
func TestUndoneTooLate(t *testing.T) {
	stale(t, func(w *world) {
		w.must("U0CHIEF", w.row(store.OwnKey), store.Remedy)
		a := w.rowIs(store.OwnKey, store.Acted)
		w.aws.DeleteKey(account, "t.yamada", a.Finding.Key)
		w.must("U0CHIEF", a, store.Restore)
		w.rowIs(store.OwnKey, store.Gone)
	})
}

// Only what the remedy has deactivated is activated again.
func TestUndoLeavesOthersAlone(t *testing.T) {
	stale(t, func(w *world) {
		off := w.aws.AddKey(account, "t.yamada")
		w.aws.SetKey(account, "t.yamada", off, false)
		w.leads.leave("U0YAMADA", "U0YAMADA2")
		w.wait(aDay)
		own := w.active("t.yamada")
		w.must("U0CHIEF", w.row(store.Left), store.Remedy)
		w.must("U0CHIEF", w.rowIs(store.Left, store.Acted), store.Restore)
		if got := w.active("t.yamada"); !slices.Equal(got, own) {
			t.Errorf("active are %v, want %v", got, own)
		}
	})
}

// A rotation is begun in the name of who pressed, by its own rule; what that refuses leaves the row as it was, and says why.
func TestRotatedFromTheReport(t *testing.T) {
	for _, refused := range []bool{false, true} {
		inAudit(t, func(w *world) {
			w.aws.AddUser(account, batch, nil)
			w.keep(w.aws.AddKeyAt(account, batch, time.Now().Add(-100*aDay)))
			w.aws.UseKey(w.active(batch)[0], "s3")
			w.wait(aDay + soon)
			if refused {
				w.aws.AddKey(account, batch)
			}
			w.must("U0CHIEF", w.row(store.OldKey), store.Remedy)
			if refused {
				if a := w.rowIs(store.OldKey, store.Raised); a.Note != policy.Impossible || a.Effects["code"] == "" {
					t.Errorf("%+v", a)
				}
				return
			}
			a := w.rowIs(store.OldKey, store.Acted)
			task, err := store.LoadTask(t.Context(), w.db, a.Effects[store.FactTask])
			if err != nil || task.By != "U0CHIEF" || task.Rule != "batch" {
				t.Errorf("%v, %+v", err, task)
			}
		})
	}
}

// Two who press at once do it once, and the other reads who was faster.
func TestTwoPressOnARow(t *testing.T) {
	stale(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.Security = append(p.Security, "U0KATO") })
		a := w.row(store.OwnKey)
		for i := range 20 {
			p := store.Press{ID: fmt.Sprint("press-row-", i%2), By: []string{"U0CHIEF", "U0KATO"}[i%2], Verb: store.Remedy, On: a.ID, Terms: a.Terms()}
			go func() {
				if err := w.keeper.Press(w.t.Context(), p); err != nil {
					t.Error(err)
				}
			}()
		}
		w.wait(time.Minute)
		a = w.rowIs(store.OwnKey, store.Acted)
		if len(w.voice.answers) != 1 || w.voice.answers[0].Refusal != access.Late || w.voice.answers[0].Facts["by"] != a.By {
			t.Errorf("%+v", w.voice.answers)
		}
	})
}

// AWS fails in every way at every call; when it answers again everything is as it should be.
func TestAWSFailsInARemedy(t *testing.T) {
	for name, f := range map[string]fakeaws.Failure{
		"throttled": {Code: "Throttling"}, "broken after": {Code: "ServiceFailure", Status: 500, Done: true}, "silent after": {Hang: true, Done: true},
	} {
		for _, action := range []string{"GetUser", "GetLoginProfile", "ListMFADevices", "ListAccessKeys", "GetAccessKeyLastUsed", "UpdateAccessKey", "DeleteLoginProfile"} {
			stale(t, func(w *world) {
				w.aws.AddPassword(account, "t.yamada")
				w.leads.leave("U0YAMADA", "U0YAMADA2")
				w.wait(aDay)
				keys := w.active("t.yamada")
				w.aws.Fault(failing(action, f))
				w.must("U0CHIEF", w.row(store.Left), store.Remedy)
				w.wait(2 * time.Minute)
				if had := f.Done && action == "UpdateAccessKey"; !had { // which is seen at the next try
					if a := w.rowIs(store.Left, store.Acting); a.Trouble == "" {
						t.Errorf("%s, %s: nobody is told", action, name)
					}
				}
				w.aws.Fault(nil)
				w.wait(time.Minute)
				a := w.rowIs(store.Left, store.Acted)
				if w.aws.HasPassword(account, "t.yamada") || len(w.active("t.yamada")) > 0 || a.Effects[store.FactKeys] != keys[0] {
					t.Errorf("%s, %s: %+v", action, name, a)
				}
				w.aws.Fault(failing(action, f))
				w.n++
				p := store.Press{ID: fmt.Sprint(store.PressPrefix, w.n), By: "U0CHIEF", Verb: store.Restore, On: a.ID, Terms: a.Terms()}
				if err := w.keeper.Press(t.Context(), p); err != nil { // it is judged once AWS says whose user it is
					t.Fatal(err)
				}
				w.wait(2 * time.Minute)
				w.aws.Fault(nil)
				w.wait(time.Minute)
				if w.rowIs(store.Left, store.Raised); !slices.Equal(w.active("t.yamada"), keys) {
					t.Errorf("%s, %s: active are %v after the undo", action, name, w.active("t.yamada"))
				}
			})
		}
	}
}

// TestNothingIsGivenBackToALeaver, also where the press came before the offboarding and AWS answers after it; and whoever is
// being offboarded gives nothing back.
func TestNothingIsGivenBackToALeaver(t *testing.T) {
	for _, leaves := range []bool{false, true} {
		stale(t, func(w *world) {
			w.must("U0CHIEF", w.row(store.OwnKey), store.Remedy)
			a := w.rowIs(store.OwnKey, store.Acted)
			w.aws.Fault(failing("UpdateAccessKey", fakeaws.Failure{Code: "Throttling"}))
			w.must("U0CHIEF", a, store.Restore)
			w.wait(30 * time.Second)
			if leaves {
				w.departed("U0YAMADA", "U0YAMADA2")
			}
			w.aws.Fault(nil)
			if w.wait(2 * time.Minute); (len(w.active("t.yamada")) == 0) != leaves {
				t.Errorf("leaves %t: active are %v", leaves, w.active("t.yamada"))
			}
		})
	}
	stale(t, func(w *world) {
		w.must("U0CHIEF", w.row(store.OwnKey), store.Remedy)
		a := w.rowIs(store.OwnKey, store.Acted)
		w.departed("U0CHIEF")
		p := store.Press{ID: store.PressPrefix + "back", By: "U0CHIEF", Verb: store.Restore, On: a.ID, Terms: a.Terms(), Card: a.Card}
		if got := w.pressed(p); got != people.Leaves || len(w.active("t.yamada")) > 0 {
			t.Errorf("%q, active are %v", got, w.active("t.yamada"))
		}
	})
}

// While Slack is down remedies go on; the report is drawn once it is back.
func TestReportIsRedrawnUntilItIsHeard(t *testing.T) {
	stale(t, func(w *world) {
		a := w.row(store.OwnKey)
		w.voice.setDown(true)
		w.must("U0CHIEF", a, store.Remedy)
		if len(w.active("t.yamada")) > 0 {
			t.Error("it waited for Slack")
		}
		w.voice.setDown(false)
		w.wait(time.Minute)
		w.rowIs(store.OwnKey, store.Acted)
	})
}

// cutDB takes so many writes and then no more, as if the program had died.
type cutDB struct {
	store.DB
	mu   sync.Mutex
	left int
}

func (d *cutDB) Put(ctx context.Context, docs ...store.Doc) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.left == 0 {
		return errFull
	}
	d.left--
	return d.DB.Put(ctx, docs...)
}

// dies does something in a program that takes so many writes, and lets another one come after it.
func (w *world) dies(writes int, do func()) {
	w.stop()
	w.keeper = w.newKeeper()
	w.keeper.DB = &cutDB{DB: w.db, left: writes}
	w.run()
	do()
	w.wait(10 * time.Second)
	w.stop()
	w.keeper = w.newKeeper()
	w.run()
	w.wait(5 * time.Minute) // claims of the dead run out
}

// A crash between any two writes of a remedy, of its undoing, or of a report is mended by who comes after: what was there
// before is known, and only that comes back.
func TestCrashInARemedy(t *testing.T) {
	for n := range 9 {
		for _, verb := range []store.Verb{store.Remedy, store.Restore, store.Raise} {
			stale(t, func(w *world) {
				keys := w.active("t.yamada")
				if verb == store.Restore {
					w.must("U0CHIEF", w.row(store.OwnKey), store.Remedy)
				}
				a := w.row(store.OwnKey)
				p := store.Press{ID: "press-crash", By: "U0CHIEF", Verb: verb, On: a.ID, Terms: a.Terms()}
				if verb == store.Raise {
					w.dies(n, func() { _ = w.auditor().Report(w.t.Context()) })
					w.audit()
					if a := w.rowIs(store.OwnKey, store.Raised); a.Report != w.latest().report.ID || w.latest().report.State != store.Current {
						t.Errorf("cut at %d: the row stands on %s", n, a.Report)
					}
					return
				}
				var taken error
				w.dies(n, func() { taken = w.keeper.Press(w.t.Context(), p) })
				if taken != nil { // Slack was told so, and brings it again
					if refusal := w.pressed(p); refusal != "" {
						t.Error(refusal)
					}
					w.wait(time.Minute)
				}
				want, still := store.Acted, []string(nil)
				if verb == store.Restore {
					want, still = store.Raised, keys
				}
				if a := w.rowIs(store.OwnKey, want); !slices.Equal(w.active("t.yamada"), still) || verb == store.Remedy && a.Effects[store.FactKeys] != keys[0] {
					t.Errorf("cut at %d of %s: %v active, %+v", n, verb, w.active("t.yamada"), a)
				}
			})
		}
	}
}

// A key that is missed the day after is activated again on the report of the day before; the next audit finds it again.
func TestUndoneOnAnOlderReport(t *testing.T) {
	stale(t, func(w *world) {
		id := w.row(store.OwnKey).ID
		w.must("U0CHIEF", w.row(store.OwnKey), store.Remedy)
		w.wait(aDay)
		if w.latest().report.Counts[store.OwnKey] != 0 {
			t.Fatal("an inactive key is found")
		}
		a := w.alert(strings.TrimPrefix(id, store.AlertPrefix))
		w.must("U0CHIEF", a, store.Restore)
		if len(w.active("t.yamada")) != 1 {
			t.Error("the key is not active")
		}
		w.wait(aDay)
		w.must("U0CHIEF", w.rowIs(store.OwnKey, store.Raised), store.Keep)
		w.wait(aDay)
		if r := w.latest().report; r.Counts[store.OwnKey] != 0 || r.Kept != 1 {
			t.Errorf("kept, and reported: %+v", r)
		}
		w.must("U0CHIEF", w.alert(strings.TrimPrefix(id, store.AlertPrefix)), store.Restore)
		w.wait(aDay)
		if r := w.latest().report; r.Counts[store.OwnKey] != 1 || r.Kept != 0 {
			t.Errorf("no longer kept: %+v", r)
		}
	})
}

// A key that comes under a grant while AWS does not answer is let be, though the plan had it.
func TestHeldSinceThePlan(t *testing.T) {
	stale(t, func(w *world) {
		a := w.row(store.OwnKey)
		w.aws.Fault(failing("UpdateAccessKey", fakeaws.Failure{Code: "Throttling"}))
		w.must("U0CHIEF", a, store.Remedy)
		if !w.rowIs(store.OwnKey, store.Acting).Planned {
			t.Fatal("nothing is planned")
		}
		w.given(store.Grant{ID: "request-1", Kind: "access-key", Account: account, Target: "t.yamada", Exclusive: true}, map[string]string{store.FactKey: a.Finding.Key})
		w.wait(time.Minute) // a try that looked before is over
		w.aws.Fault(nil)
		w.wait(time.Minute)
		if a := w.rowIs(store.OwnKey, store.Acted); len(w.active("t.yamada")) != 1 || a.Undoable() {
			t.Errorf("%v active, %+v", w.active("t.yamada"), a)
		}
	})
}

// A key that has come under a rotation or a grant since it was deactivated is left to that: nothing is undone.
func TestUndoLeavesAHeldKeyAlone(t *testing.T) {
	stale(t, func(w *world) {
		w.must("U0CHIEF", w.row(store.OwnKey), store.Remedy)
		a := w.rowIs(store.OwnKey, store.Acted)
		w.given(store.Grant{ID: "request-1", Kind: "access-key", Account: account, Target: "t.yamada", Exclusive: true}, map[string]string{store.FactKey: a.Finding.Key})
		w.must("U0CHIEF", a, store.Restore)
		if w.rowIs(store.OwnKey, store.Gone); len(w.active("t.yamada")) > 0 {
			t.Errorf("%v active", w.active("t.yamada"))
		}
	})
}

// What somebody has said of one user is not said of another who is called so later.
func TestAnotherUserIsNotKept(t *testing.T) {
	stale(t, func(w *world) {
		w.must("U0CHIEF", w.row(store.IdlePassword), store.Keep)
		w.aws.DeleteUser(account, "old.timer")
		w.aws.AddUser(account, "old.timer", nil)
		w.aws.AddPasswordAt(account, "old.timer", time.Now().Add(-100*aDay))
		w.aws.AddMFA(account, "old.timer")
		w.wait(aDay)
		if r := w.latest().report; r.Kept != 0 || r.Counts[store.IdlePassword] != 1 {
			t.Errorf("%d kept, %v", r.Kept, r.Counts)
		}
		if a := w.rowIs(store.IdlePassword, store.Raised); a.Keeping != nil {
			t.Errorf("%+v", a.Keeping)
		}
	})
}

// Nothing is given back to who is being offboarded.
func TestUndoneForWhoLeaves(t *testing.T) {
	stale(t, func(w *world) {
		w.must("U0CHIEF", w.row(store.OwnKey), store.Remedy)
		w.leaver()
		w.offboard()
		if got := w.pressRow("U0CHIEF", w.row(store.OwnKey), store.Restore); got != people.BeingOffboarded {
			t.Errorf("activated again: %q", got)
		}
	})
}
