package cli_test

import (
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"
)

const noLedger = ": the file is damaged, or it is no ledger: "

// Each command says the same about a file that is no ledger, or no longer a whole one, and none touches it.
func TestEveryCommandNamesTheDamage(t *testing.T) {
	commands := commandsOnLedgers(t)
	for name, c := range map[string]struct {
		damage func(t *testing.T, path string)
		why    string
	}{
		"empty":              {cut(0), "it is empty"},
		"half a page":        {cut(2048), ""},
		"a page and a half":  {cut(6144), ""},
		"its first pages":    {cut(3 * 4096), "it ends after 12288 of "},
		"its last page less": {cut(-4096), "it ends after "},
		"text":               {text, ""},
		"a database of another program": {func(t *testing.T, path string) {
			db := must(bolt.Open(path+".other", 0o600, nil))(t)
			if err := errors.Join(db.Close(), os.Rename(path+".other", path)); err != nil {
				t.Fatal(err)
			}
		}, `it has no bucket "docs"`},
	} {
		t.Run(name, func(t *testing.T) {
			path := compact(t, sealedLedger(t))
			c.damage(t, path)
			before := must(os.ReadFile(path))(t)
			sentence := ""
			for command, args := range commands {
				code, out, errOut := run(args(path)...)
				if code != 1 || out != "" || !strings.HasPrefix(errOut, "sekisho: open ledger "+path+noLedger+c.why) || !strings.HasSuffix(errOut, ": keep it as it is, and go on from a backup\n") {
					t.Errorf("%s: exit %d, %s%s", command, code, out, errOut)
				}
				if sentence == "" {
					sentence = errOut
				}
				if errOut != sentence {
					t.Errorf("%s says %q and another %q", command, errOut, sentence)
				}
			}
			if after := must(os.ReadFile(path))(t); string(after) != string(before) {
				t.Error("the file was changed")
			}
		})
	}
}

// A ledger that serve cannot open, or would destroy by its next write, is called so by whatever judges a file. What is in it can be read all
// the same, and copied, but no copy of it replaces a good one.
func TestDamagedFreeList(t *testing.T) {
	commands := commandsOnLedgers(t)
	for name, c := range map[string]struct {
		damage func(page, root []byte)
		why    string
		opens  bool
	}{
		"another kind of page": {func(page, _ []byte) { page[8] = 0x02 }, "its list of free pages cannot be read", false},
		"longer than the file": {func(page, _ []byte) { page[10], page[11] = 0xfe, 0xff }, "its list of free pages cannot be read", false},
		"a page that is in use": {func(page, root []byte) {
			page[10], page[11] = 1, 0
			copy(page[16:24], root)
		}, "reachable freed", true},
	} {
		t.Run(name, func(t *testing.T) {
			path := compact(t, sealedLedger(t))
			spoilFreeList(t, path, c.damage)
			if !c.opens {
				for _, command := range []string{"serve", "ledger reset-clock"} {
					if code, _, errOut := run(commands[command](path)...); code != 1 || !strings.HasPrefix(errOut, "sekisho: open ledger "+path+": the file is damaged: "+c.why) {
						t.Errorf("%s: exit %d, %s", command, code, errOut)
					}
				}
			}
			if code, out, errOut := run("ledger", "--ledger", path, "verify"); code != 1 || !strings.Contains(out, c.why) || !strings.Contains(errOut, "does not fit together") {
				t.Errorf("verify: exit %d, %s%s", code, out, errOut)
			}
			if code, out, errOut := run("ledger", "--ledger", path, "show"); code != 0 || out != list {
				t.Errorf("show: exit %d, %s%s", code, out, errOut)
			}
			folder := t.TempDir()
			good, fresh := filepath.Join(folder, "good.db"), filepath.Join(folder, "fresh.db")
			if err := os.WriteFile(good, []byte("good"), 0o600); err != nil {
				t.Fatal(err)
			}
			if code, _, errOut := run("ledger", "--ledger", path, "backup", "--force", good); code != 1 || !strings.Contains(errOut, "does not replace") {
				t.Errorf("backup onto another: exit %d, %s", code, errOut)
			}
			if body := must(os.ReadFile(good))(t); string(body) != "good" {
				t.Error("a good backup was replaced")
			}
			if code, _, errOut := run("ledger", "--ledger", path, "backup", fresh); code != 1 || !strings.Contains(errOut, c.why) || !strings.Contains(errOut, "was written, with ") {
				t.Errorf("backup: exit %d, %s", code, errOut)
			}
			alone(t, folder, "good.db", "fresh.db")
			if c.opens {
				if code, _, errOut := run(commands["ledger reset-clock"](path)...); code != 1 || !strings.Contains(errOut, "the file is damaged") {
					t.Errorf("a write: exit %d, %s", code, errOut)
				}
			}
		})
	}
}

// commandsOnLedgers are the command lines that read or open a ledger, for a path. Slack refuses whoever gets as far as to ask it.
func commandsOnLedgers(t *testing.T) map[string]func(path string) []string {
	t.Helper()
	slack := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"ok":false,"error":"invalid_auth"}`)
	}))
	t.Cleanup(slack.Close)
	for name, value := range map[string]string{"SLACK_API_URL": slack.URL, "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "AWS_REGION": "us-east-1",
		"AWS_ENDPOINT_URL": slack.URL, "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "-", "SEKISHO_LEDGER": ""} {
		t.Setenv(name, value)
	}
	config := written(t, `accounts: {production: {id: "`+production+`"}}
slack: {approvals: C0APPROVALS}
queues: {sign_ins: https://sqs.us-east-1.amazonaws.com/`+production+`/q}
people: [{slack: U0YAMADA, iam_users: [production/t.yamada]}, {slack: U0SATO}]
entitlements:
  - {id: ops, kind: iam-group, account: production, group: jit-ops, on_login: true, approve: [{by: U0SATO}], duration: {default: 1h, max: 4h}}
`)
	folder := t.TempDir()
	good := filepath.Join(folder, "good.db")
	must(0, os.WriteFile(good, []byte("good"), 0o600))(t)
	commands := map[string]func(string) []string{
		"serve": func(path string) []string { return []string{"serve", "--config", config, "--ledger", path} },
		"audit": func(path string) []string { return []string{"audit", "--config", config, "--ledger", path} },
	}
	for _, line := range []string{"show", "show login-1", "export", "verify", "reset-clock", "backup " + filepath.Join(folder, "new.db"), "backup --force " + good} {
		words := strings.Fields(line)
		commands["ledger "+words[0]+strings.Join(words[1:], " ")] = func(path string) []string {
			return append([]string{"ledger", "--ledger", path}, words...)
		}
	}
	t.Cleanup(func() {
		if body, err := os.ReadFile(good); err != nil || string(body) != "good" {
			t.Errorf("the older backup is now %q, %v", body, err)
		}
	})
	return commands
}

// compact copies a ledger without the room that bbolt has taken ahead, so that each of its pages is in use.
func compact(t *testing.T, path string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "compact.db")
	if code, _, errOut := run("ledger", "--ledger", path, "backup", out); code != 0 {
		t.Fatal(errOut)
	}
	return out
}

// cut leaves the first bytes of a file, or takes away its last ones.
func cut(length int64) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		t.Helper()
		if length < 0 {
			length += must(os.Stat(path))(t).Size()
		}
		must(0, os.Truncate(path, length))(t)
	}
}

func text(t *testing.T, path string) {
	t.Helper()
	must(0, os.WriteFile(path, []byte(strings.Repeat("no ledger\n", 1000)), 0o600))(t)
}

// spoilFreeList changes the page of a ledger that lists its free pages, given the number of a page that is in use. Where the numbers
// stand in a page is bbolt's: https://github.com/etcd-io/bbolt/blob/main/internal/common/meta.go
func spoilFreeList(t *testing.T, path string, spoil func(page, root []byte)) {
	t.Helper()
	body := must(os.ReadFile(path))(t)
	size := binary.NativeEndian.Uint32(body[24:])
	meta := body[:size]
	if other := body[size : 2*size]; binary.NativeEndian.Uint64(other[64:]) > binary.NativeEndian.Uint64(meta[64:]) {
		meta = other
	}
	free := binary.NativeEndian.Uint64(meta[48:]) * uint64(size)
	spoil(body[free:], meta[32:40])
	must(0, os.WriteFile(path, body, 0o600))(t)
}
