package cli_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// The secrets of every child here. None may be anywhere in what it prints or writes.
const (
	botToken  = "xoxb-1111-canary-bot"
	appToken  = "xapp-1-canary-app"
	accessKey = "AKIACANARYCANARY0001"
	secretKey = "canarySecretAccessKey/canary+canary00001"
)

// secretive finds those, and the secrets that are made on the way: the tickets of Slack's connections and its response
// URLs, the keys of an assumed role and signatures.
var secretive = regexp.MustCompile(regexp.QuoteMeta(secretKey) +
	`|canary-bot|canary-app|xox[a-z]-\w|xapp-\w|/link/|ticket-\d|/response/|A[KS]IA[A-Z0-9]{16}|FQoGZXIvYXdz|AWS4-HMAC|Signature=\w`)

// keepsSecrets searches a text, and everything in the folder of the house but the keys of the configuration.
func (h *house) keepsSecrets(text string) {
	h.t.Helper()
	if found := secretive.FindString(text); found != "" {
		h.t.Errorf("a child printed a secret, %q", found)
	}
	err := filepath.WalkDir(h.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		body, err := os.ReadFile(path)
		if found := secretive.Find(body); found != nil {
			h.t.Errorf("%s holds a secret, %q", filepath.Base(path), found)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // what is temporary may go away meanwhile
		h.t.Error(err)
	}
}

// A scan that finds nothing has to be one that could have found something.
func TestSecretsAreFound(t *testing.T) {
	for _, secret := range []string{botToken, appToken, accessKey, secretKey, "xoxe.xoxp-1-real", "wss://slack.com/link/ticket-7",
		"http://127.0.0.1:1/response/r-1", "ASIAQWERTYUIOPASDFGH", "FQoGZXIvYXdzEBYaD", "Authorization: AWS4-HMAC-SHA256 Credential=x, Signature=0f"} {
		if !secretive.Match(bytes.Join([][]byte{[]byte("before "), []byte(secret), []byte(" after")}, nil)) {
			t.Errorf("not found: %s", secret)
		}
	}
}
