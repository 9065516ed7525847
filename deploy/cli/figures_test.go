package cli_test

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sekisho/aws/fakeaws"
	"sekisho/store"
	"sekisho/store/boltdb"
)

// The figures of the README: go test -run '^$' -bench . -benchtime 1x ./deploy/cli

const manyGrants = 10_000

// BenchmarkStartUp is from the start of the process until people can press.
func BenchmarkStartUp(b *testing.B) {
	program := build(b, "-trimpath", "-ldflags", "-s -w")
	for _, grants := range []int{0, manyGrants} {
		b.Run(fmt.Sprintf("%d grants", grants), func(b *testing.B) {
			h := newFolder(b)
			h.writeGrants(grants)
			for b.Loop() {
				c := h.run(program, h.environment())
				c.awaits("connected to Slack", 30*time.Second)
				b.StopTimer()
				c.stop()
				b.StartTimer()
			}
		})
	}
}

// BenchmarkBinary is the size of the program, as it is built without flags and with those that make it small.
func BenchmarkBinary(b *testing.B) {
	for name, flags := range map[string][]string{"plain": nil, "stripped": {"-trimpath", "-ldflags", "-s -w"}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.ReportMetric(float64(must(os.Stat(build(b, flags...)))(b).Size())/1e6, "MB")
			}
		})
	}
}

// BenchmarkIdle is the memory of a program that has had nothing to do for a minute, and the most that it ever had.
func BenchmarkIdle(b *testing.B) {
	program := build(b, "-trimpath", "-ldflags", "-s -w")
	for _, grants := range []int{0, manyGrants} {
		b.Run(fmt.Sprintf("%d grants", grants), func(b *testing.B) {
			for b.Loop() {
				h := newFakeHouse(b)
				h.writeGrants(grants)
				c := h.run(program, h.environment())
				c.awaits("connected to Slack", 30*time.Second)
				time.Sleep(time.Minute) // what is measured
				for _, line := range strings.Split(string(must(os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid)))(b)), "\n") {
					for _, of := range []string{"VmRSS", "VmHWM"} {
						var kb float64
						if _, err := fmt.Sscanf(line, of+": %f kB", &kb); err == nil {
							b.ReportMetric(kb/1024, of+"-MiB")
						}
					}
				}
				c.stop()
			}
		})
	}
}

// BenchmarkTakenIn is a storm of sign-ins: from the first that is durable until the queue is empty. And how long the
// program then takes to stop.
func BenchmarkTakenIn(b *testing.B) {
	const storm = 1000
	program := build(b, "-trimpath", "-ldflags", "-s -w")
	for name, house := range map[string]func(testing.TB) *house{
		"fakeaws": newFakeHouse,
		"moto":    func(t testing.TB) *house { return newHouse(t, 30, 3) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				h := house(b)
				h.storm(storm)
				c := h.run(program, h.environment())
				c.awaits(`"request taken"`, 30*time.Second)
				begin := time.Now()
				h.await("the queue is empty", 10*time.Minute, func() bool {
					return strings.Count(c.out.String(), `"request taken"`) >= storm && h.depth(h.queue) == 0
				})
				b.ReportMetric(storm/time.Since(begin).Seconds(), "events/s")
				begin = time.Now()
				c.stopWithin(2 * time.Minute) // Slack takes a message a second: much is still to be told
				b.ReportMetric(time.Since(begin).Seconds(), "s/stop")
			}
		})
	}
}

// build builds the program as it is released.
func build(b *testing.B, flags ...string) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "sekisho")
	cmd := exec.Command("go", append(append([]string{"build", "-o", path}, flags...), "sekisho")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	return path
}

// newFakeHouse is a house by fakeaws, on a socket.
func newFakeHouse(t testing.TB) *house {
	t.Helper()
	a := fakeaws.New(fakeaws.Options{Accounts: []string{production, staging}})
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	h := newFolder(t)
	cfg := a.Config(production)
	cfg.BaseEndpoint, cfg.HTTPClient = &server.URL, nil
	h.endpoint, h.cloud = server.URL, map[string]aws.Config{production: cfg}
	h.accessKey, h.secretKey = a.Credentials(production)
	a.AddGroup(production, group)
	for _, p := range holders {
		h.ids[p.iam] = a.AddUser(p.account, p.iam, nil)
	}
	h.queue = a.AddQueue(production, "sign-ins", fakeaws.QueueOptions{Visibility: 30 * time.Second})
	h.configure()
	return h
}

// storm puts many sign-ins on the queue.
func (h *house) storm(n int) {
	for i := range n {
		h.signIn(holders[i%3], fmt.Sprintf("e-%d", i))
	}
}

// writeGrants fills the ledger with grants that have come and gone, and a press each.
func (h *house) writeGrants(n int) {
	h.t.Helper()
	if n == 0 {
		return
	}
	db := must(boltdb.Open(h.ledger))(h.t)
	var records []store.Record
	for i := range n {
		g, p := h.pastGrant(i)
		if records = append(records, g, p); len(records) == 8 || i == n-1 { // a write has at most a hundred items
			must(0, store.Save(h.t.Context(), db, records...))(h.t)
			records = nil
		}
	}
	must(0, db.Close())(h.t)
}

func (h *house) pastGrant(i int) (*store.Grant, *store.Press) {
	h.t.Helper()
	at := time.Now().Add(time.Duration(i-manyGrants)*10*time.Minute - 24*time.Hour)
	id := fmt.Sprintf("login-past-%d", i)
	g := store.Grant{ID: id, Origin: store.SignIn, Kind: "iam-group", Entitlement: "production-operator", Account: production, AccountName: "production",
		Subject: store.Subject{User: "t.yamada", UserID: "AIDA" + string(bytes.Repeat([]byte("X"), 17)), Person: "U0YAMADA"},
		Target:  group, Duration: time.Hour, Longest: 2 * time.Hour, Steps: []store.Step{{By: []string{"U0SATO"}, Count: 1}}, Lapses: at.Add(time.Hour)}
	g.Card = store.Card{Channel: approvals, TS: fmt.Sprintf("%d.000000", at.Unix())}
	for step, v := range []store.Verb{store.Receive, store.Ask, store.Approve, store.Plan, store.Apply, store.Expire, store.Undo, store.Recheck, store.Recheck} {
		e := store.Entry{Verb: v, By: store.Self, At: at.Add(time.Duration(step) * time.Minute)}
		switch v {
		case store.Approve:
			e.By, e.Steps, e.Until = approvers[0], []int{1}, e.At.Add(time.Hour)
		case store.Plan:
			e.Facts = map[string]string{"was_member": "false"}
		}
		g = must(g.After(e))(h.t)
	}
	g.Told = map[string]uint64{store.OnCard: g.Chain.Seq, store.InThread: g.Chain.Seq, store.InDM: g.Chain.Seq}
	p := store.Press{ID: store.PressPrefix + id, By: approvers[0], Verb: store.Approve, On: id, Terms: g.Terms(), Card: g.Card, At: at, Judged: true}
	return &g, &p
}
