package bot

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"sekisho/bot/fakeslack"
	"sekisho/handlers/access"
	"sekisho/store"
)

const cardsChannel = "C0APPROVALS"

// homeTabs are Home tabs: empty, with one of everything, with an older page, and full.
func homeTabs(t *testing.T) map[string]access.Access {
	t.Helper()
	all := cards(t)
	pick := func(names ...string) []store.Grant {
		var out []store.Grant
		for i, name := range names {
			g := all[name]
			g.ID, g.Asked = fmt.Sprint(name, "-", i), signedIn
			out = append(out, g)
		}
		return out
	}
	rotations := func(names ...string) []store.Task {
		var out []store.Task
		for i, name := range names {
			task := tasks(t)[name]
			task.Card = store.Card{Channel: approvals, TS: fmt.Sprint(i)}
			out = append(out, task)
		}
		return out
	}
	full := access.Access{From: access.PageLength, More: true, Cut: true}
	full.Held = pick(slices.Repeat([]string{"active", "active-extension", "approved-trouble"}, 5)...)
	full.Waiting = pick(slices.Repeat([]string{"asked-steps", "active-extension-high", "asked-1-of-2"}, 5)...)
	full.Decided = pick("active-limited", "denied", "ended-kept", "asked-1-of-2", "ended-revoked")
	full.Past = pick(slices.Repeat([]string{"ended-expired", "denied"}, access.PageLength/2)...)
	full.Rotations = access.Rotations{Waiting: rotations(slices.Repeat([]string{"asked-1-of-2"}, 10)...), Open: rotations(slices.Repeat([]string{"handing-failed"}, 10)...),
		Decided: rotations(slices.Repeat([]string{"rotated-back"}, 5)...)}
	return map[string]access.Access{
		"empty": {},
		"some": {Held: pick("active", "asked-1-of-2", "active-extension", "approved-ahead"), Waiting: pick("asked-steps", "active-extension"), More: true,
			Decided: pick("active-limited", "denied"), Past: pick("ended-expired", "denied", "ended-revoked", "withdrawn", "lapsed")},
		"rotations": {Rotations: access.Rotations{Waiting: rotations("asked", "asked-1-of-2"), Open: rotations("proving", "handing-failed", "resting"),
			Decided: rotations("rotated", "denied", "rotated-back")}},
		"kept":  {Held: pick("active-kept", "ending-kept"), Decided: pick("active-kept"), Past: pick("ended-kept", "ended-kept-not-mine")},
		"older": {Past: pick("ended-revoked", "denied"), From: access.PageLength},
		"full":  full,
	}
}

// linksIn has a link to each card that was posted.
func linksIn(a access.Access) Cards {
	cards := Cards{Channel: cardsChannel, Links: map[store.Card]string{}}
	for _, tasks := range [][]store.Task{a.Rotations.Waiting, a.Rotations.Open, a.Rotations.Decided} {
		for _, t := range tasks {
			cards.Links[t.Card] = toCard
		}
	}
	return cards
}

// TestTheHomeTab: who opens it is noted, pages are turned, what is pressed there is a press, and what was refused is said
// in a message.
func TestTheHomeTab(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		d := &desk{}
		w.run(d)
		must := func(delivery fakeslack.Delivery, err error) {
			t.Helper()
			if err != nil || !delivery.Acked {
				t.Fatalf("%+v, %v", delivery, err)
			}
		}
		must(w.OpenHome(yamada))
		a := homeTabs(t)["some"]
		if err := w.voice.Home(t.Context(), yamada, a); err != nil {
			t.Fatal(err)
		}
		home, ok := w.Home(yamada)
		if !ok || !strings.Contains(string(home.Blocks), "あなたの承認待ち") {
			t.Fatalf("drawn %t: %s", ok, home.Blocks)
		}
		press := fakeslack.Press{User: yamada, View: home.ID, Block: a.Held[0].ID, Action: string(store.Finish)}
		must(w.Click(press))
		press.Block, press.Action = "", homeMore+"_older"
		must(w.Click(press))
		press.Action = homeAsk
		must(w.Click(press))
		w.until(func() bool { v, open := w.Modal(yamada); return open && v.Title == "アクセス申請" })
		taken := d.presses()
		if want := []string{yamada + " 0", yamada + " 10"}; !slices.Equal(d.opened, want) || len(taken) != 1 {
			t.Fatalf("opened %q, want %q; %d presses", d.opened, want, len(taken))
		}
		want := store.Press{ID: taken[0].ID, By: yamada, Team: "T0HOME", Verb: store.Finish, On: a.Held[0].ID, Terms: a.Held[0].Terms()}
		if diff := cmp.Diff(want, taken[0], beside); diff != "" {
			t.Errorf("press (-want +got):\n%s", diff)
		}
		want.Refusal, want.Facts = access.Over, map[string]string{"state": "active"}
		if err := w.voice.Answer(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		if said := w.Messages(w.DM(yamada)); len(said) != 1 || said[0].Text != "期限を過ぎています。" {
			t.Errorf("answered %+v", said)
		}
	})
}

// TestOnAHomeTabNobodyApproves: it shows too little for that, whatever a payload claims. What can be pressed there is
// written out once more.
func TestOnAHomeTabNobodyApproves(t *testing.T) {
	allowed := []store.Verb{store.AskMore, store.Retract, store.Finish, store.Withdraw}
	for _, verb := range verbs {
		var cb slack.InteractionCallback
		cb.Type, cb.TriggerID, cb.View.Type, cb.User.ID = slack.InteractionTypeBlockActions, "1.2.3", slack.VTHomeTab, yamada
		cb.ActionCallback.BlockActions = []*slack.BlockAction{{ActionID: string(verb), Value: "login-1 0011223344556677"}}
		if _, err := pressOf(cb, time.UTC); (err == nil) != slices.Contains(allowed, verb) {
			t.Errorf("%s: %v", verb, err)
		}
	}
}

func TestTheChannelIsNoMarkup(t *testing.T) {
	for name, a := range homeTabs(t) {
		text := string(encoded(t, penIn("en").Home(a, Cards{Channel: "C0 <!channel>"})))
		if strings.Contains(text, "<!channel>") {
			t.Errorf("%s: a channel's name is markup", name)
		}
	}
}
