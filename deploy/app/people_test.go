package app_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"sekisho/bot"
	"sekisho/bot/fakeslack"
	"sekisho/store"
)

// signIn puts t.yamada's sign-in on the queue, as EventBridge does.
func (s *sim) signIn(id string) { s.signInOf("t.yamada", id) }

func (s *sim) signInOf(user, id string) { s.aws.Send(s.queue, "", signInBody(user, id)) }

func signInBody(user, id string) string {
	return fmt.Sprintf(`{"source":"aws.signin","account":%q,"detail":{"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin",
		"userIdentity":{"type":"IAMUser","principalId":%q,"accountId":%q,"userName":%q},"eventTime":%q,"sourceIPAddress":"203.0.113.9",
		"responseElements":{"ConsoleLogin":"Success"},"additionalEventData":{"MFAUsed":"Yes"},"eventID":%q,"recipientAccountId":%q}}`,
		account, userID(user), account, user, time.Now().UTC().Format(time.RFC3339), id, account)
}

// approve is a person who presses Approve whenever a card has that button, as people do when nothing happens.
func (s *sim) approve(ctx context.Context) { s.pressOften(ctx, "U0SATO") }

// pressOften is approve by anybody.
func (s *sim) pressOften(ctx context.Context, user string) {
	for ctx.Err() == nil {
		for _, m := range s.slack.Messages(approvals) {
			_, _ = s.slack.Click(fakeslack.Press{User: user, Channel: approvals, TS: m.TS, Action: "approve"}) // not drawn: not pressed
		}
		time.Sleep(20 * time.Second)
	}
}

// press is a person who presses a button of a grant, on the card on which the ledger says it stands.
func (s *sim) press(user string, verb store.Verb, id string) (fakeslack.Delivery, error) {
	g := s.grant(s.db(), id)
	return s.pressAt(g.Card, user, verb, g)
}

// pressAt is press on another message.
func (s *sim) pressAt(at store.Card, user string, verb store.Verb, g store.Grant) (fakeslack.Delivery, error) {
	p := fakeslack.Press{User: user, Channel: at.Channel, TS: at.TS, Action: string(verb), Confirmed: true}
	if g.Digest {
		p.Block = g.ID
	}
	return s.slack.Click(p)
}

// mustPress is a press that must be taken in.
func (s *sim) mustPress(user string, verb store.Verb, id string) {
	s.t.Helper()
	if d, err := s.press(user, verb, id); err != nil || !d.Acked || d.Problem != "" {
		s.t.Errorf("%s presses %s on %s: acked %t, %q, %v", user, verb, id, d.Acked, d.Problem, err)
	}
	s.wait(0)
}

// given lets a sign-in be approved, and waits until access is there.
func (s *sim) given(id string) {
	s.t.Helper()
	s.signIn(id)
	s.wait(3 * time.Second)
	s.mustPress("U0SATO", store.Approve, id)
	s.wait(8 * time.Second)
	s.is(id, store.Active, true)
}

// is checks the state of t.yamada's grant, and whether he has access in truth.
func (s *sim) is(id string, state store.State, member bool) {
	s.t.Helper()
	if g := s.grant(s.db(), id); g.State != state {
		s.t.Errorf("%s is %s (%s %s), want %s", id, g.State, g.Outcome, g.Note, state)
	}
	if got := s.member(); got != member {
		s.t.Errorf("member is %t, want %t", got, member)
	}
}

// card is the message that stands for a grant, as people read it; "" if it was deleted.
func (s *sim) card(g store.Grant) string {
	for _, m := range s.slack.Messages(g.Card.Channel) {
		if m.TS == g.Card.TS && !m.Deleted {
			return s.slack.Render(m)
		}
	}
	return ""
}

// says checks what the card of a grant says.
func (s *sim) says(id string, want ...string) {
	s.t.Helper()
	card := s.card(s.grant(s.db(), id))
	for _, w := range want {
		if !strings.Contains(card, w) {
			s.t.Errorf("the card of %s does not say %q:\n%s", id, w, card)
		}
	}
}

// thread is what stands under a grant's card.
func (s *sim) thread(id string) string {
	var lines []string
	g := s.grant(s.db(), id)
	for _, m := range s.slack.Thread(g.Card.Channel, g.Card.TS) {
		lines = append(lines, m.Text)
	}
	return strings.Join(lines, "\n")
}

// delete is an administrator who deletes a message of the bot's. The fake knows no administrator; the response URL of a
// press on the message can do the same.
func (s *sim) delete(d fakeslack.Delivery) {
	s.t.Helper()
	_, link, _ := strings.Cut(string(d.Payload), `"response_url":"`)
	link, _, _ = strings.Cut(link, `"`)
	res, err := s.slack.Memory().HTTP.Post(link, "application/json", strings.NewReader(`{"delete_original":true}`))
	if err != nil || res.StatusCode != http.StatusOK {
		s.t.Fatalf("delete: %v, %v", res, err)
	}
	_ = res.Body.Close()
}

// phrase is what the bot says in English for a key of its catalogue, as far as it is the same for everybody.
func phrase(key string) string {
	longest := ""
	for _, part := range strings.FieldsFunc(strings.ReplaceAll(bot.In("en").Say(key, nil), "<no value>", "\n"), func(r rune) bool { return r == '\n' }) {
		if len(part) > len(longest) {
			longest = part
		}
	}
	return strings.Trim(longest, "*_\n ")
}
