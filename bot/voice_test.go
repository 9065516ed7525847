package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"sekisho/bot/fakeslack"
	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

func TestCardIsPostedAndRedrawnInPlace(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		g := w.post(request())
		if g.Card.Channel != approvals || g.Card.TS == "" {
			t.Fatalf("posted at %+v", g.Card)
		}
		at := g.Card
		g = w.post(lived(t, g, approve, plan, apply))
		messages := w.Messages(approvals)
		if g.Card != at || len(messages) != 1 {
			t.Fatalf("redrawn at %+v, %d messages", g.Card, len(messages))
		}
		m := messages[0]
		if want := w.voice.pen.Card(g); m.Edited != 1 || m.Text != want.Text || !strings.Contains(w.Render(m), "利用中") {
			t.Errorf("shows %s\n%s", m.Text, w.Render(m))
		}
		if m.UnfurlLinks || m.UnfurlMedia {
			t.Error("links are unfurled")
		}
	})
}

// TestLostCardIsPostedAnew: who deletes the card must not be able to hide the access.
func TestLostCardIsPostedAnew(t *testing.T) {
	for _, code := range lost {
		t.Run(code, func(t *testing.T) {
			inSlack(t, func(t *testing.T, w *world) {
				g := w.post(request())
				at := g.Card
				w.failing(refusing("chat.update", code))
				g = w.post(g)
				if g.Card == at || g.Card.Channel != approvals || len(w.Messages(approvals)) != 2 {
					t.Errorf("posted at %+v, was at %+v, %d messages", g.Card, at, len(w.Messages(approvals)))
				}
			})
		})
	}
}

// TestCardMovesWithTheChannel: a card in a channel that is gone goes to the one of the configuration.
func TestCardMovesWithTheChannel(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		g := request()
		g.Card = store.Card{Channel: "C0DELETED", TS: "1.000001"}
		w.voice.channel = elsewhere
		if g = w.post(g); g.Card.Channel != elsewhere {
			t.Errorf("posted at %+v", g.Card)
		}
	})
}

func TestThread(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		g := lived(t, w.post(request()), approve, plan, apply)
		for _, e := range g.Fresh() { // the plan is of no interest to people
			if _, err := w.voice.Thread(t.Context(), g, e); err != nil {
				t.Fatal(err)
			}
		}
		replies := w.Thread(g.Card.Channel, g.Card.TS)
		if len(replies) != 2 {
			t.Fatalf("%d replies", len(replies))
		}
		for i, e := range []store.Entry{g.Fresh()[0], g.Fresh()[2]} {
			if want, _ := w.voice.pen.Line(g, e); replies[i].Text != want || replies[i].UnfurlLinks || replies[i].UnfurlMedia {
				t.Errorf("reply %+v, want %q", replies[i], want)
			}
		}
		if len(w.Messages(approvals)) != 1 {
			t.Error("a reply stands in the channel")
		}
	})
}

func TestAnswerIsForThePersonAlone(t *testing.T) {
	for user, want := range map[string]string{sato: "この申請の承認権限がありません。", kato: "You aren't an approver for this."} {
		inSlack(t, func(t *testing.T, w *world) {
			g := w.post(request())
			p := store.Press{ID: "press-1", By: user, Refusal: policy.NotApprover, Facts: map[string]string{"state": "asked"}, Card: g.Card}
			if err := w.voice.Answer(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			got := w.Ephemerals(user)
			if len(got) != 1 || got[0].Text != want || got[0].Channel != approvals {
				t.Errorf("%s reads %+v, want %q", user, got, want)
			}
			if len(w.Messages(approvals)) != 1 {
				t.Error("the channel hears of it")
			}
		})
	}
}

// TestAnOldPressIsAnsweredByDM: nobody looks at the card any more. It says when, and where to press again.
func TestAnOldPressIsAnsweredByDM(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		g := w.post(request())
		p := store.Press{ID: "press-1", By: kato, Verb: store.Approve, On: g.ID, Refusal: handlers.TooOld, Card: g.Card,
			Facts: map[string]string{"state": "asked", "pressed": fmt.Sprint(signedIn.Unix())}}
		if err := w.voice.Answer(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		dms := w.Messages(w.DM(kato))
		if len(dms) != 1 || len(w.Ephemerals(kato)) != 0 {
			t.Fatalf("%d DMs, %d answers at the card", len(dms), len(w.Ephemerals(kato)))
		}
		for _, want := range []string{when(signedIn, w.voice.pen.Zone), "press once more", "|card>", g.Card.Channel} {
			if !strings.Contains(dms[0].Text, want) {
				t.Errorf("%q does not say %q", dms[0].Text, want)
			}
		}
		w.failing(refusing("conversations.open", "user_disabled"))
		if err := w.voice.Answer(t.Context(), p); !errors.Is(err, access.ErrUnreachable) {
			t.Errorf("who cannot be written to: %v", err)
		}
	})
}

// TestSlackErrorsComeBack: with Slack's code in them, and where the card stands is not forgotten.
func TestSlackErrorsComeBack(t *testing.T) {
	for name, c := range map[string]struct {
		method string
		call   func(w *world, g store.Grant) error
	}{
		"post": {"chat.postMessage", func(w *world, g store.Grant) error {
			g.Card = store.Card{}
			_, err := w.voice.Card(w.t.Context(), g.Card, g)
			return err
		}},
		"redraw": {"chat.update", func(w *world, g store.Grant) error {
			card, err := w.voice.Card(w.t.Context(), g.Card, g)
			if card != g.Card {
				w.t.Errorf("the card moved to %+v", card)
			}
			return err
		}},
		"thread": {"chat.postMessage", func(w *world, g store.Grant) error {
			_, err := w.voice.Thread(w.t.Context(), g, store.Entry{Verb: store.Lapse, Seq: 7})
			return err
		}},
		"answer": {"chat.postEphemeral", func(w *world, g store.Grant) error {
			return w.voice.Answer(w.t.Context(), store.Press{ID: "press-" + g.ID, By: sato, Refusal: handlers.Gone, Card: g.Card})
		}},
		"members": {"usergroups.users.list", func(w *world, g store.Grant) error {
			_, err := w.people.Members(w.t.Context(), "S0LEADS")
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			inSlack(t, func(t *testing.T, w *world) {
				g := w.post(request())
				w.failing(refusing(c.method, "fatal_error"))
				err := c.call(w, g)
				var answer slack.SlackErrorResponse
				if !errors.As(err, &answer) || answer.Err != "fatal_error" || err.Error() == answer.Err {
					t.Errorf("error %v: want Slack's answer, and what it was an answer to", err)
				}
				w.failing(func(fakeslack.Call) *fakeslack.Failure { return &fakeslack.Failure{} })
				if c.call(w, g) == nil {
					t.Error("no error when the connection drops")
				}
			})
		})
	}
}

// TestAStopLetsAMessageArrive: a message that Slack has when the program stops is known to be there, and is not said again
// after the next start. Only what has no answer for long is cut off.
func TestAStopLetsAMessageArrive(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer time.Duration // after the stop
		cut    bool
		say    func(*world, context.Context, store.Grant) (store.Card, error)
	}{
		{"card", time.Second, false, (*world).sayCard},
		{"message to a person", time.Second, false, (*world).sayDM},
		{"line in the thread", time.Second, false, (*world).sayLine},
		{"no answer", lastPost + time.Second, true, (*world).sayCard},
	} {
		t.Run(c.name, func(t *testing.T) {
			inSlack(t, func(t *testing.T, w *world) {
				g := w.post(request())
				ctx, stop := context.WithCancel(t.Context())
				w.failing(func(call fakeslack.Call) *fakeslack.Failure {
					if call.Method == "chat.postMessage" {
						stop()
						time.Sleep(c.answer)
					}
					return nil
				})
				at, err := c.say(w, ctx, g)
				if cut := err != nil; cut != c.cut || !cut && at.TS == "" {
					t.Errorf("posted at %+v: %v", at, err)
				}
				time.Sleep(c.answer) // Slack's side ends as well
			})
		})
	}
}

func (w *world) sayCard(ctx context.Context, g store.Grant) (store.Card, error) {
	return w.voice.Card(ctx, store.Card{}, g)
}

func (w *world) sayDM(ctx context.Context, g store.Grant) (store.Card, error) {
	g.DM = store.Card{}
	return w.voice.DM(ctx, g)
}

func (w *world) sayLine(ctx context.Context, g store.Grant) (store.Card, error) {
	said, err := w.voice.Thread(ctx, g, store.Entry{Verb: store.Deny, By: sato, State: store.Denied, At: time.Now()})
	if !said && err == nil {
		err = errors.New("nothing was to be said")
	}
	return g.Card, err
}
