package fakeaws

import (
	"net/url"
	"time"
)

// role is one that every known principal may assume who knows its external id.
type role struct {
	account    *account
	id         string
	name       string
	arn        string
	created    time.Time
	externalID string
}

// AddRole makes a role and returns its ARN. An externalID other than "" has to be
// given by all who assume it. A role made again under an old name gets a new id.
func (a *AWS) AddRole(account, name, externalID string) (arn string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	acc := a.account(account)
	if err := checkName("roleName", name, 64); err != nil {
		panic("fakeaws: " + err.Error())
	}
	if acc.role(name) != nil {
		panic("fakeaws: there is a role " + name)
	}
	return a.addRole(acc, name, externalID).arn
}

func (a *AWS) addRole(acc *account, name, externalID string) *role {
	arn := "arn:aws:iam::" + acc.id + ":role/" + name
	acc.roles[arn] = &role{acc, acc.newID("AROA"), name, arn, a.now(), externalID}
	return acc.roles[arn]
}

// DeleteRole deletes a role, so that another can be made under its name.
func (a *AWS) DeleteRole(account, name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	acc := a.account(account)
	delete(acc.roles, acc.mustRole(name).arn)
}

// RoleID returns the unique id of a role, with which SQS's SenderId begins for its
// sessions.
func (a *AWS) RoleID(account, name string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.account(account).mustRole(name).id
}

// mustRole returns a role of the scene.
func (acc *account) mustRole(name string) *role {
	r := acc.role(name)
	if r == nil {
		panic("fakeaws: no role " + name)
	}
	return r
}

// role finds a role by its name, or returns nil.
func (acc *account) role(name string) *role {
	for _, r := range acc.roles {
		if fold(r.name) == fold(name) {
			return r
		}
	}
	return nil
}

// getRole shows a role by its name.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html
func (a *AWS) getRole(r *request) (any, error) {
	name := r.Params["RoleName"]
	if err := checkName("roleName", name, 64); err != nil {
		return nil, err
	}
	found := r.caller.account.role(name)
	if found == nil {
		return nil, refuse("NoSuchEntity", "The role with name %s cannot be found.", name)
	}
	return roleResult{roleXML{"/", found.name, found.id, found.arn, stamp(found.created), url.QueryEscape(trust), 3600}}, nil
}

// trust is the document that says who may assume a role.
const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`

type roleResult struct{ Role roleXML }

type roleXML struct {
	Path, RoleName, RoleId, Arn, CreateDate string

	AssumeRolePolicyDocument string // encoded as in a URL
	MaxSessionDuration       int
}
