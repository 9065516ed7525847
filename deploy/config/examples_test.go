package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sekisho/deploy/config"
)

const goodExamples = `groups: {S01LEADS: [U01ABCDEF], S01SRE: []}
examples:
  - {who: U02ABCDEF, asks: prod-operator, at: 2026-11-24 10:00, for: 90m, reason: because, expect: {rule: prod-operator}}
  - who: nobody
    signs_in: production
    at: 2026-11-24T10:00:30Z
    expect: {approve: [{by: [usergroup:S01LEADS, U02ABCDEF], count: 2}], auto: false}
`

func loadExamples(t *testing.T, text string) (config.Examples, error) {
	t.Helper()
	c, err := config.Parse([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "examples.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return config.LoadExamples(path, c)
}

func TestExamples(t *testing.T) {
	got, err := loadExamples(t, goodExamples)
	if err != nil {
		t.Fatal(err)
	}
	request, signIn := got.List[0], got.List[1]
	if q := request.Question; q.Person != "U02ABCDEF" || q.Entitlement != "prod-operator" || q.Duration != 90*time.Minute || q.Reason != "because" ||
		!q.When.Equal(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC)) || len(q.Members["S01LEADS"]) != 1 || request.Rule != "prod-operator" || request.Line != 3 {
		t.Errorf("request %+v", request)
	}
	if q := signIn.Question; q.Person != "" || signIn.SignIn != "123456789012" || !q.When.Equal(time.Date(2026, 11, 24, 10, 0, 30, 0, time.UTC)) ||
		len(signIn.Steps) != 1 || signIn.Steps[0].Count != 2 || len(signIn.Steps[0].By) != 2 {
		t.Errorf("sign-in %+v", signIn)
	}
}

func TestMistakesOfExamples(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"a group that is missing", ", S01SRE: []", "", ":1:1: groups does not say who is in S01SRE, which staging-admin names"},
		{"no groups", "groups: {S01LEADS: [U01ABCDEF], S01SRE: []}\n", "", ":1:1: groups does not say who is in S01LEADS"},
		{"a group by name", "S01SRE: []", "S01SRE: [], sre: []", "\"sre\" is not a user group's Slack id"},
		{"a member by name", "[U01ABCDEF]", "[yamada]", "\"yamada\" is not a Slack user's id"},
		{"no examples", "examples:", "exmples:", ":2:1: unknown key \"exmples\": did you mean examples?"},
		{"who by name", "who: U02ABCDEF", "who: yamada", ":3:11: \"yamada\" is not a Slack user's id, or nobody"},
		{"no entitlement", "asks: prod-operator", "asks: prod", ":3:28: \"prod\" is the id of no entitlement"},
		{"no account", "signs_in: production", "signs_in: prod", ":5:15: \"prod\" is not among the accounts"},
		{"both", "    signs_in: production\n", "    signs_in: production\n    asks: prod-operator\n", ":4:5: an example needs one of asks and signs_in"},
		{"neither", "    signs_in: production\n", "", ":4:5: an example needs one of asks and signs_in"},
		{"a sign-in's reason", "    signs_in: production\n", "    signs_in: production\n    reason: x\n", ":6:5: \"reason\" of a sign-in"},
		{"a request's MFA", "for: 90m,", "for: 90m, mfa: yes,", ":3:75: \"mfa\" of a request"},
		{"MFA", "    signs_in: production\n", "    signs_in: production\n    mfa: maybe\n", ":6:10: \"maybe\" is not whether MFA was used"},
		{"no time", "    at: 2026-11-24T10:00:30Z\n", "", ":4:5: an example needs \"at\""},
		{"no time of the calendar", "2026-11-24T10:00:30Z", "2026-11-31 10:00", ":6:9: \"2026-11-31 10:00\" is no time of the calendar"},
		{"tomorrow", "2026-11-24T10:00:30Z", "tomorrow", ":6:9: \"tomorrow\" is not a time"},
		{"expects nothing", "{rule: prod-operator}", "{}", "expect says a refusal, or what it takes"},
		{"expects two things", "{rule: prod-operator}", "{refused: too_long, auto: true}", "expect says a refusal, or what it takes"},
		{"an approver who is nobody", "S01LEADS, U02ABCDEF]", "S01LEADS, U09ABCDEF]", "U09ABCDEF is nobody under people"},
	} {
		if !strings.Contains(goodExamples, c.old) {
			t.Fatalf("the good examples have no %q", c.old)
		}
		_, err := loadExamples(t, strings.Replace(goodExamples, c.old, c.new, 1))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v has no %q", c.name, err, c.want)
		}
	}
	if _, err := config.LoadExamples(filepath.Join(t.TempDir(), "none.yaml"), config.Config{}); err == nil {
		t.Error("a file that is not there is read")
	}
}
