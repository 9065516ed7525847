package bot

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"sekisho/bot/fakeslack"
	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

func TestDenyAsksForTheReason(t *testing.T) {
	for _, c := range []struct{ user, title, button string }{{sato, "却下", "却下する"}, {kato, "Deny", "Deny"}} {
		inSlack(t, func(t *testing.T, w *world) {
			d := &desk{}
			w.run(d)
			g := w.post(request())
			if delivery := w.click(c.user, g, store.Deny); !delivery.Acked {
				t.Errorf("delivery %+v", delivery)
			}
			w.until(func() bool { _, open := w.Modal(c.user); return open })
			form, _ := w.Modal(c.user)
			if form.Title != c.title {
				t.Errorf("%s reads the title %q, want %q", c.user, form.Title, c.title)
			}
			if taken := d.presses(); len(taken) != 0 {
				t.Errorf("denied before there was a reason: %+v", taken)
			}
			delivery, err := w.Submit(c.user, form.ID, map[string]string{"deny": "Not *now*.\nMonday."})
			if err != nil || !delivery.Acked || delivery.Problem != "" {
				t.Fatalf("submitted: %+v, %v", delivery, err)
			}
			if _, open := w.Modal(c.user); open {
				t.Error("the form stays open")
			}
			want := []store.Press{{By: c.user, Team: "T0HOME", Verb: store.Deny, On: g.ID, Terms: g.Terms(), Note: "Not *now*.\nMonday.",
				Card: g.Card, ID: pressID(t, delivery)}}
			if diff := cmp.Diff(want, d.presses(), beside); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestADenialSaysWhy: Slack takes blanks for a reason, the bot does not, each time that the form is sent.
func TestADenialSaysWhy(t *testing.T) {
	waiting := func(t *testing.T) store.Grant { return lived(t, request(), approve, plan, apply, extend()) }
	for verb, grant := range map[store.Verb]func(*testing.T) store.Grant{
		store.Deny: func(*testing.T) store.Grant { return request() }, store.Decline: waiting,
	} {
		inSlack(t, func(t *testing.T, w *world) {
			d := &desk{}
			w.run(d)
			g := w.post(grant(t))
			w.click(kato, g, verb)
			w.until(func() bool { _, open := w.Modal(kato); return open })
			form, _ := w.Modal(kato)
			for n, blank := range []string{" ", "\u200b\n", " "} {
				if delivery, err := w.Submit(kato, form.ID, map[string]string{string(verb): blank}); err != nil || delivery.Problem != "" {
					t.Fatalf("submitted: %+v, %v", delivery, err)
				}
				shown, open := w.Modal(kato)
				if want := map[string]string{string(verb): "Please say why."}; !open || !cmp.Equal(shown.Errors, want) || shown.Refused != n+1 || len(d.presses()) != 0 {
					t.Errorf("%s, time %d: open %t, errors %v, presses %v", verb, n+1, open, shown.Errors, d.presses())
				}
			}
			if _, err := w.Submit(kato, form.ID, map[string]string{string(verb): "No."}); err != nil || len(d.presses()) != 1 {
				t.Errorf("%s with a reason: %v, presses %v", verb, err, d.presses())
			}
		})
	}
}

// TestWhoCannotDecideGetsNoForm, and reads why and who can. While that is not known the form opens, as what it makes is judged too.
func TestWhoCannotDecideGetsNoForm(t *testing.T) {
	member := alerts(t)["unknown-raised"]
	for verb, on := range map[store.Verb]func(*world) store.Card{
		store.Deny: func(w *world) store.Card { return w.post(request()).Card }, approveWith: func(w *world) store.Card { return w.post(request()).Card },
		store.Decline: func(w *world) store.Card { return w.post(lived(t, request(), approve, plan, apply, extend())).Card },
		keepUntil: func(w *world) store.Card {
			card, err := w.voice.Alert(w.t.Context(), member, store.Card{})
			if err != nil {
				t.Fatal(err)
			}
			return card
		},
	} {
		t.Run(string(verb), func(t *testing.T) {
			inSlack(t, func(t *testing.T, w *world) {
				d := &desk{forbids: policy.NotApprover, grant: request(), alert: member}
				w.run(d)
				card := on(w)
				press := func() {
					if _, err := w.Click(fakeslack.Press{User: kato, Channel: card.Channel, TS: card.TS, Action: string(verb)}); err != nil {
						t.Fatal(err)
					}
					synctest.Wait()
				}
				press()
				said := w.Ephemerals(kato)
				if _, open := w.Modal(kato); open || len(said) != 1 || said[0].Text != "You aren't an approver for this. Who can: <!subteam^S0LEADS> <@U0SATO>." || len(d.presses()) != 0 {
					t.Errorf("form open %t, presses %v, said %+v", open, d.presses(), said)
				}
				d.mu.Lock()
				d.forbids, d.unjudged = "", errors.New("Slack does not answer")
				d.mu.Unlock()
				press()
				if _, open := w.Modal(kato); !open {
					t.Error("no form, though nothing is known against it")
				}
			})
		})
	}
}

// On a Home tab the refusal stands in the place of the form, as there is no message beside which it could be said.
func TestWhoCannotExtendOnHomeGetsNoForm(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		d := &desk{forbids: access.AtMax, grant: lived(t, request(), approve, plan, apply)}
		w.run(d)
		if err := w.voice.Home(t.Context(), yamada, access.Access{Held: []store.Grant{d.grant}}); err != nil {
			t.Fatal(err)
		}
		home, _ := w.Home(yamada)
		press := func() fakeslack.View {
			t.Helper()
			if _, err := w.Click(fakeslack.Press{User: yamada, View: home.ID, Action: string(store.AskMore)}); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			form, _ := w.Modal(yamada)
			return form
		}
		said := string(encoded(t, press()))
		if !strings.Contains(said, "すでにルールで許可された最長") || strings.Contains(said, "input") || len(d.presses()) != 0 || len(w.Messages(w.DM(yamada))) != 0 {
			t.Errorf("said %s, presses %v", said, d.presses())
		}
		d.mu.Lock()
		d.forbids = ""
		d.mu.Unlock()
		if said := string(encoded(t, press())); !strings.Contains(said, "input") {
			t.Errorf("no form: %s", said)
		}
	})
}

// TestDenyWhenSlackFails: the button is acknowledged, the log says that there was no form, and pressing again helps.
func TestDenyWhenSlackFails(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		w.run(&desk{})
		g := w.post(request())
		w.failing(refusing("views.open", "internal_error"))
		if delivery := w.click(sato, g, store.Deny); !delivery.Acked {
			t.Errorf("delivery %+v", delivery)
		}
		synctest.Wait()
		if _, open := w.Modal(sato); open || !strings.Contains(w.log.String(), "internal_error") {
			t.Errorf("form open: %t, log: %s", open, w.log)
		}
		w.failing(refusing("users.info", "internal_error")) // no locale: English
		w.people.readers = nil
		w.click(sato, g, store.Deny)
		w.until(func() bool { _, open := w.Modal(sato); return open })
		if form, _ := w.Modal(sato); form.Title != "Deny" {
			t.Errorf("title %q", form.Title)
		}
	})
}

// TestApprovalAsksForHowLong: the form offers what was asked for and less, and what is chosen is one press, when it is sent.
func TestApprovalAsksForHowLong(t *testing.T) {
	for _, c := range []struct {
		user, title, chosen string
		allowed             time.Duration
	}{{sato, "承認", "3600", time.Hour}, {kato, "Approve", "0", 0}} {
		inSlack(t, func(t *testing.T, w *world) {
			g := w.post(changed(func(g *store.Grant) { g.Risk = store.High }))
			d := &desk{grant: g}
			w.run(d)
			if delivery := w.click(c.user, g, approveWith); !delivery.Acked {
				t.Errorf("delivery %+v", delivery)
			}
			w.until(func() bool { _, open := w.Modal(c.user); return open })
			form, _ := w.Modal(c.user)
			if shown := w.RenderView(form); form.Title != c.title || !strings.Contains(shown, "⚠️") || !strings.Contains(shown, g.Target) {
				t.Errorf("%s reads %q:\n%s", c.user, form.Title, shown)
			}
			if taken := d.presses(); len(taken) != 0 {
				t.Errorf("approved before the form was sent: %+v", taken)
			}
			delivery, err := w.Submit(c.user, form.ID, map[string]string{periodField: c.chosen, noteField: "Only the *restart*.\nToday."})
			if err != nil || !delivery.Acked || delivery.Problem != "" {
				t.Fatalf("submitted: %+v, %v", delivery, err)
			}
			want := []store.Press{{By: c.user, Team: "T0HOME", Verb: store.Approve, On: g.ID, Terms: g.Terms(), Note: "Only the *restart*.\nToday.",
				Duration: c.allowed, Card: g.Card, ID: pressID(t, delivery)}}
			if diff := cmp.Diff(want, d.presses(), beside); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestNoFormForWhatIsGone: the button is acknowledged, nothing is approved, and the log says why there was no form.
func TestNoFormForWhatIsGone(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		d := &desk{}
		w.run(d)
		if delivery := w.click(sato, w.post(request()), approveWith); !delivery.Acked {
			t.Errorf("delivery %+v", delivery)
		}
		synctest.Wait()
		if _, open := w.Modal(sato); open || len(d.presses()) > 0 || !strings.Contains(w.log.String(), "form not opened") {
			t.Errorf("form open: %t, presses %v, log: %s", open, d.presses(), w.log)
		}
	})
}

// TestDecliningAsksForTheReason: as a denial does, and what it is bound to is the extension as it was shown.
func TestDecliningAsksForTheReason(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		d := &desk{}
		w.run(d)
		g := w.post(lived(t, request(), approve, plan, apply, extend()))
		w.click(sato, g, store.Decline)
		w.until(func() bool { _, open := w.Modal(sato); return open })
		form, _ := w.Modal(sato)
		if _, err := w.Submit(sato, form.ID, map[string]string{"decline": ""}); err == nil || form.Title != "延長の却下" {
			t.Errorf("without a reason: %v, title %q", err, form.Title)
		}
		delivery, err := w.Submit(sato, form.ID, map[string]string{"decline": "凍結期間です。"})
		if err != nil || delivery.Problem != "" {
			t.Fatalf("submitted: %+v, %v", delivery, err)
		}
		want := []store.Press{{By: sato, Team: "T0HOME", Verb: store.Decline, On: g.ID, Terms: g.ExtensionTerms(), Note: "凍結期間です。",
			Card: g.Card, ID: pressID(t, delivery)}}
		if diff := cmp.Diff(want, d.presses(), beside); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

// TestTheShorterDurations: what was asked for is chosen, and all presets below it can be.
func TestTheShorterDurations(t *testing.T) {
	for asked, want := range map[time.Duration]string{
		4 * time.Hour: "15 minutes, 30 minutes, 1 hour, 2 hours, [4 hours]", 90 * time.Minute: "15 minutes, 30 minutes, 1 hour, [1 hour 30 minutes]",
		15 * time.Minute: "[15 minutes]", time.Minute: "[1 minute]",
	} {
		field := penIn("en").shorter(store.Grant{Duration: asked})
		var got []string
		for _, o := range field.Options {
			text := o.Text.Text
			if o == field.InitialOption {
				text = "[" + text + "]"
			}
			got = append(got, text)
		}
		if said := strings.Join(got, ", "); said != want {
			t.Errorf("of %s: %s, want %s", asked, said, want)
		}
	}
}

// TestExtendAsksHowLongAndWhy: as far as the maximum allows, and the bot takes no blanks for a reason. Typed, or from the list, it is
// as long again.
func TestExtendAsksHowLongAndWhy(t *testing.T) {
	for _, c := range []struct {
		user, title, chosen string
		by                  time.Duration
	}{{sato, "延長", "3600", time.Hour}, {kato, "Extend", "0", 0}} {
		inSlack(t, func(t *testing.T, w *world) {
			g := w.post(lived(t, request(), approve, plan, apply))
			d := &desk{grant: g}
			w.run(d)
			w.click(c.user, g, store.AskMore)
			w.until(func() bool { _, open := w.Modal(c.user); return open })
			form, _ := w.Modal(c.user)
			if form.Title != c.title || len(d.presses()) != 0 {
				t.Errorf("title %q, presses %v", form.Title, d.presses())
			}
			if _, err := w.Submit(c.user, form.ID, map[string]string{periodField: c.chosen, noteField: " \n"}); err != nil {
				t.Fatal(err)
			}
			if form, _ = w.Modal(c.user); form.Errors[noteField] == "" {
				t.Errorf("blanks are a reason: %v", form.Errors)
			}
			delivery, err := w.Submit(c.user, form.ID, map[string]string{noteField: "The queue is long."})
			if err != nil || delivery.Problem != "" {
				t.Fatalf("submitted: %+v, %v", delivery, err)
			}
			want := []store.Press{{By: c.user, Team: "T0HOME", Verb: store.AskMore, On: g.ID, Terms: g.ExtensionTerms(), Note: "The queue is long.",
				Duration: c.by, Card: g.Card, ID: pressID(t, delivery)}}
			if diff := cmp.Diff(want, d.presses(), beside); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	g := lived(t, request(), approve, plan, apply)
	for _, block := range penIn("en").ExtensionForm(pressed("1", store.AskMore, ""), g, g.Max).Blocks.BlockSet {
		input, ok := block.(*slack.InputBlock)
		if !ok || input.BlockID != periodField {
			continue
		}
		for _, o := range input.Element.(*slack.SelectBlockElement).Options {
			if seconds, err := time.ParseDuration(o.Value + "s"); err != nil || g.Until.Add(seconds).After(g.Max) {
				t.Errorf("offers %s, beyond the maximum", o.Text.Text)
			}
		}
	}
}
