package bot

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"sekisho/bot/fakeslack"
	"sekisho/handlers/access"
	"sekisho/store"
)

// TestWhoMayDecideIsAsked: in their DM and language, with a link to the card and without a button.
func TestWhoMayDecideIsAsked(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		g := w.post(request())
		for _, who := range []string{sato, kato} {
			if _, err := w.voice.Call(t.Context(), who, g); err != nil {
				t.Fatal(err)
			}
		}
		link := "/archives/" + approvals + "/p" + strings.ReplaceAll(g.Card.TS, ".", "") + "|"
		for who, words := range map[string]string{sato: "が申請されました", kato: "asked for"} {
			said := w.Messages(w.DM(who))
			if len(said) != 1 || !strings.Contains(said[0].Text, words) || !strings.Contains(said[0].Text, link) || strings.Contains(string(said[0].Blocks), "button") {
				t.Errorf("%s reads %+v", who, said)
			}
		}
		w.SetUser(fakeslack.User{ID: "U0LEFT", Deleted: true})
		if _, err := w.voice.Call(t.Context(), "U0LEFT", g); !errors.Is(err, access.ErrUnreachable) {
			t.Errorf("who has left: %v", err)
		}
	})
}

// TestACallWithoutACard: a card that was deleted has no link, and its channel is named. While Slack is down nobody is
// unreachable.
func TestACallWithoutACard(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		g := request()
		g.Card = store.Card{Channel: approvals, TS: "1.000001"}
		if _, err := w.voice.Call(t.Context(), sato, g); err != nil {
			t.Fatal(err)
		}
		if said := w.Messages(w.DM(sato)); len(said) != 1 || !strings.Contains(said[0].Text, "<#"+approvals+">") {
			t.Errorf("reads %+v", said)
		}
		w.failing(refusing("chat.getPermalink", "internal_error"))
		if _, err := w.voice.Call(t.Context(), sato, g); err == nil || errors.Is(err, access.ErrUnreachable) {
			t.Errorf("no link for now: %v", err)
		}
	})
}

// TestAllAreCalledInTheThread: people and groups.
func TestAllAreCalledInTheThread(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		g := w.post(request())
		if err := w.voice.CallAll(t.Context(), g.Card, []string{"usergroup:S0LEADS", sato}, g.Lapses); err != nil {
			t.Fatal(err)
		}
		said := w.Thread(approvals, g.Card.TS)
		if len(said) != 1 || !strings.HasPrefix(said[0].Text, "<!subteam^S0LEADS> <@"+sato+"> この申請を") {
			t.Errorf("the thread says %+v", said)
		}
	})
}

// TestNobodyIsToldOfAnEscalation where it is to the holder alone, or somebody has decided.
func TestNobodyIsToldOfAnEscalation(t *testing.T) {
	own := changed(func(g *store.Grant) { escalates(g); g.Escalation.To = []string{yamada} })
	for name, g := range map[string]store.Grant{"to the holder": lived(t, own, escalate), "decided": lived(t, changed(escalates), escalate, approve)} {
		if line, ok := penIn("en").Line(g, escalate); ok {
			t.Errorf("%s: said %q", name, line)
		}
	}
	with := escalate
	with.Facts = map[string]string{"with": "login-1"}
	if _, ok := penIn("en").Line(lived(t, changed(escalates), escalate), with); ok {
		t.Error("another's line says it")
	}
}

// TestTheNextStepIsCalled once a step is met, and not before.
func TestTheNextStepIsCalled(t *testing.T) {
	steps := changed(needsBoth) // one lead, two chiefs
	chief := store.Entry{Verb: store.Vote, By: sato, Steps: []int{2}}
	for name, c := range map[string]struct {
		life []store.Entry
		want string
	}{
		"a step met":      {[]store.Entry{vote}, "<!subteam^S0CHIEFS>"},
		"half of one":     {[]store.Entry{chief}, ""},
		"the other's met": {[]store.Entry{chief, {Verb: store.Vote, By: "U0CHIEF", Steps: []int{2}}}, "<!subteam^S0LEADS>"},
		"decided since":   {[]store.Entry{vote, {Verb: store.Deny, By: sato}}, ""},
	} {
		g := lived(t, steps, c.life...)
		entry := g.Fresh()[len(g.Fresh())-1]
		if name == "decided since" {
			entry = g.Fresh()[0]
		}
		if got := penIn("en").next(g, entry); got != c.want {
			t.Errorf("%s: called %q, want %q", name, got, c.want)
		}
	}
}

// TestACallIsClosed: the message in which somebody was called says where it stands that nothing waits for them, and how it was
// decided; it rings no bell. One that they have deleted is not said anew.
func TestACallIsClosed(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		g := w.post(request())
		at, err := w.voice.Call(t.Context(), sato, g)
		if err != nil || at.TS == "" {
			t.Fatal(at, err)
		}
		g.State = store.Denied
		if err := w.voice.Called(t.Context(), at, sato, g); err != nil {
			t.Fatal(err)
		}
		said := w.Messages(w.DM(sato))
		if len(said) != 1 || said[0].Edited != 1 || !strings.Contains(said[0].Text, "却下済み") || strings.Contains(said[0].Text, "承認または却下して") {
			t.Errorf("it says %+v", said)
		}
		w.failing(refusing("chat.update", "message_not_found"))
		if err := w.voice.Called(t.Context(), at, sato, g); err != nil || len(w.Messages(w.DM(sato))) != 1 {
			t.Errorf("one that is gone: %v, %d messages", err, len(w.Messages(w.DM(sato))))
		}
	})
}

// TestTheCardNamesWhoMayApprove each step that lacks an approval: not the person who gets it, nor whom the role bars, and nobody
// once it is decided.
func TestTheCardNamesWhoMayApprove(t *testing.T) {
	g := changed(func(g *store.Grant) {
		g.Steps = []store.Step{{By: []string{"usergroup:S0LEADS", yamada}, Count: 2}, {By: []string{"usergroup:S0SECURITY", "U0BARRED", kato}, Count: 1}}
		g.NotBy = []string{"U0BARRED"}
	})
	voted := lived(t, g, store.Entry{Verb: store.Vote, By: kato, Steps: []int{2}})
	for _, c := range []struct {
		language string
		grant    store.Grant
		want     string
	}{
		{"en", g, "Step 1: 0 of 2, <!subteam^S0LEADS>\nStep 2: 0 of 1, <!subteam^S0SECURITY> <@U0KATO>"},
		{"ja", voted, "ステップ1: 0/2, <!subteam^S0LEADS>\nステップ2: 1/1 <@U0KATO>"},
		{"en", lived(t, g, store.Entry{Verb: store.Deny, By: sato, Note: "no"}), "Step 1: 0 of 2\nStep 2: 0 of 1"},
	} {
		if got := penIn(c.language).approvals(c.grant); got != c.want {
			t.Errorf("%s: %q, want %q", c.language, got, c.want)
		}
	}
	many := store.Step{Count: 1}
	for i := range mostNamed + 2 {
		many.By = append(many.By, fmt.Sprint("U0LEAD", i))
	}
	if got := penIn("en").mayGive(many, nil); !strings.HasSuffix(got, "<@U0LEAD4> and 2 more") {
		t.Errorf("of many: %q", got)
	}
}

// TestTheFormNamesWhoWillApprove what is chosen.
func TestTheFormNamesWhoWillApprove(t *testing.T) {
	for language, want := range map[string]string{"en": "1 of <!subteam^S0LEADS>\n1 of <!subteam^S0CHIEFS>", "ja": "<!subteam^S0LEADS> から1件\n<!subteam^S0CHIEFS> から1件"} {
		form := penIn(language).WishForm(offers(), signedIn, "prod-admin", "")
		var said []string
		for _, b := range form.Blocks.BlockSet {
			if section, ok := b.(*slack.SectionBlock); ok {
				for _, f := range section.Fields {
					said = append(said, f.Text)
				}
			}
		}
		if !strings.Contains(strings.Join(said, "\n"), want) {
			t.Errorf("%s: %q, want %q", language, said, want)
		}
	}
}

// TestACallSaysWhy somebody is asked: they are named, or are in a user group that is.
func TestACallSaysWhy(t *testing.T) {
	g := changed(func(g *store.Grant) { g.Steps = []store.Step{{By: []string{"usergroup:S0LEADS", sato}, Count: 1}} })
	task := rotation()
	task.State, task.Steps = store.Asked, g.Steps
	for account, want := range map[string]string{sato: "names you as an approver.", kato: "names the members of <!subteam^S0LEADS> as approvers."} {
		for _, m := range []Message{penIn("en").Call(account, g, toCard), penIn("en").CallTask(account, task, toCard)} {
			if !strings.Contains(m.Text, want) || !strings.Contains(string(body(t, m.Blocks)), strings.ReplaceAll(strings.ReplaceAll(want, "<", "\\u003c"), ">", "\\u003e")) {
				t.Errorf("%s reads %s", account, m.Text)
			}
		}
	}
	if said := penIn("ja").Call(kato, g, toCard).Text; !strings.Contains(said, "<!subteam^S0LEADS> のメンバーが承認者に指定されている") {
		t.Error(said)
	}
}
