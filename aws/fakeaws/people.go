package fakeaws

import (
	"maps"
	"time"
)

// AddUser makes an IAM user and returns his unique id. It is there at once: only
// memberships lag. A user made again under an old name gets a new id.
func (a *AWS) AddUser(account, name string, tags map[string]string) (userID string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	if err := checkName("userName", name, 64); err != nil {
		panic("fakeaws: " + err.Error())
	}
	return a.account(account).addUser(name, tags, a.now()).id
}

// AddUserAs makes an IAM user whose unique id is known beforehand, because a CloudTrail record has it.
func (a *AWS) AddUserAs(account, name, userID string) {
	a.AddUser(account, name, nil)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.account(account).user(name).id = userID
}

func (acc *account) addUser(name string, tags map[string]string, now time.Time) *user {
	if acc.iam.users[fold(name)] != nil {
		panic("fakeaws: there is a user " + name)
	}
	u := &user{
		id:      acc.newID("AIDA"),
		name:    name,
		arn:     "arn:aws:iam::" + acc.id + ":user/" + name,
		created: now,
		tags:    maps.Clone(tags),
	}
	if at, ok := acc.iam.deleted[fold(name)]; ok {
		u.frozenUntil = at.Add(frozenFor)
	}
	acc.iam.users[fold(name)] = u
	return u
}

// RenameUser gives a user another name. He keeps his unique id, his keys and his groups.
func (a *AWS) RenameUser(account, name, to string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	acc := a.account(account)
	u := acc.user(name)
	delete(acc.iam.users, fold(name))
	u.name, u.arn = to, "arn:aws:iam::"+acc.id+":user/"+to
	acc.iam.users[fold(to)] = u
}

// DeleteUser takes a user out of his groups and deletes him with his password and
// his keys, as the console does.
func (a *AWS) DeleteUser(account, name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	a.settle()
	acc := a.account(account)
	u := acc.user(name)
	for _, k := range u.keys {
		delete(a.keys, k.id)
	}
	acc.iam.drop(u, a.now())
}

// AddGroup makes a group.
func (a *AWS) AddGroup(account, name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	acc := a.account(account)
	if err := checkName("groupName", name, 128); err != nil {
		panic("fakeaws: " + err.Error())
	}
	if acc.iam.groups[fold(name)] != nil {
		panic("fakeaws: there is a group " + name)
	}
	acc.iam.groups[fold(name)] = &group{
		id:      acc.newID("AGPA"),
		name:    name,
		arn:     "arn:aws:iam::" + acc.id + ":group/" + name,
		created: a.now(),
		members: make(map[*user]bool),
		seen:    make(map[*user]bool),
	}
}

// Join puts a user into a group as a human does by hand: not in [AWS.Calls], and
// seen by readers after the lag.
func (a *AWS) Join(account, user, group string) { a.byHand(account, user, group, true) }

// Leave takes a user out of a group, as [AWS.Join] puts him in.
func (a *AWS) Leave(account, user, group string) { a.byHand(account, user, group, false) }

func (a *AWS) byHand(account, user, group string, in bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	a.settle()
	acc := a.account(account)
	acc.iam.set(acc.group(group), acc.user(user), in, a.now())
}

// Members returns the sorted names of the users who are in a group in truth,
// whatever readers see yet.
func (a *AWS) Members(account, group string) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.settle()
	g := a.account(account).group(group)
	return names(sorted(g.members), func(u *user) string { return u.name })
}

// Groups returns the sorted names of the groups that a user is in, in truth.
func (a *AWS) Groups(account, user string) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.settle()
	acc := a.account(account)
	return names(acc.iam.memberships(acc.user(user), truly), func(g *group) string { return g.name })
}

// user returns a user of the scene.
func (acc *account) user(name string) *user {
	u := acc.iam.users[fold(name)]
	if u == nil {
		panic("fakeaws: no user " + name)
	}
	return u
}

// group returns a group of the scene.
func (acc *account) group(name string) *group {
	g := acc.iam.groups[fold(name)]
	if g == nil {
		panic("fakeaws: no group " + name)
	}
	return g
}
