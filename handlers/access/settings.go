package access

import (
	"time"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Settings is the policy, and what the configuration says about the rest of the work.
type Settings struct {
	policy.Policy
	Rotations []Rotation
	Head      *handlers.Daily // when the head of the seals is sent; nil: never
	Enforce   bool            // unknown members of managed groups are removed, not only reported
	Removals  int             // at most so many in one look at all groups
	Keep      time.Duration   // ignored sign-ins and judged presses are deleted after it; 0: never
}

// holderOf returns the holder of a grant.
func holderOf(g store.Grant) policy.Holder {
	return policy.Holder{Person: g.Subject.Person, Login: people.Login{Account: g.Account, User: g.Subject.User}}
}

// grantedOf returns what the card of a grant shows.
func grantedOf(g store.Grant) policy.Granted {
	return policy.Granted{Rule: g.Entitlement, Kind: g.Kind, Account: g.Account, Target: g.Target, SignIn: g.Origin == store.SignIn,
		Endless: g.Endless, AllowsIAM: g.AllowsIAM, Risk: g.Risk, Duration: g.Duration, Longest: g.Longest, Steps: g.Steps}
}

// may returns why a Slack account's approval of a grant cannot stand, or "".
func (s *Settings) may(approver string, g store.Grant) string {
	return s.May(approver, holderOf(g), grantedOf(g))
}

// fourEyes returns why an approver is not known to be another person than the holder of a grant, or "".
func (s *Settings) fourEyes(approver string, g store.Grant) string {
	return s.FourEyes(approver, holderOf(g))
}

// unchanged returns why the rule of a grant does not give any more what the card shows, or "".
func (s *Settings) unchanged(g store.Grant) string { return s.Unchanged(grantedOf(g)) }

// holds reports whether a grant is a person's.
func (s *Settings) holds(person store.Person, g store.Grant) bool {
	return s.Holds(person, holderOf(g))
}

// roleOf returns the role that asked for a grant, as the configuration has it now: see [Policy.RoleFor].
func (s *Settings) roleOf(g store.Grant) (policy.Program, bool) {
	return s.RoleFor(g.Role, holderOf(g).Login)
}

// notBy returns the users and user groups that may not approve a grant, because of the role that asks for it.
func (s *Settings) notBy(g store.Grant) []string {
	if g.Role == "" {
		return nil
	}
	role, _ := s.roleOf(g)
	return role.NotBy
}

// alsoDecide returns the users and user groups that may decide on a grant since it was escalated.
func (s *Settings) alsoDecide(g store.Grant) []string {
	rule, _ := s.Rule(g.Entitlement)
	return rule.Escalation.StillNamed(g.Escalated())
}

// longest returns the longest time for which a rule gives access.
func (s *Settings) longest() time.Duration {
	longest := time.Duration(0)
	for _, e := range s.Entitlements {
		longest = max(longest, e.Longest)
	}
	return longest
}
