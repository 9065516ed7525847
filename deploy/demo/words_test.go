package demo

import (
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sekisho/aws/trail"
)

var name = regexp.MustCompile(`\{\w+\}`)

// Every sentence is there in both languages, with the same {names}.
func TestWordsAreTwins(t *testing.T) {
	t.Parallel()
	en, ja := catalogue["en"], catalogue["ja"]
	if a, b := slices.Sorted(maps.Keys(en)), slices.Sorted(maps.Keys(ja)); !slices.Equal(a, b) {
		t.Errorf("the keys differ:\n%q\n%q", a, b)
	}
	for key, text := range en {
		a, b := slices.Sorted(slices.Values(name.FindAllString(text, -1))), slices.Sorted(slices.Values(name.FindAllString(ja[key], -1)))
		if !slices.Equal(slices.Compact(a), slices.Compact(b)) {
			t.Errorf("%s: %q and %q name different things", key, text, ja[key])
		}
		if text == "" || ja[key] == "" || strings.ContainsAny(text+ja[key], "!！") {
			t.Errorf("%s: empty, or shouted", key)
		}
	}
}

// Every key that the page or the server names has a sentence, and no sentence is left over.
func TestWordsAreUsed(t *testing.T) {
	t.Parallel()
	page := strings.Join(slices.Collect(maps.Values(pageFiles(t, ".js", ".html"))), "\n")
	for key := range catalogue["en"] {
		prefix, _, _ := strings.Cut(key, ".")
		if !strings.Contains(page, `"`+key+`"`) && !slices.Contains(made, prefix) {
			t.Errorf("nothing says %s", key)
		}
	}
	for _, m := range regexp.MustCompile(`(?:say\(|data-say=|data-label=)"([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if catalogue["en"][m[1]] == "" {
			t.Errorf("the page says %s, for which there are no words", m[1])
		}
	}
	source, err := os.ReadFile("actions.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`say\("([^"]+)"`).FindAllStringSubmatch(string(source), -1) {
		if catalogue["en"][m[1]] == "" {
			t.Errorf("the server says %s, for which there are no words", m[1])
		}
	}
	for _, class := range []trail.Class{trail.Request, trail.Ignore, trail.Invalid} {
		if catalogue["en"]["happened.put."+string(class)] == "" {
			t.Errorf("no words for a record that is to %s", class)
		}
	}
	for _, u := range workspace(nil).Users {
		if !u.Deleted && catalogue["en"]["role."+u.ID] == "" {
			t.Errorf("no words for the role of %s", u.Name)
		}
	}
}

var (
	scriptComment = regexp.MustCompile(`(?m)(^|\s)//.*$`)
	scriptNames   = regexp.MustCompile(`\b(?:class|rel): [^,}]*`) // of style sheets, and of the browser
	scriptText    = regexp.MustCompile("\"(?:[^\"\\\\]|\\\\.)*\"|`(?:[^`\n\\\\]|\\\\.)*`|'(?:[^'\\\\]|\\\\.)*'")
	pageText      = regexp.MustCompile(`>([^<>]+)<|(?:title|aria-label|placeholder|alt)="([^"]+)"`)
	reads         = regexp.MustCompile(`\p{L}{2,} \p{L}{2,}|[\p{Han}\p{Hiragana}\p{Katakana}]{2,}`)
)

// sentencesOf are the literals of a file of the page that read like a sentence.
func sentencesOf(path, text string) []string {
	literal := scriptText
	if strings.HasSuffix(path, ".html") {
		literal = pageText
	} else {
		text = scriptNames.ReplaceAllString(scriptComment.ReplaceAllString(text, ""), "")
	}
	return slices.DeleteFunc(literal.FindAllString(text, -1), func(s string) bool { return !reads.MatchString(s) })
}

// The page says nothing that is not in its catalogue, but its name and the one sentence for browsers that run no script.
func TestThePageHasNoWordsOfItsOwn(t *testing.T) {
	t.Parallel()
	for path, text := range pageFiles(t, ".js", ".html") {
		for _, s := range sentencesOf(path, text) {
			if !strings.Contains(s, "JavaScript") && s != ">関所<" {
				t.Errorf("%s: %s belongs into words/en.json and words/ja.json", path, s)
			}
		}
	}
	for source, want := range map[string]int{
		`el("p", {}, "The bot is dead")`: 1, `el("p", { class: "entry failed" }, "終了")`: 1, "toast(`${n} are left`)": 1, `toast('try it again')`: 1,
		`// "it is over now"`: 0, `{ class: on ? "entry failed" : "entry" }`: 0, `say("error.lost")`: 0,
	} {
		if got := sentencesOf("x.js", source); len(got) != want {
			t.Errorf("in %s: %q, want %d", source, got, want)
		}
	}
}

// made are the beginnings of keys that are put together, by the page or the server.
var made = []string{"mfa", "role", "banner", "tour", "theme", "happened", "error", "clock", "bot", "switch", "from", "verb", "server", "hang"}

// pageFiles are the texts of the page with one of these endings, by name.
func pageFiles(t *testing.T, endings ...string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(files, "page", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(path, e) }) {
			return err
		}
		raw, err := files.ReadFile(path)
		out[path] = string(raw)
		return err
	})
	if err != nil || len(out) == 0 {
		t.Fatalf("%d files: %v", len(out), err)
	}
	return out
}
