package app_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"sekisho/bot/fakeslack"
	"sekisho/deploy/config"
	"sekisho/store"
)

// More user groups than Slack answers for one by one in a minute: the form offers all there is, as often as it is opened, and who is in
// one decides.
func TestTheFormOffersAllOfManyGroups(t *testing.T) {
	t.Parallel()
	const many = 25
	how := setup{config: func(c *config.Config) {
		for i := range many {
			e := c.Policy.Entitlements[0]
			e.ID, e.OnLogin, e.Askers = fmt.Sprintf("rule-%02d", i), false, []string{fmt.Sprintf("usergroup:S0TEAM%02d", i)}
			c.Policy.Entitlements = append(c.Policy.Entitlements, e)
		}
	}, workspace: func(w *fakeslack.Workspace) {
		w.PerMinute = map[string]int{"usergroups.list": 20, "usergroups.users.list": 20, "users.list": 20, "users.info": 100}
		for i := range many {
			w.Groups = append(w.Groups, fakeslack.UserGroup{ID: fmt.Sprintf("S0TEAM%02d", i), Members: []string{"U0YAMADA"}})
		}
	}}
	alive(t, how, func(s *sim) {
		for range 3 {
			form, ok := s.form("U0YAMADA")
			if n := bytes.Count(form.Blocks, []byte(`"value":"rule-`)); !ok || n != many {
				t.Errorf("%d of %d are offered", n, many)
			}
		}
		form, _ := s.form("U0YAMADA")
		if _, err := s.slack.Click(fakeslack.Press{User: "U0YAMADA", View: form.ID, Action: "target", Value: "rule-24"}); err != nil {
			t.Fatal(err)
		}
		s.wait(2 * time.Second)
		if _, err := s.slack.Submit("U0YAMADA", form.ID, map[string]string{"reason": "Roll back."}); err != nil {
			t.Fatal(err)
		}
		s.wait(10 * time.Second)
		card, _ := s.latest(approvals)
		if err := s.clicks("U0SATO", card, store.Approve, true); err != nil || !s.member() {
			t.Errorf("approved: %v, member %t", err, s.member())
		}
	})
}
