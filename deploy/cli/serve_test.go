package cli_test

import (
	"strings"
	"testing"
	"time"

	"sekisho/bot"
	"sekisho/bot/fakeslack"
)

// The whole job: a sign-in becomes a card, an approval a membership, and its holder's word the end of it. A message that
// cannot be read goes to the dead-letter queue meanwhile, and everything else is deleted.
func TestServe(t *testing.T) {
	judged(t, quick)
	t.Parallel()
	h := newHouse(t, 1, 3)
	yamada := holders[0]
	h.send("{ this is no event")
	c := h.connected("SLACK_API_URL=" + strings.TrimSuffix(h.slackURL, "/")) // as people write it
	h.signIn(yamada, "e-1")
	card := h.awaitCard(yamada, "Pending approval")

	h.press(yamada.slack, card, "approve")
	h.await("the own approval is refused, to the person alone and in their language", leeway, func() bool {
		said := h.slack.Ephemerals(yamada.slack)
		return len(said) == 1 && strings.HasPrefix(said[0].Text, bot.In("ja-JP").Say("refusal.own", nil))
	})
	if h.isMember(yamada) {
		t.Fatal("a member by their own approval")
	}
	h.answerDM(yamada)
	h.press("U0SATO", card, "approve")
	h.await("the approved one is a member", leeway, func() bool { return h.isMember(yamada) })

	h.press(yamada.slack, h.awaitCard(yamada, "Active"), "finish")
	h.await("the membership is gone", leeway, func() bool { return !h.isMember(yamada) })
	if end := h.awaitCard(yamada, "Finished"); end.TS != card.TS || strings.Contains(string(end.Blocks), `"actions"`) {
		t.Errorf("the card is another one, or still has buttons:\n%s", h.slack.Render(end))
	}
	h.awaitThread(card, "says: that was me", "approved. Granting", "has access to", "finished. Taking the access back", "has ended, as AWS confirms")
	h.await("what cannot be read is among the dead letters", leeway, func() bool { return h.depth(h.dead) == 1 })
	h.await("all else is deleted", leeway, func() bool { return h.depth(h.queue) == 0 })
	c.stop()
	h.audit()
}

// answerDM lets somebody say that the sign-in was theirs.
func (h *house) answerDM(p person) {
	h.t.Helper()
	h.await("a DM asks "+p.slack, leeway, func() bool { return len(h.slack.Messages(h.slack.DM(p.slack))) == 1 })
	h.press(p.slack, h.slack.Messages(h.slack.DM(p.slack))[0], "mine")
}

// awaitThread waits until the thread of a card consists of these sentences, in order.
func (h *house) awaitThread(card fakeslack.Message, sentences ...string) {
	h.t.Helper()
	var said []fakeslack.Message
	complete := func() bool {
		said = h.slack.Thread(card.Channel, card.TS)
		for i := range said {
			if i >= len(sentences) || !strings.Contains(said[i].Text, sentences[i]) {
				h.t.Fatalf("entry %d of the thread says %q, want one of %q in order", i+1, said[i].Text, sentences)
			}
		}
		return len(said) == len(sentences)
	}
	h.await("the thread is complete", 2*leeway, complete)
}

// Access ends by itself, also in an account that is reached through a role.
func TestServeExpires(t *testing.T) {
	judged(t, slow)
	t.Parallel()
	h := newHouse(t, 30, 3)
	tanaka := holders[3]
	c := h.connected()
	begin := time.Now()
	h.giveAccess(tanaka, "e-1")
	given := time.Now() // the approval was between the two
	h.await("it has ended", time.Minute+leeway, func() bool { return !h.isMember(tanaka) })
	if lasted, most := time.Since(begin), time.Since(given); lasted < time.Minute || most > time.Minute+leeway {
		t.Errorf("it ended %s after the sign-in and %s after it was given", lasted, most)
	}
	h.awaitCard(tanaka, "Expired")
	c.stop()
	h.audit()
}

// What ran over while the program was down ends first of all at the next start, and while Slack does not answer.
func TestServeGoesOn(t *testing.T) {
	judged(t, slow)
	t.Parallel()
	h := newHouse(t, 30, 3)
	suzuki, ito := holders[1], holders[2]
	c := h.connected()
	h.giveAccess(suzuki, "e-1")
	over := time.Now().Add(time.Minute)
	h.signIn(ito, "e-2")
	h.awaitCard(ito, "Pending approval")
	c.stop()
	if !h.isMember(suzuki) {
		t.Error("access ended with the program, although its time was not up")
	}

	time.Sleep(time.Until(over)) // the scene: nobody is there when it runs over
	if !h.isMember(suzuki) {
		t.Fatal("access ended with nobody there")
	}
	h.slack.Fault(func(fakeslack.Call) *fakeslack.Failure { return &fakeslack.Failure{Hang: true} })
	c = h.serve()
	h.await("what ran over is revoked at once, without Slack", 5*time.Second, func() bool { return !h.isMember(suzuki) })
	if strings.Contains(c.out.String(), "connected to Slack") {
		t.Error("it was connected to a Slack that does not answer")
	}
	h.slack.Fault(nil)
	h.await("both connections stand, also the one that asked a Slack which never answered", time.Minute, func() bool { return h.slack.Sockets() == 2 })
	h.await("the card says so", time.Minute, func() bool { return strings.HasPrefix(h.card(suzuki).Text, "Expired:") })
	c.stop()
	h.audit()
}

// Two processes on one ledger would be two minds about who has access: the second one goes, the first one does not notice.
func TestServeTwice(t *testing.T) {
	judged(t, quick)
	t.Parallel()
	h := newHouse(t, 30, 3)
	first := h.connected()
	h.serve().refuses("sekisho: open ledger DIR/ledger.db: in use by another process: stop the other sekisho first, or give this one a file of its own")
	h.giveAccess(holders[3], "e-1")
	first.stop()
	h.audit()
}
