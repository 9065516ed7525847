package bot

import (
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"sekisho/handlers/access"
	"sekisho/handlers/offboarding"
	"sekisho/store"
)

// buttonsOf are the buttons that a message has.
func buttonsOf(m Message) []*slack.ButtonBlockElement {
	var out []*slack.ButtonBlockElement
	for _, b := range m.Blocks {
		if s, ok := b.(*slack.SectionBlock); ok && s.Accessory != nil {
			out = append(out, s.Accessory.ButtonElement)
		}
		row, ok := b.(*slack.ActionBlock)
		if !ok {
			continue
		}
		for _, e := range row.Elements.ElementSet {
			out = append(out, e.(*slack.ButtonBlockElement))
		}
	}
	return out
}

// TestButtonsKeepTheirPlace: each row of buttons has an id of its own that is not made anew with every drawing, so that a
// press on a message that is drawn anew at that moment finds its button.
func TestButtonsKeepTheirPlace(t *testing.T) {
	eachMessage(t, func(t *testing.T, _ string, v drawing, p Pen) {
		var rows []string
		m, _ := v.message(p)
		for _, b := range m.Blocks {
			if row, ok := b.(*slack.ActionBlock); ok {
				if row.BlockID == "" || slices.Contains(rows, row.BlockID) {
					t.Errorf("a row of buttons is called %q, beside %q", row.BlockID, rows)
				}
				rows = append(rows, row.BlockID)
			}
		}
	})
}

// TestButtonsCanWork: what a view offers is a step that the table of states has, and says on what.
func TestButtonsCanWork(t *testing.T) {
	eachMessage(t, func(t *testing.T, _ string, v drawing, p Pen) {
		steps := map[string]func(store.Verb) error{v.alert.ID + " " + v.alert.Terms(): func(verb store.Verb) error {
			_, err := v.alert.After(store.Entry{Verb: verb})
			return err
		}}
		for _, g := range v.grants {
			steps[g.ID+" "+g.ExtensionTerms()] = func(verb store.Verb) error { _, err := g.State.Next(verb); return err }
			steps[g.ID+" "+g.QuestionTerms()] = func(verb store.Verb) error { _, err := g.State.Next(verb); return err }
			steps[g.ID+" "+g.Terms()] = func(verb store.Verb) error { _, err := g.State.Next(verb); return err }
		}
		if v.task.ID != "" {
			steps[v.task.ID+" "+v.task.Terms()] = func(verb store.Verb) error { return worksOn(v.task, verb) }
		}
		for _, a := range v.rows {
			steps[a.ID+" "+a.Terms()] = func(verb store.Verb) error {
				_, err := a.After(store.Entry{Verb: verb})
				return err
			}
		}
		for _, b := range buttonsOf(v.in(p).(Message)) {
			if b.ActionID == rotateVerb {
				if !slices.ContainsFunc(v.rotates, func(r access.Rotatable) bool { return r.ID == b.Value && !r.Busy }) {
					t.Errorf("button of rotation %q", b.Value)
				}
				continue
			}
			step, ok := steps[b.Value]
			if !ok {
				t.Errorf("button %q carries %q", b.Text.Text, b.Value)
			} else if err := step(store.Verb(strings.TrimSuffix(strings.TrimSuffix(b.ActionID, "_with"), "_until"))); err != nil { // whose form makes it
				t.Errorf("button %q: %v", b.Text.Text, err)
			}
			if !slices.Contains(verbs, store.Verb(b.ActionID)) {
				t.Errorf("button %q makes no press", b.Text.Text)
			}
		}
	})
}

// TestRowsOfButtonsAreToldApart by their block: a digest has the same button many times.
func TestRowsOfButtonsAreToldApart(t *testing.T) {
	for name, grants := range digests(t) {
		seen := map[string]bool{}
		for _, b := range penIn("en").Digest(grants).Blocks {
			if row, ok := b.(*slack.ActionBlock); ok {
				if row.BlockID == "" || seen[row.BlockID] {
					t.Errorf("%s: row %q", name, row.BlockID)
				}
				seen[row.BlockID] = true
			}
		}
	}
}

func TestButtonsByState(t *testing.T) {
	grants := cards(t)
	for name, want := range map[string][]string{
		"asked":                 {"approve primary", "deny danger", "approve_with "},
		"asked-1-of-2":          {"approve primary", "deny danger", "approve_with "},
		"asked-steps":           {"approve primary, confirmed", "deny danger", "approve_with "}, // can do much harm
		"asked-unmapped":        {"deny danger"},                                                // nobody can approve
		"approved":              {"finish ", "revoke danger, confirmed"},
		"approved-trouble":      {"finish ", "revoke danger, confirmed"},
		"active":                {"ask_more ", "finish ", "revoke danger, confirmed"},
		"active-kept":           {"finish , confirmed", "revoke danger, confirmed"},
		"active-extension":      {"agree primary", "decline ", "retract ", "finish ", "revoke danger, confirmed"},
		"active-extension-high": {"agree primary, confirmed", "decline ", "retract ", "finish ", "revoke danger, confirmed"},
		"active-max":            {"finish ", "revoke danger, confirmed"},
		"ending":                nil,
		"ending-trouble":        nil,
		"ended-expired":         nil,
		"denied":                nil,
		"lapsed":                nil,
		"withdrawn":             nil,
		"request":               {"approve primary", "deny danger", "approve_with ", "withdraw "},
		"approved-ahead":        {"finish , confirmed", "revoke danger, confirmed"},
		"request-active":        {"ask_more ", "finish ", "revoke danger, confirmed"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := labels(penIn("en").Card(grants[name])); !slices.Equal(got, want) {
				t.Errorf("buttons %q, want %q", got, want)
			}
		})
	}
}

// labels are the verbs and styles of a message's buttons.
func labels(m Message) []string {
	var out []string
	for _, b := range buttonsOf(m) {
		label := b.ActionID + " " + string(b.Style)
		if b.Confirm != nil {
			label += ", confirmed"
		}
		out = append(out, label)
	}
	return out
}

func TestButtonsOfAlerts(t *testing.T) {
	for name, a := range alerts(t) {
		var want []string
		switch {
		case a.State == store.Raised && a.Kind == store.Unknown:
			want = []string{"remedy danger, confirmed", "keep_until "}
		case a.State == store.Raised && slices.Contains([]store.AlertKind{store.NotMe, store.Returned, store.Exposed}, a.Kind): // else it is ended by the bot, or mended elsewhere
			want = []string{"remedy danger, confirmed", "keep "}
		case a.State == store.Kept && a.Kind == store.Unknown:
			want = []string{"restore "}
		}
		if got := labels(penIn("en").Alert(a, []string{"usergroup:S0SECURITY"}, toCard)); !slices.Equal(got, want) {
			t.Errorf("%s: buttons %q, want %q", name, got, want)
		}
	}
}

// TestButtonsOfQuestions: once the person has answered, or nothing can come of an answer, there is none.
func TestButtonsOfQuestions(t *testing.T) {
	for name, g := range questions(t) {
		var want []string
		if (g.Answer == "" || len(g.Unanswered()) > 0) && (g.State == store.Asked || g.State == store.Approved || g.State == store.Active) {
			want = []string{"mine ", "not_mine danger"}
		}
		if g.State == store.Ignored && hasSignIn(g) && g.Answer == "" { // nobody was asked, and it can have been somebody else
			want = []string{"mine ", "not_mine danger"}
		}
		if !hasSignIn(g) && len(g.Unanswered()) == 0 {
			want = nil // there is nothing to be asked about
		}
		if !hasSignIn(g) && g.State == store.Asked {
			want = append(want, "withdraw ")
		}
		if g.State == store.Active {
			if !g.AlreadyHeld() {
				want = append(want, map[bool]string{true: "retract ", false: "ask_more "}[g.Extension.Open()])
			}
			want = append(want, map[bool]string{true: "finish , confirmed", false: "finish "}[g.AlreadyHeld()])
		}
		if g.Ahead() {
			want = append(want, "finish , confirmed")
		}
		if got := labels(penIn("en").DM(g)); !slices.Equal(got, want) {
			t.Errorf("%s: buttons %q, want %q", name, got, want)
		}
	}
}

// One person counts once, whatever steps they are of: no view shows what cannot be.
func TestOnePersonApprovesOnce(t *testing.T) {
	eachDrawing(t, func(t *testing.T, _ string, d drawing, _ Pen) {
		for _, g := range d.grants {
			seen := map[string]bool{}
			for _, a := range g.Approvals {
				if seen[a.By] {
					t.Errorf("%s approves twice", a.By)
				}
				seen[a.By] = true
			}
		}
	})
	want := "Step 1: 1 of 1 <@" + kato + `>\nStep 2: 0 of 2`
	if card := string(encoded(t, penIn("en").Card(cards(t)["asked-steps-one"]))); !strings.Contains(card, want) {
		t.Errorf("one who is of both steps counts for %s", card)
	}
}

// TestDrawingsAreOfTheLedger: the same record makes the same drawing, and what is no part of it changes nothing.
func TestDrawingsAreOfTheLedger(t *testing.T) {
	eachDrawing(t, func(t *testing.T, _ string, d drawing, p Pen) {
		before := string(body(t, d.in(p)))
		read := d.of(records{
			grant: func(g store.Grant) store.Grant {
				g = reread(t, g.ID, g)
				g.Version, g.Mute, g.Claim.Owner, g.Told = 7, 3, "another", map[string]uint64{store.OnCard: 2}
				return g
			},
			alert: func(a store.Alert) store.Alert {
				a = reread(t, a.ID, a)
				a.Version, a.Mute, a.Claim.Owner, a.Told = 7, 3, "another", map[string]uint64{store.OnCard: 2}
				return a
			},
			task: func(task store.Task) store.Task {
				task = reread(t, task.ID, task)
				task.Version, task.Mute, task.Claim.Owner, task.Told = 7, 3, "another", map[string]uint64{store.OnCard: 2}
				return task
			},
			report: func(r store.Report) store.Report {
				r = reread(t, r.ID, r)
				r.Version, r.Mute, r.Told = 7, 3, map[string]uint64{store.OnCard: 2}
				return r
			},
			offboard: func(o store.Offboarding) store.Offboarding {
				o = reread(t, o.ID, o)
				o.Version, o.Mute, o.Claim.Owner, o.Told = 7, 3, "another", map[string]uint64{store.OnCard: 2}
				return o
			},
			leaver: func(l offboarding.Leaver) offboarding.Leaver { return l },
			row: func(a store.Alert) store.Alert {
				a = reread(t, a.ID, a)
				a.Version, a.Mute, a.Claim.Owner, a.Told = 7, 3, "another", map[string]uint64{store.OnCard: 2}
				return a
			},
			offer: func(o access.Offer) access.Offer { return o }, // no record
			rule:  func(r access.Rotatable) access.Rotatable { return r },
		})
		if after := string(body(t, read.in(p))); after != before {
			t.Errorf("after a restart it is\n%s\nand was\n%s", after, before)
		}
	})
}

// reread is a record as the ledger gives it back.
func reread[T any, R interface {
	*T
	store.Record
}](t *testing.T, id string, record T) T {
	t.Helper()
	if id == "" { // the drawing is of another record
		return record
	}
	doc, err := store.Encode(R(&record))
	if err != nil {
		t.Fatal(err)
	}
	read, err := store.Decode(doc)
	if err != nil {
		t.Fatal(err)
	}
	return *read.(R)
}

// TestEveryVerbIsToldOrSilent: a new verb of package store has to be thought about here.
func TestEveryVerbIsToldOrSilent(t *testing.T) {
	silent := []store.Verb{store.Receive, store.Ignore, store.Merge, store.Ask, store.Plan, store.Recheck, store.Soon}
	g := lived(t, changed(escalates), escalate)
	for _, name := range constants(t, "../store", "The verbs of a grant") {
		verb := store.Verb(name)
		line, ok := penIn("en").Line(g, store.Entry{Verb: verb, State: store.Active})
		if ok == slices.Contains(silent, verb) {
			t.Errorf("%s: told is %t, %q", verb, ok, line)
		}
	}
	for _, e := range []store.Entry{
		{Verb: store.Apply, State: store.Ending},  // it was revoked while it was given
		{Verb: store.Fail, State: store.Received}, // there is no card yet
	} {
		if line, ok := penIn("en").Line(request(), e); ok {
			t.Errorf("%s in %s says %q", e.Verb, e.State, line)
		}
	}
}
