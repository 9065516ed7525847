package main

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
)

// Mutant is one entry of list.yaml: one way to break a defence, and the test that must see it.
type Mutant struct {
	Threat string `yaml:"threat"` // a number of the threat model, or a promise in a few words
	Breaks string `yaml:"breaks"` // what no longer holds, in one sentence
	File   string `yaml:"file"`
	Old    string `yaml:"old"` // stands exactly once in File
	New    string `yaml:"new"`
	Test   string `yaml:"test"` // a package and a pattern for -run: "./store TestSlot"
}

// pkg returns the package whose tests run.
func (m Mutant) pkg() string {
	pkg, _, _ := strings.Cut(m.Test, " ")
	return pkg
}

// run returns the pattern for -run.
func (m Mutant) run() string {
	_, run, _ := strings.Cut(m.Test, " ")
	return strings.TrimSpace(run)
}

// String names the mutant in one line.
func (m Mutant) String() string { return fmt.Sprintf("%s: %s (%s)", m.Threat, m.Breaks, m.File) }

// readList returns the mutants of a list. An unknown field is an error.
func readList(path string) ([]Mutant, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read list: %w", err)
	}
	var all []Mutant
	if err := yaml.UnmarshalWithOptions(text, &all, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("read list: %w", err)
	}
	return all, nil
}

// checkAll reports each entry that does not apply to the repository at root.
func checkAll(root string, all []Mutant) error {
	var errs []error
	seen := map[Mutant]bool{}
	for _, m := range all {
		same := Mutant{File: m.File, Old: m.Old, New: m.New}
		if seen[same] {
			errs = append(errs, fmt.Errorf("%s: it stands twice in the list", m))
		}
		seen[same] = true
		if _, err := m.applied(root); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", m, err))
		}
		if err := m.checkTest(root); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", m, err))
		}
	}
	return errors.Join(errs...)
}

// applied returns the file's text with the mutant in it.
func (m Mutant) applied(root string) (string, error) {
	switch {
	case m.Threat == "" || m.Breaks == "" || m.File == "" || m.Old == "":
		return "", errors.New("threat, breaks, file and old must not be empty")
	case m.Old == m.New:
		return "", errors.New("old and new are the same")
	case strings.HasSuffix(m.File, "_test.go"):
		return "", errors.New("the file is a test")
	}
	text, err := os.ReadFile(filepath.Join(root, m.File))
	if err != nil {
		return "", fmt.Errorf("read file: %w", err)
	}
	if n := strings.Count(string(text), m.Old); n != 1 {
		return "", fmt.Errorf("old stands %d times in the file, not once: %q", n, m.Old)
	}
	out := strings.Replace(string(text), m.Old, m.New, 1)
	if strings.HasSuffix(m.File, ".go") {
		if _, err := parser.ParseFile(token.NewFileSet(), m.File, out, parser.SkipObjectResolution); err != nil {
			return "", fmt.Errorf("parse mutant: %w", err)
		}
	}
	return out, nil
}

var declaredTest = regexp.MustCompile(`(?m)^func (Test\w+)\(`)

// checkTest reports a package without a test that the pattern matches.
func (m Mutant) checkTest(root string) error {
	if !strings.HasPrefix(m.pkg(), "./") || m.run() == "" {
		return fmt.Errorf("test must be a package and a pattern, not %q", m.Test)
	}
	files, err := filepath.Glob(filepath.Join(root, m.pkg(), "*_test.go"))
	if err != nil {
		return fmt.Errorf("find tests: %w", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read test: %w", err)
		}
		for _, found := range declaredTest.FindAllStringSubmatch(string(text), -1) {
			if m.selects(found[1]) {
				return nil
			}
		}
	}
	return fmt.Errorf("no test in %s matches %s", m.pkg(), m.run())
}

// selects reports whether the pattern selects a top-level test.
func (m Mutant) selects(name string) bool {
	for _, each := range strings.Split(m.run(), "|") {
		top, _, _ := strings.Cut(each, "/")
		if re, err := regexp.Compile(top); err == nil && re.MatchString(name) {
			return true
		}
	}
	return false
}
