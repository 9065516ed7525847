package app_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sekisho/bot/fakeslack"
)

// The process is killed at every step of the main job, before the call and after it, and started again at once or when
// all is long over. Whatever the moment: DESIGN.md's invariants hold, and who was promised access gets it, and loses it.
func TestKilledAtEveryStep(t *testing.T) {
	backends := []string{"mem", "boltdb"}
	if testing.Short() {
		backends = backends[:1] // the same steps, without the file
	}
	for _, backend := range backends {
		for _, late := range []bool{false, true} {
			name := backend + ", restarted " + map[bool]string{false: "at once", true: "after the end"}[late]
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				points, steps := 0, map[string]bool{}
				for n := 1; ; n += stride() {
					reached := false
					for _, after := range []bool{false, true} {
						path := ""
						if backend == "boltdb" {
							path = filepath.Join(t.TempDir(), "ledger.db")
						}
						inBubble(t, setup{path: path}, func(s *sim) {
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
				if points*stride() < 80 || len(steps) < 5 && stride() == 1 {
					t.Errorf("only %d points in %v: the job did not run", points, steps)
				}
			})
		}
	}
}

// live is the main job, an hour of it, with one death in it if the point says so.
func (s *sim) live(late bool) {
	s.run(s.start())
	again := s.countAgain()
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
	p := s.running()
	leave()
	synctest.Wait()
	s.atTheEnd(p.db, "1", "2")
	if said := again(); len(said) > 1 {
		s.violated("said again after one death: %q", said)
	}
	s.end(p)
	time.Sleep(time.Minute) // whoever still sleeps wakes up and leaves
}

// countAgain has every post noted from now on, and returns those that said what had been said in the same conversation.
func (s *sim) countAgain() (again func() []string) {
	var mu sync.Mutex
	var repeated []string
	posted := map[string]bool{}
	s.slack.Fault(func(c fakeslack.Call) *fakeslack.Failure {
		if c.Method != "chat.postMessage" {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		said := c.Args["channel"] + ": " + c.Args["text"]
		whole := c.Args["thread_ts"] + said + c.Args["blocks"] // with the record's id
		if posted[whole] {
			repeated = append(repeated, said)
		}
		posted[whole] = true
		return nil
	})
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(repeated)
	}
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
