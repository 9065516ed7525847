package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sekisho/deploy/config"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// design is the sample of DESIGN.md.
const design = `people:
  - {slack: U01ABCDEF, iam_users: [production/t.yamada]}
entitlements:
  - id: prod-operator
    kind: iam-group                  # access-key | source-ip | account-assignment | identity-group
    account: production
    group: jit-prod-operators
    on_login: true                   # the first matching one is what a sign-in asks for
    request: {by: [usergroup:S0SRE]}
    approve: [{by: [usergroup:S0LEADS], count: 1}]
    within: 24h
    duration: {default: 4h, max: 12h}
`

func TestDesign(t *testing.T) {
	const rest = "accounts: {production: {id: 123456789012}}\nslack: {approvals: C0APPROVALS}\nqueues: {sign_ins: https://sqs.us-east-1.amazonaws.com/123456789012/sign-ins}\n"
	c, err := config.Parse([]byte(rest + design))
	if err != nil {
		t.Fatal(err)
	}
	want := []policy.Entitlement{{ID: "prod-operator", Kind: "iam-group", Account: "123456789012", Target: "jit-prod-operators", OnLogin: true,
		Askers: []string{"usergroup:S0SRE"}, Steps: []store.Step{{By: []string{"usergroup:S0LEADS"}, Count: 1}}, ReasonRequired: true,
		Within: 24 * time.Hour, Duration: 4 * time.Hour, Longest: 12 * time.Hour}}
	if d := cmp.Diff(want, c.Policy.Entitlements); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// threeSignIns are entitlements whose sign-ins are those of some, of all, and of nobody who would be left.
const threeSignIns = `  - {id: a, kind: iam-group, account: staging, group: a, on_login: true, request: {by: usergroup:S01SRE}, approve: [{by: usergroup:S01LEADS}], duration: {default: 1h, max: 1h}}
  - {id: b, kind: iam-group, account: staging, group: b, on_login: true, approve: [{by: usergroup:S01LEADS}], duration: {default: 1h, max: 1h}}
  - {id: c, kind: iam-group, account: staging, group: c, on_login: true, approve: [{by: usergroup:S01LEADS}], duration: {default: 1h, max: 1h}}
`

// TestNoMistake has what looks like one.
func TestNoMistake(t *testing.T) {
	for _, c := range []change{
		{name: "a second for a sign-in, behind one for some", old: "security: [", new: strings.Replace(threeSignIns, "on_login: true, approve", "approve", 1) + "security: ["},
		{name: "a second for a sign-in, of another account", old: "    group: jit-staging-admins\n", new: "    group: jit-staging-admins\n    on_login: true\n"},
		{name: "one group by two entitlements", old: "    account: staging\n    group: jit-staging-admins\n", new: "    account: production\n    group: jit-prod-operators\n"},
		{name: "another spelling in another account", old: "jit-staging-admins", new: "JIT-prod-operators"},
		{name: "one to ask and approve", old: "usergroup:S01SRE, U02ABCDEF", new: "U02ABCDEF"},
		{name: "alerts among the cards", old: "security: C02ABCDEF", new: "security: C01ABCDEF"},
		{name: "the longest name", old: "  staging: {", new: "  " + strings.Repeat("a_-9", 16) + ": {id: 333333333333}\n  staging: {"},
		{name: "two steps", old: "U02ABCDEF], count: 2}]", new: "U02ABCDEF]}, {by: [U02ABCDEF, U01ABCDEF]}]"},
		{name: "a night", old: "    within: 90m", new: "    hours: {from: 22:00, to: 6:00}"},
		{name: "whole days", old: "    within: 90m", new: "    hours: {days: [sat, sun], from: 00:00, to: 24:00, outside: 0}"},
		{name: "a second for a sign-in, behind one that leaves some out", old: "    within: 90m\n    duration: {default: 4h, max: 12h}\n  - id: staging-admin\n    kind: iam-group\n    account: staging\n", new: "    exclude: U01ABCDEF\n    duration: {default: 4h, max: 12h}\n  - id: staging-admin\n    kind: iam-group\n    account: production\n    on_login: true\n"},
		{name: "a look without its mode", old: "mode: enforce, ", new: ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := config.Parse([]byte(c.text(t))); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestTargetsAreNames: of each kind of access a target is a name that IAM can have, and nothing that AWS, a path or a pattern
// would read otherwise.
func TestTargetsAreNames(t *testing.T) {
	const group = "kind: iam-group\n    account: production\n    group: jit-prod-operators"
	if !strings.Contains(good, group) {
		t.Fatal("the good configuration has another entitlement")
	}
	for _, c := range []struct{ kind, key, ok string }{
		{"iam-group", "group", strings.Repeat("g", 128)},
		{"access-key", "user", strings.Repeat("u", 64)},
	} {
		with := func(name string) error {
			_, err := config.Parse([]byte(strings.Replace(good, group, "kind: "+c.kind+"\n    account: production\n    "+c.key+": '"+name+"'", 1)))
			return err
		}
		if err := with(c.ok); err != nil {
			t.Errorf("%s: %v", c.kind, err)
		}
		for _, odd := range []string{"a/b", "/a", "../a", "a*", "*", "a b", "a:b", "arn:aws:iam::123456789012:group/a", "${aws:username}", "аdmins", "a\\n", c.ok + "x"} {
			if err := with(odd); err == nil || !strings.Contains(err.Error(), "is not an IAM "+c.key) {
				t.Errorf("%s %q: %v", c.kind, odd, err)
			}
		}
	}
}
