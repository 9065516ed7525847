package bot

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sekisho/bot/fakeslack"
	"sekisho/handlers/access"
	"sekisho/store"
)

// ask sends the person of a grant the question and returns the grant with where it stands.
func (w *world) ask(g store.Grant) store.Grant {
	w.t.Helper()
	dm, err := w.voice.DM(w.t.Context(), g)
	if err != nil {
		w.t.Fatal(err)
	}
	g.DM = dm
	return g
}

// press presses a button of any message.
func (w *world) press(user string, at store.Card, verb store.Verb) fakeslack.Delivery {
	w.t.Helper()
	d, err := w.Click(fakeslack.Press{User: user, Channel: at.Channel, TS: at.TS, Action: string(verb), Confirmed: true})
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// TestWasThisYou: the question stands in the person's DM and language, their answer is a press, and the message then says
// what came of it.
func TestWasThisYou(t *testing.T) {
	for verb, want := range map[store.Verb]string{store.Mine: "ご本人の操作として", store.NotMine: "セキュリティチームにアラートを送ります"} {
		t.Run(string(verb), func(t *testing.T) {
			inSlack(t, func(t *testing.T, w *world) {
				d := &desk{}
				w.run(d)
				g := w.ask(w.post(request()))
				if g.DM.Channel != w.DM(yamada) || len(w.Messages(g.DM.Channel)) != 1 {
					t.Fatalf("asked at %+v", g.DM)
				}
				if said := w.Messages(g.DM.Channel)[0]; !strings.Contains(said.Text, "ご自身の操作ですか？") {
					t.Errorf("the notification reads %q", said.Text)
				}
				delivery := w.press(yamada, g.DM, verb)
				pressed := []store.Press{{By: yamada, Team: "T0HOME", Verb: verb, On: g.ID, Terms: g.Terms(), Card: g.DM, ID: pressID(t, delivery)}}
				if diff := cmp.Diff(pressed, d.presses(), beside); diff != "" || !delivery.Acked {
					t.Errorf("delivery %+v\n-want +got:\n%s", delivery, diff)
				}
				at := g.DM
				g = w.ask(lived(t, g, store.Entry{Verb: verb, By: yamada}))
				messages := w.Messages(at.Channel)
				if g.DM != at || len(messages) != 1 || !strings.Contains(messages[0].Text, want) {
					t.Errorf("redrawn at %+v: %s", g.DM, w.Render(messages[0]))
				}
				if _, err := w.Click(fakeslack.Press{User: yamada, Channel: at.Channel, TS: at.TS, Action: string(verb)}); !errors.Is(err, fakeslack.ErrNotDrawn) {
					t.Errorf("answered again: %v", err)
				}
			})
		})
	}
}

// TestOnlyThePersonAnswers: somebody else's answer does nothing, and only they hear why.
func TestOnlyThePersonAnswers(t *testing.T) {
	for user, want := range map[string]string{sato: "回答できるのは、このIAMユーザーの利用者本人だけです。", kato: "Only the person whose IAM user this is can answer."} {
		inSlack(t, func(t *testing.T, w *world) {
			d := &desk{}
			w.run(d)
			g := request()
			g.Subject.Person = store.Person(user) // whom a wrong tag names: the question goes to them
			g = w.ask(g)
			w.press(user, g.DM, store.NotMine)
			press := d.presses()[0]
			press.Refusal, press.Facts = access.NotYours, map[string]string{"state": "asked"}
			if err := w.voice.Answer(t.Context(), press); err != nil {
				t.Fatal(err)
			}
			if got := w.Ephemerals(user); len(got) != 1 || got[0].Text != want || got[0].Channel != g.DM.Channel {
				t.Errorf("%s reads %+v, want %q", user, got, want)
			}
		})
	}
}

func TestWhoCannotBeWrittenTo(t *testing.T) {
	for _, user := range []string{"U0ROBOT", "U0LEFT", "U0NOBODY", "HERE"} {
		inSlack(t, func(t *testing.T, w *world) {
			w.SetUser(fakeslack.User{ID: "U0ROBOT", Bot: true})
			w.SetUser(fakeslack.User{ID: "U0LEFT", Deleted: true})
			g := changed(func(g *store.Grant) { g.Subject.Person = store.Person(user) })
			if dm, err := w.voice.DM(t.Context(), g); !errors.Is(err, access.ErrUnreachable) || dm != g.DM {
				t.Errorf("%s: %+v, %v", user, dm, err)
			}
		})
	}
}

// TestUnreachableOrTryAgain: who left after the first question is unreachable too; a fault of Slack's is tried again.
func TestUnreachableOrTryAgain(t *testing.T) {
	for method, c := range map[string]struct {
		code  string
		never bool
	}{
		"conversations.open": {"internal_error", false},
		"chat.postMessage":   {"messages_tab_disabled", true},
		"chat.update":        {"fatal_error", false},
	} {
		t.Run(method, func(t *testing.T) {
			inSlack(t, func(t *testing.T, w *world) {
				g := request()
				if method == "chat.update" {
					g = w.ask(g)
				}
				w.failing(refusing(method, c.code))
				dm, err := w.voice.DM(t.Context(), g)
				if err == nil || errors.Is(err, access.ErrUnreachable) != c.never || dm != g.DM {
					t.Errorf("%+v, %v", dm, err)
				}
			})
		})
	}
}

// TestLostQuestionIsAskedAnew: in the same DM.
func TestLostQuestionIsAskedAnew(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		g := w.ask(request())
		at := g.DM
		w.failing(refusing("chat.update", "message_not_found"))
		if g = w.ask(g); g.DM == at || g.DM.Channel != at.Channel || w.called("conversations.open") != 1 {
			t.Errorf("asked at %+v, was at %+v", g.DM, at)
		}
	})
}

// TestDMSaysWhyDenied: who asked, by signing in or by hand, reads the reason where they read that it was denied.
func TestDMSaysWhyDenied(t *testing.T) {
	asked := request()
	byHand(&asked)
	for name, g := range map[string]store.Grant{"sign-in": request(), "by hand": asked} {
		g = lived(t, g, store.Entry{Verb: store.Deny, By: sato, Note: "The logs are in the viewer."})
		said := string(encoded(t, penIn("en").DM(g).Blocks))
		for _, want := range []string{"Reason for denial, written by <@" + sato + ">", "The logs are in the viewer."} {
			if !strings.Contains(said, want) {
				t.Errorf("%s: %q is not in %s", name, want, said)
			}
		}
	}
}
