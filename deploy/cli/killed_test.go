package cli_test

import (
	"flag"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sekisho/bot"
	"sekisho/bot/fakeslack"
	"sekisho/store"
	"sekisho/store/boltdb"
)

var kills = flag.Int("kills", 25, "how often the program is killed in TestServeKilled")

// The program is killed at random moments, over and over, on one ledger and one AWS, while people sign in and press. Each
// start goes on from what it finds. In the end nothing that was promised is missing, and nobody has access.
func TestServeKilled(t *testing.T) {
	judged(t, slow)
	t.Parallel()
	seed := seedOf(t)
	h := newHouse(t, 2, 1000) // deaths count as deliveries
	gate := h.between()
	people := h.gather(rand.New(rand.NewPCG(seed, 1)))
	moments := rand.New(rand.NewPCG(seed, 2))
	for range *kills {
		h.killSoon(gate, moments)
	}
	people.goHome()

	c := h.serve()
	h.await("all is over, judged and told", 4*time.Minute, h.isQuiet)
	c.stop()
	if n := h.depth(h.queue) + h.depth(h.dead); n > 0 {
		t.Errorf("%d messages are left", n)
	}
	for account := range h.cloud {
		if left := h.members(account); len(left) > 0 {
			t.Errorf("%v are members of the group in %s, and nothing is live", left, account)
		}
	}
	h.audit()
	h.holds(people)
	h.checkCards()
	h.checkThreads()
}

// checkThreads compares what was said under the cards with what happened: no line is missing, and a kill has at most the one
// line said twice that was on its way.
func (h *house) checkThreads() {
	h.t.Helper()
	happened, said := 0, 0
	pen := bot.Pen{Words: bot.In("en"), Zone: time.UTC}
	grants := h.grants()
	h.look(func(db *boltdb.DB) {
		for _, g := range grants {
			for _, e := range must(db.Entries(h.t.Context(), g.ID, 0))(h.t) {
				if _, ok := pen.Said(g, e); ok && g.Card.TS != "" {
					happened++
				}
			}
		}
	})
	for _, card := range h.slack.Messages(approvals) {
		said += len(h.slack.Thread(approvals, card.TS))
	}
	if twice := said - happened; twice < 0 || twice > *kills {
		h.t.Errorf("%d lines for %d entries that people hear of, after %d kills", said, happened, *kills)
	}
	h.t.Logf("%d lines for %d entries, %d kills", said, happened, *kills)
}

// killSoon starts a child and kills it: at a random moment, or sooner as it speaks to Slack or has changed AWS, so that
// what it did is done and it never learns.
func (h *house) killSoon(gate *toll, moments *rand.Rand) {
	h.t.Helper()
	c := h.serve()
	now := func() { _ = c.cmd.Process.Kill() } // it may be dead
	gate.after(1+moments.IntN(8), now)
	var words atomic.Int64
	words.Store(1 + moments.Int64N(60))
	h.slack.Fault(func(call fakeslack.Call) *fakeslack.Failure {
		if strings.HasPrefix(call.Method, "chat.") && words.Add(-1) == 0 {
			now()
		}
		return nil
	})
	select {
	case <-time.After(time.Duration(moments.IntN(int(4 * time.Second)))):
		now()
		<-c.exited
	case <-c.exited:
	}
	gate.after(0, nil)
	h.slack.Fault(nil)
	if code := c.cmd.ProcessState.ExitCode(); code != -1 { // of a process that a signal has ended
		h.t.Fatalf("it ended by itself, with %d", code)
	}
}

// seedOf is a new seed, or the one to repeat, and is told either way.
func seedOf(t *testing.T) uint64 {
	seed := rand.Uint64()
	if text := os.Getenv("SEKISHO_SEED"); text != "" {
		seed = must(strconv.ParseUint(text, 10, 64))(t)
	}
	t.Logf("to repeat: SEKISHO_SEED=%d", seed)
	return seed
}

// holds checks what was promised: sign-ins that SQS has forgotten have a record, presses that were acknowledged a
// judgement.
func (h *house) holds(people *crowd) {
	h.t.Helper()
	refused := 0
	h.look(func(db *boltdb.DB) {
		for _, id := range people.signIns {
			if _, err := store.LoadGrant(h.t.Context(), db, "login-"+id); err != nil {
				h.t.Errorf("sign-in %s: %v", id, err)
			}
		}
		for id := range people.acked {
			if strings.HasSuffix(id, "-") { // of a form
				doc, _ := db.Next(h.t.Context(), id)
				if strings.HasPrefix(doc.ID, id) {
					id = doc.ID
				}
			}
			p, err := store.LoadPress(h.t.Context(), db, id)
			if err != nil || !p.Judged {
				h.t.Errorf("press %s was acknowledged, and is not judged: %v", id, err)
			}
			if p.Refusal != "" {
				refused++
			}
		}
	})
	h.t.Logf("%d sign-ins; %d presses acknowledged, %d of them refused; %d not taken, as people were told",
		len(people.signIns), len(people.acked), refused, people.failed)
	if len(people.signIns) < 10 || len(people.acked)-refused < 10 || people.failed == 0 {
		h.t.Error("too little happened for this to be a judge")
	}
}

// checkCards draws every card from the ledger, and compares with what people see. A kill between the drawing and the
// writing down leaves a card that nobody redraws: its buttons answer "moved".
func (h *house) checkCards() {
	h.t.Helper()
	on := map[string][]store.Grant{} // a card -> what stands on it
	states := map[store.State]int{}
	for _, g := range h.grants() {
		states[g.State]++
		if g.Card.TS != "" {
			on[g.Card.TS] = append(on[g.Card.TS], g)
		}
	}
	pen := bot.Pen{Words: bot.In("en"), Zone: time.UTC}
	seen := h.slack.Messages(approvals)
	for ts, grants := range on {
		at := slices.IndexFunc(seen, func(m fakeslack.Message) bool { return m.TS == ts })
		want := pen.Digest(grants).Text
		if len(grants) == 1 && !grants[0].Digest {
			want = pen.Card(grants[0]).Text
		}
		if at < 0 || seen[at].Text != want || drawn.Match(seen[at].Blocks) {
			h.t.Errorf("card %s has to say %q, without a button:\n%+v", ts, want, seen[max(at, 0)])
		}
	}
	h.t.Logf("%v; %d cards, %d of them drawn twice", states, len(seen), len(seen)-len(on))
}
