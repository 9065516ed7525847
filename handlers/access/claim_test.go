package access_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/offboarding"
	"sekisho/handlers/people"
	"sekisho/store"
)

// skew is how far the clocks of two programs on one ledger may be apart.
const skew = 20 * time.Second

// tardy is an AWS that answers each step in the last moment of its time, from when the test says.
type tardy struct {
	on    atomic.Bool
	now   atomic.Int32 // callers
	twice atomic.Bool  // there was more than one at once
}

// take waits until the time is over, and returns a context with which the call can be made all the same.
func (s *tardy) take(ctx context.Context) context.Context {
	if s.on.Load() {
		if s.now.Add(1) > 1 {
			s.twice.Store(true)
		}
		<-ctx.Done()
		s.now.Add(-1)
	}
	return context.WithoutCancel(ctx)
}

type slowUsers struct {
	access.Users
	*tardy
}

func (u slowUsers) User(ctx context.Context, account, name string) (access.User, error) {
	return u.Users.User(u.take(ctx), account, name)
}

type slowCloud struct {
	access.Cloud
	*tardy
}

func (c slowCloud) Plan(ctx context.Context, g store.Grant, prev *store.Grant) (map[string]string, error) {
	return c.Cloud.Plan(c.take(ctx), g, prev)
}

func (c slowCloud) Step(ctx context.Context, g store.Grant) (handlers.Result, error) {
	return c.Cloud.Step(c.take(ctx), g)
}

type slowRotator struct {
	access.Rotator
	*tardy
}

func (r slowRotator) Plan(ctx context.Context, t store.Task) (map[string]string, error) {
	return r.Rotator.Plan(r.take(ctx), t)
}

func (r slowRotator) Step(ctx context.Context, t store.Task) (access.Progress, error) {
	return r.Rotator.Step(r.take(ctx), t)
}

type slowRemedy struct {
	access.Remedy
	*tardy
}

func (r slowRemedy) Do(ctx context.Context, a store.Alert) (handlers.Result, error) {
	return r.Remedy.Do(r.take(ctx), a)
}

type slowCloser struct {
	offboarding.Closer
	*tardy
}

func (c slowCloser) Holds(ctx context.Context, account, user string) (offboarding.Holds, error) {
	return c.Closer.Holds(c.take(ctx), account, user)
}

// slowed is another program on the world's ledger, whose AWS is slow.
func (w *world) slowed(s *tardy) *access.Keeper {
	k := w.newKeeper()
	k.Users, w.offboarder.Closer = slowUsers{k.Users, s}, slowCloser{w.offboarder.Closer, s}
	for kind, c := range k.Clouds {
		k.Clouds[kind] = slowCloud{c, s}
	}
	for kind, r := range k.Rotators {
		k.Rotators[kind] = slowRotator{r, s}
	}
	for kind, r := range k.Remedies {
		k.Remedies[kind] = slowRemedy{r, s}
	}
	return k
}

// Every step answers at the last moment of its time, whoever takes it: its claim is given back before it runs out, by more than the
// clocks of two programs may be apart. So another program with a clock that is ahead never takes the same steps beside it.
func TestAClaimOutlivesTheStepsUnderIt(t *testing.T) {
	claimOf := func(w *world, id string) store.Claim {
		t.Helper()
		if id == "" {
			return store.Claim{}
		}
		r, err := store.Load(w.t.Context(), w.db, id)
		switch r := r.(type) {
		case *store.Grant:
			return r.Claim
		case *store.Alert:
			return r.Claim
		case *store.Offboarding:
			return r.Claim
		case *store.Task:
			return r.Claim
		}
		return found(w, store.Claim{}, err)
	}
	for name, begin := range map[string]func(w *world) string{
		"give": func(w *world) string {
			g := w.voice.card()
			w.pressOn(g, "U0SATO", store.Approve)
			return g.ID
		},
		"take": func(w *world) string {
			g := w.voice.card()
			w.pressOn(g, "U0YAMADA", store.NotMine)
			return g.ID
		},
		"rotate": func(w *world) string { return w.begin() },
		"offboard": func(w *world) string {
			refusal, err := w.offboarder.Offboard(w.t.Context(), "U0CHIEF", "U0KATO", "last day")
			if err != nil || refusal != "" {
				w.t.Fatalf("%q, %v", refusal, err)
			}
			id, err := store.Holder(w.t.Context(), w.db, store.OffboardingSlot("U0KATO"))
			if err != nil {
				w.t.Fatal(err)
			}
			return id
		},
	} {
		t.Run(name, func(t *testing.T) {
			inRotation(t, nil, func(w *world, _ string) {
				w.aws.AddUser(account, "kato", nil)
				w.govern(func(p *access.Settings) {
					p.People = people.New(append(team()[:2], people.Person{Slack: []string{"U0KATO"}, IAM: []people.Login{{Account: account, User: "kato"}}},
						people.Person{Slack: []string{"U0CHIEF"}}))
				})
				w.signIn("1")
				if name == "take" {
					w.press("U0SATO", store.Approve)
				}
				w.stop()
				var s tardy
				w.keeper = w.slowed(&s)
				w.run()
				first := w.stop
				s.on.Store(true)
				id := begin(w)
				w.wait(0)
				held := claimOf(w, id)
				ahead := w.slowed(&s)
				ahead.Now = func() time.Time { return w.now().Add(skew) }
				w.keeper = ahead
				w.run()
				second := w.stop
				w.stop = func() { first(); second() }
				for claimOf(w, id) == held && time.Now().Before(held.End) {
					w.wait(time.Second)
				}
				left := time.Until(held.End)
				t.Logf("%s: the claim had %s left when its steps were over", name, left)
				if held.Owner == "" || left < skew {
					t.Errorf("the claim %+v had %s left when its steps were over, want at least %s", held, left, skew)
				}
				if s.twice.Load() {
					t.Error("two programs took steps at once")
				}
			})
		})
	}
}

func found(w *world, c store.Claim, err error) store.Claim {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// A record that another worker has claimed is let be, also if a row of it that was forged says that it is due.
func TestAClaimHoldsWhateverSaysThatItIsDue(t *testing.T) {
	inWorld(t, func(w *world) {
		w.approved()
		w.stop()
		g, err := w.grant("1").After(store.Entry{Verb: store.Expire, By: store.Self, At: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		g.Claim = store.Claim{Owner: "another", End: time.Now().Add(10 * time.Minute)}
		if err := store.Save(t.Context(), w.db, &g); err != nil {
			t.Fatal(err)
		}
		w.forgeRow("login-1", store.Key{Index: string(store.Take), Value: "2000-01-01T00:00:00.000000000Z"})
		w.run()
		w.wait(9 * time.Minute)
		if g := w.grant("1"); !w.member() || g.State != store.Ending || g.Claim.Owner != "another" {
			t.Errorf("under another's claim it is %s, member %t, claimed by %q", g.State, w.member(), g.Claim.Owner)
		}
		w.wait(2 * time.Minute)
		w.is("1", store.Ended, false)
	})
}

// What came of a look, or of a step, is not written once another worker has the claim: it looks for itself.
func TestAnOutcomeUnderALostClaimIsNotWritten(t *testing.T) {
	for _, action := range []string{"ListGroupsForUser", "AddUserToGroup"} {
		inWorld(t, func(w *world) {
			w.signIn("1")
			known := 0
			w.aws.Fault(func(c fakeaws.Call) *fakeaws.Failure {
				g := w.grant("1")
				if c.Action != action || known > 0 || g.State != store.Approved {
					return nil
				}
				known = len(w.entries("1"))
				for { // a card may be told of meanwhile
					g := w.grant("1")
					g.Claim = store.Claim{Owner: "another", End: time.Now().Add(10 * time.Minute)}
					if err := store.Save(t.Context(), w.db, &g); err == nil {
						return nil
					} else if !errors.Is(err, store.ErrConflict) {
						t.Error(err)
						return nil
					}
				}
			})
			w.press("U0SATO", store.Approve)
			w.wait(9 * time.Minute)
			if g := w.grant("1"); known == 0 || len(w.entries("1")) != known || g.Claim.Owner != "another" {
				t.Errorf("%s: %d entries, %d before; it is %s, claimed by %q", action, len(w.entries("1")), known, g.State, g.Claim.Owner)
			}
			w.wait(2 * time.Minute)
			w.is("1", store.Active, true)
		})
	}
}

// A rotation whose claim is lost while it is planned does not go on under the claim of another worker, nor gives that back.
func TestARotationUnderALostClaimDoesNotGoOn(t *testing.T) {
	inRotation(t, nil, func(w *world, old string) {
		id, lost := "", false
		w.aws.Fault(func(c fakeaws.Call) *fakeaws.Failure {
			rows, err := w.db.List(w.t.Context(), store.SlotIndex, "", 9)
			if err != nil {
				t.Error(err)
			}
			for _, r := range rows {
				if task, err := store.LoadTask(w.t.Context(), w.db, r.ID); err == nil && !lost && task.Claim.Owner != "" && !task.Planned && c.Action == "ListAccessKeys" {
					id, lost = task.ID, true
					planned, err := task.After(store.Entry{Verb: store.Plan, By: store.Self, At: time.Now(), Facts: map[string]string{store.FactOld: old}})
					if err != nil {
						t.Error(err)
					}
					planned.Claim = store.Claim{Owner: "another", End: time.Now().Add(10 * time.Minute)}
					if err := store.Save(w.t.Context(), w.db, &planned); err != nil {
						t.Error(err)
					}
				}
			}
			return nil
		})
		if _, d, err := w.keeper.Rotate(w.t.Context(), "U0SATO", "batch", "leak suspected"); err != nil || d.Refusal != "" {
			t.Fatal(d.Refusal, err)
		}
		w.wait(9 * time.Minute)
		if !lost {
			t.Fatal("no claim was lost")
		}
		if task := w.task(id); task.Claim.Owner != "another" || task.State != store.Making {
			t.Errorf("it is %s, claimed by %q", task.State, task.Claim.Owner)
		}
		for _, c := range w.aws.Calls() {
			if c.Action == "CreateAccessKey" {
				t.Errorf("a key was made under the claim of another: %+v", c.Params)
			}
		}
	})
}
