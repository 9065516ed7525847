package cli_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The secrets of every child here. None may be anywhere in what it prints or writes.
const (
	botToken  = "xoxb-1111-canary-bot"
	appToken  = "xapp-1-canary-app"
	accessKey = "AKIACANARYCANARY0001"
	secretKey = "canarySecretAccessKey/canary+canary00001"
)

// secretive begin those, and the secrets that are made on the way: the tickets of Slack's connections and its response
// URLs, the keys of an assumed role and signatures. They are no pattern, as a ledger is many megabytes of nothing.
var secretive = [][]byte{[]byte("canary-bot"), []byte("canary-app"), []byte("xoxb-"), []byte("xoxe"), []byte("xoxp-"), []byte("xapp-"), []byte(accessKey),
	[]byte(secretKey), []byte("/link/"), []byte("ticket-"), []byte("/response/"), []byte("ASIA"), []byte("FQoGZXIvYXdz"), []byte("AWS4-HMAC"), []byte("Signature=")}

// secretIn returns the beginning of a secret, or nothing.
func secretIn(text []byte) string {
	for _, s := range secretive {
		if bytes.Contains(text, s) {
			return string(s)
		}
	}
	return ""
}

// keepsSecrets searches what a child printed, except that a complaint names the kind of a token that is to be set.
func (h *house) keepsSecrets(printed string) {
	h.t.Helper()
	printed = strings.NewReplacer("begins with xoxb-", "", "begins with xapp-", "").Replace(printed)
	if found := secretIn([]byte(printed)); found != "" {
		h.t.Errorf("a child printed a secret, %q", found)
	}
}

// holdsNoSecret searches everything that stands in the folder of the house at the end.
func (h *house) holdsNoSecret() {
	err := filepath.WalkDir(h.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		body, err := os.ReadFile(path)
		if found := secretIn(body); found != "" {
			h.t.Errorf("%s holds a secret, %q", filepath.Base(path), found)
		}
		return err
	})
	if err != nil {
		h.t.Error(err)
	}
}

// A scan that finds nothing has to be one that could have found something.
func TestSecretsAreFound(t *testing.T) {
	for _, secret := range []string{botToken, appToken, accessKey, secretKey, "xoxe.xoxp-1-real", "wss://slack.com/link/ticket-7",
		"http://127.0.0.1:1/response/r-1", "ASIAQWERTYUIOPASDFGH", "FQoGZXIvYXdzEBYaD", "Authorization: AWS4-HMAC-SHA256 Credential=x, Signature=0f"} {
		if secretIn([]byte("before "+secret+" after")) == "" {
			t.Errorf("not found: %s", secret)
		}
	}
}
