package fakeaws

import "regexp"

var accessKeyID = regexp.MustCompile(`^\w{16,128}$`)

// listAccessKeys shows a page of a user's keys; without a name, of the caller's.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html
func (a *AWS) listAccessKeys(r *request) (any, error) {
	u, err := r.userOrCaller()
	if err != nil {
		return nil, err
	}
	r.caller.account.iam.settle(r.now)
	keys, next, err := page(r, u.seen, func(k *accessKey) string { return k.id })
	if err != nil {
		return nil, err
	}
	out := accessKeysResult{pageXML: next}
	for _, k := range keys {
		out.Keys = append(out.Keys, accessKeyXML{u.name, k.id, k.status, stamp(k.created)})
	}
	return out, nil
}

// createAccessKey makes a key, and another one each time that it is asked: its
// answer is the only one that ever shows the secret.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html
func (a *AWS) createAccessKey(r *request) (any, error) {
	u, err := r.userOrCaller()
	if err != nil {
		return nil, err
	}
	if len(u.keys) >= keysPerUser {
		return nil, refuse("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: %d", keysPerUser)
	}
	acc := r.caller.account
	k := a.addKey(acc, u, acc.newID("AKIA")[:20])
	acc.iam.later(u, r.now, func() { u.seen = insert(u.seen, k) })
	return createKeyResult{newKeyXML{u.name, k.id, k.status, a.give(secretOf(k.id)), stamp(k.created)}}, nil
}

// updateAccessKey switches a key on or off, and succeeds where it is so already.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html
func (a *AWS) updateAccessKey(r *request) (any, error) {
	u, k, err := r.key()
	if err != nil {
		return nil, err
	}
	if err := checkStatus(r.Params["Status"]); err != nil {
		return nil, err
	}
	r.caller.account.iam.setKey(u, k, r.Params["Status"] == "Active", r.now)
	return nil, nil
}

// deleteAccessKey deletes a key, active or not.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html
func (a *AWS) deleteAccessKey(r *request) (any, error) {
	u, k, err := r.key()
	if err != nil {
		return nil, err
	}
	a.dropKey(&r.caller.account.iam, u, k, r.now)
	return nil, nil
}

// key is the key asked for, which the user asked for has.
func (r *request) key() (*user, *accessKey, error) {
	id := r.Params["AccessKeyId"]
	if !accessKeyID.MatchString(id) {
		return nil, nil, refuse("ValidationError", "The specified value for accessKeyId is invalid.")
	}
	u, err := r.userOrCaller()
	if err != nil {
		return nil, nil, err
	}
	k := u.key(id)
	if k == nil {
		return nil, nil, refuse("NoSuchEntity", "The Access Key with id %s cannot be found.", id)
	}
	return u, k, nil
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

func status(active bool) string {
	if active {
		return "Active"
	}
	return "Inactive"
}

type accessKeysResult struct {
	Keys []accessKeyXML `xml:"AccessKeyMetadata>member"`
	pageXML
}

type accessKeyXML struct{ UserName, AccessKeyId, Status, CreateDate string }

type createKeyResult struct{ AccessKey newKeyXML }

type newKeyXML struct{ UserName, AccessKeyId, Status, SecretAccessKey, CreateDate string }
