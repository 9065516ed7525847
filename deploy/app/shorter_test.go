package app_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sekisho/bot/fakeslack"
	"sekisho/deploy/config"
	"sekisho/store"
)

const shorter = 15 * time.Minute // than what is asked for

// longer asks for so long that less of it can be chosen.
func longer(c *config.Config) { c.Policy.Entitlements[0].Duration = longest - 5*time.Minute }

// approveFor is a person who opens the form of an approval and sends it until it is taken in, as people do: once more
// where nothing comes of it.
func (s *sim) approveFor(ctx context.Context, user string) {
	for ctx.Err() == nil {
		for _, m := range s.slack.Messages(approvals) {
			if _, err := s.slack.Click(fakeslack.Press{User: user, Channel: approvals, TS: m.TS, Action: "approve_with"}); err != nil {
				continue // not drawn
			}
			time.Sleep(2 * time.Second)
			form, open := s.slack.Modal(user)
			for open && ctx.Err() == nil {
				_, _ = s.slack.Submit(user, form.ID, map[string]string{"duration": "900", "note": "Only the restart."})
				time.Sleep(5 * time.Second)
				_, open = s.slack.Modal(user)
			}
		}
		time.Sleep(10 * time.Second)
	}
}

// An approver allows less than was asked for, and the process is killed at every step of what follows: access is given
// once, for what they allowed, and no sign-in makes it longer.
func TestShorterApprovalKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	for n, reached := 1, true; reached && !t.Failed(); n += stride() {
		reached = false
		for _, after := range []bool{false, true} {
			inBubble(t, setup{config: longer}, func(s *sim) {
				s.point.at, s.point.after = n, after
				s.liveShorter()
				reached = reached || s.point.what != ""
				for _, f := range s.failed {
					t.Errorf("killed at step %d (after: %t), %s: %s", n, after, s.point.what, f)
				}
			})
		}
		if !reached {
			t.Logf("%d steps", n-1)
			if n < 25 {
				t.Error("the job did not run")
			}
		}
	}
}

// liveShorter is a request of which an approver allows a part, with one death in it if the point says so.
func (s *sim) liveShorter() {
	s.run(s.start())
	people, leave := context.WithCancel(context.Background())
	go s.approveFor(people, "U0SATO")
	go s.supervise(people, false)
	s.signIn("1")
	time.Sleep(5 * time.Minute)
	s.signIn("2") // prolongs nothing
	time.Sleep(time.Minute)
	if !s.member() {
		s.violated("no access a minute later, although approved")
	}
	time.Sleep(time.Hour)
	p := s.running()
	leave()
	synctest.Wait()
	g := s.grant(p.db, "1")
	if len(g.Approvals) != 1 || g.Approvals[0].Duration != shorter || g.Approvals[0].Note != "Only the restart." || !g.Until.Equal(g.Start.Add(shorter)) {
		s.violated("approved by %v, from %s until %s", g.Approvals, g.Start, g.Until)
	}
	if g.Ended.After(g.Until.Add(overrun + time.Minute)) {
		s.violated("ended %s, until %s", g.Ended, g.Until)
	}
	s.atTheEnd(p.db, "1", "2")
	s.end(p)
	time.Sleep(time.Minute) // whoever still sleeps wakes up and leaves
}

// The form of an approval delivered many times, wanted by the holder, who gets none, and sent when somebody else was faster.
func TestShorterApprovalIsOnePress(t *testing.T) {
	t.Parallel()
	alive(t, setup{config: longer}, func(s *sim) {
		s.signIn("1")
		s.wait(3 * time.Second)
		open := func(user string) fakeslack.View {
			if d, err := s.press(user, "approve_with", "1"); err != nil || !d.Acked {
				t.Fatalf("%s: %+v, %v", user, d, err)
			}
			s.wait(time.Second)
			form, _ := s.slack.Modal(user)
			return form
		}
		send := func(user string, form fakeslack.View) fakeslack.Delivery {
			d, err := s.slack.Submit(user, form.ID, map[string]string{"duration": "900", "note": "Only the *restart*."})
			if err != nil || !d.Acked {
				t.Fatalf("%s: %+v, %v", user, d, err)
			}
			s.wait(3 * time.Second)
			return d
		}
		slow := open("U0KATO")
		if form := open("U0YAMADA"); form.ID != "" {
			t.Errorf("the holder gets the form %s", form.ID)
		}
		s.is("1", store.Asked, false)
		if got := s.slack.Ephemerals("U0YAMADA"); len(got) != 1 || !strings.Contains(got[0].Text, "自分の申請は承認できません") {
			t.Errorf("the holder reads %+v", got)
		}
		d := send("U0SATO", open("U0SATO"))
		for range 5 {
			s.slack.Redeliver(d)
		}
		s.wait(8 * time.Second)
		s.is("1", store.Active, true)
		send("U0KATO", slow)
		if got := s.slack.Ephemerals("U0KATO"); len(got) != 1 || !strings.Contains(got[0].Text, "Already approved by <@U0SATO>") {
			t.Errorf("who was slower reads %+v", got)
		}
		if g := s.grant(s.db(), "1"); len(g.Approvals) != 1 || !g.Until.Equal(g.Start.Add(shorter)) {
			t.Errorf("approved by %v, from %s until %s", g.Approvals, g.Start, g.Until)
		}
		s.says("1", "25 minutes, limited to 15 minutes by", "Comment, written by", "Only the *restart*.")
		if thread := s.thread("1"); !strings.Contains(thread, "<@U0SATO> approved, for 15 minutes instead of 25 minutes. Granting.") {
			t.Errorf("thread:\n%s", thread)
		}
		for user, want := range map[string]string{"U0YAMADA": "申請された25分ではなく15分で承認しました", "U0SATO": "for 15 minutes instead of 25 minutes"} {
			if _, text := s.latest(s.slack.DM(user)); !strings.Contains(text, want) || !strings.Contains(text, "Only the *restart*.") {
				t.Errorf("the DM of %s:\n%s", user, text)
			}
		}
		s.wait(shorter)
		s.is("1", store.Ended, false)
	})
}

// An extension is declined with a reason that its holder reads, and another is taken back from the holder's own DM.
func TestExtensionDeclinedAndTakenBack(t *testing.T) {
	t.Parallel()
	alive(t, setup{}, func(s *sim) {
		s.given("1")
		s.mustPress("U0YAMADA", store.AskMore, "1")
		s.saysWhy("U0YAMADA")
		s.mustPress("U0SATO", store.Decline, "1")
		s.wait(time.Second)
		if !s.grant(s.db(), "1").Extension.Open() {
			t.Error("declined before the reason was written")
		}
		form, _ := s.slack.Modal("U0SATO")
		if d, err := s.slack.Submit("U0SATO", form.ID, map[string]string{"decline": "The *freeze* begins."}); err != nil || d.Problem != "" {
			t.Fatalf("%+v, %v", d, err)
		}
		s.wait(5 * time.Second)
		at, text := s.latest(s.slack.DM("U0YAMADA"))
		if !strings.Contains(text, "までの延長を却下しました") || !strings.Contains(text, "The *freeze* begins.") {
			t.Errorf("the holder's DM:\n%s", text)
		}
		g := s.grant(s.db(), "1")
		replies := s.slack.Thread(g.Card.Channel, g.Card.TS)
		if last := s.slack.Render(replies[len(replies)-1]); !strings.Contains(last, "extension was denied by") || !strings.Contains(last, "The *freeze* begins.") {
			t.Errorf("the thread ends in\n%s", last)
		}
		for _, verb := range []store.Verb{store.AskMore, store.Retract} {
			if err := s.clicks("U0YAMADA", at, verb, false); err != nil {
				t.Fatalf("%s: %v", verb, err)
			}
			s.wait(3 * time.Second)
			if verb == store.AskMore {
				s.saysWhy("U0YAMADA")
			}
		}
		if g := s.grant(s.db(), "1"); g.Extension.Open() || g.State != store.Active {
			t.Errorf("%s, %+v", g.State, g.Extension)
		}
		if thread := s.thread("1"); !strings.Contains(thread, "<@U0YAMADA> withdrew the extension.") {
			t.Errorf("thread:\n%s", thread)
		}
		s.wait(duration)
		s.is("1", store.Ended, false)
	})
}

// saysWhy fills in the form that Extend has opened, and sends it.
func (s *sim) saysWhy(user string) {
	s.t.Helper()
	s.wait(3 * time.Second)
	form, _ := s.slack.Modal(user)
	if d, err := s.slack.Submit(user, form.ID, map[string]string{"note": "It takes longer."}); err != nil || d.Problem != "" || d.Response != nil {
		s.t.Fatalf("why it takes longer: %+v, %v", d, err)
	}
	s.wait(3 * time.Second)
}
