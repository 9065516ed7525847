package access_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sekisho/aws/identity"
	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// TestRotatable: each sees what they may begin, and what is under way; others read why they see nothing.
func TestRotatable(t *testing.T) {
	inRotation(t, nil, func(w *world, _ string) {
		shows := func(by string, busy ...bool) {
			t.Helper()
			all, refusal, err := w.keeper.Rotatable(t.Context(), by)
			var got []bool
			for _, r := range all {
				got = append(got, r.Busy)
			}
			if err != nil || refusal != "" || !slices.Equal(got, busy) {
				t.Errorf("%s may rotate %+v, want %v: %q, %v", by, all, busy, refusal, err)
			}
		}
		shows("U0SATO", false)
		shows("U0CHIEF", false) // security
		for by, want := range map[string]string{"U0KATO": policy.NotAsker, "U0GUEST": people.Guest, "U0STRANGER": people.Stranger, "U0NOBODY": policy.NoPerson} {
			if all, refusal, err := w.keeper.Rotatable(t.Context(), by); len(all) > 0 || refusal != want || err != nil {
				t.Errorf("%s: %+v, %q, want %q: %v", by, all, refusal, want, err)
			}
		}
		id := w.rotate()
		shows("U0SATO", true)
		w.wait(proof + grace + 2*time.Hour)
		if state := w.task(id).State; state != store.Rotated {
			t.Fatalf("it is %s", state)
		}
		shows("U0SATO", false)
		w.govern(func(p *access.Settings) { p.Rotations[0].Rotators = []string{"usergroup:S0LEADS"} })
		w.leads.set(true)
		w.wait(time.Minute)
		if _, _, err := w.keeper.Rotatable(t.Context(), "U0SATO"); err == nil {
			t.Error("no error, though Slack does not answer")
		}
	})
}

// TestWhatHindersARotation is said before anybody writes a reason: which key it is about, and since or until when. Nothing is written.
func TestWhatHindersARotation(t *testing.T) {
	inRotation(t, func(r *access.Rotation) { r.Steps = []store.Step{{By: []string{"U0KATO"}, Count: 1}} }, func(w *world, old string) {
		hinders := func(want string, facts map[string]string) {
			t.Helper()
			before := w.writes()
			d, err := w.keeper.Hindered(w.t.Context(), "U0SATO", "batch")
			if err != nil || d.Refusal != want || w.writes() != before {
				t.Errorf("hindered by %q, %v, want %q", d.Refusal, err, want)
			}
			if want != "" && !cmp.Equal(d.Refusals()[0].Facts, facts) {
				t.Errorf("facts %v, want %v", d.Refusals()[0].Facts, facts)
			}
		}
		hinders("", nil)
		if d, err := w.keeper.Hindered(w.t.Context(), "U0YAMADA", "batch"); err != nil || d.Refusal != policy.NotAsker {
			t.Errorf("who may not: %+v, %v", d, err)
		}
		now := time.Now()
		second := w.aws.AddKeyAt(account, batch, now)
		keys := []string{old + "=" + fmt.Sprint(now.Unix()), second + "=" + fmt.Sprint(now.Unix())}
		slices.Sort(keys)
		hinders(policy.Impossible, map[string]string{"code": identity.TwoKeys, "keys": strings.Join(keys, " ")})
		w.aws.DeleteKey(account, batch, second)
		if _, d, err := w.keeper.Rotate(w.t.Context(), "U0SATO", "batch", " …"); err != nil || d.Refusal != policy.NoReason {
			t.Errorf("for no reason: %+v, %v", d, err)
		}
		id := w.rotate()
		asked := w.task(id).Asked
		hinders(access.InUse, map[string]string{"state": string(store.Asked), "key": "", "since": fmt.Sprint(asked.Unix())})
		if refusal := w.pressTask(id, "U0KATO", store.Approve); refusal != "" {
			t.Fatal(refusal)
		}
		w.wait(time.Minute)
		hinders(access.InUse, map[string]string{"state": string(w.task(id).State), "key": old, "since": fmt.Sprint(asked.Unix())})
	})
}

// TestForgedPressesOnARotation: whoever presses, in whatever state, with whatever verb, only what its table and its rule
// allow does anything, and only as it was shown.
func TestForgedPressesOnARotation(t *testing.T) {
	inRotation(t, func(r *access.Rotation) { r.Steps = []store.Step{{By: []string{"U0KATO"}, Count: 1}} }, func(w *world, old string) {
		id := w.rotate()
		refused := func(user string, verb store.Verb, want string) {
			t.Helper()
			before := w.task(id)
			if got := w.pressTask(id, user, verb); got != want {
				t.Errorf("%s of %s while %s: %q, want %q", verb, user, before.State, got, want)
			}
			if after := w.task(id); after.State != before.State || after.Back != before.Back || len(after.Approvals) != len(before.Approvals) {
				t.Errorf("%s of %s: it was %s and is %s", verb, user, before.State, after.State)
			}
		}
		strange := map[string]string{"U0GUEST": people.Guest, "U0STRANGER": people.Stranger, "U0NOBODY": policy.NoPerson}
		for user, want := range strange {
			refused(user, store.Approve, want)
			refused(user, store.Withdraw, want)
		}
		refused("U0YAMADA", store.Approve, policy.NotApprover)
		refused("U0YAMADA", store.Deny, policy.NotApprover)
		refused("U0KATO", store.Withdraw, access.NotYours)
		for _, verb := range []store.Verb{store.Revoke, store.Finish, store.Remedy, store.PutBack, store.Delete, store.Again, "nonsense", store.Begin, store.Made} {
			refused("U0SATO", verb, access.Late)
		}
		if refusal := w.pressTask(id, "U0KATO", store.Approve); refusal != "" {
			t.Fatal(refusal)
		}
		w.wait(time.Minute)
		refused("U0KATO", store.Approve, access.Late)
		refused("U0KATO", store.PutBack, access.NotRotator)
		for user, want := range strange {
			refused(user, store.PutBack, want)
		}
		for _, verb := range []store.Verb{store.Used, store.Unused, store.Fail, store.Refuse} { // of the table, and nobody's to press
			refused("U0SATO", verb, handlers.Gone)
		}
		shown := w.task(id)
		if refusal := w.pressTask(id, "U0SATO", store.PutBack); refusal != "" {
			t.Fatal(refusal)
		}
		entries, err := w.db.Entries(t.Context(), id, 0)
		if i := slices.IndexFunc(entries, func(e store.Entry) bool { return e.Verb == store.PutBack }); err != nil || i < 0 || entries[i].Facts[store.FactNew] != old {
			t.Errorf("the ledger does not say which key is put back: %+v, %v", entries, err)
		}
		w.wait(time.Minute)
		stale := store.Press{ID: store.PressPrefix + "stale", By: "U0SATO", Verb: store.PutBack, On: id, Terms: shown.Terms(), Card: shown.Card}
		if refusal := w.pressed(stale); refusal != access.Changed {
			t.Errorf("a press on what was shown before: %q", refusal)
		}
		w.stands(id, store.Proving, "+"+old, "+"+shown.New)
		gone := stale
		gone.ID, gone.On = store.PressPrefix+"gone", store.TaskPrefix+"of-nothing"
		if refusal := w.pressed(gone); refusal != handlers.Gone {
			t.Errorf("a press on nothing: %q", refusal)
		}
	})
}
