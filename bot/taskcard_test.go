package bot

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sekisho/bot/fakeslack"
	"sekisho/store"
)

// worksOn tells whether a button can do something to a rotation as it stands.
func worksOn(t store.Task, verb store.Verb) error {
	if verb == store.PutBack {
		_, err := t.After(store.Entry{Verb: verb})
		return err
	}
	_, err := t.State.NextTask(verb)
	return err
}

func TestButtonsOfRotations(t *testing.T) {
	asked := []string{"approve primary", "deny danger", "withdraw "}
	back, again, now := "put_back , confirmed", "again ", "delete danger, confirmed"
	want := map[string][]string{
		"asked": asked, "asked-1-of-2": asked, "asked-alone": asked, "asked-escalated": asked,
		"handing": {back}, "handing-unknown": {back}, "handing-failed": {again, back}, "handing-none": {again, back},
		"handing-changed": {again, back}, "handing-fifty": {again, back},
		"proving": {back}, "proving-used": {back}, "proving-alone": {back}, "proving-back": {back}, "retiring": {back},
		"resting": {back, now}, "resting-1-of-2": {back, now}, "proving-again": {back}, "resting-trouble": {back, now}, "restoring": {back}, "restoring-gone": {back},
	}
	for name, task := range tasks(t) {
		if got := labels(penIn("en").Task(task)); !slices.Equal(got, want[name]) {
			t.Errorf("%s: buttons %q, want %q", name, got, want[name])
		}
	}
	noVersion := tasks(t)["proving"]
	noVersion.Effects = nil // the secret had no version with the old key
	if got := labels(penIn("en").Task(noVersion)); got != nil {
		t.Errorf("what cannot be put back has buttons %q", got)
	}
}

// TestStepsOfARotation: each step has the sign of how far it is.
func TestStepsOfARotation(t *testing.T) {
	all := tasks(t)
	for name, want := range map[string]string{
		"asked": "", "denied": "", "lapsed": "", "withdrawn": "", "stopped": "",
		"making":           "🔄▫️▫️",
		"making-scheduled": "🔄▫️▫️",
		"making-planned":   "✅🔄▫️▫️▫️▫️",
		"making-trouble":   "✅⚠️▫️▫️▫️▫️",
		"handing":          "✅✅🔄▫️▫️▫️",
		"handing-failed":   "✅✅⚠️▫️▫️▫️",
		"proving":          "✅✅✅⏳▫️▫️",
		"proving-used":     "✅✅✅⏳▫️▫️",
		"proving-alone":    "✅✅⏳▫️▫️",
		"retiring":         "✅✅✅✅🔄▫️",
		"resting":          "✅✅✅✅✅⏳",
		"resting-trouble":  "✅✅✅✅✅⚠️",
		"deleting":         "✅✅✅✅✅🔄",
		"rotated":          "✅✅✅✅✅✅",
		"rotated-first":    "✅✅",
		"restoring":        "✅🔄▫️▫️▫️▫️",
		"restoring-gone":   "✅⚠️▫️▫️▫️▫️",
		"proving-back":     "✅✅✅⏳▫️▫️",
		"rotated-back":     "✅✅✅✅✅✅",
		"stopped-later":    "✅✅✅⚠️▫️▫️",
		"stopped-handing":  "✅✅⚠️▫️▫️▫️",
	} {
		got := ""
		for _, line := range strings.Split(penIn("en").taskSteps(all[name]), "\n") {
			sign, _, _ := strings.Cut(line, " ")
			got += sign
		}
		if got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// TestServersThatAreListed: ten of fifty, and that there are more; none that was not told yet.
func TestServersThatAreListed(t *testing.T) {
	all := tasks(t)
	for name, want := range map[string]int{"handing": 0, "handing-failed": 7, "handing-fifty": 12, "stopped-handing": 2, "proving": 0} {
		if got := len(strings.FieldsFunc(penIn("en").lagging(all[name]), func(r rune) bool { return r == '\n' })); got != want {
			t.Errorf("%s: %d lines, want %d", name, got, want)
		}
	}
	if said := penIn("en").lagging(all["handing-fifty"]); !strings.HasSuffix(said, "\nand 40 more") {
		t.Errorf("of fifty: %s", said)
	}
}

// TestEveryVerbOfARotationIsToldOrSilent: a new one has to be thought about here.
func TestEveryVerbOfARotationIsToldOrSilent(t *testing.T) {
	silent := []store.Verb{store.Begin, store.Told, store.Heard, store.Unused}
	for _, name := range append(constants(t, "../store", "The verbs of a rotation"), string(store.Done), string(store.Fail), string(store.Refuse)) {
		line, ok := penIn("en").TaskLine(rotation(), store.Entry{Verb: store.Verb(name), By: sato})
		if ok == slices.Contains(silent, store.Verb(name)) {
			t.Errorf("%s: told is %t, %q", name, ok, line)
		}
	}
	named := turned(func(t *store.Task) { t.Steps = []store.Step{{By: []string{sato, kato, yamada}, Count: 2}} })
	if line, _ := penIn("en").TaskLine(went(t, named, twice(voteDelete)...), store.Entry{Verb: store.Vote, By: sato, State: store.Resting}); strings.Count(line, sato) != 1 || !strings.Contains(line, kato) || strings.Contains(line, yamada) {
		t.Errorf("the vote of %s calls %q", sato, line)
	}
	for _, verb := range []store.Verb{store.Remind, store.Escalate} {
		if line, ok := penIn("en").TaskLine(tasks(t)["making"], store.Entry{Verb: verb}); ok {
			t.Errorf("decided by now: %q", line)
		}
	}
	for _, e := range []store.Entry{
		{Verb: store.Used, By: store.Self, Facts: map[string]string{store.FactUsed: "2026-11-22T05:00:00Z"}}, // as often as it is looked at
		{Verb: store.Delete, By: store.Self},
	} {
		if line, ok := penIn("en").TaskLine(rotation(), e); ok {
			t.Errorf("%s says %q", e.Verb, line)
		}
	}
}

// drawn draws a rotation's card and returns the rotation with it.
func (w *world) drawn(task store.Task) store.Task {
	w.t.Helper()
	card, err := w.voice.Task(w.t.Context(), task)
	if err != nil {
		w.t.Fatal(err)
	}
	task.Card = card
	return task
}

// TestRotationIsPressed: each button is a press on the task; what cannot be taken back asks twice.
func TestRotationIsPressed(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		d := &desk{}
		w.run(d)
		all := tasks(t)
		var want []store.Press
		for _, c := range []struct {
			name  string
			verb  store.Verb
			twice bool
		}{{"asked", store.Approve, false}, {"asked", store.Withdraw, false}, {"handing-failed", store.Again, false}, {"proving", store.PutBack, true}, {"resting", store.Delete, true}} {
			task := w.drawn(all[c.name])
			unsure := fakeslack.Press{User: sato, Channel: task.Card.Channel, TS: task.Card.TS, Action: string(c.verb)}
			if c.twice {
				if _, err := w.Click(unsure); !errors.Is(err, fakeslack.ErrUnconfirmed) {
					t.Errorf("%s does not ask twice: %v", c.verb, err)
				}
			}
			delivery := w.press(sato, task.Card, c.verb)
			want = append(want, store.Press{By: sato, Team: "T0HOME", Verb: c.verb, On: task.ID, Terms: task.Terms(), Card: task.Card, ID: pressID(t, delivery)})
		}
		if diff := cmp.Diff(want, d.presses(), beside); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

// TestRotationIsDeniedWithAReason, by the form that a request has.
func TestRotationIsDeniedWithAReason(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		task := w.drawn(rotation())
		d := &desk{task: task}
		w.run(d)
		w.press(sato, task.Card, store.Deny)
		w.until(func() bool { _, open := w.Modal(sato); return open })
		form, _ := w.Modal(sato)
		if shown := string(form.Blocks); !strings.Contains(shown, "のキーのローテーション") || !strings.Contains(shown, task.User) {
			t.Errorf("the form does not say what it denies: %s", shown)
		}
		delivery, err := w.Submit(sato, form.ID, map[string]string{"deny": "凍結期間です。"})
		if err != nil || delivery.Problem != "" {
			t.Fatalf("submitted: %+v, %v", delivery, err)
		}
		want := []store.Press{{By: sato, Team: "T0HOME", Verb: store.Deny, On: task.ID, Terms: task.Terms(), Note: "凍結期間です。", Card: task.Card, ID: pressID(t, delivery)}}
		if diff := cmp.Diff(want, d.presses(), beside); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

// TestThreadOfARotation stands under its card, and says nothing of what the card shows.
func TestThreadOfARotation(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		task := w.drawn(tasks(t)["resting"])
		for _, e := range []store.Entry{{Verb: store.Told}, {Verb: store.Off, At: signedIn, Facts: map[string]string{offKey: oldKey}}} {
			if _, err := w.voice.TaskThread(t.Context(), task, e); err != nil {
				t.Fatal(err)
			}
		}
		said := w.Thread(task.Card.Channel, task.Card.TS)
		if len(said) != 1 || !strings.Contains(said[0].Text, "`"+oldKey+"`") {
			t.Errorf("the thread says %+v", said)
		}
		at := task.Card
		if task = w.drawn(task); task.Card != at {
			t.Errorf("redrawn at %+v, was at %+v", task.Card, at)
		}
	})
}
