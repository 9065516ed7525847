package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/bot/fakeslack"
	"sekisho/deploy/config"
	"sekisho/handlers/people"
	"sekisho/store"
)

// forge makes a payload that Slack vouches for with other contents.
func forge(t *testing.T, d fakeslack.Delivery, trigger string, change func(payload, action map[string]any)) fakeslack.Delivery {
	var payload map[string]any
	if err := json.Unmarshal(d.Payload, &payload); err != nil {
		t.Fatal(err)
	}
	action := payload["actions"].([]any)[0].(map[string]any)
	payload["trigger_id"] = trigger
	change(payload, action)
	raw, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	d.Payload = raw
	return d
}

// Payloads with made-up values, and presses of people who may not: no effect, no panic, and none is left unjudged.
func TestForgedPresses(t *testing.T) {
	t.Parallel()
	how := setup{users: []string{"other"}, stray: []string{"intruder"}, workspace: outsiders, config: mapOutsiders}
	alive(t, how, func(s *sim) {
		s.aws.AddUserAs(account, "intruder", userID("intruder"))
		s.aws.Join(account, "intruder", group)
		s.wait(5*time.Minute + 30*time.Second) // the next look finds the intruder
		alert := store.MemberAlertID(account, group, userID("intruder"))
		s.given("1")
		d, err := s.press("U0other", store.Finish, "1") // refused: it is not theirs
		if err != nil {
			t.Fatal(err)
		}
		s.signInOf("other", "2")
		s.wait(5 * time.Second)
		s.is("1", store.Active, true)
		before, two, n := s.chains(alert), s.grant(s.db(), "2"), 0
		for _, user := range []string{"U0other", "U0GUEST", "U0SINGLE", "U0STRANGER", "U0GONE", "U0ROBOT", "U0UNMAPPED", "", "U0 SATO\n"} {
			for _, verb := range []string{"approve", "revoke", "deny", "finish", "mine", "not_mine", "remedy", "keep", "apply", "expire", "raise", "", "APPROVE"} {
				for _, value := range s.values(alert) {
					of2 := strings.HasPrefix(value, "login-2 ")
					if user == "U0other" && of2 {
						continue // the holder may answer
					}
					n++
					s.slack.Redeliver(forge(t, d, fmt.Sprint("forged.", n), func(payload, action map[string]any) {
						payload["user"].(map[string]any)["id"] = user
						action["action_id"], action["value"] = verb, value
						if of2 {
							payload["container"].(map[string]any)["message_ts"] = two.Card.TS
						}
					}))
				}
			}
			s.wait(time.Second)
		}
		s.wait(20 * time.Second)
		if after := s.chains(alert); after != before {
			t.Errorf("%d forged presses had an effect: %s before, %s after", n, before, after)
		}
		t.Logf("%d forged presses", n)
		s.approverForges(d, alert, before)
	})
}

// approverForges presses as somebody who may approve, but something else than what was shown.
func (s *sim) approverForges(d fakeslack.Delivery, alert, before string) {
	s.t.Helper()
	two := s.grant(s.db(), "2")
	place := func(p map[string]any, ts string) { p["container"].(map[string]any)["message_ts"] = ts }
	for i, change := range []func(payload, action map[string]any){
		func(p, a map[string]any) { a["value"] = two.ID + " 0123456789abcdef"; place(p, two.Card.TS) },
		func(p, a map[string]any) {
			a["value"] = two.ID + " " + s.grant(s.db(), "1").Terms()
			place(p, two.Card.TS)
		},
		func(_, a map[string]any) { a["value"] = two.ID + " " + two.Terms() }, // but on the card of the other grant
		func(p, a map[string]any) { a["value"] = two.ID + " " + two.Terms(); place(p, "1.000001") },
		func(_, a map[string]any) { a["action_id"], a["value"] = "remedy", two.ID+" "+two.Terms() },
		func(p, a map[string]any) {
			a["value"], p["actions"] = two.ID+" "+two.Terms(), []any{a, a}
			place(p, two.Card.TS)
		},
		func(p, _ map[string]any) { p["actions"] = []any{} },
		func(p, _ map[string]any) { p["type"] = "view_submission" },
	} {
		s.slack.Redeliver(forge(s.t, d, fmt.Sprint("approver.", i), func(p, a map[string]any) {
			p["user"].(map[string]any)["id"] = "U0SATO"
			a["action_id"] = "approve"
			change(p, a)
		}))
		s.wait(time.Second)
		if after := s.chains(alert); after != before {
			s.t.Errorf("forged press %d of an approver had an effect: %s before, %s after", i, before, after)
		}
	}
	s.wait(5 * time.Second)
	if rows, err := s.db().List(context.Background(), string(store.Judge), "", 9); err != nil || len(rows) > 0 {
		s.t.Errorf("left unjudged: %v, %v", rows, err)
	}
}

// strangers are accounts that may decide nothing, although the groups that approve have them.
var strangers = []fakeslack.User{{ID: "U0GUEST", Name: "guest", Restricted: true}, {ID: "U0SINGLE", Name: "single", UltraRestricted: true},
	{ID: "U0STRANGER", Name: "stranger", TeamID: "T0OTHER"}, {ID: "U0GONE", Name: "gone", Deleted: true}, {ID: "U0ROBOT", Name: "robot", Bot: true}}

func outsiders(w *fakeslack.Workspace) {
	for _, u := range append(strangers, fakeslack.User{ID: "U0UNMAPPED", Name: "unmapped"}) {
		w.Users = append(w.Users, u)
		for i := range w.Groups {
			w.Groups[i].Members = append(w.Groups[i].Members, u.ID)
		}
	}
}

// mapOutsiders makes people of all but one of them, so that it is what Slack says of them that counts.
func mapOutsiders(c *config.Config) {
	persons := slices.Clone(c.People)
	for _, u := range strangers {
		persons = append(persons, people.Person{Slack: []string{u.ID}})
	}
	c.Policy.People = people.New(persons)
}

// values are what a button could claim.
func (s *sim) values(alert string) []string {
	one, two := s.grant(s.db(), "1"), s.grant(s.db(), "2")
	a, err := store.LoadAlert(context.Background(), s.db(), alert)
	if err != nil {
		s.t.Fatal(err)
	}
	return []string{
		one.ID + " " + one.Terms(), two.ID + " " + two.Terms(), a.ID + " " + a.Terms(), a.ID + " " + two.Terms(),
		two.ID, "", " ", two.ID + "  " + two.Terms(), two.ID + " " + two.Terms() + " x",
		"login-none " + two.Terms(), "mark-clock " + two.Terms(), "press-forged.1 " + two.Terms(), "alert-none x", store.AlertPrefix + " x",
		strings.Repeat("x", 2000), strings.Repeat("x ", 1000), "login-2\x00 x", "ログイン " + two.Terms(),
	}
}

// chains is how far the two grants and the alert have come.
func (s *sim) chains(alert string) string {
	a, err := store.LoadAlert(context.Background(), s.db(), alert)
	if err != nil {
		s.t.Fatal(err)
	}
	one, two := s.grant(s.db(), "1"), s.grant(s.db(), "2")
	return fmt.Sprintf("%s %d, %s %d, %s %d", one.State, one.Chain.Seq, two.State, two.Chain.Seq, a.State, a.Chain.Seq)
}
