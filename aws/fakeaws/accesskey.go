package fakeaws

import (
	"cmp"
	"slices"
	"time"
)

// keysPerUser is a quota that nobody can have raised.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entities
const keysPerUser = 2

// Key is an access key of a user. One that is not active signs nothing.
type Key struct {
	ID     string
	Active bool
}

type accessKey struct {
	id      string
	active  bool
	status  string // as readers see it
	created time.Time
	used    use
}

// AddKey makes an access key of a user and returns its id. It is active and at
// once known everywhere. Any secret goes with it: see the package's doc on signatures.
func (a *AWS) AddKey(account, user string) (id string) {
	return a.AddKeyAt(account, user, a.now())
}

// AddKeyAt is [AWS.AddKey] for a key that was made earlier.
func (a *AWS) AddKeyAt(account, user string, made time.Time) (id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	acc := a.account(account)
	u := acc.user(user)
	if len(u.keys) == keysPerUser {
		panic("fakeaws: no third access key for " + user)
	}
	k := a.addKey(acc, u, acc.newID("AKIA")[:20])
	k.created = made
	u.seen = slices.Clone(u.keys)
	return k.id
}

// addKey makes a key, which no reader sees yet.
func (a *AWS) addKey(acc *account, u *user, id string) *accessKey {
	k := &accessKey{id: id, active: true, status: "Active", created: a.now()}
	u.keys = insert(u.keys, k)
	a.keys[id] = principal{
		account: acc, userID: u.id, arn: u.arn, secret: secretOf(id), key: k, user: u, trusted: u.name == operator,
	}
	return k
}

// insert and without return new slices, so that neither of the two views of a
// user's keys changes the other.
func insert(keys []*accessKey, k *accessKey) []*accessKey {
	keys = append(slices.Clone(keys), k)
	slices.SortFunc(keys, func(x, y *accessKey) int { return cmp.Compare(x.id, y.id) })
	return keys
}

func without(keys []*accessKey, k *accessKey) []*accessKey {
	return slices.DeleteFunc(slices.Clone(keys), func(x *accessKey) bool { return x == k })
}

// SetKey switches a user's key on or off as a human does by hand: not in
// [AWS.Calls], and seen by readers after the lag.
func (a *AWS) SetKey(account, name, id string, active bool) {
	a.keyByHand(account, name, id, func(d *directory, u *user, k *accessKey) { d.setKey(u, k, active, a.now()) })
}

// DeleteKey deletes a user's key as a human does by hand, as [AWS.SetKey] switches it.
func (a *AWS) DeleteKey(account, name, id string) {
	a.keyByHand(account, name, id, func(d *directory, u *user, k *accessKey) { a.dropKey(d, u, k, a.now()) })
}

func (a *AWS) keyByHand(account, name, id string, do func(*directory, *user, *accessKey)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	a.settle()
	acc := a.account(account)
	u := acc.user(name)
	k := u.key(id)
	if k == nil {
		panic("fakeaws: no key " + id + " of " + name)
	}
	do(&acc.iam, u, k)
}

func (d *directory) setKey(u *user, k *accessKey, active bool, now time.Time) {
	k.active = active
	d.later(u, now, func() { k.status = status(active) })
}

func (a *AWS) dropKey(d *directory, u *user, k *accessKey, now time.Time) {
	delete(a.keys, k.id)
	u.keys = without(u.keys, k)
	d.later(u, now, func() { u.seen = without(u.seen, k) })
}

// key returns a user's key, nil if he has none of that id.
func (u *user) key(id string) *accessKey {
	for _, k := range u.keys {
		if k.id == id {
			return k
		}
	}
	return nil
}

// Keys returns the access keys of a user in truth, sorted by id.
func (a *AWS) Keys(account, user string) []Key {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.settle()
	var out []Key
	for _, k := range a.account(account).user(user).keys {
		out = append(out, Key{k.id, k.active})
	}
	return out
}
