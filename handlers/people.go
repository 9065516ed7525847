package handlers

import "strings"

// Person is one human being, however many accounts they have.
type Person struct {
	Slack []string // user ids, the first one names the person
	IAM   []Login
}

// Login is an IAM user of an account.
type Login struct{ Account, User string }

// folded is the login as IAM compares it: names do not differ by case alone.
func (l Login) folded() Login { return Login{Account: l.Account, User: strings.ToLower(l.User)} }

// People finds a person by account.
type People struct {
	bySlack map[string]string
	slack   map[string][]string // person -> all their accounts
	byLogin map[Login]string
	logins  map[string][]Login // person -> their IAM users
}

// NewPeople indexes the people of the configuration. Each account belongs to one person: package config sees to it.
func NewPeople(people []Person) People {
	out := People{bySlack: map[string]string{}, slack: map[string][]string{}, byLogin: map[Login]string{}, logins: map[string][]Login{}}
	for _, p := range people {
		out.slack[p.Slack[0]], out.logins[p.Slack[0]] = p.Slack, p.IAM
		for _, id := range p.Slack {
			out.bySlack[id] = p.Slack[0]
		}
		for _, l := range p.IAM {
			out.byLogin[l.folded()] = p.Slack[0]
		}
	}
	return out
}

// Of returns the person behind a Slack account, or "".
func (p People) Of(slack string) string { return p.bySlack[slack] }

// Accounts returns the Slack accounts of a person; one whom the configuration does not know has the one they are called by.
func (p People) Accounts(person string) []string {
	if all := p.slack[person]; all != nil {
		return all
	}
	return []string{person}
}

// Users returns the names of a person's IAM users in an account.
func (p People) Users(person, account string) []string {
	var out []string
	for _, l := range p.logins[person] {
		if l.Account == account {
			out = append(out, l.User)
		}
	}
	return out
}

// Behind returns the person behind an IAM user: by the configuration, else by the user's tag, else "".
func (p People) Behind(l Login, tag string) string {
	if id := p.byLogin[l.folded()]; id != "" {
		return id
	}
	if id := p.bySlack[tag]; id != "" {
		return id
	}
	return tag
}
