package identity_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sekisho/aws/fakeaws"
	"sekisho/aws/identity"
	"sekisho/store"
)

// odd returns names that try to be another one: by what a query, a path or a pattern makes of them.
func odd(near string) *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{
			strings.ToUpper(near), near + " ", " " + near, near + "2", near[1:], "", "*", near[:2] + "*", "../" + near, near + "/",
			near + "&GroupName=admins", near + "&UserName=operator", near + "%00", near + "\x00", near + "\r\n", near + ",admins",
			"arn:aws:iam::" + prod + ":group/" + near, "\uff4a" + near[1:], near + "\u202e", strings.Repeat(near, 40), "admins", "operator",
		}),
		rapid.String(),
		rapid.StringMatching(`[\w+=,.@-]{1,64}`),
	)
}

// drawGrant bends a grant that could be given in one place, in all of them or in none.
func drawGrant(t *rapid.T, ids, groups []string) store.Grant {
	g := grant(ids[0])
	g.Effects = asStranger
	bend := rapid.SampledFrom([]string{"none", "user", "target", "id", "effects", "all"}).Draw(t, "bend")
	bends := func(what string) bool { return bend == what || bend == "all" }
	if bends("user") {
		g.Subject.User = odd("alice").Draw(t, "user")
	}
	if bends("target") {
		g.Target = odd(ops).Draw(t, "target")
	}
	if bends("id") {
		g.Subject.UserID = rapid.SampledFrom(ids).Draw(t, "id")
	}
	if bends("effects") {
		g.Effects = asMember
	}
	g.Effects = maps.Clone(g.Effects)
	g.Effects[identity.GroupID] = rapid.SampledFrom(groups).Draw(t, "group")
	return g
}

// before is who is in which group of the account at first.
var before = map[string]string{ops: "operator", "admins": "alice operator", "jit-ops2": ""}

// populate makes the users and groups, and returns the ids of the users of prod, the first one alice's.
func populate(a *fakeaws.AWS) (ids []string) {
	for _, user := range []string{"alice", "lice", "carol"} {
		ids = append(ids, a.AddUser(prod, user, nil))
	}
	for group, members := range before {
		a.AddGroup(prod, group)
		for user := range strings.FieldsSeq(members) {
			a.Join(prod, user, group)
		}
	}
	a.AddUser(dev, "alice", nil)
	a.AddGroup(dev, ops)
	a.Join(dev, "alice", ops)
	return ids
}

// Nothing but the listed group, and nobody but the user approved, ever reaches AWS, letter by letter; and what is in
// other groups stays as it was.
func TestNamesReachAWSAsTheyAre(t *testing.T) {
	given := 0
	rapid.Check(t, func(t *rapid.T) {
		a := fakeaws.New(fakeaws.Options{Accounts: []string{prod, dev}})
		ids := populate(a)
		groups := []string{"", a.GroupID(prod, ops)} // of a build that knew none, and of this one
		g := drawGrant(t, ids, groups)
		kind := identity.Group{Accounts: identity.Accounts{
			prod: identity.In(a.Config(prod)),
			dev:  identity.In(a.Config(dev)),
		}}
		for _, state := range []store.State{store.Approved, store.Ending} {
			// An odd name may be refused or be an error: what matters is what was asked of AWS.
			kind.Plan(t.Context(), g, nil)
			kind.Step(t.Context(), in(state, g))
			kind.Check(t.Context(), in(state, g))
			if slices.Contains(a.Members(prod, ops), "alice") {
				given++
			}
		}
		wantNames(t, a, g, map[string]string{ids[0]: "alice", ids[1]: "lice", ids[2]: "carol", groups[1]: ops, "": ops})
	})
	if given == 0 {
		t.Error("nothing was ever given: the names drawn prove nothing")
	}
}

// wantNames checks the names in each call: those of the grant, letter by letter, or those that the grant's unique ids have.
// Nothing is given by the latter.
func wantNames(t *rapid.T, a *fakeaws.AWS, g store.Grant, ids map[string]string) {
	for _, c := range a.Calls() {
		user, group, gives := c.Params["UserName"], c.Params["GroupName"], c.Action == "AddUserToGroup"
		asked := user == g.Subject.User || user == ids[g.Subject.UserID] && !gives
		into := group == g.Target || group == ids[g.Effects[identity.GroupID]] && !gives
		switch c.Action {
		case "ListUsers", "ListGroups":
			asked, into = true, true
		case "GetGroup":
			asked = true
		case "GetUser", "ListGroupsForUser":
			into = true
		}
		if c.Account != prod || !asked || !into {
			t.Errorf("%s in %s with %q, for %q and %q", c.Action, c.Account, c.Params, g.Subject.User, g.Target)
		}
	}
	for group, want := range before {
		if got := strings.Join(a.Members(prod, group), " "); !strings.EqualFold(group, g.Target) && got != want {
			t.Errorf("members of %s: %q, want %q", group, got, want)
		}
	}
	if got := strings.Join(a.Members(dev, ops), " "); got != "alice" {
		t.Errorf("members in another account: %q", got)
	}
}
