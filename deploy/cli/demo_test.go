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

// What cannot be is said in the language that is asked for.
func TestDemoSaysWhatCannotBe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		flags  string
		code   int
		en, ja string
	}{
		{"--listen 0.0.0.0:0", 1, "127.0.0.1 only: write", "127.0.0.1だけです"},
		{"--listen foo", 1, `read address "foo": address foo: missing port in address: write one such as`, `アドレス "foo" を読み取れません`},
		{"--listen 127.0.0.1:x", 1, "open a port for the page", "ページのポートを開けません"},
		{"--event demo_test.go", 2, "--event goes with --play: add it", "--event は --play と一緒に"},
		{"--play --open", 2, "--open is for the page", "--open はページを開き"},
		{"--play --listen 127.0.0.1:0", 2, "--listen is for the page", "--listen はページのアドレスで"},
		{"--play --event nope.json", 1, "read event: open nope.json", "イベントを読み取れません: open nope.json"},
		{"--play --event demo_test.go", 1, "the sign-in makes no card, this event is to invalid", "このイベントからはカードが作られません(invalid"},
	} {
		for lang, want := range map[string]string{"en": c.en, "ja": c.ja} {
			code, out, errOut := run(append([]string{"demo", "--lang", lang}, strings.Fields(c.flags)...)...)
			if code != c.code || out != "" || !strings.Contains(errOut, want) {
				t.Errorf("%s in %s: exit %d, no %q in\n%s%s", c.flags, lang, code, want, out, errOut)
			}
		}
	}
	if code, out, errOut := run("demo", "--lang", "fr"); code != 2 || out != "" || !strings.Contains(errOut, `--lang is "fr": write en or ja`) {
		t.Errorf("exit %d\n%s%s", code, out, errOut)
	}
	if code, _, errOut := run("demo", "slack", "--listen", "foo"); code != 1 || !strings.Contains(errOut, "such as 127.0.0.1:3000") {
		t.Errorf("exit %d\n%s", code, errOut)
	}
}

// Where no language is asked for, that of the terminal counts.
func TestDemoSpeaksAsTheTerminal(t *testing.T) {
	const en, ja = "--event goes with --play", "--event は --play と一緒に"
	for _, c := range []struct{ all, messages, lang, flag, want string }{
		{"", "", "", "", en},
		{"", "", "ja_JP.UTF-8", "", ja},
		{"", "", "ja", "", ja},
		{"", "", "jam_JM", "", en}, // Jamaican Creole
		{"", "", "C.UTF-8", "", en},
		{"", "en_US.UTF-8", "ja_JP.UTF-8", "", en},
		{"ja_JP.UTF-8", "en_US.UTF-8", "", "", ja},
		{"", "", "ja_JP.UTF-8", "--lang=en", en},
		{"", "", "en_US.UTF-8", "--lang=ja", ja},
	} {
		for name, value := range map[string]string{"LC_ALL": c.all, "LC_MESSAGES": c.messages, "LANG": c.lang} {
			t.Setenv(name, value)
		}
		if _, _, errOut := run(append([]string{"demo", "--event", "demo_test.go"}, strings.Fields(c.flag)...)...); !strings.Contains(errOut, c.want) {
			t.Errorf("%+v: %s", c, errOut)
		}
	}
}
