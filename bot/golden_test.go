package bot

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"sekisho/bot/fakeslack"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file under testdata, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test ./bot -update writes it)", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is not what is drawn now; if it should be, go test ./bot -update (-file +now):\n%s", path, diff)
	}
}

// encoded is the JSON that Slack gets.
func encoded(t *testing.T, v any) []byte {
	t.Helper()
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	legible := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&") // slack-go's own marshalling escapes them
	return []byte(legible.Replace(out.String()))
}

// body is the part of a drawing that Slack checks, as slack-go marshals it: a message's blocks, else all of it.
func body(t require, drawn any) []byte {
	if m, ok := drawn.(Message); ok {
		drawn = slack.Blocks{BlockSet: m.Blocks}
	}
	raw, err := json.Marshal(drawn)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestDrawingsGolden(t *testing.T) {
	eachDrawing(t, func(t *testing.T, name string, d drawing, p Pen) {
		drawn := d.in(p)
		if m, ok := drawn.(Message); ok {
			drawn = map[string]any{"text": m.Text, "blocks": slack.Blocks{BlockSet: m.Blocks}}
		}
		if kind(name) != extreme {
			golden(t, name+".json", encoded(t, drawn))
		}
	})
}

// TestDrawingsAsRead keeps all drawings of a kind and language in one file, as people read them: for reviewers of the words.
func TestDrawingsAsRead(t *testing.T) {
	slackOf := fakeslack.New(fakeslack.Workspace{Users: workspaceUsers()})
	defer slackOf.Close()
	all := drawings(t)
	for _, language := range languages {
		files := map[string]*bytes.Buffer{}
		for _, name := range slices.Sorted(maps.Keys(all)) {
			text, ok := asRead(t, slackOf, all[name].in(penIn(language)))
			if kind(name) == extreme || !ok {
				continue
			}
			folder := strings.TrimSuffix(kind(name), "/")
			if files[folder] == nil {
				files[folder] = new(bytes.Buffer)
			}
			fmt.Fprintf(files[folder], "---- %s\n%s\n", strings.TrimPrefix(name, kind(name)), text)
		}
		for folder, file := range files {
			golden(t, folder+"s."+language+".txt", file.Bytes())
		}
	}
}

// asRead is a drawing as people read it. What is drawn in a select is not read on its own.
func asRead(t *testing.T, slackOf *fakeslack.Server, drawn any) (text string, ok bool) {
	t.Helper()
	switch d := drawn.(type) {
	case Message:
		return d.Text + "\n" + slackOf.Render(fakeslack.Message{Blocks: body(t, d)}), true
	case slack.ModalViewRequest:
		return slackOf.RenderView(fakeslack.View{Title: d.Title.Text, Blocks: body(t, d.Blocks)}), true
	case slack.HomeTabViewRequest:
		return slackOf.RenderView(fakeslack.View{Blocks: body(t, d.Blocks)}), true
	}
	return "", false
}

// TestSentencesGolden keeps the lines of the thread and the refusals, one under the other.
func TestSentencesGolden(t *testing.T) {
	for _, language := range languages {
		p := penIn(language)
		var out strings.Builder
		for _, l := range lines(t) {
			line, ok := p.Line(l.grant, l.entry)
			if !ok {
				t.Errorf("%s: nothing is said", l.name)
			}
			fmt.Fprintf(&out, "thread, %s:\n%s\n\n", l.name, indented(line))
		}
		for _, l := range taskLines(t) {
			line, ok := p.TaskLine(l.task, l.entry)
			if !ok {
				t.Errorf("%s: nothing is said", l.name)
			}
			fmt.Fprintf(&out, "thread of a rotation, %s:\n%s\n\n", l.name, indented(line))
		}
		for _, l := range rowLines() {
			m, _ := p.RowSaid(l.row, l.entry)
			fmt.Fprintf(&out, "thread of a report, %s:\n%s\n\n", l.name, indented(m.Text))
		}
		for _, refusal := range rotateRefusals {
			fmt.Fprintf(&out, "refusal of a rotation, %s:\n%s\n\n", refusal, indented(p.RotateRefusal(wishRefused(refusal, "OPS-123"))))
		}
		for _, e := range offboardingLines(leavingNow()) {
			line, ok := p.OffboardingLine(leavingNow(), e)
			if !ok {
				t.Errorf("%s: nothing is said", e.Verb)
			}
			fmt.Fprintf(&out, "thread of an offboarding, %s:\n%s\n\n", e.Verb, indented(line))
		}
		for _, refusal := range offboardRefusals {
			fmt.Fprintf(&out, "refusal of an offboarding, %s:\n%s\n\n", refusal, indented(p.Words.Say("offboard.refused."+refusal, nil)))
		}
		presses := refusals(t)
		for _, name := range slices.Sorted(maps.Keys(presses)) {
			fmt.Fprintf(&out, "refusal, %s:\n%s\n\n", name, indented(p.Refusal(presses[name])))
		}
		for _, refusal := range wishRefusals(t) {
			fmt.Fprintf(&out, "refusal of a request, %s:\n%s\n\n", refusal, indented(p.WishRefusal(wishRefused(refusal, "OPS-123"))))
		}
		golden(t, "sentences."+language+".txt", []byte(out.String()))
	}
}

func indented(s string) string { return "  " + strings.ReplaceAll(s, "\n", "\n  ") }
