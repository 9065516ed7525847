package bot

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// blockKit are Block Kit's limits as somebody else wrote them down (testdata/blockkit/SOURCE.md): by what they bind, by
// its field, by rule. The fake has its own.
type blockKit map[string]map[string]rules

// rules are the numbers of one row: {"max_length": 75}.
type rules map[string]int

// undrawn have rows, and are nothing that this bot draws: drawing one is a failure, until it is taken off this list.
var undrawn = []string{"alert", "card", "carousel", "container", "context_actions", "data_table", "data_visualization", "feedback_button",
	"file_input", "icon_button", "image", "markdown", "url_source", "video"}

func readBlockKit(t *testing.T) blockKit {
	t.Helper()
	raw, err := os.ReadFile("testdata/blockkit/limits.json")
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]json.RawMessage
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	kit := blockKit{}
	for section, raw := range file {
		var fields map[string]rules
		var own rules
		switch {
		case slices.Contains(undrawn, section):
		case json.Unmarshal(raw, &own) == nil: // of a field of this name, wherever it is
			kit[section] = map[string]rules{section: own}
		case json.Unmarshal(raw, &fields) == nil:
			kit[section] = fields
		default:
			t.Fatalf("limits.json: %s is neither rules nor fields with rules: %s", section, raw)
		}
	}
	return kit
}

// sectionsOf are the sections that bind an object: by the field that it stands in, or by its type.
func sectionsOf(field string, o map[string]any) []string {
	anywhere := []string{"action_id", "block_id"}
	kind, _ := o["type"].(string)
	switch {
	case kind == "plain_text" || kind == "mrkdwn":
		return append(anywhere, "text")
	case kind == "modal" || kind == "home":
		return append(anywhere, "view")
	case strings.HasSuffix(kind, "_select"):
		return append(anywhere, "select")
	case field == "confirm":
		return append(anywhere, "confirmation")
	case field == "option_groups":
		return append(anywhere, "option_group")
	case field == "options" || strings.HasPrefix(field, "initial_option"):
		return append(anywhere, "option")
	}
	return append(anywhere, kind)
}

// problems are the rows that a part of a drawing does not keep to. It stands in a field, or in a list there.
func (k blockKit) problems(field string, v any) []string {
	var out []string
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			out = append(out, k.problems(field, item)...)
		}
	case map[string]any:
		for _, section := range sectionsOf(field, v) {
			if slices.Contains(undrawn, section) {
				out = append(out, section+" is among what is not drawn")
			}
			for name, rules := range k[section] {
				for rule, limit := range rules {
					if value, ok := v[name]; ok && breaks(rule, limit, value) {
						out = append(out, fmt.Sprintf("%s: %.200v", kitRow{section, name, rule, limit}, value))
					}
				}
			}
		}
		for name, value := range v {
			out = append(out, k.problems(name, value)...)
		}
	}
	return out
}

// breaks tells whether a value does not keep to a rule. What it cannot judge breaks it.
func breaks(rule string, limit int, value any) bool {
	switch value := value.(type) {
	case map[string]any: // a text object
		text, ok := value["text"].(string)
		return !ok || breaks(rule, limit, text)
	case string:
		switch n := utf8.RuneCountInString(value); rule {
		case "min_length":
			return n < limit
		case "max_length":
			return n > limit
		}
	case []any:
		switch rule {
		case "min_items":
			return len(value) < limit
		case "max_items":
			return len(value) > limit
		case "item_max_length":
			return slices.ContainsFunc(value, func(item any) bool { return breaks("max_length", limit, item) })
		}
	case float64:
		switch rule {
		case "min":
			return value < float64(limit)
		case "max":
			return value > float64(limit)
		}
	}
	return true
}

// kitRow is one limit.
type kitRow struct {
	section, field, rule string
	limit                int
}

func (r kitRow) String() string {
	return fmt.Sprintf("%s.%s.%s is %d", r.section, r.field, r.rule, r.limit)
}

func (k blockKit) rows() (out []kitRow) {
	for section, fields := range k {
		for field, rules := range fields {
			for rule, limit := range rules {
				out = append(out, kitRow{section, field, rule, limit})
			}
		}
	}
	return out
}

// TestEveryRowOfBlockKitIsChecked: at its limit each row is kept, beyond it is broken.
func TestEveryRowOfBlockKitIsChecked(t *testing.T) {
	kit := readBlockKit(t)
	for _, r := range kit.rows() {
		broken := func(by int) bool {
			found := kit.problems(standing(r.section, map[string]any{r.field: sized(r.rule, r.limit+by)}))
			return slices.ContainsFunc(found, func(problem string) bool { return strings.HasPrefix(problem, r.String()) })
		}
		beyond := 1
		if strings.HasPrefix(r.rule, "min") {
			beyond = -1
		}
		if broken(0) || !broken(beyond) {
			t.Errorf("%s, and nothing checks it", r)
		}
	}
	for _, section := range undrawn {
		if kit.problems("", map[string]any{"type": section}) == nil {
			t.Errorf("%s can be drawn, and its rows are not checked", section)
		}
	}
}

// standing puts an object where a section binds it.
func standing(section string, o map[string]any) (field string, placed any) {
	switch section {
	case "text":
		o["type"] = "plain_text"
	case "view":
		o["type"] = "modal"
	case "select":
		o["type"] = "static_select"
	case "confirmation":
		return "confirm", o
	case "option", "option_group":
		return section + "s", []any{o}
	default:
		o["type"] = section
	}
	return "", []any{o}
}

// sized is a value of the size that a rule speaks of.
func sized(rule string, size int) any {
	switch rule {
	case "min_items", "max_items":
		return slices.Repeat([]any{map[string]any{}}, size)
	case "item_max_length":
		return []any{strings.Repeat("漢", size)}
	case "min", "max":
		return float64(size)
	}
	return strings.Repeat("漢", size)
}

// checkBlockKit holds a drawing to all rows.
func checkBlockKit(t *testing.T, kit blockKit, name string, body []byte) {
	t.Helper()
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, problem := range kit.problems("", v) {
		found[problem] = true
	}
	for _, problem := range slices.Sorted(maps.Keys(found)) {
		t.Errorf("%s: %s", name, problem)
	}
}
