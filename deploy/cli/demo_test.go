package cli_test

import (
	"bytes"
	"strings"
	"testing"

	"sekisho/deploy/cli"
)

// A shell script hears by the exit code whether its story went well.
func TestDemoSlack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		script   string
		code     int
		out, err string
	}{
		{"type t.yamada hello\nwait hello\n", 0, "t.yamada in #aws-approvals: hello", ""},
		{"users\nwait hello 0.01\nquit\n", 1, "> wait hello", `command 2, "wait hello 0.01": nothing contains "hello"`},
	} {
		var out, errOut bytes.Buffer
		code := cli.Run([]string{"demo", "slack", "--listen", "127.0.0.1:0"}, strings.NewReader(c.script), &out, &errOut)
		if code != c.code || !strings.Contains(out.String(), c.out) || !strings.Contains(errOut.String(), c.err) {
			t.Errorf("%q: exit code %d\n%s%s", c.script, code, &out, &errOut)
		}
	}
}

func TestDemoSaysWhatItCanDo(t *testing.T) {
	t.Parallel()
	var out, errOut bytes.Buffer
	if code := cli.Run([]string{"demo"}, strings.NewReader(""), &out, &errOut); code != 1 || !strings.Contains(errOut.String(), "demo slack") {
		t.Errorf("exit code %d\n%s", code, &errOut)
	}
}
