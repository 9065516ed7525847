package config

import (
	"regexp"
	"strings"

	"sekisho/handlers/people"
)

const peopleExample = "[{slack: U01ABCDEF, iam_users: [production/t.yamada]}]"

var (
	slackUser = form{regexp.MustCompile(`^[UW][A-Z0-9]{2,20}$`), "a Slack user's id (in Slack: the profile, Copy member ID)", "U01ABCDEF"}
	// https://docs.aws.amazon.com/IAM/latest/APIReference/API_User.html
	iamUser = form{regexp.MustCompile(`^[^/]+/[\w+=,.@-]{1,64}$`), "an IAM user behind the name of its account", "production/t.yamada"}
)

// readPeople checks that each account belongs to one person: two people who share one would be two pairs of eyes.
func (r *reader) readPeople(c *Config, top section) {
	v, ok := top.need("people", peopleExample)
	if !ok {
		r.doubt, r.unsure = true, true
		return
	}
	told := len(r.list)
	defer func() { r.unsure = len(r.list) > told }()
	owners := map[people.Login]place{}
	first := map[string]place{}
	entries := r.entries(v, "a person", peopleExample)
	r.listed, r.doubt = len(entries), len(entries) == 0
	for _, each := range entries {
		s, ok := r.section(each, "{slack: U01ABCDEF}", "slack", "iam_users")
		if !ok {
			r.doubt = true
			continue
		}
		p := people.Person{Slack: r.slackOf(s, len(c.People), first), IAM: r.usersOf(s, owners)}
		if len(p.Slack) > 0 {
			c.People = append(c.People, p)
		}
	}
	c.Policy.People = people.New(c.People)
}

// slackOf reads the Slack accounts of a person, the index-th.
func (r *reader) slackOf(s section, index int, first map[string]place) []string {
	v, ok := s.need("slack", slackUser.example)
	if !ok {
		r.doubt = true
		return nil
	}
	var out []string
	for _, id := range r.words(v, slackUser) {
		if id.value == "" {
			r.doubt = true
			continue
		}
		if at, taken := first[id.value]; taken {
			r.note(id.at, "%s is there already, on line %d: one person has one entry, with all of their accounts in it", id.value, at.line)
			continue
		}
		first[id.value], r.persons[id.value] = id.at, index
		out = append(out, id.value)
	}
	return out
}

// usersOf reads the IAM users of a person. AWS has no two whose names differ in case only, so case does not count here.
func (r *reader) usersOf(s section, owners map[people.Login]place) []people.Login {
	v, ok := s.values["iam_users"]
	if !ok {
		return nil
	}
	var out []people.Login
	for _, written := range r.words(v, iamUser) {
		name, user, _ := strings.Cut(written.value, "/")
		id := r.account(word{name, written.at})
		if id == "" {
			continue
		}
		key := people.Login{Account: id, User: strings.ToLower(user)}
		if at, taken := owners[key]; taken {
			r.note(written.at, "%s is there already, on line %d: an IAM user belongs to one person", quote(written.value), at.line)
			continue
		}
		owners[key] = written.at
		out = append(out, people.Login{Account: id, User: user})
	}
	return out
}
