package identity_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// A change that readers cannot see yet is never called done: "taken back" is said to people, who rely on it.
func TestDoneIsWhatCanBeRead(t *testing.T) {
	const lag = 5 * time.Second
	bubble(t, fakeaws.Options{Lag: lag}, func(t *testing.T, w world, _ *fakeaws.AWS) {
		g := w.planned(w.alice())
		for _, turn := range []struct {
			state, then store.State
		}{
			{store.Approved, store.Active},
			{store.Ending, store.Ended},
		} {
			if took := w.stepUntilDone(in(turn.state, g)); took < lag || took > lag+time.Second {
				t.Errorf("%s: done after %s, but readers see it after %s", turn.state, took, lag)
			}
			w.wantCheck(in(turn.then, g), true)
		}
		w.wantMembers(prod)
	})
}

// stepUntilDone steps as the keeper does, and returns how long it took.
func (w world) stepUntilDone(g store.Grant) time.Duration {
	w.t.Helper()
	start := time.Now()
	for time.Since(start) < time.Minute {
		result, err := w.kind().Step(w.t.Context(), g)
		if err != nil {
			w.t.Fatalf("step while %s: %v", g.State, err)
		}
		if result.Again == 0 {
			return time.Since(start)
		}
		time.Sleep(result.Again)
	}
	w.t.Fatalf("%s is never done", g.State)
	return 0
}

// Revoked before the giving could be read: the removal does not wait for it, and holds.
func TestTakenBeforeItCouldBeRead(t *testing.T) {
	bubble(t, fakeaws.Options{Lag: 5 * time.Second}, func(t *testing.T, w world, _ *fakeaws.AWS) {
		g := w.planned(w.alice())
		if result, err := w.kind().Step(t.Context(), g); err != nil || result.Again == 0 {
			t.Fatalf("%+v, %v; want another look", result, err)
		}
		w.stepUntilDone(in(store.Ending, g))
		w.wantMembers(prod)
		time.Sleep(time.Minute)
		w.wantMembers(prod)
		w.wantCheck(in(store.Ended, g), true)
	})
}

// An addition that was given up for lost lands after its own undoing. Check finds it, and another undoing ends it.
func TestLateLandingIsFound(t *testing.T) {
	const delay = time.Minute
	bubble(t, fakeaws.Options{}, func(t *testing.T, w world, a *fakeaws.AWS) {
		g := w.planned(w.alice())
		start := time.Now()
		a.Fault(onCall("AddUserToGroup", fakeaws.Failure{Hang: true, Done: true, Delay: delay}))
		ctx, cancel := context.WithTimeout(t.Context(), stepTime)
		defer cancel()
		if _, err := w.kind().Step(ctx, g); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("got %v", err)
		}
		a.Fault(nil)

		g = in(store.Ending, g)
		w.step(g)
		w.wantCheck(in(store.Ended, g), true)

		time.Sleep(delay - time.Since(start))
		w.wantMembers(prod, "alice")
		w.wantCheck(in(store.Ended, g), false)
		w.step(g)
		w.wantMembers(prod)
		w.wantCheck(in(store.Ended, g), true)
	})
}

// The same, when the removal was the one that got lost: access that was given again would be gone.
func TestLateRemovalIsFound(t *testing.T) {
	bubble(t, fakeaws.Options{}, func(t *testing.T, w world, a *fakeaws.AWS) {
		g := w.planned(w.alice())
		w.step(g)
		a.Fault(onCall("RemoveUserFromGroup", fakeaws.Failure{Code: "AccessDenied", Done: true, Delay: time.Minute}))
		if _, err := w.kind().Step(t.Context(), in(store.Ending, g)); codeOf(err) != "AccessDenied" {
			t.Fatalf("got %v", err)
		}
		a.Fault(nil)
		w.wantCheck(in(store.Active, g), true)
		time.Sleep(time.Minute)
		w.wantCheck(in(store.Active, g), false)
	})
}

// A user may go between two calls of one step: then IAM has no such user, which is an answer and not a failure.
func TestUserGoesMeanwhile(t *testing.T) {
	for _, test := range []struct {
		name, before string // the call that comes too late
		run          func(w world, g store.Grant)
	}{
		{"plan", "ListGroupsForUser", func(w world, g store.Grant) {
			_, err := w.kind().Plan(w.t.Context(), g, nil)
			wantRefused(w.t, err, policy.UserGone)
		}},
		{"give", "AddUserToGroup", func(w world, g store.Grant) { w.stepRefused(g, "NoSuchEntity") }},
		{"give, and read back", "ListGroupsForUser", func(w world, g store.Grant) {
			if result, err := w.kind().Step(w.t.Context(), g); err != nil || result.Again == 0 {
				w.t.Errorf("%+v, %v; want another look", result, err)
			}
			w.stepRefused(g, policy.UserGone)
		}},
		{"take", "RemoveUserFromGroup", func(w world, g store.Grant) { w.step(in(store.Ending, g)) }},
		{"take, and read back", "ListGroupsForUser", func(w world, g store.Grant) { w.step(in(store.Ending, g)) }},
		{"check", "ListGroupsForUser", func(w world, g store.Grant) { w.wantCheck(in(store.Ended, g), true) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, fakeaws.Options{}, func(_ *testing.T, w world, a *fakeaws.AWS) {
				g := w.planned(w.alice())
				there := true
				a.Fault(func(c fakeaws.Call) *fakeaws.Failure {
					if there && c.Action == test.before {
						there = false
						a.DeleteUser(prod, "alice")
					}
					return nil
				})
				test.run(w, g)
			})
		})
	}
}
