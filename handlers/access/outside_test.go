package access_test

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/aws/identity"
	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/store"
)

const (
	stepTime = 20 * time.Second // of a step outside
	seconds  = 3 * time.Second  // within which what came of it is written down, and told
)

// hangs is what lies outside and keeps its callers waiting, to the end of the time that they have, from when the test says.
type hangs struct{ from atomic.Bool }

func (h *hangs) wait(ctx context.Context) error {
	if h.from.Load() {
		<-ctx.Done()
	}
	return ctx.Err()
}

type hangingUsers struct {
	access.Users
	*hangs
}

func (u hangingUsers) User(ctx context.Context, account, name string) (access.User, error) {
	if err := u.wait(ctx); err != nil {
		return access.User{}, err
	}
	return u.Users.User(ctx, account, name)
}

type hangingCloud struct {
	access.Cloud
	*hangs
}

func (c hangingCloud) Plan(ctx context.Context, g store.Grant, prev *store.Grant) (map[string]string, error) {
	if err := c.wait(ctx); err != nil {
		return nil, err
	}
	return c.Cloud.Plan(ctx, g, prev)
}

// slowDirectory answers, but only once the time is over.
type slowDirectory struct {
	people.Directory
	*hangs
	groups bool // only for who is in a group, and never
}

func (d slowDirectory) Account(ctx context.Context, user string) (people.Account, error) {
	if !d.groups {
		_ = d.wait(ctx)
	}
	return d.Directory.Account(context.WithoutCancel(ctx), user)
}

func (d slowDirectory) Members(ctx context.Context, group string) ([]string, error) {
	if d.groups {
		if err := d.wait(ctx); err != nil {
			return nil, err
		}
	}
	return d.Directory.Members(context.WithoutCancel(ctx), group)
}

func (d slowDirectory) Lately() people.Directory { return d }

// What is outside takes all the time that a call has, after a form was sent: the failure is written down at once, and its author
// hears of it as soon as it is no blip.
func TestAFormIsSentAndACallTakesAllItsTime(t *testing.T) {
	for name, replace := range map[string]func(*access.Keeper, *hangs){
		"IAM hangs":                func(k *access.Keeper, h *hangs) { k.Users = hangingUsers{k.Users, h} },
		"Slack's user groups hang": func(k *access.Keeper, h *hangs) { k.Directory = slowDirectory{k.Directory, h, true} },
		"IAM hangs at what it gives": func(k *access.Keeper, h *hangs) {
			k.Clouds[identity.KindGroup] = hangingCloud{k.Clouds[identity.KindGroup], h}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.policy.Entitlements[0].Askers = []string{"usergroup:S0LEADS"}
				var h hangs
				replace(w.keeper, &h)
				if d := w.asks(wish("1", nil)); d.Refusal != "" {
					t.Fatalf("refused: %+v", d)
				}
				h.from.Store(true)
				w.run()
				defer func() { w.stop() }()
				w.wait(stepTime + seconds)
				g := w.wished("1")
				if g.State == store.Asked { // the plan is only asked for what is impossible
					return
				}
				if g.Tries != 1 {
					t.Errorf("%s after the form was sent the ledger knows of %d failed tries", stepTime+seconds, g.Tries)
				}
				w.wait(2*stepTime + 2*seconds)
				told := func(g store.Grant) bool { return g.Trouble == "Timeout" }
				if g := w.wished("1"); !told(g) || !slices.ContainsFunc(w.voice.dms, told) {
					t.Errorf("after three tries the trouble is %q, and the author read %d messages", g.Trouble, len(w.voice.dms))
				}
			})
		})
	}
}

// Slack answers in the very moment in which the time of a judgement is over: the press is judged all the same.
func TestAPressIsJudgedAtTheLastMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var h hangs
		w.keeper.Directory = slowDirectory{w.keeper.Directory, &h, false}
		w.run()
		defer func() { w.stop() }()
		w.signIn("1")
		h.from.Store(true)
		g := w.voice.card()
		p := store.Press{ID: "press-late", By: "U0SATO", Verb: store.Deny, On: g.ID, Terms: g.Terms(), Card: g.Card}
		if err := w.keeper.Press(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		w.wait(stepTime + seconds)
		w.is("1", store.Denied, false)
	})
}

// timed is a cloud that notes how long each of its steps took.
type timed struct {
	access.Cloud
	took *[]time.Duration
}

func (c timed) Step(ctx context.Context, g store.Grant) (handlers.Result, error) {
	begun := time.Now()
	defer func() { *c.took = append(*c.took, time.Since(begun)) }()
	return c.Cloud.Step(ctx, g)
}

// While an account does not answer, whoever finds out whether it does again waits three seconds for a call. Where it answers, a
// step has all its time.
func TestAProbeIsSoonOver(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.stop()
		var took []time.Duration
		w.keeper.Clouds[identity.KindGroup] = timed{w.keeper.Clouds[identity.KindGroup], &took}
		w.run()
		w.aws.Fault(failing("", fakeaws.Failure{Hang: true}))
		w.press("U0YAMADA", store.Finish)
		w.wait(2 * time.Minute)
		w.stop() // nothing is written to what is read here
		if len(took) < 10 || took[0] != 5*time.Second {
			t.Fatalf("the tries took %s", took)
		}
		for _, each := range took[3 : len(took)-1] { // the last one may have been cut off
			if each != 3*time.Second {
				t.Fatalf("the tries took %s, want three seconds each once three have failed", took)
			}
		}
		w.aws.Fault(nil)
		w.run()
		w.wait(20 * time.Second)
		w.is("1", store.Ended, false)
	})
}

// Limits of time are made in one place, which gives the ledger a context of its own.
func TestLimitsAreMadeInOnePlace(t *testing.T) {
	engine, err := filepath.Glob("../*.go")
	rooms, roomsErr := filepath.Glob("../*/*.go")
	files := slices.Concat(engine, rooms)
	if err := errors.Join(err, roomsErr); err != nil || len(engine) == 0 || len(rooms) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	made := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if of, ok := s.X.(*ast.Ident); ok && of.Name == "context" && (strings.HasPrefix(s.Sel.Name, "WithTimeout") || strings.HasPrefix(s.Sel.Name, "WithDeadline")) {
				made++
				if name != "../outside.go" && name != "../sealing.go" { // whose two limits are of the ledger's own work
					t.Errorf("%s: a limit of time by %s: what came of the call could not be written down", name, s.Sel.Name)
				}
			}
			return true
		})
	}
	if made != 3 {
		t.Errorf("%d limits of time, want the one of outside and those of the seals", made)
	}
}
