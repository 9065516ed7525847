package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"
)

func TestLedgerBackup(t *testing.T) {
	path := sealedLedger(t)
	eachWay(t, path, func(t *testing.T) {
		folder := t.TempDir()
		out := filepath.Join(folder, "backup.db")
		code, said, errOut := run("ledger", "backup", "--ledger", path, out)
		if code != 0 || errOut != "" || !strings.HasPrefix(said, out+": 3 grants, 1 presses") {
			t.Errorf("exit %d\n%s%s", code, said, errOut)
		}
		info, err := os.Stat(out)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
		if _, said, _ = run("ledger", "show", "--ledger", out); said != list {
			t.Errorf("the backup shows\n%s", said)
		}
		if code, _, errOut = run("ledger", "backup", "--ledger", path, out); code != 1 || !strings.Contains(errOut, out+" is there already") || !strings.Contains(errOut, "--force") {
			t.Errorf("again: exit %d\n%s", code, errOut)
		}
		if err := os.WriteFile(out, []byte("older"), 0o644); err != nil {
			t.Fatal(err)
		}
		if code, _, errOut = run("ledger", "backup", "--ledger", path, out, "--force"); code != 0 {
			t.Errorf("by force: exit %d\n%s", code, errOut)
		}
		if code, _, _ = run("ledger", "verify", "--ledger", out); code != 0 {
			t.Errorf("the backup that replaced another: exit %d", code)
		}
		alone(t, folder, "backup.db")
	})
}

// alone tells whether a folder has just these files.
func alone(t *testing.T, folder string, want ...string) {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil || len(files) != len(want) {
		t.Errorf("%s has %v, %v", folder, files, err)
	}
}

func TestLedgerBackupRefuses(t *testing.T) {
	path := sealedLedger(t)
	folder := filepath.Dir(path)
	link := filepath.Join(folder, "link.db")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for out, want := range map[string]string{
		path:                               "is the ledger itself",
		link:                               "is the ledger itself",
		folder:                             "no file that could be replaced",
		filepath.Join(folder, "no", "out"): "there is no folder " + filepath.Join(folder, "no"),
	} {
		code, said, errOut := run("ledger", "backup", "--force", "--ledger", path, out)
		if code != 1 || said != "" || !strings.Contains(errOut, want) {
			t.Errorf("to %s: exit %d\n%s%s", out, code, said, errOut)
		}
	}
	if code, _, errOut := run("ledger", "backup", "--ledger", path+"x", filepath.Join(folder, "new.db")); code != 1 || !strings.Contains(errOut, "no ledger at") {
		t.Errorf("of nothing: exit %d\n%s", code, errOut)
	}
	alone(t, folder, "ledger.db", "ledger.db.spare", "link.db")
}

// A copy with faults may be all there is, so it is kept; but it never takes the place of an older one without.
func TestLedgerBackupWithFaults(t *testing.T) {
	path := sealedLedger(t)
	change(t, path, func(docs, _, _ *bolt.Bucket) error { return edit(docs, "login-2", `"active"`, `"ended"`) })
	folder := t.TempDir()
	older, fresh := filepath.Join(folder, "older.db"), filepath.Join(folder, "fresh.db")
	if err := os.WriteFile(older, []byte("good"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, errOut := run("ledger", "backup", "--ledger", path, fresh)
	if code != 1 || !strings.Contains(errOut, "login-2: record and entries disagree") || !strings.Contains(errOut, fresh+" was written, with ") {
		t.Errorf("exit %d\n%s", code, errOut)
	}
	if code, _, errOut = run("ledger", "backup", "--ledger", path, older, "--force"); code != 1 || !strings.Contains(errOut, "does not replace") {
		t.Errorf("by force: exit %d\n%s", code, errOut)
	}
	if body, err := os.ReadFile(older); err != nil || string(body) != "good" {
		t.Errorf("the older one is now %q, %v", body, err)
	}
	alone(t, folder, "older.db", "fresh.db")
}
