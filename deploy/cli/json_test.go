package cli_test

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
)

// answered runs a command and returns its one JSON object.
func answered(t *testing.T, want int, args ...string) (out map[string]any, errOut string) {
	t.Helper()
	code, text, errOut := run(args...)
	if code != want || strings.Count(text, "\n") != 1 {
		t.Fatalf("%v: exit %d\n%s%s", args, code, text, errOut)
	}
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatalf("%v: %v in\n%s", args, err, text)
	}
	return out, errOut
}

// at goes down into a JSON value by keys and indexes.
func at(v any, path ...any) any {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

func TestConfigCheckJSON(t *testing.T) {
	got, errOut := answered(t, 0, "config", "check", "--json", "--config", sampleConfig)
	if errOut != "" {
		t.Error(errOut)
	}
	rules := at(got, "meaning", "entitlements")
	for _, c := range []struct{ got, want any }{
		{got["file"], sampleConfig},
		{got["ok"], true},
		{got["warnings"], nil},
		{at(got, "meaning", "slack", "zone"), "Asia/Tokyo"},
		{at(got, "meaning", "people"), 4.0},
		{at(got, "meaning", "reconcile", "mode"), "report"},
		{at(got, "meaning", "accounts", 0, "name"), "production"},
		{at(got, "meaning", "rotations", 0, "older_than"), "2160h"},
		{at(got, "meaning", "queues", "roles", 0, "iam_users"), []any{"production/svc-deploy"}},
		{at(got, "meaning", "audit", "at"), "09:00"},
		{at(got, "meaning", "heads"), nil},
		{at(rules, 0, "request"), []any{"usergroup:S01SRE"}},
		{at(rules, 0, "escalate"), map[string]any{"after": "1h", "to": []any{"usergroup:S01SECURITY"}}},
		{at(rules, 0, "hours", "outside"), 1.0},
		{at(rules, 0, "mfa"), "required"},
		{at(rules, 0, "duration"), map[string]any{"default": "4h", "max": "12h"}},
		{at(rules, 1, "request"), nil},
		{at(rules, 1, "auto", "max"), "8h"},
		{at(rules, 1, "risk"), "low"},
		{at(rules, 1, "prolong"), "same"},
		{at(rules, 2, "hours", "outside"), "refuse"},
		{at(rules, 2, "risk"), "high"},
		{at(rules, 4, "id"), "batch-key"},
		{at(rules, 4, "duration"), "none"},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%v, not %v", c.got, c.want)
		}
	}
}

func TestConfigCheckJSONTellsWarningsAndMistakes(t *testing.T) {
	sample, err := os.ReadFile(sampleConfig)
	if err != nil {
		t.Fatal(err)
	}
	open := written(t, strings.NewReplacer("match_tag: false", "match_tag: true", "match_email: false", "match_email: true",
		", not_by: [usergroup:S01DEPLOY, U02ABCDEF]", "", "mode: report", "mode: enforce", `at: "09:00" # when`, "at: none # when", "  # heads:", "  heads:").Replace(string(sample)))
	got, _ := answered(t, 0, "config", "check", open, "--json")
	warnings, _ := got["warnings"].([]any)
	if len(warnings) != 3 || at(got, "meaning", "reconcile", "mode") != "enforce" || at(got, "meaning", "audit", "at") != "none" || at(got, "meaning", "heads", "days") != 400.0 {
		t.Errorf("not three warnings, and what was changed: %v", got)
	}
	for i, want := range []string{"has no not_by", "match_tag is on", "match_email is on"} {
		if text, _ := at(warnings, i).(string); !strings.Contains(text, want) {
			t.Errorf("no %q in %q", want, text)
		}
	}

	path := written(t, "acounts: {}\n")
	got, errOut := answered(t, 1, "config", "check", path, "--json")
	first := at(got, "mistakes", 0)
	if got["ok"] != false || got["meaning"] != nil || at(first, "line") != 1.0 || at(first, "column") != 1.0 ||
		!strings.Contains(at(first, "says").(string), `unknown key "acounts"`) || !strings.Contains(errOut, path+":1:1:") {
		t.Errorf("%v\n%s", got, errOut)
	}
	if code, out, errOut := run("config", "check", path+"x", "--json"); code != 1 || out != "" || !strings.Contains(errOut, "no such file") {
		t.Errorf("no file: exit %d\n%s%s", code, out, errOut)
	}
}

func TestPolicyWhoJSON(t *testing.T) {
	who := func(args string) map[string]any {
		got, errOut := answered(t, 0, append([]string{"policy", "who", "--json", "--config", sampleConfig}, strings.Fields(args)...)...)
		if errOut != "" {
			t.Error(errOut)
		}
		return got
	}
	rule, key, grouped := who("prod-operator"), who("batch-key"), who("prod-operator --examples "+sampleExamples)
	first, second, leader := who("--user U01ABCDEF"), who("--user U03ABCDEF --examples "+sampleExamples), who("--user U04ABCDEF --examples "+sampleExamples)
	for i, c := range []struct{ got, want any }{
		{at(rule, "duration", "max"), "12h"},
		{at(rule, "approve", 0), map[string]any{"by": []any{"usergroup:S01LEADS"}, "count": 1.0}},
		{at(rule, "programs", 0), map[string]any{"role": "production/deployer", "not_by": []any{"usergroup:S01DEPLOY", "U02ABCDEF"}}},
		{at(rule, "members"), nil},
		{at(key, "duration"), "none"},
		{at(grouped, "members", "S01SRE"), []any{"U01ABCDEF", "U02ABCDEF"}},
		{at(first, "accounts"), []any{"U01ABCDEF"}},
		{at(first, "entitlements", 0, "ask"), map[string]any{"is": "if", "in": []any{"usergroup:S01SRE"}, "not_in": []any{"usergroup:S01INTERNS"}}},
		{at(first, "entitlements", 0, "approves", 1), map[string]any{"after": "1h", "may": map[string]any{"is": "if", "in": []any{"usergroup:S01SECURITY"}}}},
		{at(first, "entitlements", 1, "ask", "is"), "yes"},
		{at(first, "barred", "production/deployer"), map[string]any{"is": "if", "in": []any{"usergroup:S01DEPLOY"}}},
		{at(second, "accounts"), []any{"U02ABCDEF", "U03ABCDEF"}},
		{at(second, "entitlements", 0, "ask"), map[string]any{"is": "yes"}},
		{at(second, "barred", "production/deployer", "is"), "yes"},
		{at(leader, "entitlements", 2, "ask", "is"), "no"},
		{at(leader, "entitlements", 2, "approves", 1), map[string]any{"step": 2.0, "may": map[string]any{"is": "yes"}}},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%d: %v, not %v", i, c.got, c.want)
		}
	}
}
