package app_test

import (
	"strings"
	"testing"
	"time"

	"sekisho/bot"
	"sekisho/deploy/config"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Two steps with a high risk, from the sign-in to the end: Slack asks twice, the card tells the steps apart, and the rule
// is named.
func TestTwoStepsWithHighRisk(t *testing.T) {
	t.Parallel()
	how := setup{config: func(c *config.Config) {
		e := &c.Policy.Entitlements[0]
		e.Steps = []store.Step{{By: []string{"usergroup:S0LEADS"}, Count: 1}, {By: []string{"usergroup:S0SECURITY", "U0KATO"}, Count: 1}}
		e.Risk = store.High
	}}
	alive(t, how, func(s *sim) {
		s.signIn("1")
		s.wait(5 * time.Second)
		s.says("1", "Step 1: 0 of 1", "Step 2: 0 of 1", phrase("card.high_asked"), "Rule `prod-operator`")
		card := s.grant(s.db(), "1").Card
		if err := s.clicks("U0KATO", card, store.Approve, false); err == nil {
			t.Error("the approval does not ask twice")
		}
		if err := s.clicks("U0KATO", card, store.Approve, true); err != nil { // of both groups
			t.Fatal(err)
		}
		s.is("1", store.Asked, false)
		s.says("1", "Pending approval, 1 of 2 approvals")
		if err := s.clicks("U0SATO", card, store.Approve, true); err != nil {
			t.Fatal(err)
		}
		s.wait(5 * time.Second)
		s.is("1", store.Active, true)
		s.wait(duration + time.Minute)
		s.is("1", store.Ended, false)
	})
}

// What a rule gives by itself it gives once the person has answered, which their message says.
func TestGivenByTheRule(t *testing.T) {
	t.Parallel()
	how := setup{config: func(c *config.Config) {
		c.Policy.Entitlements[0].Auto = &policy.Auto{Longest: duration}
	}}
	alive(t, how, func(s *sim) {
		s.signIn("1")
		s.wait(5 * time.Second)
		s.is("1", store.Asked, false)
		question, text := s.latest(s.slack.DM("U0YAMADA"))
		if want := "`" + group + "` が付与されます"; !strings.Contains(text, want) || !strings.Contains(text, bot.In("ja").Say("button.mine", nil)) {
			t.Errorf("the question does not say %q:\n%s", want, text)
		}
		if err := s.clicks("U0YAMADA", question, store.Mine, true); err != nil {
			t.Fatal(err)
		}
		s.wait(5 * time.Second)
		s.is("1", store.Active, true)
		s.says("1", phrase("card.by_rule"), phrase("card.mine"))
		if thread := s.thread("1"); !strings.Contains(thread, "Approved by rule `prod-operator` itself.") {
			t.Errorf("thread:\n%s", thread)
		}
		s.signIn("2")
		s.wait(duration + time.Minute) // no longer, whoever signs in
		s.is("1", store.Ended, false)
	})
}
