package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"sekisho/handlers/access"
)

var (
	accountID = form{regexp.MustCompile(`^[0-9]{12}$`), "an AWS account's id, which has twelve digits with its leading zeros", `"123456789012"`}
	roleARN   = form{regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]{1,576}$`), "a role's ARN", "arn:aws:iam::123456789012:role/sekisho"}
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
	externalID = form{regexp.MustCompile(`^[\w+=,.@:/-]{2,1000}$`), "an external id: 2 to 1,000 letters, digits and +=,.@:/-", "sekisho-7f3a91"}
	// The name stands on every card, in commands and before the / of an IAM user, so it is one word.
	accountName = regexp.MustCompile(`^[\pL\pN][\pL\pM\pN_-]{0,63}$`)
)

func (r *reader) readAccounts(c *Config, top section) {
	const example = `{production: {id: "123456789012"}}`
	v, ok := top.need("accounts", example)
	if !ok {
		return
	}
	pairs, ok := r.pairs(v, example)
	if ok && len(pairs) == 0 {
		r.note(v.at, "%s has nothing in it: %s", v.name, v.write(example))
	}
	for _, p := range pairs {
		r.readAccount(c, p)
	}
}

// readAccount checks that an account has one name: a second one would be a second set of rules for it.
func (r *reader) readAccount(c *Config, v value) {
	if !accountName.MatchString(v.key) {
		r.note(v.from, "%s is not a name for an account: write up to 64 letters, digits, - or _, beginning with a letter or digit, such as production", v.name)
	}
	r.accounts[v.key] = ""
	s, ok := r.section(v, `{id: "123456789012"}`, "id", "role", "external_id")
	if !ok {
		return
	}
	id := s.word("id", accountID)
	role, external := s.wordOr("role", "", roleARN), s.wordOr("external_id", "", externalID)
	if id.value == "" {
		return
	}
	if other, taken := c.Policy.Accounts[id.value]; taken {
		r.note(id.at, "%s is the id of %s already: an account has one name, so take one of the two away", id.value, quote(other))
		return
	}
	r.accounts[v.key] = id.value
	c.Policy.Accounts[id.value] = v.key
	if role.value == "" {
		if _, meant := s.values["role"]; external.value != "" && !meant {
			r.note(external.at, "an external id is shown to a role, and there is none: add role, or take this away")
		}
		return
	}
	if owner := strings.Split(role.value, ":")[4]; owner != id.value {
		r.note(role.at, "this role is in account %s, and must be in %s: what is done in an account is done by a role of its own", owner, id.value)
	}
	c.Roles[id.value] = Role{role.value, external.value}
}

// account returns the twelve digits of the account that a name means, or "" if that is wrong, which is told.
func (r *reader) account(name word) string {
	id, ok := r.accounts[name.value]
	if ok || name.value == "" || len(r.accounts) == 0 {
		return id
	}
	names := slices.Sorted(maps.Keys(r.accounts))
	if near, ok := access.Nearest(name.value, names, slips(name.value)); ok {
		r.note(name.at, "%s is not among the accounts: did you mean %s?", quote(name.value), quote(near))
		return ""
	}
	for i, each := range names {
		names[i] = quote(each)
	}
	r.note(name.at, "%s is not among the accounts: write %s", quote(name.value), series(names, "or"))
	return ""
}
