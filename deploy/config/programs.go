package config

import (
	"regexp"
	"slices"
	"strings"

	"sekisho/handlers/people"
	"sekisho/handlers/policy"
)

const programsExample = "[{role: production/deployer, iam_users: [production/t.yamada]}]"

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html
var iamRole = form{regexp.MustCompile(`^[^/:]+/[\w+=,.@-]{1,64}$`), "an IAM role's name, without its path, behind the name of its account", "production/deployer"}

// readPrograms reads the roles by which programs may ask: a second entry of one would hide what the first says.
func (r *reader) readPrograms(c *Config) {
	if r.roles.node == nil {
		return
	}
	first := map[people.Login]place{}
	for _, each := range r.entries(r.roles, "a role that asks", programsExample) {
		s, ok := r.section(each, programsExample[1:len(programsExample)-1], "role", "iam_users", "not_by")
		if !ok {
			continue
		}
		written := s.word("role", iamRole)
		account, role, _ := strings.Cut(written.value, "/")
		p := policy.Program{Account: r.account(word{account, written.at}), Role: role, Users: r.programUsers(c, s)}
		key := people.Login{Account: p.Account, User: strings.ToLower(role)}
		if at, twice := first[key]; twice && p.Account != "" {
			r.note(written.at, "%s is there already, on line %d: a role has one entry, with all of its IAM users in it", quote(written.value), at.line)
			continue
		}
		if v, ok := s.values["not_by"]; ok {
			p.NotBy, _ = r.readWho(v, "approve anyway")
		}
		first[key] = written.at
		c.Policy.Programs = append(c.Policy.Programs, p)
	}
}

// programUsers reads for which IAM users a role asks, as they are written under people: who is nobody's has no holder.
func (r *reader) programUsers(c *Config, s section) []people.Login {
	v, ok := s.need("iam_users", "["+iamUser.example+"]")
	if !ok {
		return nil
	}
	var out []people.Login
	for _, written := range r.words(v, iamUser) {
		account, user, _ := strings.Cut(written.value, "/")
		id := r.account(word{account, written.at})
		if id == "" {
			continue
		}
		login, owned := listed(c.People, people.Login{Account: id, User: user})
		switch {
		case slices.Contains(out, login):
			r.note(written.at, "%s is named twice: once is enough", quote(written.value))
		case !owned && !r.unsure:
			r.note(written.at, "%s is nobody's under people, and a request needs somebody who answers for it: add it to the iam_users of a person", quote(written.value))
		default:
			out = append(out, login)
		}
	}
	return out
}

// listed returns an IAM user as it is written under people.
func listed(persons []people.Person, l people.Login) (people.Login, bool) {
	for _, p := range persons {
		for _, each := range p.IAM {
			if each.Account == l.Account && strings.EqualFold(each.User, l.User) {
				return each, true
			}
		}
	}
	return l, false
}
