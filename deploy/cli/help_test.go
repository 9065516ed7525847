package cli_test

import (
	"strings"
	"testing"
)

func TestHelp(t *testing.T) {
	_, whole, _ := run("--help")
	_, check, _ := run("config", "check", "--help")
	for _, c := range []struct {
		args, want string
	}{
		{"", whole},
		{"help", whole},
		{"help config check", check},
	} {
		if code, out, errOut := run(strings.Fields(c.args)...); code != 0 || out != c.want || errOut != "" {
			t.Errorf("sekisho %s: exit %d\n%s%s", c.args, code, out, errOut)
		}
	}
	for _, name := range []string{"Usage: sekisho", "help", "version", "serve", "ledger show"} {
		if !strings.Contains(whole, name) {
			t.Errorf("no %q in\n%s", name, whole)
		}
	}
	if code, out, errOut := run("help", "nope"); code != 2 || out != "" || !strings.Contains(errOut, "unexpected argument nope") {
		t.Errorf("of no command: exit %d\n%s%s", code, out, errOut)
	}
}

// TestHelpOfDemo: what people run is demo, so its flags are in the help of demo.
func TestHelpOfDemo(t *testing.T) {
	for _, args := range []string{"demo --help", "help demo"} {
		code, out, _ := run(strings.Fields(args)...)
		for _, want := range []string{"--listen", "--open", "--play", "--event", "--lang", "demo slack"} {
			if code != 0 || strings.Count(out, want) == 0 {
				t.Errorf("%s: exit %d, no %s in\n%s", args, code, want, out)
			}
		}
	}
}
