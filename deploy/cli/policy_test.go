package cli_test

import (
	"os"
	"strings"
	"testing"
)

const (
	sampleConfig   = "../sekisho.yaml"
	sampleExamples = "../policy-examples.yaml"
)

// TestPolicyExamples holds the sample that people copy against the rules that it speaks of.
func TestPolicyExamples(t *testing.T) {
	code, out, errOut := run("policy", "test", sampleExamples, "--config", sampleConfig)
	if want := sampleExamples + ": all 14 examples are answered as expected\n"; code != 0 || out != want || errOut != "" {
		t.Errorf("exit %d\n%s%s", code, out, errOut)
	}
}

const different = `: SRE at night: U01ABCDEF signs in to production, Tue 2026-11-24 12:30 JST
  expected  allowed, rule: prod-operator, approve: 2 of usergroup:S01LEADS
  answered  allowed, rule: prod-operator, approve: 1 of usergroup:S01LEADS
  because   named (by usergroup:S01SRE), within_hours (hours mon-fri 09:00-19:00 Asia/Tokyo)
`

func TestPolicyExamplesThatDiffer(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"another time", "23:30", "12:30", different},
		{"another zone", "2026-11-24 23:30", "2026-11-24 23:30+14:00", "SRE at night: U01ABCDEF signs in to production, Tue 2026-11-24 23:30 +1400\n"}, // 18:30 in Tokyo
		{"another rule", "expect: {rule: prod-read, auto: true}", "expect: {rule: prod-operator, auto: true}", "expected  allowed, rule: prod-operator, by itself\n  answered  allowed, rule: prod-read, by itself\n"},
		{"not by itself", "auto: true", "auto: false", "expected  allowed, rule: prod-read\n  answered  allowed, rule: prod-read, by itself\n  because   for_all, by_itself (longest 8h0m0s)\n"},
		{"another refusal", "refused: too_long", "refused: too_short", "expected  refused: too_short\n  answered  refused: too_long\n  because   named (by usergroup:S01SRE), too_long (longest 4h0m0s)\n"},
		{"no refusal", "refused: guest", "rule: staging-admin", "expected  allowed, rule: staging-admin\n  answered  refused: guest, rule: staging-admin\n"},
		{"fewer steps", "        - by: [usergroup:S01SECURITY]\n", "", "expected  allowed, approve: 1 of usergroup:S01LEADS\n  answered  allowed, approve: 1 of usergroup:S01LEADS and 1 of usergroup:S01SECURITY\n"},
		{"a role's people are the leads", "S01DEPLOY: [U01ABCDEF]", "S01DEPLOY: [U01ABCDEF, U04ABCDEF]", "  expected  allowed, rule: prod-read, approve: 1 of usergroup:S01LEADS or usergroup:S01SRE\n  answered  refused: no_approver, rule: prod-read\n"},
		{"an intern", "S01INTERNS: []", "S01INTERNS: [U01ABCDEF]", "  answered  allowed, rule: prod-read, approve: 1 of usergroup:S01LEADS or usergroup:S01SRE\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sample, err := os.ReadFile(sampleExamples)
			if err != nil {
				t.Fatal(err)
			}
			path := written(t, strings.Replace(string(sample), c.old, c.new, 1))
			code, out, errOut := run("policy", "test", path, "--config", sampleConfig)
			if code != 1 || !strings.Contains(out, c.want) || !strings.Contains(errOut, "of 14 examples are answered differently") {
				t.Errorf("exit %d, no %q in\n%s%s", code, c.want, out, errOut)
			}
		})
	}
}

func TestPolicyWho(t *testing.T) {
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"prod-admin", 0, "prod-admin: iam-group jit-prod-admins in production for 1h, at most 4h\n  asks      usergroup:S01SRE\n  step 1    1 of usergroup:S01LEADS\n  step 2    1 of usergroup:S01SECURITY\n"},
		{"prod-admin", 0, "\n            refused outside of mon-fri 09:00-19:00 Asia/Tokyo\n            high risk: approvers are asked twice\n"},
		{"prod-read", 0, "  asks      everybody\n  approves  1 of usergroup:S01LEADS or usergroup:S01SRE\n"},
		{"prod-operator --examples " + sampleExamples, 0, "  asks      usergroup:S01SRE (U01ABCDEF U02ABCDEF)\n  approves  1 of usergroup:S01LEADS (U02ABCDEF U04ABCDEF)\n            not for usergroup:S01INTERNS\n            after 1h without a decision usergroup:S01SECURITY may decide too\n"},
		{"--user U01ABCDEF", 0, "prod-operator: may ask if in usergroup:S01SRE and not in usergroup:S01INTERNS, approves for others if in usergroup:S01LEADS, after 1h approves for others if in usergroup:S01SECURITY\n"},
		{"--user U03ABCDEF", 0, "staging-admin: may ask, approves for others\n"}, // by the other account
		{"--user U03ABCDEF --examples " + sampleExamples, 0, "prod-operator: may ask, approves for others\n"},
		{"--user U04ABCDEF --examples " + sampleExamples, 0, "prod-admin: may not ask, approves step 1 for others, approves step 2 for others\n"},
		{"--user U01ABCDEF --examples " + sampleExamples, 0, "prod-admin: may ask, approves nothing\n"},
		{"prod-read", 0, "            if the role production/deployer asks, not approved by usergroup:S01DEPLOY or U02ABCDEF\n"},
		{"--user U03ABCDEF", 0, "\nmay not approve what the role production/deployer asks for\n"}, // by the other account
		{"--user U04ABCDEF", 0, "\nmay not approve what the role production/deployer asks for if in usergroup:S01DEPLOY\n"},
		{"nope", 1, `has no entitlement "nope": it has prod-operator, prod-read, prod-admin, staging-admin`},
		{"--user U09ABCDEF", 1, "U09ABCDEF is nobody under people, so may approve nothing and ask for nothing: no tag in AWS"},
		{"batch-key", 0, "batch-key: access-key svc-batch in production without an end\n  asks      usergroup:S01SRE\n"},
		{"", 2, "give an entitlement's id, or --user"},
		{"prod-read --user U01ABCDEF", 2, "give an entitlement's id, or --user"},
	} {
		code, out, errOut := run(append([]string{"policy", "who", "--config", sampleConfig}, strings.Fields(c.args)...)...)
		if code != c.code || !strings.Contains(out+errOut, c.want) {
			t.Errorf("who %s: exit %d, no %q in\n%s%s", c.args, code, c.want, out, errOut)
		}
	}
}

// TestPolicyWhoIsExcluded: who is excluded by name may not ask, whatever groups they are in; who may be excluded hears by which group.
func TestPolicyWhoIsExcluded(t *testing.T) {
	sample, err := os.ReadFile(sampleConfig)
	if err != nil {
		t.Fatal(err)
	}
	path := written(t, strings.NewReplacer("exclude: [usergroup:S01INTERNS]", "exclude: [usergroup:S01INTERNS, U02ABCDEF]",
		"    auto: {max: 8h", "    exclude: [usergroup:S01INTERNS]\n    auto: {max: 8h").Replace(string(sample)))
	for args, want := range map[string]string{
		"--user U03ABCDEF --examples " + sampleExamples: "prod-operator: may not ask, approves for others\n", // by the other account
		"--user U01ABCDEF":        "\nprod-read: may ask unless in usergroup:S01INTERNS, approves",
		"--user U03ABCDEF --json": `{"id":"prod-operator","ask":{"is":"no"},`,
		"--user U01ABCDEF --json": `{"id":"prod-read","ask":{"is":"if","not_in":["usergroup:S01INTERNS"]},`,
	} {
		if code, out, errOut := run(append([]string{"policy", "who", "--config", path}, strings.Fields(args)...)...); code != 0 || !strings.Contains(out, want) {
			t.Errorf("who %s: exit %d, no %q in\n%s%s", args, code, want, out, errOut)
		}
	}
}

// TestPolicyWhoByTag says whom a tag, or an e-mail address, makes somebody of.
func TestPolicyWhoByTag(t *testing.T) {
	sample, err := os.ReadFile(sampleConfig)
	if err != nil {
		t.Fatal(err)
	}
	on := written(t, strings.NewReplacer("match_tag: false", "match_tag: true", "match_email: false", "match_email: true").Replace(string(sample)))
	for args, want := range map[string][]string{
		"prod-read":        {"counts as whom its tag in AWS names, if nobody lists it (match_tag)\n", "counts as who has the e-mail address that it is called, if nobody lists it (match_email)\n"},
		"--user U03ABCDEF": {"\nan IAM user that nobody lists is theirs if its tag in AWS names U02ABCDEF or U03ABCDEF (match_tag)\n", "(match_email)\n"},
		"batch-key":        nil, // no sign-in asks for it
	} {
		for file, says := range map[string]bool{on: true, sampleConfig: false} {
			_, out, _ := run(append([]string{"policy", "who", "--config", file}, strings.Fields(args)...)...)
			if strings.Contains(out, "match_") != (says && want != nil) {
				t.Errorf("who %s of %s:\n%s", args, file, out)
			}
			for _, line := range want {
				if strings.Contains(out, line) != says {
					t.Errorf("who %s of %s, %q:\n%s", args, file, line, out)
				}
			}
		}
	}
}
