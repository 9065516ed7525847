package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestListApplies: each entry of the list still applies to the repository.
func TestListApplies(t *testing.T) {
	if err := work(t.Context(), "", 1, true, 1, time.Minute); err != nil {
		t.Error(err)
	}
}

// toy is a repository with one function and one test, which sees only that f is not 2.
func toy(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	files := map[string]string{
		"go.mod":         "module toy\n\ngo 1.26\n",
		"p/p.go":         "package p\n\nfunc f() int { return 1 }\n\nfunc g() bool { return true }\n",
		"p/p_test.go":    "package p\n\nimport \"testing\"\n\nfunc TestF(t *testing.T) {\n\tif f() != 1 {\n\t\tt.Error()\n\t}\n}\n",
		"p/skip_test.go": "package p\n\nimport \"testing\"\n\nfunc TestSkipped(t *testing.T) { t.Skip() }\n\nfunc TestBroken(t *testing.T) { t.Fail() }\n",
	}
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// TestOutcomes: a mutant that the test sees is killed, one that it does not see survives, one that does not build is
// told apart, and the file is put back each time.
func TestOutcomes(t *testing.T) {
	all := []Mutant{
		{"1", "seen", "p/p.go", "return 1", "return 2", "./p TestF"},
		{"1", "unseen", "p/p.go", "return true", "return false", "./p TestF"},
		{"1", "no build", "p/p.go", "return 1", "return h", "./p TestF"},
		{"1", "for ever", "p/p.go", "return 1", "for { }", "./p TestF"},
		{"1", "seen again", "p/p.go", "return 1", "panic(1)", "./p TestF"},
	}
	r := &runner{all: all, limit: 2 * time.Second, began: time.Now()}
	t.Cleanup(r.clean)
	if err := r.copies(toy(t), 1); err != nil {
		t.Fatal(err)
	}
	outcomes := r.runAll(t.Context())
	for i, want := range []string{killed, survived, broken, overtime, killed} {
		if !strings.HasPrefix(outcomes[i], want) {
			t.Errorf("%s: %s, want %s", all[i], outcomes[i], want)
		}
	}
	if r.report(outcomes) == nil {
		t.Error("one survives, and all is well")
	}
}

// TestBaseline: a test that is skipped, is not there, or fails without a mutant kills nothing.
func TestBaseline(t *testing.T) {
	root := toy(t)
	for _, test := range []string{"./p TestSkipped", "./p TestG", "./p TestBroken"} {
		r := &runner{all: []Mutant{{"1", "b", "p/p.go", "return 1", "return 2", test}}, limit: time.Minute, began: time.Now()}
		t.Cleanup(r.clean)
		if err := r.copies(root, 1); err != nil {
			t.Fatal(err)
		}
		if outcomes := r.runAll(t.Context()); !strings.HasPrefix(outcomes[0], unknown) {
			t.Errorf("%s is taken for a test: %s", test, outcomes[0])
		}
	}
}

// TestCheck: an entry that says nothing, or no longer applies, is refused.
func TestCheck(t *testing.T) {
	root := toy(t)
	good := Mutant{"1", "b", "p/p.go", "return 1", "return 2", "./p TestF"}
	if err := checkAll(root, []Mutant{good}); err != nil {
		t.Fatal(err)
	}
	bad := map[string]func(*Mutant){
		"no file":      func(m *Mutant) { m.File = "p/q.go" },
		"a test":       func(m *Mutant) { m.File = "p/p_test.go"; m.Old = "!= 1" },
		"not there":    func(m *Mutant) { m.Old = "return 3" },
		"twice":        func(m *Mutant) { m.Old = "return" },
		"no change":    func(m *Mutant) { m.New = m.Old },
		"no Go":        func(m *Mutant) { m.New = "return (" },
		"no package":   func(m *Mutant) { m.Test = "./q TestF" },
		"no such test": func(m *Mutant) { m.Test = "./p TestG" },
		"no pattern":   func(m *Mutant) { m.Test = "./p" },
		"no sentence":  func(m *Mutant) { m.Breaks = "" },
	}
	for name, change := range bad {
		m := good
		change(&m)
		if checkAll(root, []Mutant{m}) == nil {
			t.Errorf("%s: it is taken", name)
		}
	}
	if checkAll(root, []Mutant{good, good}) == nil {
		t.Error("the same entry twice is taken")
	}
}
