package store

import (
	"errors"
	"slices"
	"strings"
)

// ErrSteps says that a grant would be approved before all of its steps are.
var ErrSteps = errors.New("approvals are missing")

// Rule is the By of an approval that a rule gives by itself. No Slack user id looks like it.
const Rule = "rule"

// Step is a part of what a grant needs: so many approvals of these people. All steps are needed, in any order.
type Step struct {
	By    []string `json:"by"` // Slack user ids and "usergroup:" ids
	Count int      `json:"count"`
}

// Need is how many approvals the steps need together.
func Need(steps []Step) int {
	n := 0
	for _, s := range steps {
		n += s.Count
	}
	return n
}

// Met tells whether these voters are enough, each with the steps that they can count for. No steps are never met.
func Met(steps []Step, voters [][]int) bool {
	n := 0
	for _, step := range Assign(steps, voters) {
		if step > 0 {
			n++
		}
	}
	return n > 0 && n == Need(steps)
}

// Assign lets each voter count for one of the steps that they can count for, so that as many as possible do. It returns
// each one's step, from 1, or 0. A voter who counts goes on to do so, whoever comes after; one who does not never will,
// whoever comes after.
func Assign(steps []Step, voters [][]int) []int {
	at := make([]int, len(voters))
	for v := range voters {
		seat(steps, voters, at, v, map[int]bool{})
	}
	return at
}

// seat finds a step for a voter. Where it is full, one of those who count for it makes room if there is another for
// them: an augmenting path of a bipartite matching.
func seat(steps []Step, voters [][]int, at []int, voter int, tried map[int]bool) bool {
	for _, step := range voters[voter] {
		if step < 1 || step > len(steps) || tried[step] {
			continue
		}
		tried[step] = true
		var there []int
		for other, s := range at {
			if s == step {
				there = append(there, other)
			}
		}
		room := len(there) < steps[step-1].Count
		for i := 0; !room && i < len(there); i++ {
			room = seat(steps, voters, at, there[i], tried)
		}
		if room {
			at[voter] = step
			return true
		}
	}
	return false
}

// Voters are the steps that each approval can count for.
func (g Grant) Voters() [][]int { return votersOf(g.Approvals) }

func votersOf(approvals []Approval) [][]int {
	out := make([][]int, len(approvals))
	for i, a := range approvals {
		out[i] = a.Steps
	}
	return out
}

// FactAccounts names the Slack accounts whose approvals a [Void] takes away, joined by blanks.
const FactAccounts = "accounts"

// FactOffboarding names the offboarding that an entry comes of.
const FactOffboarding = "offboarding"

// without returns approvals but those by these Slack accounts.
func without(approvals []Approval, accounts string) []Approval {
	these := strings.Fields(accounts)
	return slices.DeleteFunc(slices.Clone(approvals), func(a Approval) bool { return slices.Contains(these, a.By) })
}

// Need is how many approvals the grant needs in all.
func (g Grant) Need() int { return Need(g.Steps) }

// ByRule tells whether a rule has approved the grant by itself.
func (g Grant) ByRule() bool {
	for _, a := range g.Approvals {
		if a.By == Rule {
			return true
		}
	}
	return false
}

// Met tells whether the grant has all approvals that it needs. A rule's own is one where the card said so.
func (g Grant) Met() bool {
	if g.ByRule() {
		return g.Risk != High && g.Longest <= g.Auto
	}
	return Met(g.Steps, g.Voters())
}
