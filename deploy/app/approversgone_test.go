package app_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/bot"
	"sekisho/bot/fakeslack"
	"sekisho/deploy/config"
	"sekisho/handlers/policy"
)

// goneCase is a configuration whose approvers have left Slack, or are a user group that was deleted.
const goneCase = "../../../shared/cases/approvers-gone.yaml"

// What nobody can approve is refused in the form, and at a sign-in by a direct message, and security is told; where one of two is left,
// they are asked by a direct message.
func TestApproversWhoAreGone(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile(goneCase)
	if err != nil {
		t.Skipf("SKIPPED: the cases are not here: %s", goneCase)
	}
	for id, refused := range map[string]bool{"half-gone": false, "all-gone": true, "group-gone": true, "two-groups-one-gone": false} {
		for _, byHand := range []bool{true, false} {
			alive(t, setup{config: oneOf(t, source, id), workspace: left}, func(s *sim) {
				s.aws.AddGroup(account, s.settings().Policy.Entitlements[0].Target)
				said := s.asksAndReads(byHand)
				s.wait(time.Minute)
				alert, _ := s.told(security) // else the ledger's head
				alarm := strings.Contains(alert, "Nobody can approve: "+id)
				_, called := s.told(s.slack.DM("U0SATO"))
				if len(s.slack.Messages(approvals)) > 0 == refused || called == refused || alarm != refused {
					t.Errorf("%s, by hand %t: %d cards, its approver called %t, security told %t", id, byHand, len(s.slack.Messages(approvals)), called, alarm)
				}
				if strings.Contains(said, bot.In("ja").Say("wish.no_approver_told", nil)) != refused {
					t.Errorf("%s, by hand %t: the person reads %q", id, byHand, said)
				}
			})
		}
	}
}

// oneOf returns a configuration with one of its entitlements.
func oneOf(t *testing.T, source []byte, id string) func(*config.Config) {
	return func(c *config.Config) {
		read, err := config.Parse(source)
		if err != nil {
			t.Fatal(err)
		}
		c.People, c.Policy = read.People, read.Policy
		c.Policy.Entitlements = slices.DeleteFunc(slices.Clone(c.Policy.Entitlements), func(e policy.Entitlement) bool { return e.ID != id })
		c.Policy.Entitlements[0].OnLogin = true
	}
}

// left is the case's workspace: Tanaka has left, and there is no user group.
func left(w *fakeslack.Workspace) {
	w.Users = append(w.Users, fakeslack.User{ID: "U0TANAKA", Name: "tanaka", Deleted: true}, fakeslack.User{ID: "U0SUZUKI", Name: "suzuki"},
		fakeslack.User{ID: "U0MORI", Name: "mori"})
	w.Groups = nil
}

// asksAndReads has Yamada ask for the one thing there is, and returns what they read of it.
func (s *sim) asksAndReads(byHand bool) string {
	if !byHand {
		s.signIn("1")
		s.wait(10 * time.Second)
		text, _ := s.told(s.slack.DM("U0YAMADA"))
		return text
	}
	form, ok := s.form("U0YAMADA")
	if !ok {
		s.t.Fatal("no form")
	}
	if _, err := s.slack.Submit("U0YAMADA", form.ID, map[string]string{"reason": "Roll back."}); err != nil {
		s.t.Fatal(err)
	}
	var said []string
	if v, open := s.slack.Modal("U0YAMADA"); open {
		for _, text := range v.Errors {
			said = append(said, text)
		}
	}
	return strings.Join(said, "\n")
}

// told returns the last message in a channel, and whether there is one.
func (s *sim) told(channel string) (string, bool) {
	if len(s.slack.Messages(channel)) == 0 {
		return "", false
	}
	_, text := s.latest(channel)
	return text, true
}
