package access_test

import (
	"slices"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers/access"
	"sekisho/store"
)

// permanent is a world in which somebody has made t.yamada a member for good, a minute before a request is approved.
func permanent(t *testing.T, test func(w *world)) {
	t.Helper()
	inWorld(t, func(w *world) {
		w.wait(time.Minute) // the first look is over
		w.aws.Join(account, "t.yamada", group)
		w.signIn("1")
		if refusal := w.press("U0SATO", store.Approve); refusal != "" {
			t.Fatal(refusal)
		}
		w.is("1", store.Active, true)
		test(w)
	})
}

func (w *world) memberAlert() store.Alert {
	w.t.Helper()
	return w.alert("member-" + store.MemberKey(account, group, w.userID))
}

// A membership from before is no access that was given: the entries say so, nothing ends soon, and nothing can be extended.
func TestAMembershipFromBefore(t *testing.T) {
	permanent(t, func(w *world) {
		if g := w.grant("1"); !g.AlreadyHeld() {
			t.Fatalf("facts %v", g.Effects)
		}
		if got := w.onExtension("U0YAMADA", store.AskMore); got != access.HeldBefore {
			t.Errorf("extended: %q", got)
		}
		w.wait(5 * time.Hour)
		w.is("1", store.Ended, true)
		want := []store.Verb{store.Receive, store.Ask, store.Approve, store.Plan, store.Apply, store.Expire, store.Undo, store.Recheck, store.Recheck}
		if got := w.entries("1"); !slices.Equal(got, want) || w.voice.reminders != 0 {
			t.Errorf("entries %v, want %v; %d reminders", got, want, w.voice.reminders)
		}
		entries, err := w.db.Entries(t.Context(), "login-1", 0)
		for _, e := range entries {
			if (e.Verb == store.Apply || e.Verb == store.Undo) && e.Facts[store.FactHeld] != "true" {
				t.Errorf("%s says %v, %v", e.Verb, e.Facts, err)
			}
		}
		if w.writes() != 0 {
			t.Errorf("%d writes to AWS", w.writes())
		}
	})
}

// Security hears of a permanent member in the write that finds one, and goes on hearing of it after the request.
func TestAMembershipFromBeforeIsAnAlert(t *testing.T) {
	permanent(t, func(w *world) {
		a := w.memberAlert()
		if a.State != store.Raised || a.Grant != "login-1" || len(w.voice.alerts) != 1 || a.Subject.Person != "U0YAMADA" {
			t.Fatalf("alert %+v, told %d times", a, len(w.voice.alerts))
		}
		w.wait(5 * time.Hour)
		if a = w.memberAlert(); a.State != store.Raised || len(w.voice.alerts) != 1 {
			t.Errorf("after the request: %s, told %d times", a.State, len(w.voice.alerts))
		}
		if refusal := w.pressAlert("U0CHIEF", store.Remedy); refusal != "" || w.member() {
			t.Errorf("removed: %q, member %t", refusal, w.member())
		}
	})
}

// Its holder and who approved it hear in a new message that nothing was given: a redrawn one rings no bell.
func TestAMembershipFromBeforeIsNews(t *testing.T) {
	inWorld(t, func(w *world) {
		w.wait(time.Minute)
		w.aws.Join(account, "t.yamada", group)
		w.signIn("1")
		w.aws.Fault(func(fakeaws.Call) *fakeaws.Failure { return &fakeaws.Failure{Code: "Throttling"} })
		w.press("U0SATO", store.Approve)
		w.wait(2 * time.Second)
		w.aws.Fault(nil)
		w.wait(time.Minute)
		if w.voice.newDMs != 2 || w.voice.newLetter["U0SATO"] != 2 || len(w.voice.continued) != 2 {
			t.Errorf("new messages: holder %d, approver %d; %d went on", w.voice.newDMs, w.voice.newLetter["U0SATO"], len(w.voice.continued))
		}
		if g := w.voice.approvers["U0SATO"][len(w.voice.approvers["U0SATO"])-1]; g.State != store.Active || !g.AlreadyHeld() {
			t.Errorf("the approver reads of %s, held %t", g.State, g.AlreadyHeld())
		}
	})
}

// Security may remove a permanent member while the request runs. Their next request gives what then ends.
func TestAMembershipFromBeforeIsRemovedWhileTheRequestRuns(t *testing.T) {
	permanent(t, func(w *world) {
		if refusal := w.pressAlert("U0CHIEF", store.Remedy); refusal != "" || w.member() {
			t.Fatalf("removed: %q, member %t", refusal, w.member())
		}
		if a := w.memberAlert(); a.State != store.Acted || a.Effects["explained"] != "" {
			t.Errorf("alert %s %v", a.State, a.Effects)
		}
		w.press("U0YAMADA", store.Finish)
		w.wait(11 * time.Minute)
		w.signIn("2")
		w.press("U0SATO", store.Approve)
		w.is("2", store.Active, true)
		w.wait(5 * time.Hour)
		w.is("2", store.Ended, false)
	})
}

// What security keeps is not reported again by a request.
func TestAKeptMemberIsNoNews(t *testing.T) {
	inWorld(t, func(w *world) {
		w.aws.Join(account, "t.yamada", group)
		w.wait(5*time.Minute + 15*time.Second)
		w.pressAlert("U0CHIEF", store.Keep)
		told := len(w.voice.alerts)
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.wait(6 * time.Minute)
		if a := w.memberAlert(); a.State != store.Kept || len(w.voice.alerts) != told {
			t.Errorf("%s, told %d times more", a.State, len(w.voice.alerts)-told)
		}
	})
}

// enforce takes a permanent member out once the request is over, and not in the middle of what was approved.
func TestEnforceWaitsForTheRequest(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.Enforce, p.Removals = true, 9 })
		w.wait(time.Minute)
		w.aws.Join(account, "t.yamada", group)
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.wait(4*time.Hour - time.Minute)
		w.is("1", store.Active, true)
		w.wait(10 * time.Minute)
		w.is("1", store.Ended, false)
	})
}
