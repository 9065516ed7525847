package store_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sekisho/store"
)

// The pictures in the README are the tables.
func TestTheDiagramIsTheTable(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	grants, rest, _ := strings.Cut(string(readme), "\n## The states of a rotation\n")
	tasks, offboardings, _ := strings.Cut(rest, "\n## The states of an offboarding\n")
	isDrawn(t, store.Table, grants)
	isDrawn(t, store.TaskTable, tasks)
	isDrawn(t, store.OffboardingTable, offboardings)
}

// isDrawn compares a table with the picture in a text.
func isDrawn(t *testing.T, table map[store.State]map[store.Verb]store.State, text string) {
	t.Helper()
	drawn := map[store.State]map[store.Verb]store.State{}
	for _, m := range regexp.MustCompile(`(?m)^    (\S+) --> (\w+): (\w+)$`).FindAllStringSubmatch(text, -1) {
		from := store.State(m[1])
		if from == "[*]" {
			from = ""
		}
		if drawn[from] == nil {
			drawn[from] = map[store.Verb]store.State{}
		}
		drawn[from][store.Verb(m[3])] = store.State(m[2])
	}
	if d := cmp.Diff(table, drawn); d != "" {
		t.Errorf("README.md draws something else (-table +picture):\n%s", d)
	}
}
