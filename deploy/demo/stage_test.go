package demo

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/store"
)

// onStage makes a world that ends with the test.
func onStage(t *testing.T, lang string) *stage {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	s, err := newStage(ctx, lang)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	s.sees(t, yamada, "the bot connects", func(v state) bool { return v.Bot == botWorks })
	return s
}

// sees waits until the state, as it is sent to the page of a person, is so.
func (s *stage) sees(t *testing.T, as, what string, ok func(state) bool) state {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		changed := s.bell.next()
		raw, err := json.Marshal(s.state(as))
		if err != nil {
			t.Fatal(err)
		}
		var v state
		if err := json.Unmarshal(raw, &v); err != nil {
			t.Fatal(err)
		}
		if ok(v) {
			return v
		}
		select {
		case <-changed:
		case <-late:
			t.Fatalf("%s never sees that %s:\n%s", as, what, raw)
		}
	}
}

func (s *stage) must(t *testing.T, a action) {
	t.Helper()
	if _, err := s.do(a); err != nil {
		t.Fatalf("%+v: %v", a, err)
	}
}

// signsIn puts a sign-in on the queue and returns the card of it.
func (s *stage) signsIn(t *testing.T, account, user string) message {
	t.Helper()
	s.must(t, action{Do: "signin", Account: account, User: user, Address: "203.0.113.24", MFA: "yes"})
	v := s.sees(t, sato, "there is a card of "+user, func(v state) bool { return slices.ContainsFunc(v.Places[0].Messages, isOf(user)) })
	return v.Places[0].Messages[slices.IndexFunc(v.Places[0].Messages, isOf(user))]
}

// TestMFAOfASignIn: the card says of a sign-in what its record says, or that it says nothing.
func TestMFAOfASignIn(t *testing.T) {
	t.Parallel()
	for mfa, want := range map[string]string{"yes": "MFA used", "no": "Sign-in without MFA", "": "AWS does not say whether MFA was used"} {
		s := onStage(t, "en")
		s.must(t, action{Do: "signin", Account: production, User: "t.yamada", Address: "203.0.113.24", MFA: mfa})
		s.sees(t, sato, want, func(v state) bool { return strings.Contains(written(t, v), want) })
	}
}

func isOf(user string) func(message) bool {
	return func(m message) bool { return strings.Contains(m.Text, user) }
}

func (s *stage) approve(t *testing.T, as string, card message) {
	t.Helper()
	s.must(t, action{Do: "click", As: as, Channel: approvals, TS: card.TS, Action: string(store.Approve)})
}

// members are those of a group, as the page shows them.
func members(v state, group string) []string {
	for _, a := range v.Cloud {
		for _, g := range a.Groups {
			if g.Name == group {
				return g.Members
			}
		}
	}
	return nil
}

const (
	production = "123456789012"
	payments   = "210987654321"
	operators  = "jit-prod-operators"
)

// The five steps of the tour, each of which the page sees happen.
func TestTheTour(t *testing.T) {
	t.Parallel()
	s := onStage(t, "en")
	card := s.signsIn(t, production, "t.yamada")
	v := s.sees(t, yamada, "step 1 is done", func(v state) bool { return v.Tour == stepSignIn })
	if len(v.Ledger) == 0 || v.Ledger[0].User != "t.yamada" || len(v.Happened) == 0 {
		t.Errorf("ledger %+v, happened %+v", v.Ledger, v.Happened)
	}

	s.approve(t, yamada, card)
	s.sees(t, yamada, "their own approval is refused", func(v state) bool {
		m := v.Places[0].Messages
		return v.Tour == stepRefused && m[len(m)-1].Only && strings.Contains(m[len(m)-1].Text, "own request")
	})
	if v := s.state(sato); len(v.Places[0].Messages) != 1 || len(members(v, operators)) > 0 {
		t.Errorf("others see %+v, members %v", v.Places[0].Messages, members(v, operators))
	}

	s.approve(t, sato, card)
	s.sees(t, sato, "access is given", func(v state) bool {
		return v.Tour == stepGiven && slices.Equal(members(v, operators), []string{"t.yamada"}) && strings.Contains(v.Places[0].Messages[0].Text, "Active")
	})

	s.must(t, action{Do: "skip", Name: "1h"})
	s.must(t, action{Do: "kill"})
	s.must(t, action{Do: "skip", Name: "end"})
	v = s.sees(t, sato, "access is overdue", func(v state) bool { return v.Bot == botDead && v.Tour == stepOverdue })
	if len(members(v, operators)) != 1 {
		t.Error("a dead bot took the access back")
	}

	s.must(t, action{Do: "start"})
	s.sees(t, sato, "access is taken back", func(v state) bool {
		return v.Tour == stepTaken && len(members(v, operators)) == 0 && strings.Contains(v.Places[0].Messages[0].Text, "Expired")
	})
	s.must(t, action{Do: "tour"})
	if v := s.state(sato); v.Tour != 0 {
		t.Errorf("the tour that begins again is at step %d", v.Tour)
	}
}

// What happens beside the request that the tour is about does not lead it on: another's request by hand, a rotation, an answer to
// somebody else.
func TestTheTourGoesOnAtWhatItSpeaksOf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		entries toured
		want    int
	}{
		"a rotation is asked for": {entries: toured{{"task-1", false, store.Entry{Verb: store.Ask}}}},
		"a request by hand":       {entries: toured{{"request-1", false, store.Entry{Verb: store.Ask}}, {"request-1", false, store.Entry{Verb: store.Apply, State: store.Active}}}},
		"a sign-in":               {entries: toured{{"login-1", true, store.Entry{Verb: store.Ask}}}, want: stepSignIn},
		"another's access": {entries: toured{{"login-1", true, store.Entry{Verb: store.Ask}}, {"request-1", false, store.Entry{Verb: store.Apply, State: store.Active}},
			{"request-1", false, store.Entry{Verb: store.Undo}}}, want: stepSignIn},
		"another sign-in while it is given": {entries: toured{{"login-1", true, store.Entry{Verb: store.Ask}}, {"login-1", false, store.Entry{Verb: store.Apply, State: store.Active}},
			{"login-2", true, store.Entry{Verb: store.Ask}}, {"login-1", false, store.Entry{Verb: store.Undo}}}, want: stepTaken},
	} {
		var tour tour
		for _, e := range c.entries {
			tour.entry(e.record, e.signIn, e.e)
		}
		if tour.refused("request-9"); tour.step != c.want {
			t.Errorf("%s: step %d, want %d", name, tour.step, c.want)
		}
	}
}

// toured is what happened in a ledger, for the tour.
type toured = []struct {
	record string
	signIn bool
	e      store.Entry
}

// A bot that dies while AWS owes it an answer is started again at once, and what was promised happens.
func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	s := onStage(t, "en")
	card := s.signsIn(t, production, "t.yamada")
	asked := make(chan struct{}, 100)
	s.aws.Fault(func(c fakeaws.Call) *fakeaws.Failure {
		if c.Action != "AddUserToGroup" {
			return nil
		}
		asked <- struct{}{}
		return &fakeaws.Failure{Hang: true}
	})
	s.approve(t, sato, card)
	<-asked
	s.must(t, action{Do: "kill"})
	s.aws.Fault(nil)
	s.must(t, action{Do: "start"})
	s.sees(t, sato, "access is given", func(v state) bool {
		return slices.Equal(members(v, operators), []string{"t.yamada"}) && v.Tour == stepGiven
	})
}

// Two approvals for payments, and the second account of the same person counts for nothing.
func TestTwoApprovals(t *testing.T) {
	t.Parallel()
	s := onStage(t, "en")
	card := s.signsIn(t, payments, "k.ito")
	s.approve(t, itoAdmin, card)
	s.sees(t, itoAdmin, "it is their own request", hears("own request"))
	s.approve(t, park, card)
	s.sees(t, park, "guests decide nothing", hears("Guests"))
	s.approve(t, sato, card)
	s.sees(t, sato, "one of two has approved", func(v state) bool { return strings.Contains(string(v.Places[0].Messages[0].Blocks), "1 of 2") })
	s.approve(t, miller, card)
	s.sees(t, sato, "access is given", func(v state) bool { return slices.Equal(members(v, "jit-payments-admins"), []string{"k.ito"}) })
}

func hears(text string) func(state) bool {
	return func(v state) bool {
		return slices.ContainsFunc(v.Places[0].Messages, func(m message) bool { return m.Only && strings.Contains(m.Text, text) })
	}
}

// A form is opened, filled and sent; a refusal in the middle of an outage is told.
func TestDenyAndOutages(t *testing.T) {
	t.Parallel()
	s := onStage(t, "en")
	card := s.signsIn(t, production, "a.mori")
	s.must(t, action{Do: "fault", Name: "iam", On: true})
	s.must(t, action{Do: "click", As: sato, Channel: approvals, TS: card.TS, Action: string(store.Deny)})
	v := s.sees(t, sato, "a form is open", func(v state) bool { return v.Modal != nil })
	if other := s.state(miller); other.Modal != nil {
		t.Error("somebody else sees the form")
	}
	s.must(t, action{Do: "submit", As: sato, View: v.Modal.ID, Values: map[string]string{"deny": "not today"}})
	s.sees(t, sato, "it is denied", func(v state) bool {
		return v.Modal == nil && strings.Contains(string(v.Places[0].Messages[0].Blocks), "not today") && slices.Equal(v.Down, []string{"iam"})
	})
	s.must(t, action{Do: "fault", Name: "slack", On: true})
	s.sees(t, sato, "the bot has no connection", func(v state) bool { return v.Bot == botCutOff && slices.Contains(v.Down, "slack") })
	s.must(t, action{Do: "fault", Name: "slack"})
	s.must(t, action{Do: "fault", Name: "iam"})
	s.sees(t, sato, "all is well", func(v state) bool { return v.Bot == botWorks && len(v.Down) == 0 })
}

// Another language is the page's, the cards' and the hero's, on the same ledger. Cards that stand already are drawn again.
func TestAnotherLanguage(t *testing.T) {
	t.Parallel()
	s := onStage(t, "en")
	s.signsIn(t, production, "t.yamada")
	s.must(t, action{Do: "lang", Name: "ja"})
	s.sees(t, yamada, "the bot is back", func(v state) bool { return v.Lang == "ja" && v.Bot == botWorks && v.People[0].Locale == "ja-JP" })
	s.sees(t, sato, "the old card speaks Japanese", func(v state) bool { return strings.Contains(v.Places[0].Messages[0].Text, "承認待ち") })
	if card := s.signsIn(t, production, "a.mori"); !strings.Contains(card.Text, "承認待ち") {
		t.Errorf("the card says %q", card.Text)
	}
	if _, err := s.do(action{Do: "start"}); err == nil || !strings.Contains(s.explain(err), "稼働") {
		t.Errorf("%v is not told in Japanese", err)
	}
}

// Somebody asks by typing: the form follows what they choose, says at the field what is wrong, and one of each step
// approves.
func TestAskedForByTyping(t *testing.T) {
	t.Parallel()
	s := onStage(t, "en")
	s.must(t, action{Do: "say", As: yamada, Channel: approvals, Text: "/jit request"})
	v := s.sees(t, yamada, "the form is filled", func(v state) bool { return v.Modal != nil && strings.Contains(string(v.Modal.Blocks), "prod-admin") })
	if strings.Contains(string(v.Modal.Blocks), "ticket") {
		t.Errorf("a field for what was not chosen: %s", v.Modal.Blocks)
	}
	s.must(t, action{Do: "click", As: yamada, View: v.Modal.ID, Block: "target", Action: "target", Value: "prod-admin"})
	v = s.sees(t, yamada, "the form asks for a ticket", func(v state) bool { return strings.Contains(string(v.Modal.Blocks), "OPS-123") })
	values := map[string]string{"reason": "Restore the <b>backup</b>.", "ticket": "none", "duration:prod-admin": "3600"}
	s.must(t, action{Do: "submit", As: yamada, View: v.Modal.ID, Values: values})
	s.sees(t, yamada, "the ticket is wrong", func(v state) bool { return strings.Contains(v.Modal.Errors["ticket"], "OPS-123") })
	values["ticket"] = "OPS-7"
	s.must(t, action{Do: "submit", As: yamada, View: v.Modal.ID, Values: values})
	v = s.sees(t, sato, "there is a card", func(v state) bool { return len(v.Places[0].Messages) == 1 })
	card := v.Places[0].Messages[0]
	if blocks := string(card.Blocks); !strings.Contains(blocks, "OPS-7") || !strings.Contains(blocks, "backup") || strings.Contains(blocks, "sign-in") {
		t.Errorf("the card is %s", blocks)
	}
	for _, as := range []string{sato, suzuki} {
		s.must(t, action{Do: "click", As: as, Channel: approvals, TS: card.TS, Action: string(store.Approve), Confirmed: true})
	}
	s.sees(t, sato, "access is given", func(v state) bool { return slices.Equal(members(v, "jit-prod-admins"), []string{"t.yamada"}) })
}

// A pasted sign-in that makes no card says why: the ledger has ignored it, it belongs to another card, or it was there before.
func TestPastedRecordWithoutACard(t *testing.T) {
	t.Parallel()
	s := onStage(t, "en")
	paste := func(user, event string) {
		body := strings.ReplaceAll(string(builtIn), "t.yamada", user)
		at := regexp.MustCompile(`("eventID": *")[^"]*`)
		s.must(t, action{Do: "record", Text: at.ReplaceAllString(body, "${1}"+event)})
	}
	says := func(what, why string) {
		t.Helper()
		s.sees(t, yamada, what, func(v state) bool {
			return slices.ContainsFunc(v.Happened, func(h happening) bool { return h.What == what && (why == "" || strings.Contains(h.With["why"], why)) })
		})
	}
	paste("nobody", "e-1")
	says("put.no_card", "IAM has no user of this name")
	paste("nobody", "e-1")
	says("put.again", "")
	for range 2 {
		s.must(t, action{Do: "signin", Account: production, User: "t.yamada", Address: "203.0.113.7", MFA: "yes"})
	}
	says("put.merged", "")
	says("put.request", "") // the one that has the card
}

// A pasted record is judged as one from AWS.
func TestPastedRecord(t *testing.T) {
	t.Parallel()
	s := onStage(t, "en")
	for text, class := range map[string]string{string(builtIn): "put.no_card", `{"eventName":"RunInstances"}`: "put.i", "no JSON": "put.invalid"} {
		s.must(t, action{Do: "record", Text: text})
		s.sees(t, yamada, class, func(v state) bool {
			return slices.ContainsFunc(v.Happened, func(h happening) bool { return strings.HasPrefix(h.What, class) })
		})
	}
}
