package config_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sekisho/deploy/config"
)

var update = flag.Bool("update", false, "write the golden files anew")

// change is one thing about the good file that makes it a wrong one.
type change struct {
	name     string
	old, new string   // old "" is the whole file
	want     []string // line:column: and a part of the message, in the order of the file
}

func (c change) text(t *testing.T) string {
	t.Helper()
	if c.old == "" {
		return c.new
	}
	if !strings.Contains(good, c.old) {
		t.Fatalf("the good file has no %q", c.old)
	}
	return strings.Replace(good, c.old, c.new, 1)
}

// check reads every file of the table, holds the places against the table and the whole texts against the golden file.
func check(t *testing.T, golden string, table []change) {
	t.Helper()
	var all strings.Builder
	for _, c := range table {
		t.Run(c.name, func(t *testing.T) {
			_, err := config.Parse([]byte(c.text(t)))
			if err == nil {
				t.Fatal("no mistake was found")
			}
			all.WriteString("=== " + c.name + "\n" + err.Error() + "\n\n")
			told := strings.Split(err.Error(), "\n\n")[1:]
			if len(told) != len(c.want) {
				t.Errorf("%d mistakes, want %d:\n%v", len(told), len(c.want), err)
			}
			for i, want := range c.want[:min(len(c.want), len(told))] {
				place, part, _ := strings.Cut(want, " ")
				if head, _, _ := strings.Cut(told[i], "\n"); !strings.HasPrefix(head, place+" ") || !strings.Contains(head, part) {
					t.Errorf("mistake %d is\n\t%s\nwant\n\t%s", i, head, want)
				}
			}
		})
	}
	path := filepath.Join("testdata", golden)
	if *update {
		if err := os.WriteFile(path, []byte(all.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), all.String()); d != "" {
		t.Errorf("the texts differ from %s (go test -update writes it anew):\n%s", path, d)
	}
}

func TestMistakesOfShape(t *testing.T) {
	check(t, "shape.golden", []change{
		{"unknown key", "    group: jit-prod", "    grup: jit-prod", []string{"13:5: did you mean group?"}},
		{"unknown key at the top", "queues:", "queue:", []string{"5:1: did you mean queues?"}},
		{"unknown key in an account", "{id: 123456789012}", "{id: 123456789012, region: x}", []string{"2:34: the keys of \"production\" are id, role and external_id"}},
		{"key of another style", "on_login: true", "onLogin: true", []string{"14:5: did you mean on_login?"}},
		{"key twice", "    within: 90m", "    within: 90m\n    within: 24h", []string{"17:5: comes twice, first on line 16"}},
		{"account twice", "  staging: {id: 012345678901, role: arn:aws:iam::012345678901:role/sekisho, external_id: sekisho-1}", "  staging: {id: 012345678901}\n  staging: {id: 111111111111}", []string{"4:3: comes twice"}},
		{"text for a mapping", "slack: {approvals: C01ABCDEF, language: ja, zone: Asia/Tokyo, security: C02ABCDEF, match_email: true, match_tag: true}", "slack: C01ABCDEF", []string{"4:8: is a text, and must be a mapping"}},
		{"colon without a blank", "{approvals: C01ABCDEF, language: ja, zone: Asia/Tokyo, security: C02ABCDEF, match_email: true, match_tag: true}", "approvals:C01ABCDEF", []string{"4:8: a colon needs a blank"}},
		{"mapping for a list", "people:\n", "people:\n  a: {slack: U09ABCDEF}\nother:\n", []string{"7:3: is a mapping, and must be a list", "8:1: unknown key"}},
		{"list for a text", "account: production", "account: [production]", []string{"12:14: is a list, and must be a text"}},
		{"mapping for a text", "[usergroup:S01LEADS, U02ABCDEF]", "[usergroup: S01LEADS]", []string{"15:21: is a mapping, and must be a text"}},
		{"no value", "account: production", "account:", []string{"12:5: has no value: write for example account: production"}},
		{"null", "account: production", "account: ~", []string{"12:5: has no value"}},
		{"a comment for a value", "approvals: C01ABCDEF, language: ja, zone: Asia/Tokyo, security: C02ABCDEF, match_email: true, match_tag: true}", "\n  approvals: #aws-approvals\n  }", []string{"5:3: what stands behind # is a comment"}},
		{"empty entry", "  - {slack: U01ABCDEF, iam_users: [production/t.yamada, staging/t.yamada]}", "  -", []string{"7:4: a person has no value"}},
		{"empty list", "[{by: [usergroup:S01LEADS, U02ABCDEF], count: 2}]", "[]", []string{"15:14: has nothing in it"}},
		{"no accounts in accounts", "", "accounts: {}\n", []string{"1:1: needs \"slack\"", "1:1: needs \"queues\"", "1:1: needs \"people\"", "1:1: needs \"entitlements\"", "1:11: has nothing in it"}},
		{"everything missing", "", "{}", []string{"1:1: accounts", "1:1: slack", "1:1: queues", "1:1: people", "1:1: entitlements"}},
		{"a list", "", "- a\n- b\n", []string{"1:1: the file is a list, and must be a mapping"}},
		{"a web page", "", "<html>\n<body>\n", []string{"1:1: the file is a text, and must be a mapping"}},
		{"several, told in the order of the file", "", jumbled, []string{
			"2:13: Slack user's id", "2:32: is not an IAM user", "4:10: is not an id", "4:73: is not a user group", "4:108: max is shorter",
			"5:20: is not the URL", "6:20: is not a channel's id", "8:14: is not an AWS account's id", "8:23: is not a role's ARN", "9:3: comes twice"}},
		{"behind other characters", "production: {id: 123456789012}", "本番: {id: 1}", []string{"2:12: \"1\" is not", "7:36: not among", "12:14: not among"}},
		{"far to the right", "{id: 123456789012}", "{" + strings.Repeat(" ", 200) + "id: 1" + strings.Repeat(" ", 200) + "}", []string{"2:220: \"1\" is not"}},
		{"lines of Windows", "account: production\n", "account: prodcution\r\n", []string{"12:14: did you mean"}},
	})
}

func TestMistakesOfYAML(t *testing.T) {
	check(t, "yaml.golden", []change{
		{"empty", "", "\n", []string{"1:1: the file is empty"}},
		{"comments only", "", "# accounts:\n", []string{"1:1: the file is empty"}},
		{"a tab", "  production: {", "\tproduction: {", []string{"2:1: a tab indents this line"}},
		{"two tabs", "    within: 90m\n    duration", "\twithin: 90m\n  \tduration", []string{"16:1: a tab", "17:3: a tab"}},
		{"a merge that was not finished", "", "accounts:\n<<<<<<< HEAD\n  a: {}\n=======\n  b: {}\n>>>>>>> branch\n", []string{"2:1: merge that was not finished", "4:1: merge", "6:1: merge"}},
		{"no UTF-8", "production: {", "prod\xe9: {", []string{"2:7: not UTF-8"}},
		{"UTF-16", "", "\xff\xfea\x00", []string{"1:1: UTF-16"}},
		{"too large", "", strings.Repeat(" ", 1<<20+1), []string{"1:1: larger than 1 MB"}},
		{"too long", "", strings.Repeat("- a\n", 20_000), []string{"15001:1: goes on after 30000"}},
		{"too deep", "", strings.Repeat("[", 9) + strings.Repeat("]", 9), []string{"1:9: more than 8 brackets"}},
		{"a list in a list", "", "a:\n  - - b\n", []string{"2:5: one dash is enough"}},
		{"two documents", "people:", "---\npeople:", []string{"6:1: a second document begins here"}},
		{"anchor and alias", "{id: 123456789012}", "&a {id: *b}", []string{"2:15: an anchor", "2:23: an alias"}},
		{"a tag", "id: 123456789012", "id: !!str 123456789012", []string{"2:20: a tag"}},
		{"a merge", "{id: 123456789012}", "{<<: x}", []string{"2:16: a merge"}},
		{"a billion laughs", "", laughs, []string{"1:4: &", "2:4: &", "2:8: *", "2:12: *", "3:4: &", "3:8: *", "3:12: *"}},
		{"a reserved sign", "account: production", "account: @production", []string{"12:14: '@' is a reserved character"}},
		{"a quote without an end", "account: production", "account: 'production", []string{"12:14: end character of single-quoted text"}},
		{"a bracket without an end", "count: 2}]", "count: 2}", []string{"15:14: this [ is never closed: write ]"}},
		{"a bracket without a beginning", "count: 2}]", "count: 2}]]", []string{"15:63: this ] closes nothing"}},
		{"two keys on a line", "account: production", "account: production: x", []string{"12:14: a second key on this line"}},
		{"a line too deep", "    account: production", "      account: production", []string{"12:7: does not fit the one above"}},
		{"a line not deep enough", "    account: production", "   account: production", []string{"13:5: does not fit the one above"}},
		{"a dash too few", "  - {slack: [U02ABCDEF, U03ABCDEF]}", "  {slack: [U02ABCDEF, U03ABCDEF]}", []string{"8:3: this is not YAML"}},
	})
}

// jumbled has its sections in an order in which they are not read.
const jumbled = `people:
  - {slack: U01abc, iam_users: t.yamada}
entitlements:
  - {id: Prod, kind: iam-group, account: prod, group: g, approve: [{by: U1}], duration: {default: 1h, max: 30m}}
queues: {sign_ins: ftp://x/y}
slack: {approvals: C0}
accounts:
  prod: {id: 1, role: x}
  prod: {id: 2}
`

const laughs = "a: &a [lol, lol]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"

// TestManyMistakes: whoever has hundreds has another file at hand, and sees so.
func TestManyMistakes(t *testing.T) {
	_, err := config.Parse([]byte("people: [" + strings.Repeat("{}, ", 150) + "]\n"))
	if err == nil {
		t.Fatal("no mistake was found")
	}
	said := err.Error()
	if !strings.HasPrefix(said, "154 mistakes\n") || !strings.HasSuffix(said, "\n\nand 54 more") || strings.Count(said, "\n\n") != 101 {
		t.Errorf("%s\n...\n%s", said[:200], said[len(said)-200:])
	}
	if again := err.Error(); again != said {
		t.Error("it says something else when asked again")
	}
}
