package identity_test

import (
	"errors"
	"fmt"
	"testing"

	"sekisho/aws/fakeaws"
	"sekisho/aws/identity"
	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// asMember and asStranger are what Plan saw.
var (
	asMember   = map[string]string{identity.WasMember: "true"}
	asStranger = map[string]string{identity.WasMember: "false"}
)

var planClauses = []clause{
	{"plan finds no member, and writes nothing", func(w world) {
		w.wantPlan(w.alice(), "false")
		w.wantWrites()
	}},
	{"plan finds a member, and writes nothing", func(w world) {
		g := w.alice()
		w.join(prod, "alice", ops)
		w.wantPlan(g, "true")
		w.wantWrites()
	}},
	{"plan is not misled by other groups and members", func(w world) {
		g := w.alice()
		w.addUser(prod, "bob", nil)
		w.join(prod, "bob", ops)
		for _, near := range []string{"jit-op", "jit-ops2", "x-jit-ops"} {
			w.addGroup(prod, near)
			w.join(prod, "alice", near)
		}
		w.wantPlan(g, "false")
	}},
	{"plan finds a member on a later page", func(w world) {
		g := w.alice()
		for i := range 4 {
			w.addGroup(prod, fmt.Sprint("a", i))
			w.join(prod, "alice", fmt.Sprint("a", i))
		}
		w.join(prod, "alice", ops)
		w.wantPlan(g, "true")
	}},
	{"plan refuses a user who is gone", func(w world) {
		g := w.alice()
		w.deleteUser(prod, "alice")
		_, err := w.kind().Plan(w.t.Context(), g, nil)
		wantRefused(w.t, err, policy.UserGone)
	}},
	{"plan refuses another user of the same name", func(w world) {
		g := w.alice()
		w.anew(g)
		_, err := w.kind().Plan(w.t.Context(), g, nil)
		wantRefused(w.t, err, policy.UserGone)
	}},
}

var giveClauses = []clause{
	{"given twice is given once", func(w world) {
		g := w.planned(w.alice())
		for range 2 { // as after a crash: with the plan of the first time
			w.step(g)
			w.wantMembers(prod, "alice")
		}
		w.step(in(store.Ending, g))
		w.wantMembers(prod)
	}},
	{"a member before is not given what he has", func(w world) {
		g := w.alice()
		w.join(prod, "alice", ops)
		w.step(w.planned(g))
		w.wantMembers(prod, "alice")
		w.wantWrites()
	}},
	// What was there before is never taken back, so it must not be given either.
	{"a member before who has left is not made one for ever", func(w world) {
		g := w.alice()
		w.join(prod, "alice", ops)
		g = w.planned(g)
		w.leave(prod, "alice", ops)
		if result, err := w.kind().Step(w.t.Context(), g); err != nil || result.Again == 0 {
			w.t.Errorf("%+v, %v; want another look", result, err)
		}
		w.wantMembers(prod)
	}},
	{"a missing group is refused", func(w world) {
		_, err := w.kind().Plan(w.t.Context(), grant(w.addUser(prod, "alice", nil)), nil)
		wantRefused(w.t, err, "NoSuchEntity")
	}},
	{"a group that is gone since the plan is refused", func(w world) {
		g := w.planned(w.alice())
		w.deleteGroup(prod, ops)
		w.stepRefused(g, "NoSuchEntity")
	}},
	{"another group of the same name is refused", func(w world) {
		g := w.planned(w.alice())
		w.deleteGroup(prod, ops)
		w.addGroup(prod, ops)
		w.stepRefused(g, access.GroupChanged)
		w.wantMembers(prod)
		w.wantWrites()
	}},
	{"an eleventh group is refused", func(w world) {
		g := w.planned(w.alice())
		for i := range 10 {
			w.addGroup(prod, fmt.Sprint("g", i))
			w.join(prod, "alice", fmt.Sprint("g", i))
		}
		w.stepRefused(g, "LimitExceeded")
		w.step(in(store.Ending, g))
	}},
	{"a user who is gone is refused", func(w world) {
		g := w.planned(w.alice())
		w.deleteUser(prod, "alice")
		w.stepRefused(g, policy.UserGone)
		w.wantWrites()
	}},
	{"another user of the same name is refused", func(w world) {
		g := w.planned(w.alice())
		w.anew(g)
		w.stepRefused(g, policy.UserGone)
		w.wantMembers(prod)
	}},
}

var takeClauses = []clause{
	{"taken back twice is fine", func(w world) {
		g := w.planned(w.alice())
		w.step(g)
		for range 2 {
			w.step(in(store.Ending, g))
			w.wantMembers(prod)
		}
	}},
	{"what was never given is taken back", func(w world) {
		w.step(in(store.Ending, w.planned(w.alice())))
		w.wantMembers(prod)
	}},
	{"a member before stays one", func(w world) {
		g := w.alice()
		w.join(prod, "alice", ops)
		g = w.planned(g)
		w.step(g)
		w.step(in(store.Ending, g))
		w.wantMembers(prod, "alice")
		w.wantCheck(in(store.Ended, g), true)
	}},
	{"others stay, and so do other groups", func(w world) {
		g := w.planned(w.alice())
		w.addUser(prod, "bob", nil)
		w.join(prod, "bob", ops)
		w.addGroup(prod, "admins")
		w.join(prod, "alice", "admins")
		w.step(g)
		w.wantMembers(prod, "alice", "bob")
		w.step(in(store.Ending, g))
		w.wantMembers(prod, "bob")
		w.wantWrites("add alice to jit-ops", "remove alice from jit-ops")
	}},
	{"a user who is gone needs nothing", func(w world) {
		g := w.planned(w.alice())
		w.step(g)
		w.deleteUser(prod, "alice")
		w.step(in(store.Ending, g))
	}},
	{"a group that is gone needs nothing", func(w world) {
		g := w.planned(w.alice())
		w.step(g)
		w.deleteGroup(prod, ops)
		w.step(in(store.Ending, g))
		w.wantCheck(in(store.Ended, g), true)
	}},
	{"another user of the same name keeps the membership", func(w world) {
		g := w.planned(w.alice())
		w.step(g)
		w.anew(g)
		w.join(prod, "alice", ops)
		w.step(in(store.Ending, g))
		w.wantMembers(prod, "alice")
		w.wantWrites("add alice to jit-ops")
	}},
}

// Nothing is written without the fact that says whether it may be taken back, nor in a state that is no intent.
func TestStepOutOfTurn(t *testing.T) {
	for _, test := range []struct {
		name    string
		state   store.State
		effects map[string]string
	}{
		{"give without a plan", store.Approved, nil},
		{"take without a plan", store.Ending, nil},
		{"take by a plan that cannot be read", store.Ending, map[string]string{identity.WasMember: "perhaps"}},
		{"no intent: asked", store.Asked, asStranger},
		{"no intent: active", store.Active, asStranger},
		{"no intent: ended", store.Ended, asStranger},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, fakeaws.Options{}, func(t *testing.T, w world, a *fakeaws.AWS) {
				g := in(test.state, w.alice())
				w.join(prod, "alice", ops)
				g.Effects = test.effects
				_, err := w.kind().Step(w.t.Context(), g)
				var refused *handlers.Refused
				if err == nil || errors.As(err, &refused) {
					w.t.Errorf("got %v, want an error that is no refusal", err)
				}
				if calls := a.Calls(); len(calls) > 0 {
					w.t.Errorf("AWS was asked: %+v", calls)
				}
			})
		})
	}
}
