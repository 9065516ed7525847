package cli_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"sekisho/deploy/cli"
)

// exported is login-0, as csv: what an attacker wrote is text, and its lines are in quotes.
const exported = `record,seq,at,verb,state,by,account,account_name,user,person,target,rule,until,note,facts,duration,already_held
login-0,1,2026-11-22T14:00:00.000Z,receive,received,sekisho,123456789012,本番,x\u001b[2J\u202e,,jit-ops,,,,,,
login-0,2,2026-11-22T14:01:00.000Z,ask,asked,sekisho,123456789012,本番,x\u001b[2J\u202e,,jit-ops,,,,,,
login-0,3,2026-11-22T14:02:00.000Z,deny,denied,U0SATO,123456789012,本番,x\u001b[2J\u202e,,jit-ops,,,"違う\u001b]0;owned\u0007\u202e
2026-11-22T12:00:00Z  approve",,,
`

func TestLedgerExportCSV(t *testing.T) {
	path := ledger(t)
	eachWay(t, path, func(t *testing.T) {
		code, out, errOut := run("ledger", "export", "--ledger", path, "--format", "csv", "--since", "2026-11-22T23:00:00+09:00")
		if code != 0 || out != exported || errOut != "" {
			t.Errorf("exit %d\n%s%s", code, out, errOut)
		}
		_, out, _ = run("ledger", "export", "--ledger", path, "--format", "csv", "--bom")
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(out, "\ufeff"))).ReadAll()
		if err != nil || len(rows) != 1+15 || !strings.HasPrefix(out, "\ufeffrecord,") {
			t.Fatalf("%d rows, %v in\n%q", len(rows), err, out)
		}
		if plan := rows[1+3+3]; plan[0] != "login-1" || plan[3] != "plan" || plan[14] != `{"member":"no"}` {
			t.Errorf("%q", plan)
		}
		if shorter := rows[1+3+7+2]; shorter[3] != "approve" || shorter[13] != "今日だけ" || shorter[15] != "1h0m0s" {
			t.Errorf("%q", shorter)
		}
	})
}

func TestLedgerExportJSON(t *testing.T) {
	path := ledger(t)
	eachWay(t, path, func(t *testing.T) {
		code, out, errOut := run("ledger", "export", "--ledger", path, "--until", "2026-11-22T12:03:00Z")
		var last map[string]any
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || code != 0 || errOut != "" || len(lines) != 3 {
			t.Fatalf("exit %d, %v\n%s%s", code, err, out, errOut)
		}
		for key, want := range map[string]any{"record": "login-1", "seq": 3.0, "at": "2026-11-22T12:02:00.000Z", "verb": "approve", "state": "approved",
			"by": "U0SATO", "user": "t.yamada", "account": "123456789012", "until": "2026-11-22T13:02:00.000Z"} {
			if last[key] != want {
				t.Errorf("%s is %v, want %v", key, last[key], want)
			}
		}
		if _, all, _ := run("ledger", "export", "--ledger", path); strings.ContainsAny(all, "\x1b\a\u202e") || strings.Count(all, "\n") != 15 {
			t.Errorf("text from outside is active, or an entry is missing, in %q", all)
		}
	})
}

func TestLedgerExportSaysWhatIsWrong(t *testing.T) {
	path := ledger(t)
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--since", "yesterday"}, 2, `--since: "yesterday" is no time: write date, time and offset, such as 2026-11-01T00:00:00+09:00`},
		{[]string{"--until", "2026-11-22T12:00:00"}, 2, `--until: "2026-11-22T12:00:00" is no time`}, // in which zone?
		{[]string{"--since", "2026-11-22T12:00:00+09:00", "--until", "2026-11-22T03:00:00Z"}, 2, "nothing lies between them"},
		{[]string{"--bom"}, 2, "say --format csv as well"},
		{[]string{"--format", "xml"}, 2, "jsonl"},
		{[]string{"--ledger", path + "x"}, 1, "no ledger at"},
	} {
		code, out, errOut := run(append([]string{"ledger", "export", "--ledger", path}, c.args...)...)
		if code != c.code || out != "" || !strings.Contains(errOut, c.want) {
			t.Errorf("%v: exit %d, %q, not %q in %q", c.args, code, out, c.want, errOut)
		}
	}
}

// A record that cannot be read takes nothing from the others, and the exit code tells.
func TestLedgerExportOfDamage(t *testing.T) {
	path := ledger(t)
	change(t, path, func(docs, _, _ *bolt.Bucket) error { return docs.Put([]byte("login-1"), []byte("{")) })
	code, out, errOut := run("ledger", "export", "--ledger", path)
	if code != 1 || !strings.Contains(errOut, "1 record cannot be read") || strings.Count(out, "\n") != 8 {
		t.Errorf("exit %d\n%s%s", code, out, errOut)
	}
}

// What cannot be written is no export.
func TestLedgerExportToAFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer func() { _ = full.Close() }()
	for _, format := range []string{"jsonl", "csv"} {
		var errOut strings.Builder
		args := []string{"ledger", "export", "--ledger", ledger(t), "--format", format}
		if code := cli.Run(args, strings.NewReader(""), full, &errOut); code != 1 || !strings.Contains(errOut.String(), "no space left on device: it is not whole") {
			t.Errorf("%s: exit %d, %q", format, code, errOut.String())
		}
	}
}
