package config_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sekisho/aws/identity"
	"sekisho/deploy/config"
	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/audit"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// good has nothing wrong. The tables change one thing about it and name the line.
const good = `accounts:
  production: {id: 123456789012}
  staging: {id: 012345678901, role: arn:aws:iam::012345678901:role/sekisho, external_id: sekisho-1}
slack: {approvals: C01ABCDEF, language: ja, zone: Asia/Tokyo, security: C02ABCDEF, match_email: true, match_tag: true}
queues: {sign_ins: https://sqs.ap-northeast-1.amazonaws.com/123456789012/sign-ins}
people:
  - {slack: U01ABCDEF, iam_users: [production/t.yamada, staging/t.yamada]}
  - {slack: [U02ABCDEF, U03ABCDEF]}
entitlements:
  - id: prod-operator
    kind: iam-group
    account: production
    group: jit-prod-operators
    on_login: true
    approve: [{by: [usergroup:S01LEADS, U02ABCDEF], count: 2}]
    within: 90m
    duration: {default: 4h, max: 12h}
  - id: staging-admin
    kind: iam-group
    account: staging
    group: jit-staging-admins
    approve:
      - by: usergroup:S01LEADS
    duration:
      default: 1h30m
      max: 8760h
    request: {by: [usergroup:S01SRE, U02ABCDEF]}
security: [usergroup:S01SECURITY, U01ABCDEF]
reconcile: {mode: enforce, removals: 50}
`

// The users of a role are those of people, as they are written there.
func TestPrograms(t *testing.T) {
	c, err := config.Parse([]byte(strings.Replace(good, "123456789012/sign-ins}", "123456789012/sign-ins, requests: https://sqs.example.com/1/q,\n"+
		"  roles: [{role: staging/Deployer, iam_users: [production/T.Yamada, staging/t.yamada], not_by: [usergroup:S01OPS, U03ABCDEF]}, {role: production/Deployer, iam_users: staging/t.yamada}]}", 1)))
	if err != nil {
		t.Fatal(err)
	}
	want := []policy.Program{
		{Account: "012345678901", Role: "Deployer", Users: []people.Login{{Account: "123456789012", User: "t.yamada"}, {Account: "012345678901", User: "t.yamada"}},
			NotBy: []string{"usergroup:S01OPS", "U03ABCDEF"}},
		{Account: "123456789012", Role: "Deployer", Users: []people.Login{{Account: "012345678901", User: "t.yamada"}}},
	}
	if diff := cmp.Diff(want, c.Policy.Programs); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestParse(t *testing.T) {
	got, err := config.Parse([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	persons := []people.Person{
		{Slack: []string{"U01ABCDEF"}, IAM: []people.Login{{Account: "123456789012", User: "t.yamada"}, {Account: "012345678901", User: "t.yamada"}}},
		{Slack: []string{"U02ABCDEF", "U03ABCDEF"}},
	}
	zone, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	want := config.Config{
		People:  persons,
		Roles:   map[string]config.Role{"012345678901": {ARN: "arn:aws:iam::012345678901:role/sekisho", ExternalID: "sekisho-1"}},
		Channel: "C01ABCDEF", Security: "C02ABCDEF", Language: "ja", Zone: zone,
		Keys:    config.Keeping{Grace: 24 * time.Hour, Recovery: 7},
		SignIns: "https://sqs.ap-northeast-1.amazonaws.com/123456789012/sign-ins",
		Audit: &audit.Settings{Password: 90 * 24 * time.Hour, KeyAge: 90 * 24 * time.Hour, KeyUnused: 45 * 24 * time.Hour,
			Policies: []string{"IAMUserChangePassword"}, Report: &handlers.Daily{At: 9 * 60, Zone: zone}},
		Policy: &access.Settings{Policy: policy.Policy{
			Accounts:   map[string]string{"123456789012": "production", "012345678901": "staging"},
			People:     people.New(persons),
			MatchTag:   true,
			MatchEmail: true,
			Security:   []string{"usergroup:S01SECURITY", "U01ABCDEF"},
			Entitlements: []policy.Entitlement{
				{ID: "prod-operator", Kind: "iam-group", Account: "123456789012", Target: "jit-prod-operators", OnLogin: true,
					Steps: []store.Step{{By: []string{"usergroup:S01LEADS", "U02ABCDEF"}, Count: 2}}, ReasonRequired: true,
					Within: 90 * time.Minute, Duration: 4 * time.Hour, Longest: 12 * time.Hour},
				{ID: "staging-admin", Kind: "iam-group", Account: "012345678901", Target: "jit-staging-admins",
					Askers: []string{"usergroup:S01SRE", "U02ABCDEF"}, Steps: []store.Step{{By: []string{"usergroup:S01LEADS"}, Count: 1}}, ReasonRequired: true,
					Within: 24 * time.Hour, Duration: 90 * time.Minute, Longest: 365 * 24 * time.Hour},
			}},
			Head:     &handlers.Daily{At: 9 * 60, Zone: zone},
			Enforce:  true,
			Removals: 50,
			Keep:     30 * 24 * time.Hour,
		},
	}
	same(t, want, got)
}

// same compares what can be compared, and people by what they are asked for.
func same(t *testing.T, want, got config.Config) {
	t.Helper()
	if d := cmp.Diff(want, got, cmp.AllowUnexported(people.Registry{}), cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// TestParseIsIndifferent to how the same is written.
func TestParseIsIndifferent(t *testing.T) {
	want, err := config.Parse([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	top := strings.SplitAfter(good, "external_id: sekisho-1}\n")
	for name, text := range map[string]string{
		"a mark of the byte order": "\ufeff" + good,
		"lines of Windows":         strings.ReplaceAll(good, "\n", "\r\n"),
		"a document's beginning":   "---\n" + good,
		"a document's end":         good + "...\n",
		"quoted ids":               strings.NewReplacer("123456789012}", `"123456789012"}`, "012345678901,", "'012345678901',").Replace(good),
		"accounts last":            top[1] + top[0],
		"a list in lines":          strings.Replace(good, "[usergroup:S01LEADS, U02ABCDEF]", "\n        - usergroup:S01LEADS\n        - U02ABCDEF\n       ", 1),
		"quoted approver":          strings.Replace(good, "[usergroup:S01LEADS", `["usergroup:S01LEADS"`, 1),
		"comments":                 strings.ReplaceAll(good, "\n", " # comment\n"),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := config.Parse([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			same(t, want, got)
		})
	}
}

func TestParseDefaults(t *testing.T) {
	text := strings.NewReplacer(", language: ja, zone: Asia/Tokyo, security: C02ABCDEF, match_email: true, match_tag: true", "", ", count: 2", "", "    within: 90m\n", "",
		"    request: {by: [usergroup:S01SRE, U02ABCDEF]}\n", "", "security: [usergroup:S01SECURITY, U01ABCDEF]\n", "", "reconcile: {mode: enforce, removals: 50}\n", "").Replace(good)
	c, err := config.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	e := c.Policy.Entitlements[0]
	if c.Language != "en" || c.Zone != time.UTC || e.Steps[0].Count != 1 || !e.ReasonRequired || e.Hours != nil || e.Auto != nil || e.Risk != "" || e.Ticket != nil || e.Within != 24*time.Hour {
		t.Errorf("language %q, zone %v, steps %v, within %v", c.Language, c.Zone, e.Steps, e.Within)
	}
	if p := c.Policy; c.Security != "" || p.Security != nil || p.MatchEmail || p.MatchTag || p.Enforce || p.Removals != 5 || p.Entitlements[1].Askers != nil {
		t.Errorf("alerts to %q, policy %+v", c.Security, p)
	}
}

// TestSamples holds what people copy, and what the demo runs on, to the promise that both are right.
func TestSamples(t *testing.T) {
	for _, path := range []string{"../sekisho.yaml", "../demo/sekisho.yaml"} {
		if _, err := config.Load(path); err != nil {
			t.Error(err)
		}
	}
}

func TestLoad(t *testing.T) {
	if _, err := config.Load(filepath.Join(t.TempDir(), "none.yaml")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	path := filepath.Join(t.TempDir(), "sekisho.yaml")
	if err := os.WriteFile(path, []byte("acounts: {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := config.Load(path)
	if want := "\n" + path + ":1:1: unknown key"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v has no %q", err, want)
	}
}

// TestLoadStopsReading: of a file that has no end no more is read than tells that it is too large.
func TestLoadStopsReading(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprintf("/dev/fd/%d", in.Fd())
	if _, err := os.Stat(path); err != nil {
		t.Skip("SKIPPED: this system has no /dev/fd")
	}
	said := make(chan error, 1)
	go func() {
		_, err := config.Load(path)
		said <- err
	}()
	t.Cleanup(func() { _, _ = out.Close(), in.Close() })
	if _, err := out.WriteString(strings.Repeat(" ", 1<<20+1)); err != nil { // and it stays open
		t.Fatal(err)
	}
	select {
	case err := <-said:
		if err == nil || !strings.Contains(err.Error(), "larger than 1 MB") {
			t.Errorf("%v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("it waits for more")
	}
}

// TestKinds holds the kinds of access that can be written against those that can be given.
func TestKinds(t *testing.T) {
	kinds := slices.Sorted(maps.Keys(identity.Kinds(identity.Accounts{}, identity.Keeping{}, nil)))
	_, err := config.Parse([]byte(strings.Replace(good, "kind: iam-group", "kind: none", 1)))
	want := "can be given: write " + strings.Join(kinds, " or ") + "\n"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v has no %q", err, want)
	}
}
