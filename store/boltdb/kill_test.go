package boltdb_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sekisho/store"
	"sekisho/store/boltdb"
)

// The variables that make this test binary the process to be killed.
const (
	victimLedger = "SEKISHO_TEST_VICTIM"
	victimRound  = "SEKISHO_TEST_ROUND"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(victimLedger); path != "" {
		fmt.Fprintln(os.Stderr, write(path, os.Getenv(victimRound)))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// write writes lives of grants until it is killed, and says what stands in the ledger: each id, and its entries.
func write(path, round string) error {
	db, err := boltdb.Open(path)
	if err != nil {
		return err
	}
	failed := make(chan error)
	for w := range 16 {
		go func() {
			for n := 0; ; n++ {
				if err := live(context.Background(), db, fmt.Sprintf("login-%s-%d-%d", round, w, n), func(g store.Grant) {
					_, _ = os.Stdout.WriteString(fmt.Sprintln(g.ID, g.Chain.Seq)) // one write: lines do not mix
				}); err != nil {
					failed <- err
				}
			}
		}()
	}
	return <-failed
}

// live is a whole life of a grant, each step in a Put of its own and some with a press, told after each.
func live(ctx context.Context, db store.DB, id string, told func(store.Grant)) error {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	g := store.Grant{ID: id, Origin: store.SignIn, Account: "123456789012", Subject: store.Subject{User: "t.yamada", UserID: id},
		Target: "jit-ops", Duration: time.Hour, Longest: 2 * time.Hour, Steps: []store.Step{{By: []string{"U0SATO"}, Count: 1}}, Lapses: now.Add(time.Hour)}
	for i, v := range []store.Verb{store.Receive, store.Ask, store.Approve, store.Plan, store.Apply, store.Expire, store.Undo} {
		e := store.Entry{Verb: v, By: store.Self, At: now.Add(time.Duration(i) * time.Minute), Note: "as somebody said"}
		records := []store.Record{&g}
		if v == store.Approve {
			e.Until, e.Steps = e.At.Add(g.Duration), []int{1}
			records = append(records, &store.Press{ID: store.PressPrefix + id, By: "U9", Verb: v, On: id, At: e.At})
		}
		var err error
		if g, err = g.After(e); err != nil {
			return err
		}
		if err := store.Save(ctx, db, records...); err != nil {
			return err
		}
		if told != nil {
			told(g)
		}
	}
	return nil
}

// sound reports every fault in a ledger.
func sound(t *testing.T, db store.Whole) {
	t.Helper()
	_, err := store.Audit(t.Context(), db, func(f store.Fault) { t.Errorf("%s: %v", f.ID, f.Err) })
	if err != nil {
		t.Error(err)
	}
}

// A process that is killed at any moment, over and over on one ledger, has told nobody of what is not there.
func TestKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	told := map[string]uint64{} // id -> the last entry
	for round := range 6 {
		before := len(told)
		kill(t, path, fmt.Sprint(round), told)
		if len(told) == before {
			t.Errorf("round %d: killed before anything was written", round)
		}
		db := open(t, path)
		for id, seq := range told {
			g, err := store.LoadGrant(t.Context(), db, id)
			entries, err2 := db.Entries(t.Context(), id, 0)
			if err := errors.Join(err, err2); err != nil || g.Chain.Seq < seq || uint64(len(entries)) != g.Chain.Seq {
				t.Fatalf("round %d: %s has %d entries, its head says %d, told was %d: %v", round, id, len(entries), g.Chain.Seq, seq, err)
			}
		}
		sound(t, db)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d grants", len(told))
}

// kill runs a process on the ledger and kills it at a random moment after its first words.
func kill(t *testing.T, path, round string, told map[string]uint64) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), victimLedger+"="+path, victimRound+"="+round)
	var complaint strings.Builder
	child.Stderr = &complaint
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil { // the last one may be cut
			break
		}
		once.Do(func() {
			time.AfterFunc(time.Duration(rand.IntN(400))*time.Millisecond, func() { _ = child.Process.Kill() })
		})
		var id string
		var seq uint64
		if _, err := fmt.Sscan(line, &id, &seq); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		told[id] = max(told[id], seq)
	}
	if err := child.Wait(); err == nil || complaint.Len() > 0 {
		t.Fatalf("it was not killed: %v, %s", err, complaint.String())
	}
}
