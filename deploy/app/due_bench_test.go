package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
	"sekisho/store/boltdb"
)

// instant is a cloud that has done everything at once, or after a time.
type instant struct{ call time.Duration }

func (c instant) Plan(context.Context, store.Grant, *store.Grant) (map[string]string, error) {
	time.Sleep(c.call)
	return map[string]string{store.FactHeld: "false"}, nil
}

func (c instant) Step(context.Context, store.Grant) (handlers.Result, error) {
	time.Sleep(c.call)
	return handlers.Result{}, nil
}

func (c instant) Check(context.Context, store.Grant) (bool, error) { return true, nil }

// BenchmarkDue ends grants that are all due at once, in a ledger on disk, with an instant cloud: how long that takes, how long a press takes
// meanwhile, how much of the file each grant is, and how long a bare write of as many records takes, 4 in a transaction and 256.
//
//	go test -run '^$' -bench Due -benchtime 1x ./deploy/app
func BenchmarkDue(b *testing.B) {
	for _, c := range []struct {
		grants int
		call   time.Duration
	}{{1000, 0}, {10_000, 0}, {1000, 100 * time.Millisecond}} {
		b.Run(fmt.Sprintf("grants=%d/call=%s", c.grants, c.call), func(b *testing.B) {
			for b.Loop() {
				benchDue(b, c.grants, c.call)
			}
		})
	}
}

func benchDue(b *testing.B, n int, call time.Duration) {
	b.StopTimer()
	path := filepath.Join(b.TempDir(), "ledger.db")
	db, err := boltdb.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	now := time.Now()
	var records []store.Record
	for i := range n {
		if records = append(records, liveGrant(b, i, now)); len(records) == 4 || i == n-1 {
			if err := store.Save(b.Context(), db, records...); err != nil {
				b.Fatal(err)
			}
			records = nil
		}
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(pagesOf(b, path))/float64(n), "B/grant")
	if db, err = boltdb.Open(path); err != nil {
		b.Fatal(err)
	}
	rules := &access.Settings{Policy: policy.Policy{Accounts: map[string]string{account: "production"}, People: people.New(nil),
		Entitlements: []policy.Entitlement{{ID: "prod-operator", Kind: "iam-group", Account: account, Target: group, Longest: longest}}}}
	engine := handlers.New(handlers.Engine{DB: db, Now: time.Now, Log: slog.New(slog.DiscardHandler), Owner: "bench"})
	keeper := access.New(engine, access.Keeper{Policy: rules, Clouds: map[string]access.Cloud{"iam-group": instant{call}}, Directory: known{}, Voice: mute{}})
	ctx, stop := context.WithCancel(b.Context())
	var running sync.WaitGroup
	b.StartTimer()
	begun := time.Now()
	running.Go(func() { keeper.Run(ctx) })
	var presses []time.Duration
	for i := 0; ; i++ {
		pressed := time.Now()
		if err := keeper.Press(ctx, store.Press{ID: fmt.Sprint(store.PressPrefix, i), By: "U0SATO", Verb: store.Deny, On: "login-none"}); err != nil {
			b.Fatal(err)
		}
		presses = append(presses, time.Since(pressed))
		ids, err := store.DueBy(ctx, db, store.Take, now, 1)
		if err != nil {
			b.Fatal(err)
		}
		if len(ids) == 0 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	took := time.Since(begun)
	b.StopTimer()
	stop()
	running.Wait()
	slices.Sort(presses)
	b.ReportMetric(took.Seconds(), "s/all")
	b.ReportMetric(float64(presses[len(presses)*99/100].Microseconds())/1000, "ms/press_p99")
	for _, many := range []int{4, 256} {
		b.ReportMetric(bareWrites(b, n, many).Seconds(), fmt.Sprintf("s/bare_by_%d", many))
	}
	b.StartTimer()
}

// liveGrant returns an active grant whose end has passed, and of which everybody has heard.
func liveGrant(b *testing.B, i int, now time.Time) *store.Grant {
	b.Helper()
	at := now.Add(-2 * time.Hour)
	g := store.Grant{ID: fmt.Sprintf("login-%06d", i), Origin: store.SignIn, Kind: "iam-group", Entitlement: "prod-operator", Account: account, AccountName: "production",
		Subject: store.Subject{User: fmt.Sprint("user", i), UserID: fmt.Sprintf("AIDA%017d", i), Person: store.Person(fmt.Sprint("U0", i))},
		Target:  group, Duration: time.Hour, Longest: 2 * time.Hour, Steps: []store.Step{{By: []string{"U0SATO"}, Count: 1}}, Lapses: at.Add(time.Hour)}
	g.Card = here
	for step, v := range []store.Verb{store.Receive, store.Ask, store.Approve, store.Plan, store.Apply} {
		e := store.Entry{Verb: v, By: store.Self, At: at.Add(time.Duration(step) * time.Second)}
		switch v {
		case store.Approve:
			e.By, e.Steps, e.Until = "U0SATO", []int{1}, e.At.Add(time.Hour)
		case store.Plan:
			e.Facts = map[string]string{store.FactHeld: "false"}
		}
		var err error
		if g, err = g.After(e); err != nil {
			b.Fatal(err)
		}
	}
	g.Told = map[string]uint64{}
	for _, audience := range []string{store.OnCard, store.InThread, store.InDM, store.ToApprovers, store.ToDeciders} {
		g.Told[audience] = g.Chain.Seq
	}
	return &g
}

// bareWrites returns how long it takes to write as many records of a grant's size, so many in a transaction.
func bareWrites(b *testing.B, n, many int) time.Duration {
	b.Helper()
	db, err := boltdb.Open(filepath.Join(b.TempDir(), fmt.Sprint("bare", many, ".db")))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	begun := time.Now()
	for i := 0; i < n; i += many {
		var writes sync.WaitGroup // a Put takes a hundred items: those that come together share a transaction
		for j := i; j < min(i+many, n); j++ {
			writes.Go(func() {
				doc := store.Doc{ID: fmt.Sprintf("login-%06d", j), Kind: store.KindGrant, Facts: fmt.Appendf(nil, `{"filling":"%01200d"}`, j), Progress: []byte("{}")}
				if err := db.Put(b.Context(), doc); err != nil {
					b.Error(err)
				}
			})
		}
		writes.Wait()
	}
	return time.Since(begun)
}

// pagesOf returns the bytes of all pages that hold something.
func pagesOf(b *testing.B, path string) (bytes int) {
	b.Helper()
	db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true})
	if err == nil {
		err = db.View(func(tx *bolt.Tx) error {
			return tx.ForEach(func(_ []byte, bucket *bolt.Bucket) error {
				stats := bucket.Stats()
				bytes += stats.LeafAlloc + stats.BranchAlloc
				return nil
			})
		})
	}
	if err != nil {
		b.Fatal(err)
	}
	_ = db.Close()
	return bytes
}
