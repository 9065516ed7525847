package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/deploy/config"
	"sekisho/handlers/people"
	"sekisho/store"
)

// TestTwoAccountsWithEqualNames: a user and a group of the same names in two accounts are two users and two groups, of two
// people. What is asked for, approved and taken back in one changes nothing in the other.
func TestTwoAccountsWithEqualNames(t *testing.T) {
	t.Parallel()
	how := setup{users: []string{"same", "twin"}, config: func(c *config.Config) {
		staging := c.Policy.Entitlements[0]
		staging.ID, staging.Account = "staging-operator", account2
		c.Policy.Entitlements = append(c.Policy.Entitlements, staging)
		c.People = []people.Person{{Slack: []string{"U0SATO"}}, {Slack: []string{"U0KATO"}},
			{Slack: []string{person("same")}, IAM: []people.Login{{Account: account, User: "same"}}},
			{Slack: []string{person("twin")}, IAM: []people.Login{{Account: account2, User: "same"}}}}
		c.Policy.People = people.New(c.People)
	}}
	alive(t, how, func(s *sim) {
		there := strings.NewReplacer(account, account2, userID("same"), userID2("same"))
		members := func() [2]bool {
			return [2]bool{slices.Contains(s.aws.Members(account, group), "same"), slices.Contains(s.aws.Members(account2, group), "same")}
		}
		s.signInOf("same", "here")
		s.aws.Send(s.queue, "", there.Replace(signInBody("same", "there")))
		s.wait(5 * time.Second)
		here, other := s.grant(s.db(), "here"), s.grant(s.db(), "there")
		if here.Account != account || here.Subject.Person.Account() != person("same") || other.Account != account2 || other.Subject.Person.Account() != person("twin") ||
			here.Slot() == other.Slot() || here.Terms() == other.Terms() {
			t.Fatalf("%+v\n%+v", here, other)
		}
		s.says("here", "production")
		s.says("there", "staging")
		s.mustPress("U0SATO", store.Approve, "there")
		s.wait(8 * time.Second)
		if got := members(); got != [2]bool{false, true} {
			t.Errorf("approved in staging: members %v", got)
		}
		s.mustPress("U0SATO", store.Approve, "here")
		s.wait(8 * time.Second)
		s.mustPress(person("same"), store.Finish, "there") // it is the other's
		s.wait(8 * time.Second)
		if got := members(); got != [2]bool{true, true} {
			t.Errorf("approved in both: members %v", got)
		}
		s.mustPress(person("same"), store.Finish, "here")
		s.wait(8 * time.Second)
		if got := members(); got != [2]bool{false, true} {
			t.Errorf("finished in production: members %v", got)
		}
		s.wait(duration)
		if got := members(); got != [2]bool{} {
			t.Errorf("at the end: members %v", got)
		}
	})
}
