package cli_test

import (
	"bufio"
	"bytes"
	"net/http"
	"os"
	"os/exec"
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

// Without a flag it is the page, until it is interrupted: what it prints first is where the page is.
func TestDemoPage(t *testing.T) {
	t.Parallel()
	demo := exec.Command(os.Args[0], "demo", "--lang", "ja")
	demo.Env = append(os.Environ(), asProgram+"=1", "TMPDIR="+t.TempDir())
	out, err := demo.StdoutPipe()
	if err == nil {
		err = demo.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = demo.Process.Kill() }() // it has ended, or the test has failed
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	page, err := http.Get(strings.TrimSpace(url))
	if err != nil {
		t.Fatal(err)
	}
	_ = page.Body.Close()
	if err := demo.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := demo.Wait(); err != nil || page.StatusCode != http.StatusOK {
		t.Errorf("%s: %s, and at the end %v", url, page.Status, err)
	}
}

func TestDemoSaysWhatCannotBe(t *testing.T) {
	t.Parallel()
	for flag, want := range map[string]string{"--listen=0.0.0.0:0": "127.0.0.1 only", "--event=demo_test.go": "--play"} {
		var out, errOut bytes.Buffer
		if code := cli.Run([]string{"demo", flag}, strings.NewReader(""), &out, &errOut); code != 1 || !strings.Contains(errOut.String(), want) {
			t.Errorf("%s: exit code %d\n%s", flag, code, &errOut)
		}
	}
}
