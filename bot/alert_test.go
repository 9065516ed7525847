package bot

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sekisho/bot/fakeslack"
	"sekisho/handlers"
	"sekisho/store"
)

// alarm draws an alert and returns it with where it stands.
func (w *world) alarm(a store.Alert) store.Alert {
	w.t.Helper()
	card, err := w.voice.Alert(w.t.Context(), a)
	if err != nil {
		w.t.Fatal(err)
	}
	a.Card = card
	return a
}

// TestAlertIsPressed: both buttons are presses on the alert; the remedy asks twice.
func TestAlertIsPressed(t *testing.T) {
	for _, name := range []string{"not-me-raised", "unknown-raised"} {
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
				for _, verb := range []store.Verb{store.Remedy, store.Keep} {
					delivery := w.press(sato, a.Card, verb)
					want = append(want, store.Press{By: sato, Team: "T0HOME", Verb: verb, On: a.ID, Terms: a.Terms(), Card: a.Card, ID: pressID(t, delivery)})
				}
				if diff := cmp.Diff(want, d.presses()); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
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
		if _, err := w.Click(fakeslack.Press{User: sato, Channel: security, TS: at.TS, Action: string(store.Keep)}); !errors.Is(err, fakeslack.ErrNotDrawn) {
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
		{handlers.Late, sato, `Too late: <@U0SATO> was faster, and the state is now "In progress".`},
		{handlers.Late, kato, `Too late: the state is now "In progress".`}, // pressed twice
		{handlers.Late, store.Self, `Too late: the state is now "In progress".`},
		{handlers.Own, "", "This is about your own IAM user, so another person has to decide."},
		{handlers.NotSecurity, "", "Only the security team can decide this."},
		{handlers.Changed, "", "It has changed since you saw it. Please look at the card again and decide anew."},
		{handlers.Gone, "", "I have no record of this."},
	} {
		press.Refusal, press.Facts = c.refusal, map[string]string{"state": string(a.State), "by": c.by}
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
