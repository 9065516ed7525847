package bot

import (
	"strings"
	"testing"

	"sekisho/store"
)

// TestTheReminderRings: it is a message of its own in the holder's DM and language, and is redrawn where it stands.
func TestTheReminderRings(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		g := lived(t, request(), approve, plan, apply)
		g = w.ask(g)
		g = lived(t, g, store.Entry{Verb: store.Soon})
		at, err := w.voice.Remind(t.Context(), store.Card{Channel: g.DM.Channel}, g)
		if err != nil {
			t.Fatal(err)
		}
		messages := w.Messages(w.DM(yamada))
		if len(messages) != 2 || messages[1].TS != at.TS || !strings.Contains(messages[1].Text, "まもなく失効します") {
			t.Fatalf("reminded at %+v of %+v", at, messages)
		}
		again, err := w.voice.Remind(t.Context(), at, lived(t, g, expire, undo))
		if messages = w.Messages(w.DM(yamada)); err != nil || again != at || len(messages) != 2 || !strings.Contains(messages[1].Text, "失効") {
			t.Errorf("redrawn at %+v: %+v, %v", again, messages, err)
		}
	})
}

func TestButtonsOfReminders(t *testing.T) {
	for name, g := range reminders(t) {
		if got := len(labels(penIn("en").Reminder(g))); got != map[string]int{"soon": 2}[name] {
			t.Errorf("%s: %d buttons", name, got)
		}
	}
}

// TestWhoIsCalled: those whose approvals are missing, and never the holder.
func TestWhoIsCalled(t *testing.T) {
	steps := changed(needsBoth)
	half := lived(t, steps, store.Entry{Verb: store.Vote, By: kato, Steps: []int{1}})
	own := changed(func(g *store.Grant) { g.Steps[0].By = []string{yamada, kato} })
	barred := changed(func(g *store.Grant) { byRole(g); g.Steps[0].By = []string{kato, "usergroup:S0OPS", sato} })
	late := changed(func(g *store.Grant) { byRole(g); escalates(g); g.Escalation.Since = signedIn })
	if got := penIn("en").escalated(late); got != "<!subteam^S0ONCALL>" {
		t.Errorf("escalated to %q", got)
	}
	for want, g := range map[string]store.Grant{
		"<@U0SATO>":          barred,
		"<!subteam^S0LEADS>": request(), "<!subteam^S0LEADS> <!subteam^S0CHIEFS>": steps, "<!subteam^S0CHIEFS>": half, "<@U0KATO>": own,
	} {
		if got := penIn("en").missing(g); got != want {
			t.Errorf("called %q, want %q", got, want)
		}
	}
	for _, g := range []store.Grant{lived(t, request(), approve), lived(t, request(), store.Entry{Verb: store.Lapse})} {
		if line, ok := penIn("en").Line(g, store.Entry{Verb: store.Remind}); ok {
			t.Errorf("said of what is %s: %q", g.State, line)
		}
	}
	if _, ok := penIn("en").Line(request(), store.Entry{Verb: store.Remind, Facts: map[string]string{"with": "login-1"}}); ok {
		t.Error("another's line says it")
	}
}
