package offboarding_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/aws/identity"
	"sekisho/handlers"
	"sekisho/handlers/offboarding"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

const (
	account = "123456789012"
	other   = "210987654321"
	group   = "jit-ops"
)

// leaver are the IAM users of Yamada in two accounts, and ended is what each of them has once all has ended.
var (
	leaver = []people.Login{{Account: account, User: "t.yamada"}, {Account: other, User: "yamada"}}
	ended  = []string{"groups ", "password false", "keys -"}
)

// world is an engine that knows offboardings only, between a fake AWS and a ledger in memory. It lives in a bubble.
type world struct {
	t          *testing.T
	db         store.DB
	aws        *fakeaws.AWS
	policy     *policy.Policy
	voice      *voice
	leads      *workspace
	access     *takenBack
	offboarder *offboarding.Offboarder
	stop       func()
}

// inOffboarding runs a test with a person who has everything in two accounts, and a policy of their own in one of them.
func inOffboarding(t *testing.T, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, fakeaws.Options{})
		w.run()
		defer func() { w.stop() }()
		test(w)
	})
}

func newWorld(t *testing.T, o fakeaws.Options) *world {
	o.Accounts = []string{account, other}
	w := &world{t: t, db: &store.Mem{}, aws: fakeaws.New(o), voice: &voice{}, leads: &workspace{}}
	for _, l := range leaver {
		w.aws.AddUser(l.Account, l.User, nil)
		w.aws.AddGroup(l.Account, "staff")
		w.aws.Join(l.Account, l.User, "staff")
		w.aws.AddKey(l.Account, l.User)
		w.aws.AddPassword(l.Account, l.User)
	}
	w.aws.AddUserPolicy(account, "t.yamada", "by-hand")
	persons := []people.Person{{Slack: []string{"U0YAMADA", "U0YAMADA2"}, IAM: leaver}}
	for _, id := range []string{"U0SATO", "U0KATO", "U0CHIEF", "U0OTHER", "U0GUEST", "U0STRANGER", "U0GONE"} {
		persons = append(persons, people.Person{Slack: []string{id}})
	}
	w.policy = &policy.Policy{Accounts: map[string]string{account: "production", other: "staging"}, Security: []string{"U0CHIEF"}, People: people.New(persons)}
	return w
}

// run starts the engine.
func (w *world) run() {
	accounts := identity.Accounts{}
	for id := range w.policy.Accounts {
		accounts[id] = identity.In(w.aws.Config(id))
	}
	engine := handlers.New(handlers.Engine{DB: w.db, Now: time.Now, Log: slog.New(slog.DiscardHandler), Owner: "engine"})
	w.access = &takenBack{db: w.db}
	w.offboarder = offboarding.New(engine, offboarding.Offboarder{Policy: w.policy, Rotated: leaver[:1], Directory: w.leads, Closer: accounts,
		Access: w.access, Voice: w.voice})
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan struct{})
	go func() { engine.Run(ctx); close(stopped) }()
	w.stop = func() { cancel(); <-stopped }
}

// govern starts the engine anew with another policy, as an operator does.
func (w *world) govern(change func(*policy.Policy)) {
	w.stop()
	rules := *w.policy
	change(&rules)
	w.policy = &rules
	w.run()
}

// wait lets time pass, and everybody finish what it brings.
func (w *world) wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
	w.voice.mu.Lock() // what a test has read stands before what comes
	defer w.voice.mu.Unlock()
}

// offboard confirms it, which must be possible, and returns its id.
func (w *world) offboard() string {
	w.t.Helper()
	refusal, err := w.offboarder.Offboard(w.t.Context(), "U0CHIEF", "U0YAMADA", "last day")
	if err != nil || refusal != "" {
		w.t.Fatalf("offboard: %q, %v", refusal, err)
	}
	id, err := store.Holder(w.t.Context(), w.db, store.OffboardingSlot("U0YAMADA"))
	if err != nil {
		w.t.Fatal(err)
	}
	w.wait(0)
	return id
}

// offboarding is one as the ledger has it, its chain verified.
func (w *world) offboarding(id string) store.Offboarding {
	w.t.Helper()
	o, err := store.LoadOffboarding(w.t.Context(), w.db, id)
	if err != nil {
		w.t.Fatal(err)
	}
	entries, err := w.db.Entries(w.t.Context(), id, 0)
	if err != nil || o.Chain.Verify(entries) != nil {
		w.t.Errorf("entries of %s: %v, %v", id, err, o.Chain.Verify(entries))
	}
	return o
}

// has is what an IAM user has in truth.
func (w *world) has(l people.Login) []string {
	keys := ""
	for _, k := range w.aws.Keys(l.Account, l.User) {
		keys += map[bool]string{true: "+", false: "-"}[k.Active]
	}
	return []string{"groups " + strings.Join(w.aws.Groups(l.Account, l.User), ","), fmt.Sprint("password ", w.aws.HasPassword(l.Account, l.User)), "keys " + keys}
}

func (w *world) hasNothing(l people.Login) {
	w.t.Helper()
	if got := w.has(l); !slices.Equal(got, ended) {
		w.t.Errorf("%s has %q", l.User, got)
	}
}

// results are the lines of the card, in order.
func results(o store.Offboarding) (out []string) {
	for _, h := range o.Holdings {
		out = append(out, fmt.Sprintf("%s %s: %s%s", h.Kind, h.Name, h.Result, h.Work.Trouble))
	}
	slices.Sort(out)
	return out
}

// failing fails the calls of an action.
func failing(action string, f fakeaws.Failure) func(fakeaws.Call) *fakeaws.Failure {
	return func(c fakeaws.Call) *fakeaws.Failure {
		if c.Action == action {
			return &f
		}
		return nil
	}
}

// takenBack is what package access does for an offboarding, as far as the intent: the test brings a grant to its end.
type takenBack struct {
	db     store.DB
	voided int
}

func (b *takenBack) End(ctx context.Context, o store.Offboarding, id string) (store.Grant, error) {
	g, err := store.LoadGrant(ctx, b.db, id)
	if err != nil || g.State != store.Asked && g.State != store.Active {
		return g, err
	}
	verb := store.Revoke
	if g.State == store.Asked {
		verb = store.Deny
	}
	if g, err = g.After(store.Entry{Verb: verb, By: o.By, At: time.Now(), Note: o.Reason, Facts: map[string]string{store.FactOffboarding: o.ID}}); err != nil {
		return g, err
	}
	return g, store.Save(ctx, b.db, &g)
}

func (b *takenBack) VoidVotes(context.Context, store.Offboarding) error {
	b.voided++
	return nil
}

// voice remembers what it was told to say.
type voice struct {
	mu           sync.Mutex
	down         bool
	offboardings []store.Offboarding
	lines        []store.Verb
}

var errDown = fmt.Errorf("world: %w", handlers.ErrSilent)

func (v *voice) Turn(context.Context, store.Card) error { return nil }

func (v *voice) Offboarding(_ context.Context, o store.Offboarding) (store.Card, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.down {
		return o.Card, errDown
	}
	o.Card = store.Card{Channel: "CSEC", TS: o.ID}
	v.offboardings = append(v.offboardings, o)
	return o.Card, nil
}

func (v *voice) OffboardingThread(_ context.Context, _ store.Offboarding, e store.Entry) (bool, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.down {
		return false, errDown
	}
	v.lines = append(v.lines, e.Verb)
	return true, nil
}

func (v *voice) setDown(down bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.down = down
}

// workspace is a Slack workspace with one user group, S0SECURITY.
type workspace struct {
	security []string
	gone     []string // accounts that were deleted
}

// also makes the user group.
func (s *workspace) also(_ string, members ...string) { s.security = members }

// leave deletes accounts.
func (s *workspace) leave(accounts ...string) { s.gone = accounts }

func (s *workspace) Members(_ context.Context, id string) ([]string, error) {
	if id != "S0SECURITY" {
		return nil, fmt.Errorf("read %s: %w", id, people.ErrNoGroup)
	}
	return s.security, nil
}

func (s *workspace) Account(_ context.Context, user string) (people.Account, error) {
	return people.Account{Guest: user == "U0GUEST", Stranger: user == "U0STRANGER", Deleted: slices.Contains(s.gone, user)}, nil
}

func (s *workspace) Lately() people.Directory                        { return s }
func (s *workspace) ByEmail(context.Context, string) (string, error) { return "", nil }
