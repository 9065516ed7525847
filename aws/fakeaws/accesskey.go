package fakeaws

import (
	"cmp"
	"regexp"
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
	created time.Time
}

// AddKey makes an access key of a user and returns its id. It is active and at
// once known everywhere. Any secret goes with it: see the package's doc on signatures.
func (a *AWS) AddKey(account, user string) (id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	acc := a.account(account)
	u := acc.user(user)
	if len(u.keys) == keysPerUser {
		panic("fakeaws: no third access key for " + user)
	}
	return a.addKey(acc, u, acc.newID("AKIA")[:20]).id
}

func (a *AWS) addKey(acc *account, u *user, id string) *accessKey {
	k := &accessKey{id: id, active: true, created: a.now()}
	u.keys = append(u.keys, k)
	slices.SortFunc(u.keys, func(x, y *accessKey) int { return cmp.Compare(x.id, y.id) })
	a.keys[id] = principal{account: acc, userID: u.id, arn: u.arn, secret: secretOf(id), key: k}
	return k
}

// Keys returns the access keys of a user, sorted by id.
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

// listAccessKeys shows a page of a user's keys; without a name, of the caller's.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html
func (a *AWS) listAccessKeys(r *request) (any, error) {
	u, err := r.userOrCaller()
	if err != nil {
		return nil, err
	}
	keys, next, err := page(r, u.keys, func(k *accessKey) string { return k.id })
	if err != nil {
		return nil, err
	}
	out := accessKeysResult{pageXML: next}
	for _, k := range keys {
		out.Keys = append(out.Keys, accessKeyXML{u.name, k.id, k.status(), stamp(k.created)})
	}
	return out, nil
}

var accessKeyID = regexp.MustCompile(`^\w{16,128}$`)

// updateAccessKey switches a key on or off, and succeeds where it is so already.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html
func (a *AWS) updateAccessKey(r *request) (any, error) {
	id, status := r.Params["AccessKeyId"], r.Params["Status"]
	if !accessKeyID.MatchString(id) {
		return nil, refuse("ValidationError", "The specified value for accessKeyId is invalid.")
	}
	if err := checkStatus(status); err != nil {
		return nil, err
	}
	u, err := r.userOrCaller()
	if err != nil {
		return nil, err
	}
	for _, k := range u.keys {
		if k.id == id {
			k.active = status == "Active"
			return nil, nil
		}
	}
	return nil, refuse("NoSuchEntity", "The Access Key with id %s cannot be found.", id)
}

// checkStatus lets through what a key can be made. Expired is a value of the model
// that nobody can set; which error says so is not documented, of those that the
// action has InvalidInput fits.
func checkStatus(status string) error {
	switch status {
	case "Active", "Inactive":
		return nil
	case "Expired":
		return refuse("InvalidInput", "A key cannot be made Expired.")
	}
	return refuse("ValidationError",
		"1 validation error detected: Value '%s' at 'status' failed to satisfy constraint: Member must satisfy enum value set", status)
}

func (k *accessKey) status() string {
	if k.active {
		return "Active"
	}
	return "Inactive"
}

type accessKeysResult struct {
	Keys []accessKeyXML `xml:"AccessKeyMetadata>member"`
	pageXML
}

type accessKeyXML struct{ UserName, AccessKeyId, Status, CreateDate string }
