package app_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestThreatsHaveTheirTests: each test that the package's doc names is in the folder that it names.
func TestThreatsHaveTheirTests(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	have := testsByFolder(t)
	named := regexp.MustCompile(`\b([a-z]+)\.((?:Test|Fuzz)[A-Z]\w*)`).FindAllStringSubmatch(file.Doc.Text(), -1)
	for _, m := range named {
		if !have[m[0]] {
			t.Errorf("the doc names %s, and there is no such test in a folder %s", m[2], m[1])
		}
	}
	for _, line := range strings.Split(file.Doc.Text(), "\n") {
		if strings.HasPrefix(line, "\t") && !strings.Contains(line, ".Test") && !strings.Contains(line, ".Fuzz") {
			t.Errorf("no test stands beside %q", strings.TrimSpace(line))
		}
	}
	if len(named) < 60 {
		t.Errorf("%d tests are named: are they read at all?", len(named))
	}
}

// testsByFolder are all tests of the module, as "folder.TestName".
func testsByFolder(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			if name := declared(d, d.Pos()); strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Fuzz") {
				out[filepath.Base(filepath.Dir(path))+"."+name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
