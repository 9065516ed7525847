package policy

import (
	"slices"
	"time"

	"sekisho/handlers/people"
	"sekisho/store"
)

// Question is all that a decision depends on. What Slack knows was found out beforehand, so that deciding is pure.
type Question struct {
	Origin      store.Origin   // a sign-in has neither reason nor ticket, and its account may be nobody's
	Person      store.Person   // who asks, and gets it
	KnownBy     store.KnownBy  // where the configuration does not list the IAM user under them
	Account     people.Account // what Slack says of the account that asks; nothing for a sign-in
	Login       people.Login   // the IAM user, of what was decided before
	Unfit       string         // why the person can be given nothing, by what Slack says of all their accounts
	Leaves      bool           // the person is being offboarded, or was
	Program     bool           // a program of theirs asks, of which Slack says nothing
	MFA         string         // of a sign-in, as the record says: "yes", "no", or "" where it does not
	Entitlement string
	Duration    time.Duration // 0: the rule's
	To          time.Time     // the wished end, instead of a duration
	Reason      string
	Ticket      string
	NotBy       []string            // who may not approve what the role asks for that asks: Slack user ids and "usergroup:" ids
	When        time.Time           // it would begin
	Members     map[string][]string // of the user groups that are known, by their Slack id
	Gone        []string            // those of them that Slack does not have any more: nobody is in them
	Away        map[string]bool     // Slack accounts that cannot approve now
}

// FirstGone returns the first of these that is a user group which Slack does not have any more, or "". Nobody knows whom such a group named:
// where it names those who may not, nobody may.
func (q Question) FirstGone(these []string) string {
	for _, id := range these {
		if group, ok := people.GroupOf(id); ok && slices.Contains(q.Gone, group) {
			return id
		}
	}
	return ""
}

// Accounts returns the Slack accounts that these name. It reports false if the members of a user group among them are not known.
func (q Question) Accounts(these []string) (out []string, ok bool) {
	for _, id := range these {
		group, isGroup := people.GroupOf(id)
		members, known := q.Members[group]
		switch {
		case !isGroup:
			out = append(out, id)
		case !known:
			return nil, false
		default:
			out = append(out, members...)
		}
	}
	return out, true
}

// among returns the first of these that is one of the accounts, or that has one in it.
func (q Question) among(these, accounts []string) string {
	for _, id := range these {
		named := []string{id}
		if group, ok := people.GroupOf(id); ok {
			named = q.Members[group]
		}
		if slices.ContainsFunc(named, func(a string) bool { return slices.Contains(accounts, a) }) {
			return id
		}
	}
	return ""
}
