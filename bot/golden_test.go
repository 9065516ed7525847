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
	"sekisho/store"
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

func blocksOf(t *testing.T, m Message) []byte {
	t.Helper()
	return encoded(t, slack.Blocks{BlockSet: m.Blocks})
}

func TestViewsGolden(t *testing.T) {
	eachView(t, func(t *testing.T, name string, v view, p Pen) {
		m := v.in(p)
		golden(t, name+".json", encoded(t, map[string]any{"text": m.Text, "blocks": slack.Blocks{BlockSet: m.Blocks}}))
	})
}

func TestPressFormsGolden(t *testing.T) {
	press := store.Press{On: "login-1", Terms: "0011223344556677", Card: store.Card{Channel: "C0APPROVALS", TS: "1763787600.000100"}}
	for name, form := range pressForms(t, press, changed(needsBoth)) {
		golden(t, "form/"+name+".json", encoded(t, form))
	}
}

// pressForms are the forms that buttons open, in every language.
func pressForms(t *testing.T, press store.Press, g store.Grant) map[string]slack.ModalViewRequest {
	t.Helper()
	out := map[string]slack.ModalViewRequest{}
	for _, language := range languages {
		for _, press.Verb = range asksFirst {
			form := penIn(language).ReasonForm(press)
			if press.Verb == approveWith {
				form = penIn(language).ApprovalForm(press, g)
			}
			out[string(press.Verb)+"."+language] = form
		}
	}
	return out
}

// TestViewsAsRead keeps all views of a kind and language in one file, as people read them: for reviewers of the words.
func TestViewsAsRead(t *testing.T) {
	slackOf := fakeslack.New(fakeslack.Workspace{Users: people()})
	defer slackOf.Close()
	all := views(t)
	for _, language := range languages {
		files := map[string]*bytes.Buffer{}
		for _, name := range slices.Sorted(maps.Keys(all)) {
			kind, m := all[name].kind, all[name].in(penIn(language))
			if files[kind] == nil {
				files[kind] = new(bytes.Buffer)
			}
			fmt.Fprintf(files[kind], "---- %s\n%s\n%s\n", strings.TrimPrefix(name, kind+"/"), m.Text,
				slackOf.Render(fakeslack.Message{Blocks: blocksOf(t, m)}))
		}
		for kind, file := range files {
			golden(t, kind+"s."+language+".txt", file.Bytes())
		}
	}
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
		presses := refusals(t)
		for _, name := range slices.Sorted(maps.Keys(presses)) {
			fmt.Fprintf(&out, "refusal, %s:\n%s\n\n", name, indented(p.Refusal(presses[name])))
		}
		golden(t, "sentences."+language+".txt", []byte(out.String()))
	}
}

func indented(s string) string { return "  " + strings.ReplaceAll(s, "\n", "\n  ") }
