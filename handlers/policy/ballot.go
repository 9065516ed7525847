package policy

import (
	"time"

	"sekisho/handlers/people"
	"sekisho/store"
)

// Vote is what an approval of before is worth now.
type Vote struct {
	By    string
	Steps []int  // that it can count for
	Lost  string // why it does not count any more, or ""
}

// CountingSteps returns the steps for which each vote can count, of the votes that still count.
func CountingSteps(votes []Vote) (out [][]int) {
	for _, v := range votes {
		if v.Lost == "" {
			out = append(out, v.Steps)
		}
	}
	return out
}

// KeepCounting returns the approvals whose votes still count, each with the steps for which it counts now.
func KeepCounting(approvals []store.Approval, votes []Vote) (out []store.Approval) {
	for i, v := range votes {
		if v.Lost == "" {
			a := approvals[i]
			a.Steps = v.Steps
			out = append(out, a)
		}
	}
	return out
}

// VoidEntries returns the entries that take away the votes that do not count any more.
func VoidEntries(votes []Vote, now time.Time) (out []store.Entry) {
	for _, v := range votes {
		if v.Lost != "" {
			out = append(out, store.Entry{Verb: store.Void, By: store.Self, At: now, Note: v.Lost,
				Facts: map[string]string{store.FactAccounts: v.By}})
		}
	}
	return out
}

// CheckVotes returns why votes do not meet the steps, or "": why the first lost vote is lost, or that an approver is missing.
func CheckVotes(steps []store.Step, votes []Vote) string {
	if store.Met(steps, CountingSteps(votes)) {
		return ""
	}
	for _, v := range votes {
		if v.Lost != "" {
			return v.Lost
		}
	}
	return NotApprover
}

// Lost returns why what was allowed before is not allowed any more, or "".
func (d Decision) Lost() string {
	if d.Refusal == NoPerson {
		return NoHolder
	}
	return d.Refusal
}

// Needs returns the approvals that a decision demands of a request that needs these: more of them, if the rule demands more by now.
func (d Decision) Needs(steps []store.Step) []store.Step {
	if store.Need(d.Steps) > store.Need(steps) {
		return d.Steps
	}
	return steps
}

// CanBeMet tells whether others could give all approvals of the steps, each person one. A step with a user group that is
// not known is left out: it may have anybody in it. Where those who may not approve are a group that is gone, nobody can.
func (p *Policy) CanBeMet(steps []store.Step, q Question) bool {
	if q.FirstGone(q.NotBy) != "" {
		return false
	}
	var known []store.Step
	voters := people.NewTally(p.People)
	barred, _ := q.Accounts(q.NotBy)
	for _, s := range steps {
		accounts, ok := q.Accounts(s.By)
		if !ok {
			continue
		}
		known = append(known, s)
		for _, a := range accounts {
			if !q.Away[a] {
				voters.Add(a, len(known))
			}
		}
	}
	return len(known) == 0 && len(steps) > 0 || store.Met(known, voters.Without(append(PersonsOf(barred), q.Person)...))
}

// PersonsOf returns the persons whom these Slack accounts name.
func PersonsOf(accounts []string) []store.Person {
	var out []store.Person
	for _, account := range accounts {
		out = append(out, store.Person(account))
	}
	return out
}
