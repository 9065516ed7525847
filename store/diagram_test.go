package store_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sekisho/store"
)

// The picture in the README is the table.
func TestTheDiagramIsTheTable(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	drawn := map[store.State]map[store.Verb]store.State{}
	for _, m := range regexp.MustCompile(`(?m)^    (\S+) --> (\w+): (\w+)$`).FindAllStringSubmatch(string(readme), -1) {
		from := store.State(m[1])
		if from == "[*]" {
			from = ""
		}
		if drawn[from] == nil {
			drawn[from] = map[store.Verb]store.State{}
		}
		drawn[from][store.Verb(m[3])] = store.State(m[2])
	}
	if d := cmp.Diff(store.Table, drawn); d != "" {
		t.Errorf("README.md draws something else (-table +picture):\n%s", d)
	}
}
