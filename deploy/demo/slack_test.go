package demo_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"sekisho/deploy/demo"
)

// transcript is what a desk has printed so far.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(p)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

// until waits until the expression is printed and returns its first group.
func (t *transcript) until(tb testing.TB, expression string) string {
	tb.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if found := regexp.MustCompile(expression).FindStringSubmatch(t.String()); found != nil {
			return found[1]
		}
	}
	tb.Fatalf("nothing matches %s:\n%s", expression, t)
	return ""
}

// An app is driven through its whole story by a script.
func TestSlackByScript(t *testing.T) {
	t.Parallel()
	in, script := io.Pipe()
	out := &transcript{}
	ended := make(chan error, 1)
	go func() { ended <- demo.Slack(t.Context(), "127.0.0.1:0", in, out) }()
	demo.RunApp(t, out.until(t, `SLACK_API_URL=(\S+)`))

	go func() {
		_, _ = io.WriteString(script, `# the app of this test
connected 30
type t.yamada /jit request
wait "Request access" 30
fill reason=x
submit t.yamada
wait "too short"
fill t.yamada reason="fix the database"
submit

wait "fix the database" 30
type m.suzuki good morning
press h.sato approve
wait "Approved by U0SATO" 30
wait Granting. 30
wait "Well done" 30
press h.sato revoke 1
n
press m.suzuki 'Take it back'
perhaps
y
wait "Revoked by U0SUZUKI" 30
home t.yamada
wait "Home of U0YAMADA" 30
press t.yamada refresh home
wait "Fresh home of U0YAMADA" 30
cards
users
fault disconnect
connected 60
quit
connected 0
`)
		_ = script.Close()
	}()
	if err := <-ended; err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(out.String(), "modal of t.yamada, closed") { // before the card or after it
		t.Errorf("the modal is not closed:\n%s", out)
	}
	rest := out.String()
	for _, want := range []string{ // in this order
		"the app is connected", "modal of t.yamada", "(fill reason=... , then submit)", "! too short",
		"card 1, #aws-approvals", "fix the database", "[ Approve ]", "m.suzuki in #aws-approvals: good morning",
		"card 1, changed", "Approved by", "card 1: Granting.", "card 2, #aws-approvals, only for h.sato", "Well done",
		"Really?", "[ Yes ] y, [ No ] n?", "Really?", "y or n?", "Revoked by", "Home tab of t.yamada", "Home of", "Fresh home of",
		"1  #aws-approvals: Revoked by U0SUZUKI", "鈴木 実 / Minoru Suzuki  @security", "> quit",
	} {
		_, after, ok := strings.Cut(rest, want)
		if !ok {
			t.Fatalf("no %q in the rest of the transcript:\n%s", want, out)
		}
		rest = after
	}
}

// A script ends at the first command that cannot be done, and says which.
func TestSlackScriptThatFails(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]string{
		"\n# nothing\nusers\nhelp\ncards": "",
		"users\nquit\nnonsense\n":         "",
		"fault down\nfault off\n":         "",
		"type t.yamada hi\nwait hi\n":     "",
		"users\nnonsense\n":               `command 2, "nonsense": no command "nonsense"`,
		"wait \"no such text\" 0.01":      `nothing contains "no such text" after 0.01 s`,
		"connected 0.01\n":                "the app is not connected after 0.01 s",
		"connected soon\n":                "read seconds",
		"wait\n":                          "which text",
		"wait \"open\n":                   "not closed",
		"press h.sato approve\n":          `no card that h.sato sees has a button "approve"`,
		"press h.sato approve 7\n":        `no card "7"`,
		"press h.sato approve home\n":     `no button "approve" in the home of h.sato`,
		"press nobody approve\n":          `no user "nobody"`,
		"press\n":                         "press USER BUTTON",
		"type nobody hi\n":                `no user "nobody"`,
		"type t.yamada /jit request\n":    "dispatch_failed",
		"fill reason=x\n":                 "no modal is open",
		"submit h.sato\n":                 "h.sato has no modal open",
		"close\n":                         "no modal is open",
		"home h.sato\n":                   "dispatch_failed",
		"fault everywhere\n":              `no fault "everywhere"`,
		"fault disconnect\n":              "the app is not connected",
	} {
		err := demo.Slack(t.Context(), "127.0.0.1:0", strings.NewReader(script), io.Discard)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", script, err, want)
		}
	}
}

func TestSlackIsInterrupted(t *testing.T) {
	t.Parallel()
	in, input := io.Pipe()
	defer func() { _ = input.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	out := &transcript{}
	ended := make(chan error, 1)
	go func() { ended <- demo.Slack(ctx, "127.0.0.1:0", in, out) }()
	out.until(t, "(help)")
	go func() { _, _ = io.WriteString(input, "wait for ever 1000\n") }()
	out.until(t, "(> wait)")
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestSlackPortIsTaken(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	var failed *net.OpError
	if err := demo.Slack(t.Context(), taken.Addr().String(), strings.NewReader(""), io.Discard); !errors.As(err, &failed) {
		t.Errorf("got %v", err)
	}
}
