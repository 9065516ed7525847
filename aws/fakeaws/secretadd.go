package fakeaws

import (
	"encoding/json"
	"time"
)

// AddSecret puts an access key of a user into a new secret, in the form that
// programs read, as somebody did by hand who had both.
func (a *AWS) AddSecret(account, name, key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	a.settle()
	acc := a.account(account)
	if p := a.keys[key]; p.key == nil || p.account != acc || acc.secret(name, a.now()) != nil {
		panic("fakeaws: no key " + key + " for a new secret " + name)
	}
	body, _ := json.Marshal(map[string]string{"aws_access_key_id": key, "aws_secret_access_key": a.give(secretOf(key))}) // strings cannot fail
	text := string(body)
	s := acc.newSecret(name, a.now())
	s.versions = []*version{{id: letters("version", key)[:32], value: value{String: &text}, stages: []string{current}, created: s.created}}
}

// newSecret adds a secret without a value.
func (acc *account) newSecret(name string, now time.Time) *secret {
	s := &secret{
		name:    name,
		arn:     "arn:aws:secretsmanager:" + region + ":" + acc.id + ":secret:" + name + "-" + acc.newID("")[:6],
		created: now,
		changed: now,
	}
	acc.secrets[name] = s
	return s
}
