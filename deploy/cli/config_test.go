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
sign-ins  from https://sqs.ap-northeast-1.amazonaws.com/123456789012/sekisho-sign-ins
people    3, who have 3 IAM users here

production (123456789012), by arn:aws:iam::123456789012:role/sekisho
  a sign-in asks for prod-operator: iam-group jit-prod-operators for 4h, at most 12h; 1 to approve, of usergroup:S01LEADS, within 24h

staging (210987654321), by arn:aws:iam::210987654321:role/sekisho
  a sign-in asks for staging-admin: iam-group jit-staging-admins for 8h, at most 8h; 1 to approve, of usergroup:S01LEADS or U02ABCDEF, within 8h
`

func TestConfigCheck(t *testing.T) {
	code, out, errOut := run("config", "check", "../sekisho.yaml")
	if code != 0 || out != summary || errOut != "" {
		t.Errorf("exit %d, out\n%s\nerr\n%s", code, out, errOut)
	}
}

func TestConfigCheckWithoutSignIn(t *testing.T) {
	sample, err := os.ReadFile("../sekisho.yaml")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "sekisho.yaml")
	text := strings.NewReplacer("on_login: true", "on_login: false", "default: 4h", "default: 1h30m", "    role:", "    # role:").Replace(string(sample))
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, out, errOut := run("config", "check", path)
	for _, want := range []string{
		"production (123456789012), by the program's own credentials\n  a sign-in asks for nothing\n",
		"  not asked for by a sign-in: prod-operator: iam-group jit-prod-operators for 1h30m,",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s%s", want, out, errOut)
		}
	}
}

func TestConfigCheckTellsMistakes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sekisho.yaml")
	if err := os.WriteFile(path, []byte("acounts: {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"mistakes":  {[]string{path}, 1, path + ":1:1: unknown key \"acounts\": did you mean accounts?"},
		"no file":   {[]string{path + "x"}, 1, "no such file"},
		"a folder":  {[]string{"."}, 1, "is a directory"},
		"no name":   {nil, 2, "expected \"<file>\""},
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
