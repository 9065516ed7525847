package app_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/bot/fakeslack"
	"sekisho/store"
)

// The process is killed at every step of the main job, before the call and after it, and started again at once or when
// all is long over. Whatever the moment: DESIGN.md's invariants hold, and who was promised access gets it, and loses it.
func TestKilledAtEveryStep(t *testing.T) {
	for _, backend := range []string{"mem", "boltdb"} {
		for _, late := range []bool{false, true} {
			name := backend + ", restarted " + map[bool]string{false: "at once", true: "after the end"}[late]
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				points, steps := 0, map[string]bool{}
				for n := 1; ; n++ {
					reached := false
					for _, after := range []bool{false, true} {
						path := ""
						if backend == "boltdb" {
							path = filepath.Join(t.TempDir(), "ledger.db")
						}
						inBubble(t, path, func(s *sim) {
							s.point.at, s.point.after = n, after
							s.live(late)
							if s.point.what != "" {
								reached = true
								points++
								steps[strings.Fields(s.point.what)[0]] = true
							}
							for _, f := range s.failed {
								t.Errorf("killed at step %d (after: %t), %s: %s", n, after, s.point.what, f)
							}
						})
					}
					if !reached || t.Failed() {
						break
					}
				}
				t.Logf("%d crash points", points)
				if points < 80 || len(steps) < 5 {
					t.Errorf("only %d points in %v: the job did not run", points, steps)
				}
			})
		}
	}
}

// live is the main job, an hour of it, with one death in it if the point says so.
func (s *sim) live(late bool) {
	s.run(s.start())
	people, leave := context.WithCancel(context.Background())
	go s.approve(people)
	go s.supervise(people, late)
	s.signIn("1")
	time.Sleep(5 * time.Minute)
	s.signIn("2") // prolongs
	if !late {
		time.Sleep(time.Minute)
		if !s.member() {
			s.violated("no access a minute later, although approved")
		}
	}
	for time.Since(s.begin) < time.Hour+10*time.Minute {
		time.Sleep(time.Minute)
		if p := s.process.Load(); p != nil { // nobody can end access while the bot is dead
			s.notOverdue(p.db)
		}
	}
	leave()
	synctest.Wait()
	p := s.process.Load()
	s.atTheEnd(p.db)
	s.end(p)
	time.Sleep(time.Minute) // whoever still sleeps wakes up and leaves
}

// run lets a process be the one that lives.
func (s *sim) run(p *process) {
	s.watch(p)
	s.process.Store(p)
}

// supervise starts a process that has died again, at once or when its grants are long over.
func (s *sim) supervise(ctx context.Context, late bool) {
	select {
	case <-s.point.dead:
	case <-ctx.Done():
		return
	}
	s.end(s.process.Swap(nil))
	if late {
		time.Sleep(time.Until(s.begin.Add(longest + 5*time.Minute)))
	}
	p := s.start()
	if late {
		s.watch(p)
		time.Sleep(15 * time.Second)
		s.notOverdue(p.db)
	}
	s.run(p)
}

// watch checks, at every call to AWS, that the ledger had the intent before.
func (s *sim) watch(p *process) {
	s.aws.Fault(func(c fakeaws.Call) *fakeaws.Failure {
		switch c.Action {
		case "AddUserToGroup", "RemoveUserFromGroup":
			want := map[string]store.State{"AddUserToGroup": store.Approved, "RemoveUserFromGroup": store.Ending}[c.Action]
			open := s.open(p.db)
			if len(open) != 1 || open[0].State != want || !open[0].Planned || open[0].Claim.Owner == "" {
				s.violated("%s without an intent: %+v", c.Action, open)
			}
		}
		return nil
	})
}

// notOverdue checks that who has access has a grant for this moment.
func (s *sim) notOverdue(db store.DB) {
	for _, g := range s.open(db) {
		if g.State.Live() && time.Since(g.Until) < 15*time.Second {
			return
		}
	}
	if s.member() {
		s.violated("access goes on without a grant for it")
	}
}

// open are the grants that hold a slot.
func (s *sim) open(db store.DB) []store.Grant {
	rows, err := db.List(context.Background(), store.SlotIndex, "", 9)
	if err != nil {
		s.violated("list: %v", err)
	}
	var out []store.Grant
	for _, r := range rows {
		out = append(out, s.grant(db, strings.TrimPrefix(r.ID, "login-")))
	}
	return out
}

// atTheEnd checks what must be true once everything is over.
func (s *sim) atTheEnd(db store.DB) {
	if s.member() {
		s.violated("still a member")
	}
	if open := s.open(db); len(open) > 0 {
		s.violated("still open: %+v", open)
	}
	var last store.Grant
	for _, id := range []string{"1", "2"} {
		g := s.grant(db, id)
		entries, err := db.Entries(context.Background(), g.ID, 0)
		if err != nil || g.Chain.Verify(entries) != nil {
			s.violated("chain of %s: %v, %v", id, err, g.Chain.Verify(entries))
		}
		if !slices.Contains([]store.State{store.Ended, store.Merged, store.Lapsed}, g.State) {
			s.violated("request %s is %q", id, g.State)
		}
		if g.State == store.Ended {
			s.checkEnded(g, entries)
		}
		if g.State == store.Merged {
			s.checkMerged(db, g)
		}
		if g.State != store.Merged {
			last = g
		}
	}
	if visible, hidden := s.aws.Depth(s.queue); visible+hidden > 0 {
		s.violated("%d messages left", visible+hidden)
	}
	cards := s.slack.Messages(approvals)
	if len(cards) == 0 {
		s.violated("no card for %s", last.ID)
		return
	}
	drawn := cards[slices.IndexFunc(cards, func(m fakeslack.Message) bool { return m.TS == last.Card.TS })]
	if word := map[store.State]string{store.Ended: "Expired", store.Lapsed: "Timed out"}[last.State]; !strings.Contains(drawn.Text, word) {
		s.violated("the card says %q, the ledger %s", drawn.Text, last.State)
	}
	if rows, err := db.List(context.Background(), string(store.Tell), "", 9); err != nil || len(rows) > 0 {
		s.violated("not told: %v, %v", rows, err)
	}
}

// checkMerged checks that the request is not lost: the one it went into has heard of it.
func (s *sim) checkMerged(db store.DB, g store.Grant) {
	entries, err := db.Entries(context.Background(), g.Into, 0)
	if err != nil || !slices.ContainsFunc(entries, func(e store.Entry) bool { return e.Facts["from"] == g.ID }) {
		s.violated("%s was merged into %s, which does not know: %v", g.ID, g.Into, err)
	}
}

// checkEnded checks the times and the entries of a grant that was given.
func (s *sim) checkEnded(g store.Grant, entries []store.Entry) {
	if g.Max.Sub(g.Start) > longest || g.Until.After(g.Max) {
		s.violated("from %s until %s, at most %s", g.Start, g.Until, g.Max)
	}
	count := map[store.Verb]int{}
	for _, e := range entries {
		count[e.Verb]++
	}
	for _, v := range []store.Verb{store.Approve, store.Plan, store.Apply, store.Undo} {
		if count[v] > 1 {
			s.violated("%d times %s", count[v], v)
		}
	}
}
