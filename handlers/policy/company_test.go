package policy_test

import (
	"time"

	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

const account, rule = "123456789012", "prod-operator"

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// oneRule returns a policy whose rule the members of a user group approve, or the chief.
func oneRule() *policy.Policy {
	return &policy.Policy{
		Accounts: map[string]string{account: "production"},
		Entitlements: []policy.Entitlement{{ID: rule, Kind: "iam-group", Account: account, Target: "jit-ops", OnLogin: true,
			Steps: []store.Step{{By: []string{"usergroup:S0LEADS", "U0CHIEF"}, Count: 1}}, Within: 24 * time.Hour, Duration: 4 * time.Hour, Longest: 12 * time.Hour}},
		Security: []string{"U0CHIEF"},
		MatchTag: true,
		People: people.New([]people.Person{
			{Slack: []string{"U0YAMADA", "U0YAMADA2"}, IAM: []people.Login{{Account: account, User: "t.yamada"}}},
			{Slack: []string{"U0SATO"}}, {Slack: []string{"U0KATO"}}, {Slack: []string{"U0CHIEF"}}, {Slack: []string{"U0OTHER"}},
		}),
	}
}
