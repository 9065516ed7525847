package identity_test

import (
	"errors"

	"sekisho/aws/identity"
	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

var checkClauses = []clause{
	{"check tells given from taken", func(w world) {
		g := w.alice()
		g.Effects = asStranger
		w.wantCheck(in(store.Active, g), false)
		w.wantCheck(in(store.Ended, g), true)
		w.join(prod, "alice", ops)
		w.wantCheck(in(store.Active, g), true)
		w.wantCheck(in(store.Ended, g), false)
		w.wantWrites()
	}},
	{"check of a member before is always right", func(w world) {
		g := w.alice()
		g.Effects = asMember
		w.join(prod, "alice", ops)
		w.wantCheck(in(store.Active, g), true)
		w.wantCheck(in(store.Ended, g), true)
	}},
	{"check misses a user who is gone only while he should have access", func(w world) {
		g := w.alice()
		g.Effects = asStranger
		w.deleteUser(prod, "alice")
		w.wantCheck(in(store.Active, g), false)
		w.wantCheck(in(store.Ended, g), true)
	}},
	{"check does not take another user of the same name for ours", func(w world) {
		g := w.alice()
		g.Effects = asStranger
		w.anew(g)
		w.join(prod, "alice", ops)
		w.wantCheck(in(store.Active, g), false)
		w.wantCheck(in(store.Ended, g), true)
	}},
}

var nameClauses = []clause{
	// IAM does not tell names apart by case, and answers with its own spelling. Who compares by byte takes a member
	// for a stranger, and then takes from him what he had before.
	{"a group spelt in other letters is the same group", func(w world) {
		g := w.alice()
		g.Target = "JIT-Ops"
		w.step(w.planned(g))
		w.wantMembers(prod, "alice")
		g = w.planned(g)
		w.step(in(store.Ending, g))
		w.wantMembers(prod, "alice")
	}},
	{"equal names in two accounts are kept apart", func(w world) {
		g := w.planned(w.alice())
		w.addUser(dev, "alice", nil)
		w.addGroup(dev, ops)
		w.step(g)
		w.wantMembers(prod, "alice")
		w.wantMembers(dev)
		w.join(dev, "alice", ops)
		w.step(in(store.Ending, g))
		w.wantMembers(prod)
		w.wantMembers(dev, "alice")
	}},
	{"a user id of one account means nobody in another", func(w world) {
		g := w.alice()
		w.addUser(dev, "alice", nil)
		g.Account = dev
		_, err := w.kind().Plan(w.t.Context(), g, nil)
		wantRefused(w.t, err, policy.UserGone)
	}},
	{"an account that is not in the configuration is an error", func(w world) {
		g := w.planned(w.alice())
		g.Account = "333333333333"
		ctx := w.t.Context()
		_, plan := w.kind().Plan(ctx, g, nil)
		_, give := w.kind().Step(ctx, g)
		_, take := w.kind().Step(ctx, in(store.Ending, g))
		_, check := w.kind().Check(ctx, in(store.Ended, g))
		_, user := w.accounts.User(ctx, g.Account, "alice")
		for verb, err := range map[string]error{"plan": plan, "give": give, "take": take, "check": check, "user": user} {
			var refused *handlers.Refused
			if !errors.Is(err, identity.ErrNoAccount) || errors.As(err, &refused) {
				w.t.Errorf("%s: %v", verb, err)
			}
		}
	}},
}

var userClauses = []clause{
	{"a user has the id that IAM gave", func(w world) {
		w.wantUser("alice", access.User{ID: w.addUser(prod, "alice", nil)})
	}},
	{"a user's tag names the person, other tags do not", func(w world) {
		id := w.addUser(prod, "alice", map[string]string{"team": "U0TEAM", identity.SlackTag: "U01ABCDEF", "z": "U0Z"})
		w.wantUser("alice", access.User{ID: id, Slack: "U01ABCDEF"})
		id = w.addUser(prod, "bob", map[string]string{"slack-user-id": "U01ABCDEF"})
		w.wantUser("bob", access.User{ID: id})
	}},
	{"a user made anew has another id", func(w world) {
		old := w.addUser(prod, "alice", nil)
		w.anew(grant(old))
		if got, err := w.accounts.User(w.t.Context(), prod, "alice"); err != nil || got.ID == old {
			w.t.Errorf("%+v, %v", got, err)
		}
	}},
	{"no such user", func(w world) {
		w.addUser(dev, "alice", nil)
		if _, err := w.accounts.User(w.t.Context(), prod, "alice"); !errors.Is(err, people.ErrNoUser) {
			w.t.Errorf("got %v", err)
		}
	}},
	// To IAM, GetUser without a name asks for the caller.
	{"no name is nobody, not the caller", func(w world) {
		if got, err := w.accounts.User(w.t.Context(), prod, ""); !errors.Is(err, people.ErrNoUser) {
			w.t.Errorf("got %+v, %v", got, err)
		}
	}},
	{"a role is known by its id, which is another one when it is made anew", func(w world) {
		id := w.addRole(prod, "deployer")
		other := w.addRole(dev, "deployer")
		if got, err := w.accounts.RoleID(w.t.Context(), prod, "deployer"); err != nil || got != id || got == other {
			w.t.Errorf("%s, %v; want %s, not %s", got, err, id, other)
		}
		w.deleteRole(prod, "deployer")
		if got, err := w.accounts.RoleID(w.t.Context(), prod, "deployer"); !errors.Is(err, people.ErrNoRole) {
			w.t.Errorf("got %q, %v", got, err)
		}
		again := w.addRole(prod, "deployer")
		if got, err := w.accounts.RoleID(w.t.Context(), prod, "deployer"); err != nil || got != again || got == id {
			w.t.Errorf("%s, %v; want %s, not %s", got, err, again, id)
		}
	}},
	{"a role of an account that is not known", func(w world) {
		if got, err := w.accounts.RoleID(w.t.Context(), "333333333333", "deployer"); !errors.Is(err, identity.ErrNoAccount) {
			w.t.Errorf("got %q, %v", got, err)
		}
	}},
}

func (w world) wantUser(name string, want access.User) {
	w.t.Helper()
	want.ARN = "arn:aws:iam::" + prod + ":user/" + name
	if got, err := w.accounts.User(w.t.Context(), prod, name); err != nil || got != want {
		w.t.Errorf("user %s: %+v, %v; want %+v", name, got, err, want)
	}
}
