package bot

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sekisho/bot/fakeslack"
	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// alarm draws an alert and returns it with where it stands.
func (w *world) alarm(a store.Alert) store.Alert {
	w.t.Helper()
	card, err := w.voice.Alert(w.t.Context(), a, store.Card{})
	if err != nil {
		w.t.Fatal(err)
	}
	a.Card = card
	return a
}

// TestAlertIsPressed: the buttons are presses on the alert; the remedy asks twice.
func TestAlertIsPressed(t *testing.T) {
	for name, second := range map[string]store.Verb{"not-me-raised": store.Keep, "unknown-raised": ""} {
		t.Run(name, func(t *testing.T) {
			inSlack(t, func(t *testing.T, w *world) {
				d := &desk{}
				w.run(d)
				a := w.alarm(alerts(t)[name])
				if a.Card.Channel != security {
					t.Fatalf("posted at %+v", a.Card)
				}
				unsure := fakeslack.Press{User: sato, Channel: security, TS: a.Card.TS, Action: string(store.Remedy)}
				if _, err := w.Click(unsure); !errors.Is(err, fakeslack.ErrUnconfirmed) {
					t.Errorf("the remedy does not ask twice: %v", err)
				}
				var want []store.Press
				for _, verb := range slices.DeleteFunc([]store.Verb{store.Remedy, second}, func(v store.Verb) bool { return v == "" }) {
					delivery := w.press(sato, a.Card, verb)
					want = append(want, store.Press{By: sato, Team: "T0HOME", Verb: verb, On: a.ID, Terms: a.Terms(), Card: a.Card, ID: pressID(t, delivery)})
				}
				if diff := cmp.Diff(want, d.presses(), beside); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		})
	}
}

// TestAMemberIsKeptUntilADate: the button opens a form, in the language of who pressed, and the form is one press, with the day
// and the reason. It says what is wrong with it at its fields.
func TestAMemberIsKeptUntilADate(t *testing.T) {
	for _, c := range []struct{ user, title, about string }{{sato, "期限まで残す", "対応する付与がありません"}, {kato, "Keep until a date", "no grant explains it"}} {
		inSlack(t, func(t *testing.T, w *world) {
			a := w.alarm(alerts(t)["unknown-raised"])
			d := &desk{alert: a}
			w.run(d)
			w.press(c.user, a.Card, keepUntil)
			w.until(func() bool { _, open := w.Modal(c.user); return open })
			form, _ := w.Modal(c.user)
			if shown := w.RenderView(form); form.Title != c.title || !strings.Contains(shown, c.about) || !strings.Contains(shown, a.Subject.User) {
				t.Errorf("%s reads %q:\n%s", c.user, form.Title, shown)
			}
			day := func(days int) string { return time.Now().AddDate(0, 0, days).In(tokyo).Format(time.DateOnly) }
			for name, fields := range map[string]map[string]string{
				"yesterday": {untilField: day(-1), noteField: "x"}, "in two years": {untilField: day(730), noteField: "x"},
				"no reason": {untilField: day(30), noteField: " "},
			} {
				if delivery, err := w.Submit(c.user, form.ID, fields); err != nil || !strings.Contains(string(delivery.Response), `"errors"`) {
					t.Errorf("%s: answered %s, %v", name, delivery.Response, err)
				}
			}
			if taken := d.presses(); len(taken) != 0 {
				t.Fatalf("kept before the form was right: %+v", taken)
			}
			delivery, err := w.Submit(c.user, form.ID, map[string]string{untilField: day(30), noteField: "The partner *works* here."})
			if err != nil || !delivery.Acked || delivery.Problem != "" {
				t.Fatalf("submitted: %s, %v", delivery.Response, err)
			}
			until, _ := time.ParseInLocation(time.DateOnly, day(30), tokyo)
			want := []store.Press{{By: c.user, Team: "T0HOME", Verb: store.Keep, On: a.ID, Terms: a.Terms(), Card: a.Card, Until: until,
				Note: "The partner *works* here.", ID: pressID(t, delivery)}}
			if diff := cmp.Diff(want, d.presses(), beside); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestTheButtonFromBeforeAsksForADate: a message that was drawn by an older version keeps nobody without one.
func TestTheButtonFromBeforeAsksForADate(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		old := alerts(t)["unknown-raised"]
		old.Kind = store.NotMe // whose button it had
		a := w.alarm(old)
		d := &desk{alert: alerts(t)["unknown-raised"]}
		w.run(d)
		w.press(kato, a.Card, store.Keep)
		w.until(func() bool { _, open := w.Modal(kato); return open })
		if form, _ := w.Modal(kato); form.Title != "Keep until a date" || len(d.presses()) != 0 {
			t.Errorf("%q, %+v", form.Title, d.presses())
		}
	})
}

// TestAnAlertThatIsRaisedAgain is a new message, which rings a bell; the earlier one says so, and has nothing to press.
func TestAnAlertThatIsRaisedAgain(t *testing.T) {
	for name, failing := range map[string]string{"": "", "the earlier was deleted": "message_not_found", "Slack has something against it": "fatal_error"} {
		inSlack(t, func(t *testing.T, w *world) {
			first := w.alarm(alerts(t)["unknown-kept"])
			again := alerts(t)["unknown-lapsed"]
			again.Earlier = first.Card
			if failing != "" {
				w.failing(refusing("chat.update", failing))
			}
			a := w.alarm(again)
			if a.Card.TS == first.Card.TS || len(w.Messages(security)) != 2 {
				t.Fatalf("%s: it stands at %+v, %d messages", name, a.Card, len(w.Messages(security)))
			}
			if _, err := w.Click(fakeslack.Press{User: sato, Channel: security, TS: a.Card.TS, Action: string(keepUntil)}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			_, err := w.Click(fakeslack.Press{User: sato, Channel: security, TS: first.Card.TS, Action: string(store.Restore)})
			if failing == "" && !errors.Is(err, fakeslack.ErrNotDrawn) {
				t.Errorf("the earlier one can be pressed: %v", err)
			}
		})
	}
}

// TestAlertIsRedrawnInPlace, and posted anew where somebody has deleted it.
func TestAlertIsRedrawnInPlace(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		a := w.alarm(alerts(t)["unknown-raised"])
		at := a.Card
		acted := alerts(t)["unknown-acted"]
		acted.Card = at
		if a = w.alarm(acted); a.Card != at || len(w.Messages(security)) != 1 || w.Messages(security)[0].Edited != 1 {
			t.Errorf("redrawn at %+v, was at %+v", a.Card, at)
		}
		if _, err := w.Click(fakeslack.Press{User: sato, Channel: security, TS: at.TS, Action: string(keepUntil)}); !errors.Is(err, fakeslack.ErrNotDrawn) {
			t.Errorf("a button is left: %v", err)
		}
		w.failing(refusing("chat.update", "message_not_found"))
		if a = w.alarm(a); a.Card == at || a.Card.Channel != security || len(w.Messages(security)) != 2 {
			t.Errorf("posted at %+v, %d messages", a.Card, len(w.Messages(security)))
		}
	})
}

// TestRefusalsOfAnAlert are about an alert, and not about a request.
func TestRefusalsOfAnAlert(t *testing.T) {
	a := alerts(t)["unknown-acting"]
	press := store.Press{By: kato, Verb: store.Keep, On: a.ID}
	for _, c := range []struct {
		refusal, by, want string
	}{
		{access.Late, sato, `Too late: <@U0SATO> was faster, and the state is now "In progress".`},
		{access.Late, kato, `Too late: the state is now "In progress".`}, // pressed twice
		{access.Late, store.Self, `Too late: the state is now "In progress".`},
		{policy.Own, "", "This is about your own IAM user, so another person has to decide."},
		{policy.UserGone, "", "IAM no longer has this user, so I can't tell whose it is. Nothing was decided."},
		{policy.NotSecurity, "", "Only the security team can decide this."},
		{access.Changed, "", "It has changed since you saw it. Please look at the card again and decide anew."},
		{handlers.Gone, "", "I have no record of this."},
	} {
		press.Refusal, press.Facts = c.refusal, map[string]string{access.FactOn: store.KindAlert, "state": string(a.State), "by": c.by}
		if got := penIn("en").Refusal(press); got != c.want {
			t.Errorf("%s reads %q, want %q", c.refusal, got, c.want)
		}
	}
}

// TestEachRowOfADigestIsPressed: the press says on which request.
func TestEachRowOfADigestIsPressed(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		d := &desk{}
		w.run(d)
		grants := digests(t)["many"]
		card, err := w.voice.Card(t.Context(), store.Card{}, grants...)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range []int{1, 0} {
			press := fakeslack.Press{User: sato, Channel: card.Channel, TS: card.TS, Action: string(store.Approve), Block: grants[i].ID}
			if delivery, err := w.Click(press); err != nil || !delivery.Acked {
				t.Fatalf("%+v, %v", delivery, err)
			}
		}
		taken := d.presses()
		if len(taken) != 2 || taken[0].On != grants[1].ID || taken[1].On != grants[0].ID || taken[0].Terms != grants[1].Terms() || taken[0].Card != card {
			t.Errorf("presses %+v", taken)
		}
	})
}

// TestAnAlertCallsSecurity: an alert calls who looks after alerts while nobody has, and links to the card that it is about.
func TestAnAlertCallsSecurity(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		w.voice = NewVoice(w.api, w.people, Place{Cards: approvals, Alerts: security, Security: []string{"usergroup:S0LEADS", kato}, Pen: penIn("en")}, slog.New(slog.DiscardHandler))
		about := w.post(request()).Card
		shown := func(a store.Alert, about store.Card) string {
			card, err := w.voice.Alert(t.Context(), a, about)
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(w.Messages(security), func(m fakeslack.Message) bool { return m.TS == card.TS })
			return string(w.Messages(security)[i].Blocks)
		}
		call, link := "subteam^S0LEADS\\u003e \\u003c@"+kato, "p"+strings.ReplaceAll(about.TS, ".", "")
		for name, c := range map[string]struct {
			about        store.Card
			calls, links bool
		}{"not-me-raised": {about, true, true}, "outage-raised": {store.Card{}, true, false}, "not-me-acted-keys": {about, false, true}} {
			if got := shown(alerts(t)[name], c.about); strings.Contains(got, call) != c.calls || strings.Contains(got, link) != c.links {
				t.Errorf("%s shows %s", name, got)
			}
		}
	})
}
