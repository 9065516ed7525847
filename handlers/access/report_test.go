package access_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/audit"
	"sekisho/store"
)

// inAudit runs a test with a daily audit at nine in the morning in Tokyo, which is midnight by UTC, as the bubble's clock
// is at its start: the first is due a day later.
func inAudit(t *testing.T, test func(w *world)) {
	t.Helper()
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	inWorld(t, func(w *world) {
		w.audits = &audit.Settings{Password: 90 * aDay, KeyAge: 90 * aDay, KeyUnused: 45 * aDay, Report: &handlers.Daily{At: 9 * 60, Zone: tokyo}}
		w.govern(func(p *access.Settings) {
			p.Head = w.audits.Report
			p.Rotations = []access.Rotation{{ID: "batch", Account: account, User: batch, Secret: keySecret, Within: time.Hour, Proof: proof, Grace: grace}}
		})
		w.wait(time.Minute)
		test(w)
	})
}

func (v *voice) reported() []store.Report {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.reports)
}

// soon is as long as it takes a due report to be told.
const soon = 5 * time.Minute

func TestReportOfADay(t *testing.T) {
	inAudit(t, func(w *world) {
		w.aws.AddPasswordAt(account, "t.yamada", time.Now().Add(-100*aDay))
		key := w.aws.AddKey(account, "t.yamada")
		w.aws.AddUserPolicy(account, "t.yamada", "by-hand")
		w.leads.leave("U0YAMADA", "U0YAMADA2")
		if w.wait(aDay - soon); len(w.voice.reported()) != 0 {
			t.Fatal("reported before its time")
		}
		w.wait(2 * soon)
		got := w.voice.reported()
		if len(got) != 1 {
			t.Fatalf("%d reports", len(got))
		}
		r := got[0]
		for _, kind := range []store.FindingKind{store.Left, store.OwnKey, store.OwnPolicy, store.NoMFA, store.IdlePassword} {
			if r.Counts[kind] != 1 {
				t.Errorf("%s: %d, want 1", kind, r.Counts[kind])
			}
		}
		if r.Total() != 5 || r.Findings[1].Key != key || r.Unjudged || r.Accounts[0].Trouble != "" || r.At.Sub(r.Accounts[0].Made) > time.Minute {
			t.Errorf("%+v", r)
		}
		if w.wait(aDay); len(w.voice.reported()) != 2 {
			t.Errorf("%d reports after another day", len(w.voice.reported()))
		}
	})
}

// A restart repeats nothing, and days on which no bot ran are made up for by one report.
func TestMissedReport(t *testing.T) {
	inAudit(t, func(w *world) {
		w.wait(aDay + soon)
		w.govern(func(*access.Settings) {})
		if w.wait(soon); len(w.voice.reported()) != 1 {
			t.Fatalf("%d reports after a restart, want 1", len(w.voice.reported()))
		}
		w.stop()
		time.Sleep(3*aDay + 7*time.Hour)
		w.keeper = w.newKeeper()
		w.run()
		if w.wait(soon); len(w.voice.reported()) != 2 {
			t.Fatalf("%d reports after three days without a bot, want one more", len(w.voice.reported()))
		}
		if w.wait(aDay - 8*time.Hour); len(w.voice.reported()) != 2 {
			t.Error("the one that was made up for came again")
		}
		if w.wait(soon + 2*time.Hour); len(w.voice.reported()) != 3 {
			t.Error("the next day's did not come at its time")
		}
	})
}

// What Slack does not take is said again, the same report, and its entry stands in the ledger.
func TestReportIsToldUntilItIsHeard(t *testing.T) {
	inAudit(t, func(w *world) {
		w.voice.mu.Lock()
		w.voice.down = true
		w.voice.mu.Unlock()
		w.wait(aDay + time.Hour)
		w.voice.mu.Lock()
		w.voice.down = false
		w.voice.mu.Unlock()
		w.wait(2 * time.Hour)
		got := w.voice.reported()
		if len(got) != 1 || time.Since(got[0].At) < 3*time.Hour-soon {
			t.Fatalf("%d reports", len(got))
		}
		r, err := store.LoadReport(w.t.Context(), w.db, got[0].ID)
		entries, err2 := w.db.Entries(w.t.Context(), r.ID, 0)
		if err := errors.Join(err, err2, r.Chain.Verify(entries)); err != nil || len(entries) != 1 || r.Card.TS != r.ID {
			t.Errorf("%v: %+v", err, r)
		}
	})
}

// An account that does not answer is waited for, at most an hour; then the report says so.
func TestReportOfAnAccountThatDoesNotAnswer(t *testing.T) {
	inAudit(t, func(w *world) {
		w.aws.Fault(func(c fakeaws.Call) *fakeaws.Failure {
			if c.Action == "GenerateCredentialReport" {
				return &fakeaws.Failure{Code: "ServiceFailure"}
			}
			return nil
		})
		if w.wait(aDay + 50*time.Minute); len(w.voice.reported()) != 0 {
			t.Error("it did not wait")
		}
		w.wait(30 * time.Minute)
		if got := w.voice.reported(); len(got) != 1 || got[0].Accounts[0].Trouble == "" {
			t.Errorf("%+v", got)
		}
	})
}

// A key that a rotation is at work on is none of the audit's, and neither is the one that it replaces.
func TestKeysUnderARotation(t *testing.T) {
	inAudit(t, func(w *world) {
		w.aws.AddUser(account, batch, nil)
		w.keep(w.aws.AddKeyAt(account, batch, time.Now().Add(-100*aDay)))
		w.wait(aDay + soon)
		if got := w.voice.reported()[0]; got.Counts[store.OldKey] != 1 || got.Findings[len(got.Findings)-1].Rotation != "batch" {
			t.Fatalf("%+v", got)
		}
		w.govern(func(p *access.Settings) { p.Rotations[0].OlderThan = 90 * aDay })
		w.wait(aDay)
		if got := w.voice.reported()[1]; got.Total() != 0 {
			t.Errorf("%+v", got)
		}
	})
}

// A report that is asked for by hand comes beside the daily one, also at the same moment, and one of them stands.
func TestReportByHand(t *testing.T) {
	inAudit(t, func(w *world) {
		w.aws.AddKey(account, "t.yamada")
		w.wait(aDay - 90*time.Second)
		for range 2 {
			go func() {
				if err := w.auditor().Report(w.t.Context()); err != nil {
					t.Error(err)
				}
			}()
			time.Sleep(time.Second)
		}
		w.wait(soon)
		got := w.voice.reported()
		if len(got) != 3 {
			t.Fatalf("%d reports, want two and the daily one", len(got))
		}
		current := 0
		for _, r := range got {
			if r, err := store.LoadReport(w.t.Context(), w.db, r.ID); err != nil || r.State == store.Current {
				current++
			}
		}
		if current != 1 {
			t.Errorf("%d reports stand", current)
		}
	})
}
