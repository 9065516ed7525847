package bot

import (
	"errors"
	"strings"
	"testing"

	"sekisho/bot/fakeslack"
	"sekisho/handlers"
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
		if _, err := w.voice.Call(t.Context(), "U0LEFT", g); !errors.Is(err, handlers.ErrUnreachable) {
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
		if _, err := w.voice.Call(t.Context(), sato, g); err == nil || errors.Is(err, handlers.ErrUnreachable) {
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
