package app

import (
	"sekisho/deploy/config"
	"sekisho/handlers/audit"
	"sekisho/handlers/people"
)

// auditRules returns what an audit judges by: also whose keys are rotated.
func auditRules(c config.Config) audit.Rules {
	rules := audit.Rules{Policy: &c.Policy.Policy, Settings: c.Audit}
	for _, r := range c.Policy.Rotations {
		rules.Rotated = append(rules.Rotated, audit.Rotated{Rule: r.ID, Login: people.Login{Account: r.Account, User: r.User}})
	}
	return rules
}
