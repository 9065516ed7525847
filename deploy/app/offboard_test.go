package app_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"sekisho/bot/fakeslack"
	"sekisho/store"
)

// TestAnOffboardingFromSlack is one as people see it: asked for by a command, confirmed in a form, and brought to its end,
// with the card and its thread telling how far it is.
func TestAnOffboardingFromSlack(t *testing.T) {
	t.Parallel()
	alive(t, setup{}, func(s *sim) {
		s.aws.AddGroup(account, "staff")
		s.aws.Join(account, "t.yamada", "staff")
		s.aws.AddPassword(account, "t.yamada")
		key := s.aws.AddKey(account, "t.yamada")
		s.aws.AddUserPolicy(account, "t.yamada", "by-hand")
		s.wait(5 * time.Second)
		s.jit(t, "U0KATO", "offboard <@U0YAMADA>")
		if form, open := s.slack.Modal("U0KATO"); !open || !strings.Contains(s.slack.RenderView(form), "Only the security team can offboard") || strings.Contains(s.slack.RenderView(form), "staff") {
			t.Errorf("who may not sees %t %s", open, s.slack.RenderView(form))
		}
		s.jit(t, "U0CHIEF", "offboard <@U0YAMADA>")
		form, open := s.slack.Modal("U0CHIEF")
		shown := s.slack.RenderView(form)
		for _, part := range []string{"t.yamada", "staff", key, "Console password", "by-hand"} {
			if !open || !strings.Contains(shown, part) {
				t.Errorf("no %q in the form:\n%s", part, shown)
			}
		}
		if d, err := s.slack.Submit("U0CHIEF", form.ID, map[string]string{"reason": "Last day, <!channel>"}); err != nil || d.Problem != "" {
			t.Fatalf("%+v, %v", d, err)
		}
		s.wait(20 * time.Second)
		cards := s.slack.Messages(security)
		if len(cards) != 1 {
			t.Fatalf("%d cards in the security channel", len(cards))
		}
		if shown = s.slack.Render(cards[0]); !strings.Contains(shown, "Ended, last look to come") {
			t.Errorf("the card:\n%s", shown)
		}
		s.wait(2 * time.Minute)
		shown = s.slack.Render(s.slack.Messages(security)[0])
		for _, part := range []string{"✅ Offboarding: Ended", "Group `staff`: removed", "`" + key + "`: deactivated", "Console password: deleted", "✋ Own policy `by-hand`", "Take the person out"} {
			if !strings.Contains(shown, part) {
				t.Errorf("no %q on the card:\n%s", part, shown)
			}
		}
		thread := ""
		for _, m := range s.slack.Thread(security, cards[0].TS) {
			thread += m.Text + "\n"
		}
		for _, part := range []string{"<@U0CHIEF> has confirmed this", "I look once more in a minute", "<@U0CHIEF> The last look has found nothing more"} {
			if !strings.Contains(thread, part) {
				t.Errorf("no %q in the thread:\n%s", part, thread)
			}
		}
		if groups := s.aws.Groups(account, "t.yamada"); len(groups) > 0 || s.aws.HasPassword(account, "t.yamada") || s.aws.Keys(account, "t.yamada")[0].Active {
			t.Errorf("left: %v", groups)
		}
	})
}

// TestForgedOffboardings: a form that the bot has not shown begins nothing, for whoever may not and of whoever is nobody.
func TestForgedOffboardings(t *testing.T) {
	t.Parallel()
	alive(t, setup{workspace: outsiders, config: mapOutsiders}, func(s *sim) {
		s.aws.AddPassword(account, "t.yamada")
		s.wait(5 * time.Second)
		s.jit(t, "U0CHIEF", "offboard <@U0YAMADA>")
		form, _ := s.slack.Modal("U0CHIEF")
		d, err := s.slack.Submit("U0CHIEF", form.ID, map[string]string{"reason": "\u200b"})
		if err != nil || !strings.Contains(string(d.Response), "Please write a reason") {
			t.Fatalf("a reason that says nothing: %s, %v", d.Response, err)
		}
		for _, user := range []string{"U0KATO", "U0SATO", "U0YAMADA", "U0GUEST", "U0SINGLE", "U0STRANGER", "U0GONE", "U0ROBOT", "U0UNMAPPED", "", "U0 CHIEF\n"} {
			s.slack.Redeliver(forgeOffboarding(t, d, user, "U0YAMADA", "x"))
		}
		for _, whom := range []string{"", "U0CHIEF", "root", "t.yamada", "U0YAMADA/", "U0YAMADA\x00", strings.Repeat("x", 3000)} {
			s.slack.Redeliver(forgeOffboarding(t, d, "U0CHIEF", whom, "x"))
		}
		s.wait(time.Minute)
		rows, err := s.db().List(t.Context(), store.SlotIndex, "", 9)
		if err != nil || len(rows) > 0 || !s.aws.HasPassword(account, "t.yamada") {
			t.Errorf("begun: %v, %v", rows, err)
		}
		s.slack.Redeliver(forgeOffboarding(t, d, "U0CHIEF", "U0YAMADA", "x")) // as they may
		s.wait(time.Minute)
		if s.aws.HasPassword(account, "t.yamada") {
			t.Error("what may be is not taken, so this test shows nothing")
		}
		s.wait(2 * time.Minute)
	})
}

// forgeOffboarding is the form as it was sent, by another, of another, or with another reason.
func forgeOffboarding(t *testing.T, d fakeslack.Delivery, user, whom, reason string) fakeslack.Delivery {
	t.Helper()
	var payload map[string]any
	if err := json.Unmarshal(d.Payload, &payload); err != nil {
		t.Fatal(err)
	}
	payload["user"].(map[string]any)["id"] = user
	view := payload["view"].(map[string]any)
	view["private_metadata"] = whom
	view["state"] = map[string]any{"values": map[string]any{"reason": map[string]any{"reason": map[string]any{"value": reason}}}}
	raw, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	d.Payload = raw
	return d
}
