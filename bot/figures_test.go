package bot

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"testing"

	"github.com/goccy/go-yaml"
)

// TestFigures counts what documents speak of: go test -v -run Figures ./bot.
func TestFigures(t *testing.T) {
	for name, folder := range map[string]string{"the bot": "words", "the demo's page": "../deploy/demo/page/words"} {
		for _, language := range languages {
			t.Logf("sentences of %s, %s: %d", name, language, sentencesIn(t, filepath.Join(folder, language+".json")))
		}
	}
	all, words := drawings(t), len(languages)
	t.Logf("drawings: %d, in %d languages, each as it is and of %d kinds of worst records: %d payloads held to the limits", len(all), words,
		len(longest), len(all)*words*(1+len(longest)))
	t.Logf("of these judged by Slack's own types: %d", len(all)*words*len(variants(drawing{})))
	t.Logf("rows of Block Kit's limits: %d", len(readBlockKit(t).rows()))
	t.Logf("golden views: %d", len(matching(t, "testdata/*/*.??.json")))
	t.Logf("files of all views as people read them: %d", len(matching(t, "testdata/*.??.txt")))

	raw, err := os.ReadFile("../deploy/policy-examples.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var sample struct{ Examples []any }
	if err := yaml.Unmarshal(raw, &sample); err != nil {
		t.Fatal(err)
	}
	t.Logf("rule examples in policy-examples.yaml: %d", len(sample.Examples))
	rows := 0
	for _, path := range []string{"policy/decide", "access/rules", "access/steps", "policy/hours", "access/judgealert"} {
		rows += examplesIn(t, "../handlers/"+path+"_test.go")
	}
	t.Logf("rule examples in the tests' tables: %d", rows)
}

func matching(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files %s: %v", pattern, err)
	}
	return paths
}

// sentencesIn counts a catalogue's, those by plural form one by one.
func sentencesIn(t *testing.T, path string) int {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]any
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, text := range file {
		if forms, ok := text.(map[string]any); ok {
			n += len(forms)
		} else {
			n++
		}
	}
	return n
}

// examplesIn counts the rows of a file's tables.
func examplesIn(t *testing.T, path string) int {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	ast.Inspect(file, func(node ast.Node) bool {
		if loop, ok := node.(*ast.RangeStmt); ok {
			if table, ok := loop.X.(*ast.CompositeLit); ok {
				n += len(table.Elts)
			}
		}
		return true
	})
	return n
}
