package demo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sekisho/aws/fakeaws"
)

// notes are texts that several goroutines write.
type notes struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (n *notes) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.Write(p)
}

func (n *notes) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.String()
}

// heard stands before the made-up Slack and notes what it is told.
func heard(t *testing.T, p *player) *notes {
	all := new(notes)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		plain, _ := url.QueryUnescape(string(body)) // as far as it is a form
		_, _ = fmt.Fprintf(all, "%s\n%s\n%s\n", r.URL, body, plain)
		r.Body = io.NopCloser(bytes.NewReader(body))
		p.slack.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	p.url = front.URL + "/api/"
	return all
}

// No secret of an access key is anywhere but in Secrets Manager, whatever story is played: not in the log, the ledger, what
// Slack is told, what AWS is asked, what servers are told and say, or the transcript.
func TestNoSecretGetsOut(t *testing.T) {
	t.Parallel()
	for name, scene := range scenes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, out := played(t)
			logged, slack, transcript := new(notes), heard(t, p), ""
			p.log = slog.New(slog.NewTextHandler(logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
			for _, s := range scene.story(p).steps {
				if err := p.happens(t.Context(), s); err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
			}
			transcript = out.String()
			if err := p.halt(); err != nil {
				t.Fatal(err)
			}
			ledger, err := os.ReadFile(filepath.Join(p.folder, "ledger.db"))
			if err != nil {
				t.Fatal(err)
			}
			account := p.who.Account
			stored := written(t, p.aws.Secrets(account))
			if !strings.Contains(stored, fakeaws.Canary) {
				t.Fatal("the secret is not in Secrets Manager, so it would not be found elsewhere")
			}
			places := map[string]string{"log": logged.String(), "ledger": string(ledger), "Slack": slack.String(), "transcript": transcript,
				"calls of AWS": written(t, p.aws.Calls()), "commands of servers": written(t, p.aws.Invocations(account)) + p.fleet.get(servers[0]).key}
			secrets, size := append(p.aws.Canaries(), fakeaws.Canary), 0
			for place, text := range places {
				size += len(text)
				if text == "" {
					t.Errorf("there is no text of: %s", place)
				}
				for _, secret := range secrets {
					if strings.Contains(text, secret) {
						t.Errorf("%s has a secret", place)
					}
				}
			}
			t.Logf("looked for %d texts in %d places, %d kB", len(secrets), len(places), size>>10)
		})
	}
}

func written(t *testing.T, v any) string {
	t.Helper()
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// The page shows which keys, secrets and servers there are, and no secret.
func TestThePageHasNoSecret(t *testing.T) {
	t.Parallel()
	s := onStage(t, "en")
	account := s.config.Policy.Rotations[0].Account
	if !strings.Contains(written(t, s.aws.Secrets(account)), fakeaws.Canary) {
		t.Fatal("there is no secret to be found")
	}
	seen := written(t, s.state(yamada))
	for _, want := range []string{`"sekisho/svc-batch"`, `"i-0batch3"`, s.aws.Keys(account, "svc-batch")[0].ID} {
		if !strings.Contains(seen, want) {
			t.Errorf("the page does not show %s", want)
		}
	}
	if strings.Contains(seen, fakeaws.Canary) {
		t.Error("the page has a secret")
	}
}
