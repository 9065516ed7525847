package store_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sekisho/store"
)

var update = flag.Bool("update", false, "draw the states in handlers/README.md anew")

// The diagrams in handlers/README.md are drawn from the tables.
func TestTheDiagramIsTheTable(t *testing.T) {
	const path = "../handlers/README.md"
	readme, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	drawn := string(readme)
	for name, table := range map[string]map[store.State]map[store.Verb]store.State{
		"grant": store.Table, "rotation": store.TaskTable, "offboarding": store.OffboardingTable,
	} {
		mark := "<!-- states: " + name + " -->\n"
		place := regexp.MustCompile(regexp.QuoteMeta(mark) + "(\n```mermaid\n[^`]*```\n)?")
		if len(place.FindAllString(drawn, -1)) != 1 {
			t.Fatalf("%s: want one line %q", path, mark)
		}
		drawn = place.ReplaceAllLiteralString(drawn, mark+"\n```mermaid\n"+diagram(table)+"```\n")
	}
	if *update {
		if err := os.WriteFile(path, []byte(drawn), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if drawn != string(readme) {
		t.Errorf("%s draws other states than the tables have: go test ./store -run %s -update", path, t.Name())
	}
}

// diagram returns a table as a Mermaid diagram: one arrow from each state to another, with its verbs.
func diagram(table map[store.State]map[store.Verb]store.State) string {
	verbs := map[[2]string][]string{}
	for from, steps := range table {
		if from == "" {
			from = "[*]"
		}
		for verb, to := range steps {
			arrow := [2]string{string(from), string(to)}
			verbs[arrow] = append(verbs[arrow], string(verb))
		}
	}
	out := "stateDiagram-v2\n"
	for _, arrow := range slices.SortedFunc(maps.Keys(verbs), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		slices.Sort(verbs[arrow])
		out += fmt.Sprintf("    %s --> %s: %s\n", arrow[0], arrow[1], strings.Join(verbs[arrow], ", "))
	}
	return out
}
