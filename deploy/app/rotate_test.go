package app_test

import (
	"strings"
	"testing"
	"time"

	"sekisho/bot/fakeslack"
	"sekisho/deploy/config"
	"sekisho/handlers/access"
	"sekisho/store"
)

// TestARotationFromSlack is one as people see it: asked for by a command, approved by another, and brought to its
// end, with the card and its thread telling each step.
func TestARotationFromSlack(t *testing.T) {
	t.Parallel()
	alive(t, setup{config: func(c *config.Config) {
		c.Policy.Rotations = []access.Rotation{{ID: "batch", Account: account, User: "svc-batch", Secret: "prod/svc-batch", Rotators: []string{"U0SATO"},
			Steps: []store.Step{{By: []string{"U0KATO"}, Count: 1}}, Within: 24 * time.Hour, Proof: 24 * time.Hour, Grace: 72 * time.Hour}}
	}}, func(s *sim) {
		s.aws.AddUser(account, "svc-batch", nil)
		old := s.aws.AddKey(account, "svc-batch")
		s.jit(t, "U0KATO", "rotate")
		if said := s.slack.Ephemerals("U0KATO"); len(said) != 1 || !strings.Contains(said[0].Text, "no access key that you may rotate") {
			t.Errorf("who may not rotate reads %+v", said)
		}
		s.jit(t, "U0SATO", "rotate batch")
		form, open := s.slack.Modal("U0SATO")
		if !open {
			t.Fatal("no form")
		}
		if d, err := s.slack.Submit("U0SATO", form.ID, map[string]string{"reason": "It was in a *ticket*."}); err != nil || d.Problem != "" {
			t.Fatalf("%+v, %v", d, err)
		}
		s.wait(10 * time.Second)
		card := func(state string) (fakeslack.Message, string) {
			t.Helper()
			all := s.slack.Messages(approvals)
			if len(all) == 0 {
				t.Fatalf("no card, want one that says %q", state)
			}
			shown := s.slack.Render(all[0])
			if !strings.Contains(shown, state) {
				t.Errorf("want %q on the card:\n%s", state, shown)
			}
			return all[0], shown
		}
		press := func(user string, verb store.Verb) {
			t.Helper()
			at, _ := card("")
			d, err := s.slack.Click(fakeslack.Press{User: user, Channel: approvals, TS: at.TS, Action: string(verb), Confirmed: true})
			if err != nil || d.Problem != "" {
				t.Fatalf("%s: %+v, %v", verb, d, err)
			}
			s.wait(time.Minute)
		}
		at, _ := card("Pending approval: key rotation of svc-batch")
		link := "/archives/" + approvals + "/p" + strings.ReplaceAll(at.TS, ".", "")
		if dm := s.slack.Messages(s.slack.DM("U0KATO")); len(dm) != 1 || !strings.Contains(dm[0].Text, "to be rotated.") || !strings.Contains(dm[0].Text, link) {
			t.Errorf("who may approve reads %+v, want a link to %s", dm, link)
		}
		s.wait(16 * time.Minute)
		press("U0KATO", store.Approve)
		for _, k := range s.aws.Keys(account, "svc-batch") {
			if k.ID != old { // whoever reads the secret
				s.aws.UseKey(k.ID, "s3")
			}
		}
		if _, shown := card("Watching the replaced key"); !strings.Contains(shown, old) {
			t.Errorf("the card does not name the old key:\n%s", shown)
		}
		s.wait(25 * time.Hour)
		card("Replaced key deactivated")
		press("U0SATO", store.Delete) // who asked for it: it takes the approval that the rotation took
		card("Replaced key deactivated")
		press("U0KATO", store.Delete)
		at, _ = card("Rotated: key rotation of svc-batch")
		var said []string
		for _, m := range s.slack.Thread(approvals, at.TS) {
			said = append(said, m.Text)
		}
		thread := strings.Join(said, "\n")
		for _, part := range []string{"<@U0KATO> This request still waits", "<@U0KATO> approved. The rotation begins.", "is in the secret `prod/svc-batch`",
			"`" + old + "` is deactivated", "<@U0KATO> approved. The replaced key is deleted now.", "<@U0SATO> `" + old + "` is deleted"} {
			if !strings.Contains(thread, part) {
				t.Errorf("no %q in the thread:\n%s", part, thread)
			}
		}
		if keys := s.aws.Keys(account, "svc-batch"); len(keys) != 1 || keys[0].ID == old || !keys[0].Active {
			t.Errorf("keys %+v", keys)
		}
	})
}

// jit types a command, and waits for what comes of it.
func (s *sim) jit(t *testing.T, user, text string) {
	t.Helper()
	if d, err := s.slack.Slash(user, approvals, "/jit", text); err != nil || d.Problem != "" {
		t.Fatalf("typed %q: %+v, %v", text, d, err)
	}
	s.wait(2 * time.Second)
}
