package bot

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sources are the files of a package, without its tests.
func sources(t *testing.T, dir string) (*token.FileSet, []*ast.File) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no sources in %s: %v", dir, err)
	}
	set := token.NewFileSet()
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return set, files
}

func text(t *testing.T, lit *ast.BasicLit) string {
	t.Helper()
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// constants are the values of the strings declared together under a comment that begins so.
func constants(t *testing.T, dir, comment string) []string {
	t.Helper()
	var out []string
	_, files := sources(t, dir)
	for _, file := range files {
		for _, d := range file.Decls {
			group, ok := d.(*ast.GenDecl)
			if !ok || group.Tok != token.CONST || !strings.HasPrefix(group.Doc.Text(), comment) {
				continue
			}
			for _, spec := range group.Specs {
				for _, value := range spec.(*ast.ValueSpec).Values {
					out = append(out, text(t, value.(*ast.BasicLit)))
				}
			}
		}
	}
	if len(out) == 0 {
		t.Fatalf("no constants under %q in %s", comment, dir)
	}
	return out
}

// keyLike is what a catalogue's key looks like, or with a dot at the end what one is made from.
var keyLike = regexp.MustCompile(`^(state|card|button|confirm|deny|form|ask|wish|jit|dm|digest|remind|call|approver|home|thread|alert|refusal|why|time|task|rotate|offboard|report|held|besides|recall|head|members)\.[a-z_.-]*$`)

// keysInSource are the keys, and the beginnings of keys, that this package's sources name.
func keysInSource(t *testing.T) []string {
	t.Helper()
	var out []string
	_, files := sources(t, ".")
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && keyLike.MatchString(text(t, lit)) {
				out = append(out, text(t, lit))
			}
			return true
		})
	}
	slices.Sort(out)
	return slices.Compact(out)
}
