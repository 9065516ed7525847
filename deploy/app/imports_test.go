package app_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// rooms say what a package may import beyond the standard library, and why no more. The first room that a folder
// stands in counts; tests are exempt.
var rooms = []struct {
	folder string
	may    []string
	why    string
}{
	{"store/boltdb", []string{"sekisho/store", "go.etcd.io/bbolt"}, "a backend keeps records and knows no rules"},
	{"store/storetest", []string{"sekisho/store", "github.com/google/go-cmp", "pgregory.net/rapid"}, "the contract is the same for every backend"},
	{"store", nil, "the ledger is true without Slack, AWS or a library"},
	{"handlers/people", []string{"sekisho/store"}, "persons are compared without knowing what for"},
	{"handlers/policy", []string{"sekisho/store", "sekisho/handlers/people"}, "a decision reaches for nothing: `sekisho policy test` runs it alone"},
	{"handlers/audit", []string{"sekisho/store", "sekisho/handlers", "sekisho/handlers/people", "sekisho/handlers/policy"}, "no workflow imports another"},
	{"handlers/access", []string{"sekisho/store", "sekisho/handlers", "sekisho/handlers/people", "sekisho/handlers/policy"}, "what happens is decided without knowing who draws or who acts"},
	{"handlers/offboarding", []string{"sekisho/store", "sekisho/handlers", "sekisho/handlers/people", "sekisho/handlers/policy"}, "a workflow knows no other"},
	{"handlers", []string{"sekisho/store", "sekisho/handlers/people"}, "the engine knows no workflow"},
	{"bot/fakeslack", []string{"github.com/gorilla/websocket"}, "a fake that used slack-go would share its mistakes"},
	{"bot", []string{"sekisho/store", "sekisho/handlers", "github.com/slack-go/slack", "github.com/gorilla/websocket",
		"github.com/nicksnyder/go-i18n/v2", "golang.org/x/text"}, "bot knows Slack and words, and no cloud"},
	{"aws/fakeaws", []string{"github.com/aws"}, "a fake stands for AWS, not for us"},
	{"aws", []string{"sekisho/store", "sekisho/handlers", "github.com/aws"}, "an adapter knows AWS and what handlers asks of it, and no other adapter"},
	{"deploy/config", []string{"sekisho/handlers", "sekisho/store", "github.com/goccy/go-yaml"}, "configuration is data: it becomes a policy and reaches for nothing"},
	{"deploy", []string{""}, "the wirings join everything"},
	{".", []string{"sekisho/deploy/cli"}, "main calls the command line, nothing more"},
}

// only says which rooms may import a package at all.
var only = map[string][]string{
	"github.com/slack-go/slack": {"bot"},
	"github.com/aws":            {"aws/", "deploy/app", "deploy/demo"},
	"sekisho/bot/fakeslack":     {"deploy/demo", "deploy/cli"},
	"sekisho/aws/fakeaws":       {"deploy/demo", "deploy/cli"},
}

func TestImportsPointOneWay(t *testing.T) {
	root := filepath.Join("..", "..")
	seen := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		seen++
		for _, spec := range file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			checkImport(t, filepath.ToSlash(folder), path, name)
		}
		return nil
	})
	if err != nil || seen < 20 {
		t.Fatalf("%d files seen: %v", seen, err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatal(err)
	}
}

func checkImport(t *testing.T, folder, file, name string) {
	if first, _, _ := strings.Cut(name, "/"); !strings.Contains(first, ".") && first != "sekisho" {
		return // the standard library
	}
	for _, room := range rooms {
		if !within(folder, room.folder) {
			continue
		}
		if !allowed(name, room.may) {
			t.Errorf("%s imports %s, but %s may import %v: %s", file, name, room.folder, room.may, room.why)
		}
		break
	}
	for guarded, folders := range only {
		if !within(name, guarded) {
			continue
		}
		if !allowed(folder, folders) {
			t.Errorf("%s imports %s, which only %v may", file, name, folders)
		}
	}
}

func allowed(name string, roots []string) bool {
	for _, r := range roots {
		if r == "" || within(name, strings.TrimSuffix(r, "/")) {
			return true
		}
	}
	return false
}

func within(name, root string) bool {
	return name == root || strings.HasPrefix(name, root+"/")
}
