package app_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// arbiter is the one package in which persons are compared.
const arbiter = "handlers/people/"

// listed is a package as `go list -export` knows it.
type listed struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
	Standard                bool
}

// TestPersonsAreComparedInOnePlace type-checks the program: nothing but people.Registry compares persons, as a record has
// a person by the account that was the first one when it was written.
func TestPersonsAreComparedInOnePlace(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	var ours []listed
	exports := map[string]string{}
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,Standard", "./...")
	cmd.Dir, cmd.Stderr = root, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		exports[p.ImportPath] = p.Export
		if strings.HasPrefix(p.Dir, root) && !p.Standard {
			ours = append(ours, p)
		}
	}
	if len(ours) < 10 {
		t.Fatalf("only %d packages", len(ours))
	}
	fset := token.NewFileSet()
	load := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	for _, p := range ours {
		var files []*ast.File
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
		for _, at := range compared(t, fset, p.ImportPath, files, load) {
			if file, err := filepath.Rel(root, at.Filename); err != nil || !strings.HasPrefix(filepath.ToSlash(file), arbiter) {
				t.Errorf("%s:%d compares persons: ask people.Registry.Same, which asks the configuration about both", file, at.Line)
			}
		}
	}
}

// TestComparedPersonsAreFound holds the test above against each way to compare.
func TestComparedPersonsAreFound(t *testing.T) {
	const head = "package x\ntype Person string\nfunc (p Person) Account() string { return string(p) }\n" +
		"var slices library\ntype library struct{}\nfunc (library) Contains(a, b any) bool { return true }\nfunc (library) Index(a, b any) bool { return true }\n" +
		"func f(a, b Person, s string, all []Person) any {\n"
	for body, want := range map[string]bool{
		"return a == b": true, "return a != b": true, "return a == \"\"": false, "return a.Account() == s": true, "return string(a) != s": true,
		"return map[Person]bool{}": true, "return map[string]bool{a.Account(): true}": true, "var m map[string]int; return m[string(a)]": true,
		"return slices.Contains(all, a)": true, "return slices.Index(all, a)": true, "switch a { case b: return 1 }; return 0": true,
		"switch s { case a.Account(): return 1 }; return 0": true, "return slices.Contains([]string{s}, a.Account())": true,
		"switch { case a == \"\": return 1 }; return 0": false, "return a.Account() + s": false, "return a < b": true,
	} {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, "x.go", head+body+"\n}", 0)
		if err != nil {
			t.Fatal(body, err)
		}
		found := compared(t, fset, "x", []*ast.File{f}, nil)
		if (len(found) > 0) != want {
			t.Errorf("%s: found %v, want %t", body, found, want)
		}
	}
}

// compared returns the places at which a package compares persons, or what they are called by.
func compared(t *testing.T, fset *token.FileSet, path string, files []*ast.File, load types.Importer) []token.Position {
	t.Helper()
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	if _, err := (&types.Config{Importer: load}).Check(path, fset, files, info); err != nil {
		t.Fatal(err)
	}
	c := comparisons{info}
	var out []token.Position
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			if n != nil && c.in(n) {
				out = append(out, fset.Position(n.Pos()))
			}
			return true
		})
	}
	return out
}

type comparisons struct{ info *types.Info }

// in reports whether a node compares persons.
func (c comparisons) in(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		compares := slices.Contains([]token.Token{token.EQL, token.NEQ, token.LSS, token.GTR, token.LEQ, token.GEQ}, n.Op)
		return compares && (c.person(n.X) && !c.constant(n.Y) || c.person(n.Y) && !c.constant(n.X))
	case *ast.MapType:
		return c.typed(n.Key)
	case *ast.IndexExpr:
		return c.person(n.Index)
	case *ast.KeyValueExpr:
		return c.person(n.Key)
	case *ast.SwitchStmt:
		if n.Tag == nil {
			return false
		}
		return c.person(n.Tag) || slices.ContainsFunc(n.Body.List, func(s ast.Stmt) bool { return slices.ContainsFunc(s.(*ast.CaseClause).List, c.person) })
	case *ast.CallExpr:
		searches := []string{"Contains", "Index", "Compact", "Equal", "EqualFold", "HasPrefix", "Compare"}
		name, ok := n.Fun.(*ast.SelectorExpr)
		return ok && slices.Contains(searches, name.Sel.Name) && slices.ContainsFunc(n.Args, c.person)
	}
	return false
}

// person reports whether an expression is a person, or the account that names one.
func (c comparisons) person(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.CallExpr:
		if name, ok := e.Fun.(*ast.SelectorExpr); ok && name.Sel.Name == "Account" && c.typed(name.X) {
			return true
		}
		if len(e.Args) == 1 && c.info.Types[e.Fun].IsType() && c.typed(e.Args[0]) { // string(person)
			return true
		}
	}
	return c.typed(e)
}

func (c comparisons) typed(e ast.Expr) bool {
	return !c.constant(e) && strings.HasSuffix(fmt.Sprint(c.info.Types[e].Type), ".Person") && types.Identical(types.Typ[types.String], c.info.Types[e].Type.Underlying())
}

func (c comparisons) constant(e ast.Expr) bool { return c.info.Types[e].Value != nil }
