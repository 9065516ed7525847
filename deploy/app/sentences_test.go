package app_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// speakers are the folders whose text could reach people in Slack or on the demo's page, and what of it does not: the
// declarations or files that hold it, and who reads them instead. Everything else that people read stands in bot/words, or
// for the demo's page in deploy/demo/page/words. The folders that are missing here write to a terminal, or to programs.
var speakers = map[string]map[string]string{
	"bot": {"Head": "a command, to be copied", "namedOffer": "a command, as it is typed"},
	"store": {
		"alerts":       "operators, in errors",
		"offboardings": "the same",
	},
	"handlers":             {},
	"handlers/policy":      {},
	"handlers/people":      {},
	"handlers/audit":       {},
	"handlers/offboarding": {},
	"handlers/access": {
		"unknownUser":  "operators, in the ledger: of an ignored sign-in nobody is told",
		"anotherUser":  "the same",
		"seenLate":     "the same",
		"nothingToAsk": "the same",
		"Folded":       "the same",
		"turnAway":     "the same: the person is told in their language",
		"joinDenied":   "the same",
		"Forbidden":    "nobody: it stands in a reason's place",
	},
	"aws/identity": {"createSecret": "who looks at the secret in AWS"},
	"aws/trail": {
		"judge":        "operators, in the log, by events explain, and in the demo's feed of the queue",
		"changed":      "the same",
		"noEvent":      "the same",
		"otherEvent":   "the same",
		"otherRecord":  "the same",
		"noSuccess":    "the same",
		"who":          "the same",
		"ParseWish":    "the same",
		"Wishes":       "the same",
		"readBody":     "the name of a part, in errors",
		"readDocument": "the name of a part, in errors",
	},
	"deploy/app": {
		"newMetrics":   "operators, at the metrics",
		"LookAtGroups": "operators, in the log of the start and by config check --live",
		"escape":       "the same",
		"channelFault": "the same",
		"queueFault":   "the same",
	},
	"deploy/demo": {
		"commands.go":  "who types demo slack, in the terminal",
		"draw.go":      "the same",
		"slack.go":     "the same",
		"*story.go":    "who runs demo --play, in the terminal: it has both languages side by side",
		"play.go":      "the same",
		"scene.go":     "the same",
		"page.go":      "who started the demo, in the terminal",
		"workspace.go": "the names of made-up people",
		"stream.go":    "the browser: a line that keeps the stream open",
		"reading":      "a command, to be copied",
		"services":     "the names of AWS's services",
		"shell":        "whoever reads a server's errors, in Systems Manager",
		"guarded":      "whoever is not the page",
		"act":          "the same, or a page of a demo that was started anew",
	},
}

var (
	twoWords = regexp.MustCompile(`\p{L}{2,} \p{L}{2,}`)
	japanese = regexp.MustCompile(`[\p{Han}\p{Hiragana}\p{Katakana}]`)
)

// TestSentencesAreInTheCatalogues finds text for people that was written into the code.
func TestSentencesAreInTheCatalogues(t *testing.T) {
	for folder, known := range speakers {
		used := map[string]bool{}
		for _, s := range sentencesIn(t, folder) {
			excused := false
			for name := range known {
				is, err := filepath.Match(name, filepath.Base(s.at.Filename))
				if err != nil {
					t.Fatal(err)
				}
				if is || name == s.in {
					excused, used[name] = true, true
				}
			}
			if !excused {
				t.Errorf("%s, in %s: %q is a sentence: for people it belongs into both catalogues, bot/words/en.json and ja.json; who else reads it, if nobody does in Slack, stands in this test",
					s.at, s.in, s.text)
			}
		}
		for name := range known {
			if !used[name] {
				t.Errorf("%s: %s has no sentence any more", folder, name)
			}
		}
	}
}

// TestSentencesAreFound: what the test above would find, and what it passes over.
func TestSentencesAreFound(t *testing.T) {
	for source, want := range map[string]int{
		`const Note = "It is over now."`:                                         1,
		`const note = "終了"`:                                                      1,
		`func f() string { return fmt.Sprintf("%s approved it", x) }`:            1,
		`func f() { v.Post("Ask for access") }`:                                  1,
		`func f() { New("Ask for access") }`:                                     1,
		`func f() { card.Error("Ask for access") }`:                              1,
		`func f() error { return fmt.Errorf("ask for access: %w", e) }`:          0,
		`var err = errors.New("ask for access")`:                                 0,
		`func f() { k.Log.Warn("asked for access", "id", id) }`:                  0,
		`func f() { k.Log.Warn(say("Ask for access")) }`:                         0,
		`type x struct { a int ` + "`json:\"a\" yaml:\"ask for access\"`" + ` }`: 0,
		`var r = regexp.MustCompile("ask for access")`:                           0,
		`func (e *gone) Error() string { return "it is gone" }`:                  0,
		`const layout = "2006-01-02 15:04"`:                                      0,
		`const key = "card.asked_of"`:                                            0,
	} {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, "x.go", "package x\n"+source, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(sentences(t, set, file)); got != want {
			t.Errorf("%d sentences in %s, want %d", got, source, want)
		}
	}
}

// said is a text, where it stands and in which declaration.
type said struct {
	at       token.Position
	in, text string
}

// sentencesIn are the sentences in a folder's sources, without its tests.
func sentencesIn(t *testing.T, folder string) []said {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(folder), "*.go"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no sources in %s: %v", folder, err)
	}
	var out []said
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, sentences(t, set, file)...)
	}
	return out
}

// sentences are the literals of a file that read like one, but for errors, the log, tags and patterns.
func sentences(t *testing.T, set *token.FileSet, file *ast.File) []said {
	t.Helper()
	var out []said
	for _, d := range file.Decls {
		ast.Inspect(d, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.FuncDecl:
				return !isError(n)
			case *ast.Field:
				n.Tag = nil
			case *ast.CallExpr:
				return !isForOperators(n)
			case *ast.BasicLit:
				if n.Kind != token.STRING {
					return true
				}
				text, err := strconv.Unquote(n.Value)
				if err != nil {
					t.Fatal(err)
				}
				if twoWords.MatchString(text) || japanese.MatchString(text) {
					out = append(out, said{at: set.Position(n.Pos()), in: declared(d, n.Pos()), text: text})
				}
			}
			return true
		})
	}
	return out
}

// isError tells whether a function is what makes its type an error.
func isError(f *ast.FuncDecl) bool {
	return f.Recv != nil && f.Name.Name == "Error" && len(f.Type.Params.List) == 0
}

// isForOperators tells whether a call makes an error, writes to the log, or takes a pattern.
func isForOperators(call *ast.CallExpr) bool {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name == "wrap" || f.Name == "panic"
	case *ast.SelectorExpr:
		on := ""
		switch x := f.X.(type) {
		case *ast.Ident:
			on = x.Name
		case *ast.SelectorExpr:
			on = x.Sel.Name
		}
		switch f.Sel.Name {
		case "Errorf":
			return on == "fmt"
		case "New":
			return on == "errors"
		case "MustCompile":
			return on == "regexp"
		case "Debug", "Info", "Warn", "Error":
			return strings.EqualFold(on, "log")
		}
	}
	return false
}

// declared is the name of what is declared at a place.
func declared(d ast.Decl, at token.Pos) string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return d.Name.Name
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			if v, ok := spec.(*ast.ValueSpec); ok && spec.Pos() <= at && at <= spec.End() {
				return v.Names[0].Name
			}
		}
	}
	return ""
}
