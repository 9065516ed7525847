package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sekisho/deploy/cli"
)

// run runs a command line and returns what it says.
func run(args ...string) (code int, out, errOut string) {
	var o, e strings.Builder
	code = cli.Run(args, strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

const summary = `../sekisho.yaml: ok
cards     to C01ABCDEF, in en, with times in Asia/Tokyo
alerts    to C02ABCDEF; usergroup:S01SECURITY or U04ABCDEF may press on them and revoke anything
sign-ins  from https://sqs.ap-northeast-1.amazonaws.com/123456789012/sekisho-sign-ins
programs  ask by https://sqs.ap-northeast-1.amazonaws.com/123456789012/sekisho-requests; answers go to https://sqs.ap-northeast-1.amazonaws.com/123456789012/sekisho-replies
          the role production/deployer for production/svc-deploy; what it asks for is not approved by usergroup:S01DEPLOY or U02ABCDEF
people    4, IAM users 4; other IAM users are nobody's, and nobody can approve for them
groups    members whom no grant explains are reported
audit     daily at 09:00 Asia/Tokyo to C02ABCDEF: passwords without a sign-in for 2160h, access keys older than 2160h or unused for 1080h; managed users may have IAMUserChangePassword
rotations 1: 1 by age, 0 by hand only

production (123456789012), by arn:aws:iam::123456789012:role/sekisho-member
  a sign-in of usergroup:S01SRE asks for prod-operator: iam-group jit-prod-operators for 4h, at most 12h; 1 of usergroup:S01LEADS to approve, within 24h
    not for usergroup:S01INTERNS
    after 1h without a decision usergroup:S01SECURITY may decide too
    outside of mon-fri 09:00-19:00 Asia/Tokyo: 2 of usergroup:S01LEADS to approve
    a sign-in without MFA is refused; a request by hand has no sign-in
    a request needs a ticket such as OPS-123
  any other sign-in asks for prod-read: iam-group jit-prod-readers for 8h, at most 12h; 1 of usergroup:S01LEADS or usergroup:S01SRE to approve, within 24h
    given to usergroup:S01SUPPORT without an approver for at most 8h; after a sign-in, once they say that it was them
  usergroup:S01SRE may ask for prod-admin, and no sign-in does: iam-group jit-prod-admins for 1h, at most 4h; 1 of usergroup:S01LEADS and 1 of usergroup:S01SECURITY to approve, within 24h
    refused outside of mon-fri 09:00-19:00 Asia/Tokyo
    high risk: approvers are asked twice
    whoever has it can change IAM, and so keep access beyond its end
  usergroup:S01SRE may ask for batch-key, and no sign-in does: access-key svc-batch without an end; 1 of usergroup:S01LEADS to approve, within 24h
    once batch has rotated it, whoever has it reads the secret sekisho/svc-batch: allow their IAM users to
  batch rotates the key of svc-batch in the secret sekisho/svc-batch: by usergroup:S01SRE, or security; once it is older than 2160h; without an approver
    servers with the tag sekisho-key=svc-batch run /usr/local/sbin/sekisho-key; the old one is off after 24h without use, and deleted 72h later

staging (210987654321), by arn:aws:iam::210987654321:role/sekisho-member
  a sign-in asks for staging-admin: iam-group jit-staging-admins for 8h, at most 8h; 1 of usergroup:S01LEADS or U02ABCDEF to approve, within 8h
`

func TestConfigCheck(t *testing.T) {
	code, out, errOut := run("config", "check", "../sekisho.yaml")
	if code != 0 || out != summary || errOut != "" {
		t.Errorf("exit %d, out\n%s\nerr\n%s", code, out, errOut)
	}
}

// TestConfigCheckOfOthers has the sample say the opposite.
func TestConfigCheckOfOthers(t *testing.T) {
	for _, c := range []struct {
		name    string
		changes []string
		want    string
	}{
		{"no sign-in", []string{"on_login: true", "on_login: false", "    prolong: same\n    mfa: required\n", ""}, "\n  a sign-in asks for nothing\n" +
			"  usergroup:S01SRE may ask for prod-operator, and no sign-in does: iam-group jit-prod-operators for 4h,"},
		{"no sign-in, everybody", []string{"on_login: true", "on_login: false", "    prolong: same\n    mfa: required\n", ""}, "\n  everybody may ask for prod-read, and no sign-in does: iam-group"},
		{"sign-ins of some", []string{"on_login: true # for all", "on_login: false #"}, "OPS-123\n  any other sign-in asks for nothing\n"},
		{"no conditions", []string{"outside: 1", "outside: 0", "reason: required", "reason: optional"},
			"outside of mon-fri 09:00-19:00 Asia/Tokyo: 1 of usergroup:S01LEADS to approve\n    a sign-in without MFA is refused; a request by hand has no sign-in\n    a request needs no reason\n"},
		{"any sign-in prolongs", []string{"prolong: same", "prolong: always"}, "\n    another sign-in prolongs it, wherever it is from\n"},
		{"no sign-in prolongs", []string{"prolong: same", "prolong: ask"}, "\n    another sign-in asks for an extension, wherever it is from\n"},
		{"given to all", []string{", by: [usergroup:S01SUPPORT]", ""}, "given to all who may ask without an approver for at most 8h; after"},
		{"given within hours", []string{"    # Given without", "    hours: {from: 9:00, to: 12:00, outside: 0}\n    # Given without"}, "for at most 8h, within those hours; after"},
		{"no role", []string{"    role:", "    # role:", "    external_id:", "    # external_id:"}, "production (123456789012), by the program's own credentials\n"},
		{"minutes", []string{"default: 4h", "default: 1h30m"}, "for 1h30m,"},
		{"no channel of alerts", []string{"  security: C02ABCDEF\n", ""}, "alerts    to C01ABCDEF; usergroup"},
		{"nobody for alerts", []string{"security: [usergroup:S01SECURITY, U04ABCDEF]\n", ""}, "to C02ABCDEF; nobody may press"},
		{"no replies", []string{"  replies:", "  # replies:"}, "/sekisho-requests; answers go to the log only\n          the role production/deployer"},
		{"nobody barred from a role's", []string{", not_by: [usergroup:S01DEPLOY, U02ABCDEF]", ""}, "          the role production/deployer for production/svc-deploy\n" +
			"          warning: production/deployer has no not_by, so people who can act as the role may approve what they ask for by it: name them\n"},
		{"no programs", []string{"  replies:", "  # replies:", "  requests:", "  # requests:", "  roles:\n    -", "  #"}, "/sekisho-sign-ins\npeople"},
		{"a rotation to approve", []string{"    # approve: [{by: [usergroup:S01LEADS]}] ", "    approve: [{by: [usergroup:S01LEADS]}] #", "    # escalate: {after: 1h, to: [usergroup:S01SECURITY]} ",
			"    escalate: {after: 1h, to: [usergroup:S01SECURITY]} #"}, "; 1 of usergroup:S01LEADS to approve, within 24h, and after 1h without a decision usergroup:S01SECURITY may decide too\n    servers"},
		{"no audit by itself", []string{`at: "09:00" # when`, "at: none # when"}, "audit     by hand only, with sekisho audit: passwords"},
		{"an audit of its own", []string{`at: "09:00" # when`, `at: "7:05" # when`, "  security: C02ABCDEF\n", "", "password: 2160h", "password: 90m", "[IAMUserChangePassword]", "[A, B]"},
			"audit     daily at 07:05 Asia/Tokyo to C01ABCDEF: passwords without a sign-in for 1h30m, access keys older than 2160h or unused for 1080h; managed users may have A, B\n"},
		{"heads", []string{"  # heads:", "  heads:"}, "1 by age, 0 by hand only\nheads     of the ledger daily to s3://example-sekisho-heads/sekisho/ of the account 345678901234, locked for 400 days\n\n"},
		{"rotated by hand", []string{"    older_than: 2160h\n", ""}, "rotations 1: 0 by age, 1 by hand only\n"},
		{"e-mail", []string{"match_email: false", "match_email: true"}, "IAM users 4; other IAM users are known by a name that is an e-mail address in Slack\n" +
			"          match_email is on: who may create or rename users in IAM can make one anybody's who is listed; its card says \"by the user's e-mail address\", and no rule"},
		{"tag", []string{"match_tag: false", "match_tag: true"}, "IAM users 4; other IAM users are known by their tag\n" +
			"          match_tag is on: who may tag users in IAM (iam:TagUser) can make one anybody's who is listed, by sekisho:slack-user-id; its card says \"by a tag in AWS\", and no rule"},
		{"tag and e-mail", []string{"match_tag: false", "match_tag: true", "match_email: false", "match_email: true"}, "other IAM users are known by their tag, or by a name that is an e-mail address in Slack\n          match_tag is on"},
		{"enforce", []string{"mode: report", "mode: enforce", "removals: 5\n", "removals: 7\n"}, "whom no grant explains are removed, at most 7 in one look\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sample, err := os.ReadFile("../sekisho.yaml")
			if err != nil {
				t.Fatal(err)
			}
			path := written(t, strings.NewReplacer(c.changes...).Replace(string(sample)))
			if _, out, errOut := run("config", "check", path); !strings.Contains(out, c.want) {
				t.Errorf("no %q in\n%s%s", c.want, out, errOut)
			}
		})
	}
}

// written puts a text into a file.
func written(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sekisho.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestExplainNeedsOnlyAccounts: whoever tries the parser has no queue and no people yet.
func TestExplainNeedsOnlyAccounts(t *testing.T) {
	const event = `{"eventVersion":"1.09","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::111122223333:user/anaya","accountId":"111122223333","userName":"anaya"},"eventTime":"2026-01-15T09:30:00Z","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","responseElements":{"ConsoleLogin":"Success"},"eventID":"00000000-0000-4000-8000-000000000001","eventType":"AwsConsoleSignIn","recipientAccountId":"111122223333"}`
	for name, c := range map[string]struct {
		text, out, err string
		code           int
	}{
		"of the file":     {"accounts: {prod: {id: 111122223333}}\n", `"class":"request"`, "", 0},
		"of another file": {"accounts: {prod: {id: 999999999999}}\n", `"class":"ignore"`, "", 0},
		"of a wrong file": {"accounts: {prod: {id: 1}}\n", "", ":1:23: \"1\" is not an AWS account's id", 1},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errOut strings.Builder
			code := cli.Run([]string{"events", "explain", "--config", written(t, c.text)}, strings.NewReader(event), &out, &errOut)
			if code != c.code || !strings.Contains(out.String(), c.out) || !strings.Contains(errOut.String(), c.err) {
				t.Errorf("exit %d\n%s%s", code, &out, &errOut)
			}
		})
	}
}

func TestConfigCheckTellsMistakes(t *testing.T) {
	path := written(t, "acounts: {}\n")
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"mistakes":  {[]string{path}, 1, path + ":1:1: unknown key \"acounts\": did you mean accounts?"},
		"no file":   {[]string{path + "x"}, 1, "no such file"},
		"a folder":  {[]string{"."}, 1, "is a directory"},
		"by a flag": {[]string{"--config", path}, 1, path + ":1:1: unknown key"},
		"no name":   {nil, 2, "no configuration: name a file, such as sekisho.yaml, or give it by --config"},
		"both":      {[]string{path, "--config", "other.yaml"}, 2, "two configurations, " + path + " and --config other.yaml: give one"},
		"two names": {[]string{path, path}, 2, "unexpected argument"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errOut := run(append([]string{"config", "check"}, c.args...)...)
			if code != c.code || out != "" || !strings.Contains(errOut, c.want) {
				t.Errorf("exit %d, out %q, err\n%s", code, out, errOut)
			}
		})
	}
}
