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
		if catalogue["en"]["role."+u.ID] == "" {
			t.Errorf("no words for the role of %s", u.Name)
		}
	}
}

// made are the beginnings of keys that are put together, by the page or the server.
var made = []string{"role", "banner", "tour", "theme", "happened", "error", "clock", "bot", "switch", "from", "verb"}

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
