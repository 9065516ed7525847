package identity_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sekisho/aws/fakeaws"
	"sekisho/handlers/offboarding"
	"sekisho/handlers/people"
	"sekisho/store"
)

// holdClauses are what is promised of a person who leaves, as offboarding.Closer has it.
var holdClauses = []clause{
	{"all that a user has is seen", func(w world) {
		id, key := w.whole()
		want := offboarding.Holds{UserID: id, Groups: []offboarding.Group{{Name: "a"}, {Name: "b"}, {Name: "c"}}, Keys: []offboarding.Key{{ID: key, Active: true}}, Password: true, Policies: []string{"by-hand"}}
		if diff := cmp.Diff(want, w.holds()); diff != "" {
			w.t.Errorf("holds (-want +got):\n%s", diff)
		}
	}},
	{"each thing ends, and nothing else with it", func(w world) {
		_, key := w.whole()
		w.addUser(prod, "bob", nil)
		w.join(prod, "bob", "a")
		for _, h := range []store.Holding{{Kind: store.HeldGroup, Name: "b"}, {Kind: store.HeldKey, Name: key}, {Kind: store.HeldPassword}} {
			for range 2 { // the second time there is nothing to end
				w.ends(h)
			}
		}
		got := w.holds()
		if got.Password || !slices.Equal(got.GroupNames(), []string{"a", "c"}) || got.Keys[0].Active || len(got.Keys) != 1 || len(got.Policies) != 1 {
			w.t.Errorf("left is %+v", got)
		}
		if got := w.members(prod, "a"); !slices.Equal(got, []string{"alice", "bob"}) {
			w.t.Errorf("members of a: %v", got)
		}
	}},
	{"a user who is gone has nothing to end", func(w world) {
		w.addGroup(prod, "a")
		if _, err := w.accounts.Holds(w.t.Context(), prod, "alice"); !errors.Is(err, people.ErrNoUser) {
			w.t.Errorf("holds: %v", err)
		}
		for _, h := range []store.Holding{{Kind: store.HeldGroup, Name: "a"}, {Kind: store.HeldGroup, Name: "nothing"}, {Kind: store.HeldKey, Name: "AKIA1111111111111111"}, {Kind: store.HeldPassword}} {
			w.ends(h)
		}
	}},
	{"what cannot be ended is said", func(w world) {
		w.whole()
		for _, h := range []store.Holding{{Kind: store.HeldPolicy, Name: "by-hand", Account: prod}, {Kind: store.HeldPassword, Account: "999999999999"}} {
			h.User = "alice"
			if err := w.accounts.End(w.t.Context(), h); err == nil {
				w.t.Errorf("%s of %s is ended", h.Kind, h.Account)
			}
		}
		if got := w.holds(); len(got.Policies) != 1 || !got.Password {
			w.t.Errorf("left is %+v", got)
		}
	}},
}

// whole makes a user who has something of each kind.
func (w world) whole() (userID, key string) {
	userID = w.addUser(prod, "alice", nil)
	for _, group := range []string{"a", "b", "c"} { // more than a page
		w.addGroup(prod, group)
		w.join(prod, "alice", group)
	}
	w.addPassword(prod, "alice")
	w.addPolicy(prod, "alice", "by-hand")
	return userID, w.addKey(prod, "alice")
}

func (w world) ends(h store.Holding) {
	w.t.Helper()
	h.Account, h.User = prod, "alice"
	if err := w.accounts.End(w.t.Context(), h); err != nil {
		w.t.Error(err)
	}
}

// holds is what alice has, without when her keys were made and without the ids of groups, which are right.
func (w world) holds() offboarding.Holds {
	w.t.Helper()
	out, err := w.accounts.Holds(w.t.Context(), prod, "alice")
	if err != nil {
		w.t.Fatal(err)
	}
	for i := range out.Keys {
		out.Keys[i] = offboarding.Key{ID: out.Keys[i].ID, Active: out.Keys[i].Active}
	}
	for i, g := range out.Groups {
		if want := w.groupID(prod, g.Name); g.ID != want {
			w.t.Errorf("id of group %s: %q, want %q", g.Name, g.ID, want)
		}
		out.Groups[i].ID = ""
	}
	slices.SortFunc(out.Groups, func(x, y offboarding.Group) int { return strings.Compare(x.Name, y.Name) })
	return out
}

// Whatever AWS answers, what is not known is an error, and no user without anything.
func TestFaultsOfHolds(t *testing.T) {
	for _, call := range []string{"GetUser", "ListGroupsForUser", "ListAccessKeys", "GetLoginProfile", "ListUserPolicies", "ListAttachedUserPolicies"} {
		for _, f := range faults {
			bubble(t, fakeaws.Options{}, func(t *testing.T, w world, a *fakeaws.AWS) {
				w.whole()
				a.Fault(onCall(call, f.fault))
				ctx, cancel := context.WithTimeout(t.Context(), stepTime)
				defer cancel()
				if _, err := w.accounts.Holds(ctx, prod, "alice"); err == nil || errors.Is(err, people.ErrNoUser) || codeOf(err) != f.code {
					t.Errorf("%s %s: %v", call, f.name, err)
				}
			})
		}
	}
}
