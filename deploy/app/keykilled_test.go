package app_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sekisho/deploy/config"
	"sekisho/store"
)

// crashes is what an enumeration has come to.
type crashes struct {
	points, canaries int
	steps            map[string]int
}

// everywhere lives a life again and again, and dies at each of its steps: before it and after it, and comes back at once or
// hours later.
func everywhere(t *testing.T, name string, n int, life func(k *keys)) crashes {
	return everywhereIn(t, name, keySetup(), n, life)
}

// everywhereIn does so in another world.
func everywhereIn(t *testing.T, name string, how setup, n int, life func(k *keys)) crashes {
	out := crashes{steps: map[string]int{}}
	for _, late := range []bool{false, true} {
		for at, reached := 1, true; reached && !t.Failed(); at += stride() {
			reached = false
			for _, after := range []bool{false, true} {
				inBubble(t, how, func(s *sim) {
					s.point.at, s.point.after = at, after
					k := newKeys(s, n)
					k.through(late, life)
					out.canaries += k.leaks()
					if s.point.what != "" {
						reached = true
						out.points++
						out.steps[step(s.point.what)]++
					}
					for _, f := range s.failed {
						t.Errorf("%s, %d keys, killed at step %d (after: %t, late: %t), %s: %s", name, n, at, after, late, s.point.what, f)
					}
				})
			}
		}
	}
	t.Logf("%s of a user with %d keys: %d crash points in %v, %d canaries looked for", name, n, out.points, out.steps, out.canaries)
	return out
}

// through lives a life with one death in it.
func (k *keys) through(late bool, life func(k *keys)) {
	k.run(k.lean())
	ctx, leave := context.WithCancel(context.Background())
	go k.work(ctx)
	var back sync.WaitGroup
	back.Go(func() { k.comeBack(ctx, late) })
	life(k)
	leave()
	back.Wait()
	time.Sleep(2 * time.Minute)
	synctest.Wait()
	p := k.process.Load()
	for _, index := range []string{store.ClaimIndex, string(store.Judge), string(store.Post), string(store.Tell)} {
		if rows, err := p.db.List(context.Background(), index, "", 9); err != nil || len(rows) > 0 {
			k.violated("left in the index %s: %v, %v", index, rows, err)
		}
	}
	k.end(p)
	time.Sleep(2 * time.Minute) // whoever still sleeps wakes up and leaves
}

// comeBack starts a process that has died again, at once or hours later.
func (k *keys) comeBack(ctx context.Context, late bool) {
	select {
	case <-k.point.dead:
	case <-ctx.Done():
		return
	}
	k.end(k.process.Load())
	if late {
		time.Sleep(3 * time.Hour)
	}
	k.run(k.lean())
}

// save writes into the ledger beside the bot, as people do through it.
func (k *keys) save(r store.Record) {
	for {
		err := store.Save(context.Background(), k.mem, r)
		if err == nil {
			return
		}
		if !errors.Is(err, store.ErrConflict) {
			k.t.Fatal(err)
		}
	}
}

// rotation begins one, and waits until it is over. Where people want the old key back, they do so once it is off.
func rotation(back bool, want store.State) func(k *keys) {
	return func(k *keys) {
		rule := k.settings().Policy.Rotations[0]
		t := store.Task{ID: store.TaskPrefix + "1", Kind: "access-key", Rule: rule.ID, Account: account, User: batch, By: "U0SATO",
			Secret: rule.Secret, Fleet: rule.Fleet, Proof: rule.Proof, Grace: rule.Grace}
		t, err := t.After(store.Entry{Verb: store.Begin, By: "U0SATO", At: time.Now()})
		if err != nil {
			k.t.Fatal(err)
		}
		k.save(&t)
		pressed, once := !back, false
		for range 12 * 60 {
			time.Sleep(time.Minute)
			if t, err = store.LoadTask(context.Background(), k.mem, t.ID); err != nil {
				k.t.Fatal(err)
			}
			if t.State == store.Proving && !once && len(k.before) == 1 { // something that runs seldom still has the old key
				once = true
				k.use(t.Old, "a job")
			}
			if t.State == store.Resting && !pressed {
				pressed = true
				k.save(&store.Press{ID: store.PressPrefix + "1", By: "U0SATO", Verb: store.PutBack, On: t.ID, Terms: t.Terms(), Card: t.Card, At: time.Now()})
			}
			if !t.Open() {
				break
			}
		}
		time.Sleep(2 * time.Minute)
		k.isOver(t, want)
	}
}

// isOver checks what must be true of a rotation that is over: one key, the one in the secret, which all servers use.
func (k *keys) isOver(t store.Task, want store.State) {
	entries, err := k.mem.Entries(context.Background(), t.ID, 0)
	if err != nil || t.Chain.Verify(entries) != nil || t.State != want {
		k.violated("the rotation is %s (%s, trouble %q), want %s; %v", t.State, t.Note, t.Trouble, want, err)
	}
	if want == store.Stopped {
		if got := k.ids(); !slices.Equal(got, slices.Sorted(slices.Values(k.before))) {
			k.violated("keys are %v, were %v", got, k.before)
		}
		return
	}
	if got := k.ids(); !slices.Equal(got, []string{k.kept(batchKeys)}) {
		k.violated("keys are %v, the secret has %s", got, k.kept(batchKeys))
	}
	if len(k.before) > 0 && t.Back != (k.kept(batchKeys) == k.before[0]) {
		k.violated("the secret has %s, at first it was %s", k.kept(batchKeys), k.before[0])
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, server := range []string{"i-1", "i-2"} {
		if k.using[server] != k.kept(batchKeys) {
			k.violated("%s uses %s, the secret has %s", server, k.using[server], k.kept(batchKeys))
		}
	}
}

func TestRotationKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		keys int
		back bool
		want store.State
		most int
	}{{0, false, store.Rotated, 0}, {1, false, store.Rotated, 40}, {2, false, store.Stopped, 0}, {1, true, store.Rotated, 60}} {
		if testing.Short() && (c.back || c.keys != 1) {
			continue
		}
		name := "rotation" + map[bool]string{true: " that is put back"}[c.back]
		out := everywhere(t, name, c.keys, rotation(c.back, c.want))
		if out.points*stride() < c.most {
			t.Errorf("only %d points in %v: the job did not run", out.points, out.steps)
		}
	}
}

// approved is a request for a key that has been approved just now.
func (k *keys) approved(endless bool) store.Grant { return k.approvedAs("request-1", endless) }

func (k *keys) approvedAs(id string, endless bool) store.Grant {
	end := time.Now().Add(cmp.Or(k.lasts, duration))
	g := store.Grant{ID: id, Origin: store.Requested, Kind: "access-key", Entitlement: "batch-key", Account: account, Exclusive: true,
		Subject: store.Subject{User: "t.yamada", UserID: "AIDAYAMADA", Person: "U0YAMADA"}, Target: batch, Duration: cmp.Or(k.lasts, duration), Longest: longest,
		Steps: keyRule("").Steps, Lapses: end, Endless: endless}
	for _, e := range []store.Entry{{Verb: store.Receive}, {Verb: store.Ask}, {Verb: store.Approve, Until: end}} {
		var err error
		e.By, e.At, e.Steps = "U0SATO", time.Now(), []int{1}
		if g, err = g.After(e); err != nil {
			k.t.Fatal(err)
		}
	}
	k.save(&g)
	return g
}

// issue gives a key to a person, who uses it until its end.
func issue(k *keys) {
	g := k.approved(false)
	for range 8 * 60 {
		time.Sleep(time.Minute)
		var err error
		if g, err = store.LoadGrant(context.Background(), k.mem, g.ID); err != nil {
			k.t.Fatal(err)
		}
		if g.State == store.Active && !g.Over(time.Now()) {
			k.mu.Lock()
			k.using[holder], k.issued, k.until = g.Effects["access_key"], g.Effects["access_key"], g.Until
			k.mu.Unlock()
		} else {
			k.mu.Lock()
			delete(k.using, holder)
			k.mu.Unlock()
		}
	}
	k.issueIsOver(g)
}

// issueIsOver checks that nothing is left of a key whose time is up, and that what was there before is there.
func (k *keys) issueIsOver(g store.Grant) {
	entries, err := k.mem.Entries(context.Background(), g.ID, 0)
	if err != nil || g.Chain.Verify(entries) != nil || g.State != store.Ended || !g.Clearing.IsZero() {
		k.violated("the grant is %s (%s %s, trouble %q), cleared away %s; %v", g.State, g.Outcome, g.Note, g.Trouble, g.Clearing, err)
	}
	if got := k.ids(); !slices.Equal(got, slices.Sorted(slices.Values(k.before))) {
		k.violated("keys are %v, were %v", got, k.before)
	}
	for _, key := range k.aws.Keys(account, batch) {
		if !key.Active {
			k.violated("%s, which was there before, is off", key.ID)
		}
	}
	for _, s := range k.aws.Secrets(account) {
		if s.Name != batchKeys && s.Deletes.IsZero() {
			k.violated("the secret %s stays", s.Name)
		}
	}
	given := g.Effects["access_key"] != ""
	if full := len(k.before) == 2; full == given && !(g.Outcome == store.Expire && !full) {
		k.violated("a user with %d keys: given %t, %s", len(k.before), given, fmt.Sprint(g.Outcome, g.Note))
	}
}

func TestIssueKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2} {
		if testing.Short() && n != 1 {
			continue
		}
		out := everywhere(t, "issue", n, issue)
		if n < 2 && out.points*stride() < 40 {
			t.Errorf("only %d points in %v: the job did not run", out.points, out.steps)
		}
	}
}

// The same lives with the bot and Slack, without a death: what is written to Slack and to the log has no secret in it
// either. The key without an end is handed over, and rotated then.
func TestNoSecretLeavesSecretsManager(t *testing.T) {
	t.Parallel()
	how := keySetup()
	how.slackStep = nil
	how.config = func(c *config.Config) {
		keySetup().config(c)
		c.Policy.Entitlements[len(c.Policy.Entitlements)-1].Endless = true
	}
	inBubble(t, how, func(s *sim) {
		k := newKeys(s, 0)
		k.through(false, func(k *keys) {
			handOver(k)
			rotation(true, store.Rotated)(k)
		})
		n := k.leaks()
		if n < 3 || !strings.Contains(k.traffic.String(), batch) || !strings.Contains(k.log.String(), store.TaskPrefix) {
			t.Errorf("%d canaries; Slack and the log heard nothing of it", n)
		}
		for _, f := range s.failed {
			t.Error(f)
		}
		t.Logf("%d canaries looked for in the ledger, the log, %d bytes to Slack, calls and commands", n, len(k.traffic.String()))
	})
}

// handOver gives a key that has no end: the grant ends, and the key stays, also hours later.
func handOver(k *keys) {
	g := k.approved(true)
	time.Sleep(2 * time.Hour)
	g, err := store.LoadGrant(context.Background(), k.mem, g.ID)
	if err != nil || g.State != store.Ended || g.Outcome != store.HandOver {
		k.violated("the grant is %s (%s %s), %v", g.State, g.Outcome, g.Note, err)
	}
	key := g.Effects["access_key"]
	if got := k.ids(); len(got) != 1 || got[0] != key || k.kept(g.Effects["secret"]) != key {
		k.violated("keys are %v, handed over is %s", got, key)
	}
	k.use(key, "its holder")
	k.before = []string{key}
}

// step is the kind of a step: the action, or the ledger.
func step(what string) string {
	words := strings.Fields(what)
	if words[0] == "ledger" {
		return words[0]
	}
	last := words[len(words)-1]
	return last[strings.LastIndexAny(last, ".=")+1:]
}
