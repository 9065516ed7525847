package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/store"
	"sekisho/store/boltdb"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// lived is a grant to which verbs have happened, a minute after one another. Its texts are what an attacker would choose.
func lived(id, user string, begin time.Time, verbs ...store.Verb) store.Grant {
	g := store.Grant{ID: id, Origin: store.SignIn, Account: "123456789012", AccountName: "本番", Target: "jit-ops",
		Subject: store.Subject{User: user, UserID: "AIDA" + id}, Duration: time.Hour, Longest: 2 * time.Hour, Steps: []store.Step{{By: []string{"U0SATO"}, Count: 1}}, Lapses: begin.Add(time.Hour)}
	if id == "login-2" {
		g.Duration = 2 * time.Hour
	}
	for i, v := range verbs {
		e := store.Entry{Verb: v, By: store.Self, At: begin.Add(time.Duration(i) * time.Minute)}
		switch v {
		case store.Approve:
			e.By, e.Steps, e.Until = "U0SATO", []int{1}, e.At.Add(time.Hour)
			if id == "login-2" { // which was asked for twice as long
				e.Duration, e.Note = time.Hour, "今日だけ"
			}
		case store.Plan:
			e.Facts = map[string]string{"member": "no"}
		case store.Deny:
			e.By, e.Note = "U0SATO", "違う\x1b]0;owned\a\u202e\n2026-11-22T12:00:00Z  approve"
		}
		var err error
		if g, err = g.After(e); err != nil {
			panic(err)
		}
	}
	return g
}

// ledger makes a ledger of three requests and a press, and returns its path. Nothing is sealed.
func ledger(t *testing.T) string { return made(t, false) }

// sealedLedger makes the same one, sealed as a bot does.
func sealedLedger(t *testing.T) string { return made(t, true) }

func made(t *testing.T, sealed bool) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger.db")
	db, err := boltdb.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	ended := lived("login-1", "t.yamada", noon, store.Receive, store.Ask, store.Approve, store.Plan, store.Apply, store.Expire, store.Undo)
	active := lived("login-2", "h.sato", noon.Add(time.Hour), store.Receive, store.Ask, store.Approve, store.Plan, store.Apply)
	denied := lived("login-0", "x\x1b[2J\u202e", noon.Add(2*time.Hour), store.Receive, store.Ask, store.Deny)
	press := store.Press{ID: store.PressPrefix + "1", By: "U0SATO", Verb: store.Approve, At: noon, Judged: true}
	sealer := store.NewSealer(db)
	for i, records := range [][]store.Record{{&ended, &press}, {&active}, {&denied}} {
		if err = errors.Join(err, store.Save(t.Context(), db, records...)); sealed {
			_, failed := sealer.Sweep(t.Context(), noon.Add(time.Duration(i)*time.Hour+10*time.Minute), store.SealMinute)
			err = errors.Join(err, failed)
		}
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// use opens a ledger and serves it, as a running bot does, until the test ends.
func use(t *testing.T, path string) {
	t.Helper()
	db, err := boltdb.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- db.Serve(context.Background()) }()
	t.Cleanup(func() {
		if err := errors.Join(db.Close(), <-served); err != nil {
			t.Error(err)
		}
	})
	for range 500 {
		if conn, err := net.Dial("unix", path+".sock"); err == nil {
			_ = conn.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("not served")
}

// eachWay runs a check on a ledger that nobody has open and on one in use. Nothing may stay in the folder of
// temporary files.
func eachWay(t *testing.T, path string, check func(t *testing.T)) {
	t.Helper()
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	t.Run("free", check)
	use(t, path)
	t.Run("in use", check)
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

const list = `ID       STATE   WHO                      TARGET   START                 UNTIL                 OUTCOME
login-0  denied  x\u001b[2J\u202e (本番)  jit-ops                                              deny
login-2  active  h.sato (本番)            jit-ops  2026-11-22T13:02:00Z  2026-11-22T14:02:00Z
login-1  ended   t.yamada (本番)          jit-ops  2026-11-22T12:02:00Z  2026-11-22T13:02:00Z  expire
`

func TestLedgerShow(t *testing.T) {
	path := ledger(t)
	eachWay(t, path, func(t *testing.T) {
		if code, out, errOut := run("ledger", "show", "--ledger", path); code != 0 || out != list || errOut != "" {
			t.Errorf("exit %d\n%s%s", code, out, errOut)
		}
		if _, out, _ := run("ledger", "show", "--ledger", path, "--limit", "1"); strings.Count(out, "\n") != 2 || !strings.Contains(out, "login-0") {
			t.Errorf("the newest one:\n%s", out)
		}
	})
}

func TestLedgerShowJSON(t *testing.T) {
	t.Setenv("SEKISHO_LEDGER", ledger(t))
	_, out, _ := run("ledger", "show", "--format", "json", "--limit", "0")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var first struct{ ID, User, State string }
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil || len(lines) != 3 || first.User != "x\x1b[2J\u202e" || first.State != "denied" {
		t.Errorf("%+v, %v in\n%s", first, err, out)
	}
	_, out, _ = run("ledger", "show", "login-0", "--format", "json")
	if strings.ContainsAny(out, "\x1b\a\u202e") {
		t.Errorf("text from outside is active in %q", out)
	}
	_, out, _ = run("ledger", "show", "login-1", "--format", "json")
	var story struct {
		Record  store.Grant
		Chain   store.Chain
		Entries []store.Entry
	}
	if err := json.Unmarshal([]byte(out), &story); err != nil || story.Record.ID != "login-1" || story.Chain.Verify(story.Entries) != nil {
		t.Errorf("the story of one: %v in\n%s", err, out)
	}
}

const timeline = `
   TIME                  VERB     STATE     BY
1  2026-11-22T14:00:00Z  receive  received  sekisho
2  2026-11-22T14:01:00Z  ask      asked     sekisho
3  2026-11-22T14:02:00Z  deny     denied    U0SATO   "違う\x1b]0;owned\a\u202e\n2026-11-22T12:00:00Z  approve"
`

func TestLedgerShowOne(t *testing.T) {
	path := ledger(t)
	eachWay(t, path, func(t *testing.T) {
		code, out, errOut := run("ledger", "show", "--ledger", path, "login-0")
		if code != 0 || errOut != "" || !strings.HasSuffix(out, timeline) {
			t.Errorf("exit %d\n%s%s", code, out, errOut)
		}
		hasFacts(t, out, "id login-0", `subject.user x\u001b[2J\u202e`, "duration 1h0m0s", "state denied",
			`note 違う\u001b]0;owned\u0007\u202e\u000a2026-11-22T12:00:00Z approve`)
		_, out, _ = run("ledger", "show", "--ledger", path, "login-1")
		hasFacts(t, out, "approvals.0.by U0SATO", "effects.member no", "outcome expire", "3 2026-11-22T12:02:00Z approve approved U0SATO until 2026-11-22T13:02:00Z, for step 1",
			"4 2026-11-22T12:03:00Z plan approved sekisho member=no")
		_, out, _ = run("ledger", "show", "--ledger", path, "login-2")
		hasFacts(t, out, "duration 2h0m0s", "approvals.0.duration 1h0m0s", "approvals.0.note 今日だけ",
			`3 2026-11-22T13:02:00Z approve approved U0SATO until 2026-11-22T14:02:00Z, for 1h0m0s, "今日だけ", for step 1`)
		_, out, _ = run("ledger", "show", "--ledger", path, "press-1")
		hasFacts(t, out, "judged true")
	})
}

// hasFacts tells whether a table has these lines, however wide its columns are.
func hasFacts(t *testing.T, table string, want ...string) {
	t.Helper()
	var lines []string
	for line := range strings.Lines(table) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	for _, w := range want {
		if !slices.Contains(lines, w) {
			t.Errorf("no %q in\n%s", w, table)
		}
	}
}

func TestLedgerSaysWhatIsMissing(t *testing.T) {
	path := ledger(t)
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, bytes.Repeat([]byte("no ledger\n"), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"show", "nobody", "--ledger", path}, 1, `no record "nobody"`},
		{[]string{"show", "--ledger", path + "x"}, 1, "no ledger at " + path + "x: say with --ledger"},
		{[]string{"verify", "--ledger", text}, 1, "the file is damaged, or it is no ledger"},
		{[]string{"backup", "--ledger", path}, 2, "no OUT: name the file to write"},
		{[]string{"show", "--ledger", path, "--limit=-1"}, 2, `--limit: "-1" is no number of requests: give how many to list, such as 50, or 0 for all`},
		{[]string{"show", "--ledger", path, "--limit", "-3"}, 2, `--limit: "-3" is no number of requests: give how many`},
		{[]string{"show", "--ledger", path, "--limit", "ten"}, 2, `--limit: "ten" is no number of requests: give how many`},
		{[]string{"show", "--ledger", path, "--limit"}, 2, "--limit: no number: give how many"},
		{[]string{"show", "--ledger", path, "login-0", "--limit", "3"}, 2, "--limit is for the list, and login-0 is one record: leave one of them away"},
		{[]string{"show", "--ledger", ""}, 2, "the ledger has no name: give its file by --ledger"},
		{[]string{"backup", "--ledger", path, ""}, 2, "no OUT: name the file to write"},
		{[]string{"show", "--ledger", path, "--format", "xml"}, 2, "text"},
		{[]string{"show", "--ledger", path, "--limit", "0", "--format", "xml"}, 2, "text"}, // the number is taken, and what is behind it
	} {
		code, out, errOut := run(append([]string{"ledger"}, c.args...)...)
		if code != c.code || out != "" || !strings.Contains(errOut, c.want) {
			t.Errorf("%v: exit %d, %q, not %q in %q", c.args, code, out, c.want, errOut)
		}
	}
	if _, err := os.Lstat(path + "x"); err == nil {
		t.Error("a ledger was made")
	}
}

// end ends a grant that is active.
func end(t *testing.T, path, id string) {
	t.Helper()
	db, err := boltdb.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	g, err := store.LoadGrant(t.Context(), db, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []store.Verb{store.Expire, store.Undo} {
		if g, err = g.After(store.Entry{Verb: v, By: store.Self, At: g.Until}); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(store.Save(t.Context(), db, &g), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestLedgerThatGivesNoCopies: it is there, and somebody has it who does not answer. That is not said to be no ledger.
func TestLedgerThatGivesNoCopies(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sekisho.db")
	db := must(boltdb.Open(path))(t)
	defer func() { _ = db.Close() }()
	if code, _, errOut := run("ledger", "--ledger", path, "show"); code != 1 || !strings.Contains(errOut, "in use by another process, which gives no copies") {
		t.Errorf("exits with %d: %s", code, errOut)
	}
}
