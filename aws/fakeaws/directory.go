package fakeaws

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// directory is the IAM of one account. What is true stands in group.members; what
// readers see of it, group.seen, follows after the lag.
type directory struct {
	lag    time.Duration
	users  map[string]*user  // by folded name
	groups map[string]*group // by folded name
	edits  []edit            // not yet seen, the earliest first

	deleted map[string]time.Time // users, by folded name
}

type user struct {
	id, name, arn string
	created       time.Time
	tags          map[string]string
	password      *password    // nil without one
	keys, seen    []*accessKey // by id: those that there are, and those that readers see
	mfa           time.Time    // when he got a device; the zero time without one
	inline        []string     // names of his own policies, sorted
	attached      []string     // ARNs of managed policies, sorted
	frozenUntil   time.Time    // his password cannot be taken away before
}

type group struct {
	id, name, arn string
	created       time.Time
	members, seen map[*user]bool
	policies      map[string]string // name -> document
}

// edit is a change of a user's memberships or keys that readers see from a time on.
type edit struct {
	at   time.Time
	u    *user
	show func()
}

func newDirectory(lag time.Duration) directory {
	return directory{
		lag:     lag,
		users:   make(map[string]*user),
		groups:  make(map[string]*group),
		deleted: make(map[string]time.Time),
	}
}

// fold is how IAM compares names: "names are not distinguished by case".
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
// That holds for finding one too: https://github.com/saltstack/salt/issues/24947
func fold(name string) string { return strings.ToLower(name) }

// set makes a user a member, or not; readers see it after the lag.
func (d *directory) set(g *group, u *user, in bool, now time.Time) {
	mark(g.members, u, in)
	d.later(u, now, func() { mark(g.seen, u, in) })
}

func mark(users map[*user]bool, u *user, in bool) {
	if in {
		users[u] = true
	} else {
		delete(users, u)
	}
}

// later lets readers see a change after the lag.
func (d *directory) later(u *user, now time.Time, show func()) {
	d.edits = append(d.edits, edit{now.Add(d.lag), u, show})
}

// settle shows readers what they may see by now.
func (d *directory) settle(now time.Time) {
	for len(d.edits) > 0 && !d.edits[0].at.After(now) {
		e := d.edits[0]
		d.edits = d.edits[1:]
		e.show()
	}
}

// due returns when readers will next see something new; the zero time for never.
func (d *directory) due(now time.Time) time.Time {
	d.settle(now)
	if len(d.edits) == 0 {
		return time.Time{}
	}
	return d.edits[0].at
}

// drop takes a user out of the account and all that refers to him.
func (d *directory) drop(u *user, now time.Time) {
	delete(d.users, fold(u.name))
	d.deleted[fold(u.name)] = now
	d.edits = slices.DeleteFunc(d.edits, func(e edit) bool { return e.u == u })
	for _, g := range d.groups {
		delete(g.members, u)
		delete(g.seen, u)
	}
}

// memberships returns the groups that a user is in, sorted by name.
func (d *directory) memberships(u *user, members func(*group) map[*user]bool) []*group {
	var in []*group
	for _, g := range d.groups {
		if members(g)[u] {
			in = append(in, g)
		}
	}
	slices.SortFunc(in, func(x, y *group) int { return strings.Compare(fold(x.name), fold(y.name)) })
	return in
}

// Two views of who is in a group.
func truly(g *group) map[*user]bool   { return g.members }
func visibly(g *group) map[*user]bool { return g.seen }

// everybody returns all users by name.
func (d *directory) everybody() []*user {
	return slices.SortedFunc(maps.Values(d.users), byName)
}

// allGroups returns all groups by name.
func (d *directory) allGroups() []*group {
	return slices.SortedFunc(maps.Values(d.groups), func(x, y *group) int { return strings.Compare(fold(x.name), fold(y.name)) })
}

// sorted returns users by name.
func sorted(users map[*user]bool) []*user {
	return slices.SortedFunc(maps.Keys(users), byName)
}

func byName(x, y *user) int { return strings.Compare(fold(x.name), fold(y.name)) }

// names returns the names of users or groups, in their order.
func names[T any](items []T, name func(T) string) []string {
	out := make([]string, 0, len(items))
	for _, item := range items {
		out = append(out, name(item))
	}
	return out
}
