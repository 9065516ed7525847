package people

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"sekisho/store"
)

// Person is one human being, however many accounts they have.
type Person struct {
	Slack []string // user ids, the first one names the person
	IAM   []Login
}

// Login is an IAM user of an account.
type Login struct{ Account, User string }

// Folded returns the login as IAM compares it: names do not differ by case alone.
func (l Login) Folded() Login { return Login{Account: l.Account, User: strings.ToLower(l.User)} }

// Registry finds persons by their accounts, and compares them. It is the configuration of now; a record has a person as the configuration
// had them when it was written.
type Registry struct {
	bySlack map[string]store.Person
	slack   map[store.Person][]string // person -> all their accounts
	byLogin map[Login]store.Person
	logins  map[store.Person][]Login // person -> their IAM users
}

// New indexes the people of the configuration. Each account belongs to one person: package config sees to it.
func New(people []Person) Registry {
	out := Registry{bySlack: map[string]store.Person{}, slack: map[store.Person][]string{}, byLogin: map[Login]store.Person{},
		logins: map[store.Person][]Login{}}
	for _, p := range people {
		person := store.Person(p.Slack[0])
		out.slack[person], out.logins[person] = p.Slack, p.IAM
		for _, id := range p.Slack {
			out.bySlack[id] = person
		}
		for _, l := range p.IAM {
			out.byLogin[l.Folded()] = person
		}
	}
	return out
}

// Same reports whether two persons are one by the configuration as it is now, whichever of their Slack accounts each was
// named by. Nobody is the same as nobody.
func (p Registry) Same(a, b store.Person) bool { return a != "" && p.Current(a) == p.Current(b) }

// In reports whether a person is among these.
func (p Registry) In(person store.Person, these []store.Person) bool {
	return slices.ContainsFunc(these, func(each store.Person) bool { return p.Same(person, each) })
}

// Current returns a person as the configuration names them now.
func (p Registry) Current(person store.Person) store.Person {
	return cmp.Or(p.bySlack[person.Account()], person)
}

// Of returns the person behind a Slack account, or "".
func (p Registry) Of(slack string) store.Person { return p.bySlack[slack] }

// OrSelf returns the person behind a Slack account: one whom the configuration does not know is called by the account.
func (p Registry) OrSelf(slack string) store.Person { return cmp.Or(p.Of(slack), store.Person(slack)) }

// Known reports whether the configuration has the person.
func (p Registry) Known(person store.Person) bool { return p.Of(person.Account()) != "" }

// Accounts returns the Slack accounts of a person; one whom the configuration does not know has the one they are called by.
func (p Registry) Accounts(person store.Person) []string {
	if all := p.slack[p.Current(person)]; all != nil {
		return all
	}
	return []string{person.Account()}
}

// Logins returns a person's IAM users.
func (p Registry) Logins(person store.Person) []Login { return p.logins[p.Current(person)] }

// Names returns all names under which the ledger has what a person holds: their Slack accounts and their IAM users.
func (p Registry) Names(person store.Person) []string {
	out := slices.Clone(p.Accounts(person))
	for _, l := range p.Logins(person) {
		out = append(out, store.UserName(l.Account, l.User))
	}
	return out
}

// Users returns the names of a person's IAM users in an account.
func (p Registry) Users(person store.Person, account string) []string {
	var out []string
	for _, l := range p.Logins(person) {
		if l.Account == account {
			out = append(out, l.User)
		}
	}
	return out
}

// WithUsers returns all persons who have an IAM user.
func (p Registry) WithUsers() []store.Person {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(p.logins)), func(person store.Person) bool { return len(p.logins[person]) == 0 })
}

// Owner returns the person whom the configuration names for an IAM user, or "".
func (p Registry) Owner(l Login) store.Person { return p.byLogin[l.Folded()] }

// Owners returns the persons whose IAM users these are, each once.
func (p Registry) Owners(match func(Login) bool) []store.Person {
	var out []store.Person
	for l, person := range p.byLogin {
		if match(l) && !p.In(person, out) {
			out = append(out, person)
		}
	}
	return out
}

// Tally counts votes by person: all accounts of a person have the steps of one.
type Tally struct {
	people Registry
	steps  map[store.Person][]int
}

// NewTally returns a tally without votes.
func NewTally(people Registry) *Tally { return &Tally{people: people} }

// Add lets the person behind a Slack account count for a step, unless they are nobody.
func (t *Tally) Add(account string, step int) {
	person := t.people.Of(account)
	if person == "" || slices.Contains(t.steps[person], step) {
		return
	}
	if t.steps == nil {
		t.steps = map[store.Person][]int{}
	}
	t.steps[person] = append(t.steps[person], step)
}

// Without returns what each person counts for, but these persons.
func (t *Tally) Without(these ...store.Person) [][]int {
	for _, one := range these {
		delete(t.steps, t.people.Current(one))
	}
	return slices.Collect(maps.Values(t.steps))
}
