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

// RenameUser gives a user another name, as UpdateUser does. The unique id, the groups, the password and the keys stay. A
// name that differs from the old one by case alone is the user's own.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html
func (a *AWS) RenameUser(account, name, to string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	acc := a.account(account)
	u := acc.user(name)
	if err := checkName("newUserName", to, 64); err != nil {
		panic("fakeaws: " + err.Error())
	}
	if other := acc.iam.users[fold(to)]; other != nil && other != u {
		panic("fakeaws: there is a user " + to)
	}
	delete(acc.iam.users, fold(name))
	u.name, u.arn = to, "arn:aws:iam::"+acc.id+":user/"+to
	acc.iam.users[fold(to)] = u
}

// TagUser sets a tag of a user, as TagUser does; without a value it takes the tag away, as UntagUser does.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagUser.html
func (a *AWS) TagUser(account, name, key, value string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	u := a.account(account).user(name)
	tags := maps.Clone(u.tags)
	if tags == nil {
		tags = make(map[string]string)
	}
	tags[key] = value
	if value == "" {
		delete(tags, key)
	}
	u.tags = tags
}

// RenameGroup gives a group another name, as UpdateGroup does. The unique id and the members stay.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateGroup.html
func (a *AWS) RenameGroup(account, name, to string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	acc := a.account(account)
	g := acc.group(name)
	if err := checkName("newGroupName", to, 128); err != nil {
		panic("fakeaws: " + err.Error())
	}
	if other := acc.iam.groups[fold(to)]; other != nil && other != g {
		panic("fakeaws: there is a group " + to)
	}
	delete(acc.iam.groups, fold(name))
	g.name, g.arn = to, "arn:aws:iam::"+acc.id+":group/"+to
	acc.iam.groups[fold(to)] = g
}

// GroupID returns the unique id of a group.
func (a *AWS) GroupID(account, name string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.account(account).group(name).id
}

// DeleteGroup takes everybody out of a group and deletes it, as the console does. A group made again under an old name
// gets a new id.
func (a *AWS) DeleteGroup(account, name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	a.settle()
	acc := a.account(account)
	acc.group(name)
	delete(acc.iam.groups, fold(name))
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
