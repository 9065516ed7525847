package identity_test

import (
	"errors"
	"fmt"
	"testing"

	"sekisho/aws/fakeaws"
	"sekisho/aws/identity"
	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/offboarding"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// renamedOps is what the group is called after a rename.
const renamedOps = "operators"

// A rename keeps the unique id. Each of these is done to a member; it ends with what the two are called by then.
var renames = []struct {
	name        string
	do          func(world)
	user, group string
}{
	{"user", func(w world) { w.renameUser(prod, "alice", "alicia") }, "alicia", ops},
	{"group", func(w world) { w.renameGroup(prod, ops, renamedOps) }, "alice", renamedOps},
	{"user and group", func(w world) {
		w.renameUser(prod, "alice", "alicia")
		w.renameGroup(prod, ops, renamedOps)
	}, "alicia", renamedOps},
	{"user and group, and back", func(w world) {
		w.renameUser(prod, "alice", "alicia")
		w.renameGroup(prod, ops, renamedOps)
		w.renameUser(prod, "alicia", "alice")
		w.renameGroup(prod, renamedOps, ops)
	}, "alice", ops},
	{"user, and another has the name", func(w world) {
		w.renameUser(prod, "alice", "alicia")
		w.addUser(prod, "alice", nil)
		w.join(prod, "alice", ops)
	}, "alicia", ops},
	{"group, and another has the name", func(w world) {
		w.renameGroup(prod, ops, renamedOps)
		w.addGroup(prod, ops)
		w.join(prod, "alice", ops)
	}, "alice", renamedOps},
	{"user and group, and others have the names", func(w world) {
		w.renameUser(prod, "alice", "alicia")
		w.renameGroup(prod, ops, renamedOps)
		w.addUser(prod, "alice", nil)
		w.addGroup(prod, ops)
		w.join(prod, "alice", ops)
	}, "alicia", renamedOps},
}

var renameClauses = renamedWhile()

// renamedWhile has a clause for each rename: what was given is found and taken back, whatever the two are called, and
// nothing else is touched.
func renamedWhile() (out []clause) {
	for _, r := range renames {
		out = append(out, clause{"given, then renamed: " + r.name, func(w world) {
			g := w.planned(w.alice())
			w.step(g)
			r.do(w)
			w.wantCheck(in(store.Active, g), true)
			w.wantCheck(in(store.Ended, g), false)
			others := w.count(ops, renamedOps) - 1
			w.step(in(store.Ending, g))
			if w.isIn(r.user, r.group) || w.count(ops, renamedOps) != others {
				w.t.Errorf("left: %v in %s, %d others; want %d", w.members(prod, r.group), r.group, w.count(ops, renamedOps), others)
			}
			w.wantCheck(in(store.Active, g), false)
			w.wantCheck(in(store.Ended, g), true)
		}}, clause{"planned, then renamed: " + r.name, func(w world) {
			g := w.planned(w.alice())
			r.do(w)
			others := w.count(ops, renamedOps)
			_, err := w.kind().Step(w.t.Context(), g)
			var refused *handlers.Refused
			if err != nil && !errors.As(err, &refused) {
				w.t.Errorf("give: %v", err)
			}
			if in := w.isIn(r.user, r.group); in != (err == nil) || !in && w.count(ops, renamedOps) != others {
				w.t.Errorf("in %s: %t, by %v", r.group, in, err)
			}
			w.step(in(store.Ending, g))
			if w.count(ops, renamedOps) != others {
				w.t.Errorf("%d members, were %d", w.count(ops, renamedOps), others)
			}
		}}, clause{"a member who is unknown, then renamed: " + r.name, func(w world) {
			g := w.alice()
			w.join(prod, "alice", ops)
			alert := store.Alert{Account: prod, Target: ops, Subject: g.Subject, GroupID: w.groupID(prod, ops)}
			r.do(w)
			others := w.count(ops, renamedOps) - 1
			if result, err := w.remedy(store.Unknown).Do(w.t.Context(), alert); err != nil || result.Again != 0 {
				w.t.Errorf("%+v, %v; want done", result, err)
			}
			if w.isIn(r.user, r.group) || w.count(ops, renamedOps) != others {
				w.t.Errorf("left: %v in %s", w.members(prod, r.group), r.group)
			}
		}})
	}
	return append(out, moreRenames...)
}

// moreRenames are of other remedies, and of what an older build has left.
var moreRenames = []clause{
	{"without the group's id, a user who was renamed is taken out", func(w world) {
		g := w.alice()
		g.Effects = asStranger
		w.step(g)
		w.renameUser(prod, "alice", "alicia")
		w.wantCheck(in(store.Ended, g), false)
		w.step(in(store.Ending, g))
		w.wantMembers(prod)
		w.wantCheck(in(store.Ended, g), true)
	}},
	{"without the group's id, a group that is missing is a failure and no end", func(w world) {
		g := w.alice()
		g.Effects = asStranger
		w.step(g)
		w.renameGroup(prod, ops, renamedOps)
		for _, user := range []string{"alice", "alicia"} {
			for _, state := range []store.State{store.Ending, store.Ended} {
				_, step := w.kind().Step(w.t.Context(), in(store.Ending, g))
				right, check := w.kind().Check(w.t.Context(), in(state, g))
				if codeOf(step) != "NoSuchEntity" || codeOf(check) != "NoSuchEntity" || right {
					w.t.Errorf("%s while %s: %v; check %t, %v", user, state, step, right, check)
				}
			}
			if user == "alice" {
				w.renameUser(prod, "alice", "alicia")
			}
		}
		w.renameGroup(prod, renamedOps, ops)
		w.step(in(store.Ending, g))
		w.wantMembers(prod)
	}},
	{"without the group's id, a missing group is the end for a user who is in no group, or gone", func(w world) {
		g := w.alice()
		g.Effects = asStranger
		w.step(g)
		w.deleteGroup(prod, ops)
		w.step(in(store.Ending, g))
		w.wantCheck(in(store.Ended, g), true)
		w.deleteUser(prod, "alice")
		w.step(in(store.Ending, g))
		w.wantCheck(in(store.Ended, g), true)
	}},
	{"a plan is not misled by what is left of a grant of the same group", func(w world) {
		g := w.planned(w.alice())
		w.step(g)
		w.renameGroup(prod, ops, renamedOps)
		prev, next := g, g
		next.Target = renamedOps
		facts, err := w.kind().Plan(w.t.Context(), next, &prev)
		if err != nil || facts[identity.WasMember] != "false" {
			w.t.Errorf("%v, %v; the membership is the grant's before", facts, err)
		}
		w.addGroup(prod, ops)
		w.join(prod, "alice", ops)
		facts, err = w.kind().Plan(w.t.Context(), g, &prev)
		if err != nil || facts[identity.WasMember] != "true" {
			w.t.Errorf("%v, %v; the membership of another group of the name is no grant's", facts, err)
		}
	}},
	{"the members of a group come with its id, and its name is found by that", func(w world) {
		w.alice()
		w.join(prod, "alice", ops)
		id := w.groupID(prod, ops)
		roster := identity.Rosters(w.accounts)[identity.KindGroup]
		if roll, err := roster.Members(w.t.Context(), prod, ops); err != nil || roll.GroupID != id || len(roll.Members) != 1 {
			w.t.Errorf("%+v, %v", roll, err)
		}
		w.renameGroup(prod, ops, renamedOps)
		if roll, err := roster.Members(w.t.Context(), prod, ops); codeOf(err) != "NoSuchEntity" {
			w.t.Errorf("by the old name: %+v, %v", roll, err)
		}
		if name, err := roster.GroupName(w.t.Context(), prod, id); err != nil || name != renamedOps {
			w.t.Errorf("%q, %v", name, err)
		}
		w.deleteGroup(prod, renamedOps)
		if name, err := roster.GroupName(w.t.Context(), prod, id); err != nil || name != "" {
			w.t.Errorf("of a group that is gone: %q, %v", name, err)
		}
	}},
	{"a user who was renamed is shut out all the same", func(w world) {
		id, key := w.whole()
		w.renameUser(prod, "alice", "alicia")
		w.addUser(prod, "alice", nil)
		w.addPassword(prod, "alice")
		facts := w.shutOut(id)
		if facts[identity.InactiveKeys] != key || facts[identity.UserIs] != "" {
			w.t.Errorf("%v", facts)
		}
		if has := w.holdsOf("alicia"); has.Password || has.Keys[0].Active || !w.holds().Password {
			w.t.Errorf("left %+v; the other one has %+v", has, w.holds())
		}
		if facts := w.shutOut("AIDAGONE"); facts[identity.UserIs] != "gone" {
			w.t.Errorf("who is no more: %v", facts)
		}
	}},
	{"a remedy of an audit finds a user who was renamed", func(w world) {
		id, key := w.whole()
		row := stale(id, map[string]string{store.FactKeys: key, store.FactPassword: "true"})
		row.Subject.UserID = id
		w.renameUser(prod, "alice", "alicia")
		w.addUser(prod, "alice", nil)
		c, err := w.mender().Look(w.t.Context(), prod, row.Subject)
		if err != nil || c.ID != id || c.User != "alice" || !c.Password || len(c.Keys) != 1 {
			w.t.Errorf("%+v, %v", c, err)
		}
		facts := w.mended(func() (handlers.Result, error) { return w.mender().Mend(w.t.Context(), row, []string{key}) })
		if has := w.holdsOf("alicia"); has.Password || has.Keys[0].Active || facts[store.FactKeys] != key {
			w.t.Errorf("%v; left %+v", facts, has)
		}
		facts = w.mended(func() (handlers.Result, error) { return w.mender().Undo(w.t.Context(), row, []string{key}) })
		if has := w.holdsOf("alicia"); !has.Keys[0].Active || facts[store.FactKeys] != key {
			w.t.Errorf("undone: %v; left %+v", facts, has)
		}
	}},
	{"the name of a user is found by the id", func(w world) {
		id := w.addUser(prod, "alice", nil)
		who := store.Subject{User: "alice", UserID: id}
		for _, name := range []string{"alice", "zoe"} {
			if got, err := w.accounts.UserName(w.t.Context(), prod, who); err != nil || got != name {
				w.t.Errorf("%q, %v; want %s", got, err, name)
			}
			if name == "alice" {
				w.renameUser(prod, "alice", "zoe")
				w.addUser(prod, "alice", nil)
			}
		}
		w.deleteUser(prod, "zoe")
		if got, err := w.accounts.UserName(w.t.Context(), prod, who); !errors.Is(err, people.ErrNoUser) {
			w.t.Errorf("of a user who is gone: %q, %v", got, err)
		}
	}},
}

// count is how many are in groups, of those that there are.
func (w world) count(groups ...string) int {
	n := 0
	for _, group := range groups {
		if w.there(group) {
			n += len(w.members(prod, group))
		}
	}
	return n
}

func (w world) there(group string) bool {
	_, err := identity.Rosters(w.accounts)[identity.KindGroup].Members(w.t.Context(), prod, group)
	return err == nil
}

func (w world) isIn(user, group string) bool {
	for _, name := range w.members(prod, group) {
		if name == user {
			return true
		}
	}
	return false
}

func (w world) remedy(kind store.AlertKind) access.Remedy {
	return identity.Remedies(w.accounts)[kind]
}

// shutOut does what "Not me" offers about alice, and returns the facts.
func (w world) shutOut(userID string) map[string]string {
	w.t.Helper()
	alert := store.Alert{Account: prod, Subject: store.Subject{User: "alice", UserID: userID}}
	return w.mended(func() (handlers.Result, error) { return w.remedy(store.NotMe).Do(w.t.Context(), alert) })
}

func (w world) holdsOf(user string) offboarding.Holds {
	w.t.Helper()
	out, err := w.accounts.Holds(w.t.Context(), prod, user)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// The account's users and groups come in pages, and the one who is looked for is on the last.
func TestRenamedAmongMany(t *testing.T) {
	bubble(t, fakeaws.Options{}, func(t *testing.T, w world, a *fakeaws.AWS) {
		g := w.planned(w.alice())
		w.step(g)
		for i := range 1001 {
			a.AddUser(prod, fmt.Sprint("m", i), nil)
			a.AddGroup(prod, fmt.Sprint("m", i))
		}
		for i := range 150 { // more than IAM shows of a group at once
			a.Join(prod, fmt.Sprint("m", i), ops)
		}
		a.RenameUser(prod, "alice", "zoe")
		a.RenameGroup(prod, ops, "zzz")
		before := len(a.Calls())
		w.step(in(store.Ending, g))
		if w.isIn("zoe", "zzz") {
			t.Error("zoe is in the group still")
		}
		if calls := len(a.Calls()) - before; calls > 12 {
			t.Errorf("%d calls", calls)
		}
		if got, err := w.accounts.UserName(t.Context(), prod, g.Subject); err != nil || got != "zoe" {
			t.Errorf("%q, %v", got, err)
		}
	})
}

// A name that is given up between two calls of one step says nothing: the end is not said before the user is out. once is a
// rename of whom had the first names, twice one of whom was renamed before.
func TestRenamedMeanwhile(t *testing.T) {
	for _, before := range []string{"GetUser", "ListGroupsForUser", "RemoveUserFromGroup", "GetGroup", "ListGroups"} {
		for _, r := range renames {
			for _, twice := range []bool{false, true} {
				t.Run(fmt.Sprint(before, "/", r.name, "/twice ", twice), func(t *testing.T) {
					bubble(t, fakeaws.Options{}, func(t *testing.T, w world, a *fakeaws.AWS) {
						g := w.planned(w.alice())
						w.step(g)
						rename, user, group := func() { r.do(w) }, r.user, r.group
						if twice {
							rename()
							user, group = "third", "thirds"
							rename = func() {
								w.renameUser(prod, r.user, user)
								w.renameGroup(prod, r.group, group)
							}
						}
						a.Fault(once(before, rename))
						w.endsInTime(g)
						a.Fault(nil)
						if !w.there(group) { // no such call was made
							rename()
						}
						if w.isIn(user, group) {
							t.Errorf("it has ended, and %s is in %s", user, group)
						}
					})
				})
			}
		}
	}
}

// once does something before the first call of an action.
func once(action string, do func()) func(fakeaws.Call) *fakeaws.Failure {
	done := false
	return func(c fakeaws.Call) *fakeaws.Failure {
		if !done && c.Action == action {
			done = true
			do()
		}
		return nil
	}
}

// endsInTime repeats the end as the keeper does: what failed is tried again, and an end is looked at again.
func (w world) endsInTime(g store.Grant) {
	w.t.Helper()
	for range 9 {
		if result, err := w.kind().Step(w.t.Context(), in(store.Ending, g)); err != nil || result.Again > 0 {
			continue
		}
		if right, err := w.kind().Check(w.t.Context(), in(store.Ended, g)); err == nil && right {
			return
		}
	}
	w.t.Error("it does not end")
}

// Between two tries of an addition the name can pass to another user, who must not get into the group by it.
func TestAnAdditionIsNotRepeatedUnseen(t *testing.T) {
	bubble(t, fakeaws.Options{}, func(t *testing.T, w world, a *fakeaws.AWS) {
		g := w.planned(w.alice())
		first := true
		a.Fault(func(c fakeaws.Call) *fakeaws.Failure {
			if c.Action != "AddUserToGroup" || !first {
				return nil
			}
			first = false
			a.RenameUser(prod, "alice", "alicia")
			a.AddUser(prod, "alice", nil)
			return &fakeaws.Failure{Code: "Throttling"}
		})
		if _, err := w.kind().Step(t.Context(), g); codeOf(err) != "Throttling" {
			t.Errorf("got %v", err)
		}
		w.stepRefused(g, policy.UserGone)
		w.wantMembers(prod)
	})
}

// A user who is renamed between two reads of one look is not taken for one who has no access any more.
func TestALookAtAUserWhoIsBeingRenamed(t *testing.T) {
	bubble(t, fakeaws.Options{}, func(t *testing.T, w world, a *fakeaws.AWS) {
		g := w.planned(w.alice())
		w.step(g)
		a.Fault(once("ListGroupsForUser", func() { w.renameUser(prod, "alice", "elsewhere") }))
		if right, err := w.kind().Check(t.Context(), in(store.Ended, g)); err == nil && right {
			t.Error("access counts as ended of a user who has it under another name")
		}
		if !w.isIn("elsewhere", ops) {
			t.Error("the user was not renamed in between")
		}
	})
}
