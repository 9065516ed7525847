package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
)

// TestSlacksTypes has Slack's own types of Block Kit (@slack/types) judge every drawing as slack-go sends it. Keys that
// Slack does not know are errors to them. It needs node and npm, so it runs where SEKISHO_JUDGES=1 or CI=true is set.
// SEKISHO_TYPES names a folder with the packages of testdata/types/package-lock.json already installed.
func TestSlacksTypes(t *testing.T) {
	if os.Getenv("SEKISHO_JUDGES") != "1" && !inCI() {
		t.Skip("NOT RUN: Slack's own types against every drawing; set SEKISHO_JUDGES=1, with node and npm on the PATH")
	}
	folder := typesFolder(t)
	if err := os.Mkdir(filepath.Join(folder, "drawn"), 0o700); err != nil {
		t.Fatal(err)
	}
	drawn := 0
	wire := newWire()
	for name, d := range drawings(t) {
		for _, language := range languages {
			for how, each := range variants(d) {
				file := fmt.Sprintf("%s.%s.%s.ts", strings.NewReplacer("/", "-", " ", "-").Replace(name), language, how)
				if err := os.WriteFile(filepath.Join(folder, "drawn", file), wire.typed(t, each.in(penIn(language))), 0o600); err != nil {
					t.Fatal(err)
				}
				drawn++
			}
		}
	}
	check := exec.CommandContext(t.Context(), filepath.Join("node_modules", ".bin", "tsc"), "--project", ".", "--pretty", "false")
	check.Dir, check.WaitDelay = folder, time.Second
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("tsc: %v\n%.10000s", err, out)
	}
	t.Logf("tsc checked %d payloads of %d drawings", drawn, len(drawings(t)))
}

// variants are a drawing as it is, and of the worst records, as far as those can make it another to a type.
func variants(d drawing) map[string]drawing {
	out := map[string]drawing{"ordinary": d}
	for _, how := range []string{"japanese", "markup", "blank"} {
		out[how] = worstOf(d, longest[how])
	}
	return out
}

func inCI() bool { return os.Getenv("CI") == "true" }

// missing ends the test because the judge cannot be had: a failure in CI, elsewhere a skip nobody overlooks.
func missing(t *testing.T, format string, args ...any) {
	t.Helper()
	if inCI() {
		t.Fatalf("CI has to hold the drawings to Slack's types: "+format, args...)
	}
	t.Skipf("NOT RUN: the drawings against Slack's types: "+format, args...)
}

// typesFolder has the compiler and Slack's types in it. npm asks the registry only for what its cache has not got.
func typesFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(filepath.Join("testdata", "types"))); err != nil {
		t.Fatal(err)
	}
	modules := filepath.Join(folder, "node_modules")
	if installed := os.Getenv("SEKISHO_TYPES"); installed != "" {
		if err := os.Symlink(filepath.Join(installed, "node_modules"), modules); err != nil {
			t.Fatal(err)
		}
	} else {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		install := exec.CommandContext(ctx, "npm", "ci", "--prefer-offline", "--ignore-scripts")
		install.Dir, install.WaitDelay = folder, time.Second
		if out, err := install.CombinedOutput(); err != nil {
			missing(t, "npm ci: %v\n%s", err, out)
		}
	}
	if _, err := os.Stat(filepath.Join(modules, ".bin", "tsc")); err != nil {
		missing(t, "%v", err)
	}
	return folder
}

// wire keeps what slack-go sends to Slack, and says that all is well.
type wire struct {
	api  *slack.Client
	sent []byte
}

func newWire() *wire {
	w := &wire{}
	w.api = slack.New(botToken, slack.OptionAPIURL("http://slack.test/"), slack.OptionHTTPClient(&http.Client{Transport: w}))
	return w
}

// RoundTrip implements http.RoundTripper.
func (w *wire) RoundTrip(r *http.Request) (answer *http.Response, err error) {
	w.sent, err = io.ReadAll(r.Body)
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: r,
		Body: io.NopCloser(strings.NewReader(`{"ok":true,"channel":"C0","ts":"1.2"}`))}, err
}

// typed is a drawing as it is sent, declared to be what it should be.
func (w *wire) typed(t *testing.T, drawn any) []byte {
	t.Helper()
	var err error
	var kind string
	var payload []byte
	switch d := drawn.(type) {
	case Message:
		kind = "Message"
		_, _, err = w.api.PostMessage(cardsChannel, slack.MsgOptionText(d.Text, false), slack.MsgOptionBlocks(d.Blocks...))
		form, _ := url.ParseQuery(string(w.sent))
		payload = fmt.Appendf(nil, `{"text":%s,"blocks":%s}`, encoded(t, form.Get("text")), form.Get("blocks"))
	case slack.ModalViewRequest:
		kind = "Modal"
		_, err = w.api.OpenView("1.2.3", d)
		payload = w.view(t)
	case slack.HomeTabViewRequest:
		kind = "Home"
		_, err = w.api.PublishViewContext(t.Context(), slack.PublishViewContextRequest{UserID: yamada, View: d})
		payload = w.view(t)
	default: // it goes as it is, in an acknowledgement
		kind = "Suggestions"
		payload, err = json.Marshal(d)
	}
	if err != nil || !json.Valid(payload) {
		t.Fatalf("send %s: %v: %s", kind, err, payload)
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "import type { %s } from \"../payloads\";\nexport const sent: %[1]s = ", kind)
	if err := json.Indent(&out, payload, "", "  "); err != nil {
		t.Fatal(err)
	}
	return append(out.Bytes(), ";\n"...)
}

// view is the one that was sent.
func (w *wire) view(t *testing.T) []byte {
	t.Helper()
	var request struct{ View json.RawMessage }
	if err := json.Unmarshal(w.sent, &request); err != nil {
		t.Fatal(err)
	}
	return request.View
}
