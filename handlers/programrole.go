package handlers

import (
	"context"

	"sekisho/store"
)

// roleOf returns the role that asked for the grant as the configuration has it now. It reports false if the configuration
// no longer names the role for the grant's IAM user.
func (p *Policy) roleOf(g store.Grant) (Program, bool) {
	login := Login{Account: g.Account, User: g.Subject.User}.folded()
	for _, role := range p.Programs {
		if p.NameOf(role) != g.Role {
			continue
		}
		for _, l := range role.Users {
			if l.folded() == login {
				return role, true
			}
		}
	}
	return Program{}, false
}

// notBy returns the users and user groups that may not approve the grant, because of the role that asks for it.
func (p *Policy) notBy(g store.Grant) []string {
	if g.Role == "" {
		return nil
	}
	role, _ := p.roleOf(g)
	return role.NotBy
}

// Groups returns the Slack ids of all user groups that the role's entry names.
func (r Program) Groups() []string { return groupsIn(r.NotBy) }

// NameOf returns the name of a role, behind that of its account.
func (p *Policy) NameOf(r Program) string { return p.Accounts[r.Account] + "/" + r.Role }

// roleBars returns why the person with this Slack account may not approve what a role asked for, or "". The
// configuration of now decides, not that of the request. Every account of the person counts.
func (k *Keeper) roleBars(ctx context.Context, g store.Grant, approver string) (string, error) {
	if g.Role == "" {
		return "", nil
	}
	role, ok := k.Policy.roleOf(g)
	if !ok {
		return RoleGone, nil
	}
	for _, account := range k.Policy.People.Accounts(k.Policy.People.Of(approver)) {
		if barred, err := k.amongBarred(ctx, role.NotBy, account); err != nil || barred {
			return RoleBarred, err
		}
	}
	return "", nil
}

// barredBy returns the roles whose requests the person with this Slack account may not approve, each behind the name
// of its account.
func (k *Keeper) barredBy(ctx context.Context, approver string) (map[string]bool, error) {
	out := map[string]bool{}
	for _, role := range k.Policy.Programs {
		for _, account := range k.Policy.People.Accounts(k.Policy.People.Of(approver)) {
			barred, err := k.amongBarred(ctx, role.NotBy, account)
			if err != nil {
				return nil, err
			}
			if barred {
				out[k.Policy.NameOf(role)] = true
			}
		}
	}
	return out, nil
}

// persons returns the persons whom these Slack accounts name.
func persons(accounts []string) []store.Person {
	var out []store.Person
	for _, account := range accounts {
		out = append(out, store.Person(account))
	}
	return out
}
