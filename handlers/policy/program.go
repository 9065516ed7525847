package policy

import (
	"sekisho/handlers/people"
)

// Program is an IAM role whose sessions may ask through SQS, and for which IAM users: for no others.
type Program struct {
	Account, Role string // the account's twelve digits, and the role's name
	Users         []people.Login
	NotBy         []string // who may not approve what it asks for: Slack user ids and "usergroup:" ids
}

// RoleFor returns the role of this name as the configuration has it now. It reports false if the configuration no longer names the role
// for the IAM user.
func (p *Policy) RoleFor(name string, login people.Login) (Program, bool) {
	for _, role := range p.Programs {
		if p.NameOf(role) != name {
			continue
		}
		for _, l := range role.Users {
			if l.Folded() == login.Folded() {
				return role, true
			}
		}
	}
	return Program{}, false
}

// Groups returns the Slack ids of all user groups that the role's entry names.
func (r Program) Groups() []string { return people.GroupsIn(r.NotBy) }

// NameOf returns the name of a role, behind that of its account.
func (p *Policy) NameOf(r Program) string { return p.Accounts[r.Account] + "/" + r.Role }
