package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sekisho/deploy/config"
)

// TestAccounts reads files that serve would refuse.
func TestAccounts(t *testing.T) {
	const accounts = "accounts:\n  production: {id: 123456789012}\n  staging: {id: 012345678901}\n"
	want := map[string]string{"123456789012": "production", "012345678901": "staging"}
	for _, c := range []struct{ name, text, mistake string }{
		{"the whole file", good, ""},
		{"accounts only", accounts, ""},
		{"others that are wrong", accounts + "slack: {aprovals: 1}\nqueues:\npeople: {}\nsecurity: [x]\nentitlements: [{kind: [y]}]\n", ""},
		{"no accounts", "slack: {approvals: C01ABCDEF}\n", "1:1: the file needs \"accounts\""},
		{"misspelt", "a" + accounts, "1:1: unknown key \"aaccounts\": did you mean accounts?"},
		{"a wrong account", strings.Replace(accounts, "id: 1", "id: 11", 1), "2:20: \"1123456789012\" is not an AWS account's id"},
		{"no YAML", accounts + "slack: {", "4:8: this { is never closed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "sekisho.yaml")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := config.Accounts(path)
			if c.mistake == "" {
				if d := cmp.Diff(want, got); d != "" || err != nil {
					t.Errorf("error %v, -want +got:\n%s", err, d)
				}
			} else if err == nil || !strings.Contains(err.Error(), "1 mistake in "+path+"\n\n"+path+":"+c.mistake) {
				t.Errorf("error %v has no %q", err, c.mistake)
			}
		})
	}
}
