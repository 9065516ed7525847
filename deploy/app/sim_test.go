package app_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sekisho/aws/fakeaws"
	"sekisho/bot"
	"sekisho/bot/fakeslack"
	"sekisho/deploy/app"
	"sekisho/deploy/config"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
	"sekisho/store/boltdb"
)

const (
	account   = "123456789012"
	account2  = "210987654321" // where nobody signs in
	group     = "jit-ops"
	approvals = "C0APPROVALS"
	security  = "C0SECURITY"
	duration  = 10 * time.Minute
	longest   = 30 * time.Minute
	decideIn  = 20 * time.Minute
	lag       = 2 * time.Second // of what IAM's readers see
)

// setup says in what a simulation differs from the ordinary.
type setup struct {
	path      string   // of the ledger; "" for one in memory
	users     []string // beside t.yamada: IAM users, each with a person of its own
	more      []string // accounts beside the two, with the same users and group
	stray     []string // IAM users who have access that no grant explains, by the test's own doing
	config    func(*config.Config)
	workspace func(*fakeslack.Workspace)
	queue     fakeaws.QueueOptions
	tries     int           // of one call by the SDK; 0 for its own number
	late      time.Duration // that the bot's clock may be, so that access ends later by as much
	overrun   time.Duration // of access that AWS let nobody take, once it answers again; 0 for the ordinary one

	awsStep, slackStep func(*http.Request) string // what is a step; awsSteps and slackSteps if nil
}

// sim is the whole bot between the fakes, in a bubble. The process can be killed at any call to the outside.
type sim struct {
	t       *testing.T
	setup   setup
	aws     *fakeaws.AWS
	slack   *fakeslack.Server
	queue   string
	dead    string // the dead-letter queue
	mem     *store.Mem
	begin   time.Time
	point   point
	process atomic.Pointer[process] // the one that lives
	skew    atomic.Int64            // of the bot's clock
	full    atomic.Bool             // the disk of the ledger
	fault   atomic.Pointer[func(fakeaws.Call) *fakeaws.Failure]
	healthy atomic.Int64 // Unix nanoseconds since when AWS has answered
	failed  []string     // invariants that did not hold
	log     written      // all lives of the bot
	traffic written      // what the bot sent to Slack
	mu      sync.Mutex
}

// process is one life of the bot.
type process struct {
	db    store.DB
	kill  context.CancelFunc
	ended chan error
	close func() error
}

func newSim(t *testing.T, how setup) *sim {
	s := &sim{t: t, setup: how, mem: &store.Mem{}, begin: time.Now(),
		aws: fakeaws.New(fakeaws.Options{Accounts: append([]string{account, account2}, how.more...), Lag: lag})}
	s.point.dead = make(chan struct{})
	s.aws.AddUserAs(account, "t.yamada", userID("t.yamada"))
	s.aws.AddGroup(account, group)
	s.aws.AddGroup(account2, group)
	for _, name := range how.users {
		s.aws.AddUserAs(account, name, userID(name))
		s.aws.AddUserAs(account2, name, userID2(name))
	}
	for _, id := range how.more {
		s.aws.AddGroup(id, group)
		for _, name := range how.users {
			s.aws.AddUserAs(id, name, userIDIn(id, name))
		}
	}
	s.dead = s.aws.AddQueue(account, "dead", fakeaws.QueueOptions{})
	queue := how.queue
	queue.Visibility = cmp.Or(queue.Visibility, 30*time.Second)
	s.queue = s.aws.AddQueue(account, "sign-ins", queue)
	s.slack = fakeslack.New(s.workspace())
	t.Cleanup(s.slack.Close)
	return s
}

// userID and person are who an IAM user of a simulation is, to AWS and to Slack.
func userID(name string) string {
	if name == "t.yamada" {
		return "AIDAYAMADA"
	}
	return "AIDA" + name
}

func userID2(name string) string { return "AIDAX" + name }

// userIDIn is of an account beside the two.
func userIDIn(account, name string) string { return "AIDA" + account + name }

func person(name string) string {
	if name == "t.yamada" {
		return "U0YAMADA"
	}
	return "U0" + name
}

func (s *sim) workspace() fakeslack.Workspace {
	staff := []string{"U0YAMADA", "U0SATO", "U0KATO", "U0CHIEF", "U0BOT"}
	w := fakeslack.Workspace{
		BotToken: "xoxb-1", AppToken: "xapp-1",
		Users: []fakeslack.User{{ID: "U0YAMADA", Name: "t.yamada", Locale: "ja-JP"}, {ID: "U0SATO", Name: "h.sato"},
			{ID: "U0KATO", Name: "m.kato"}, {ID: "U0CHIEF", Name: "chief"}},
		Groups: []fakeslack.UserGroup{{ID: "S0LEADS", Members: []string{"U0SATO", "U0KATO", "U0YAMADA"}},
			{ID: "S0SECURITY", Members: []string{"U0CHIEF"}}},
	}
	for _, name := range s.setup.users {
		w.Users = append(w.Users, fakeslack.User{ID: person(name), Name: name})
		staff = append(staff, person(name))
	}
	w.Channels = []fakeslack.Channel{{ID: approvals, Name: "approvals", Members: staff}, {ID: security, Name: "security", Members: staff}}
	if s.setup.workspace != nil {
		s.setup.workspace(&w)
	}
	return w
}

func (s *sim) settings() config.Config {
	persons := []people.Person{{Slack: []string{"U0SATO"}}, {Slack: []string{"U0KATO"}}, {Slack: []string{"U0CHIEF"}}}
	for _, name := range append([]string{"t.yamada"}, s.setup.users...) {
		persons = append(persons, people.Person{Slack: []string{person(name)}, IAM: []people.Login{{Account: account, User: name}}})
	}
	c := config.Config{People: persons, Channel: approvals, Security: security, Language: "en", Zone: time.UTC, SignIns: s.queue, Policy: &access.Settings{Policy: policy.Policy{
		Accounts: map[string]string{account: "production", account2: "staging"},
		Entitlements: []policy.Entitlement{{ID: "prod-operator", Kind: "iam-group", Account: account, Target: group, OnLogin: true,
			Steps: []store.Step{{By: []string{"usergroup:S0LEADS"}, Count: 1}}, Within: decideIn, Duration: duration, Longest: longest}},
		Security: []string{"usergroup:S0SECURITY"},
		People:   people.New(persons),
	}}}
	for _, id := range s.setup.more {
		c.Policy.Accounts[id] = "account " + id
	}
	if s.setup.config != nil {
		s.setup.config(&c)
	}
	return c
}

// now is the bot's clock.
func (s *sim) now() time.Time { return time.Now().Add(time.Duration(s.skew.Load())) }

// start starts a process on the ledger as it is.
func (s *sim) start() *process {
	s.t.Helper()
	p := &process{db: s.mem, ended: make(chan error, 1), close: func() error { return nil }}
	if s.setup.path != "" {
		db, err := boltdb.Open(s.setup.path)
		if err != nil {
			s.t.Fatal(err)
		}
		p.db, p.close = db, db.Close
	}
	ctx, kill := context.WithCancel(context.Background())
	p.kill = kill
	tap := &tap{point: &s.point, kill: kill}
	memory := s.slack.Memory()
	settings := s.settings()
	as := func(id string) aws.Config {
		c := s.aws.Config(cmp.Or(id, account))
		c.RetryMaxAttempts = s.setup.tries
		c.HTTPClient = &http.Client{Transport: tap.over(s.aws, orElse(s.setup.awsStep, awsSteps))}
		return c
	}
	if len(settings.Roles) > 0 {
		as = app.Acting(as(""), settings.Roles)
	}
	a := app.New(settings, app.Edges{
		DB: &tappedDB{DB: p.db, tap: tap, full: &s.full}, Alone: true, Now: s.now, Log: slog.New(slog.NewTextHandler(io.MultiWriter(panics{s.t}, &s.log), nil)),
		AWS: as,
		Slack: bot.Slack{URL: memory.URL, BotToken: "xoxb-1", AppToken: "xapp-1", Dialer: memory.Dialer,
			HTTP: &http.Client{Transport: tap.over(overheard{memory.HTTP.Transport, &s.traffic}, orElse(s.setup.slackStep, slackSteps))}},
	})
	go func() { p.ended <- a.Run(ctx) }()
	return p
}

// panics is a log in which no panic may stand.
type panics struct{ t *testing.T }

func (p panics) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("panic")) {
		p.t.Errorf("log: %s", line)
	}
	return len(line), nil
}

// run lets a process be the one that lives.
func (s *sim) run(p *process) {
	s.watch(p)
	s.process.Store(p)
}

// end waits for a process that was killed.
func (s *sim) end(p *process) {
	s.t.Helper()
	p.kill()
	if err := errors.Join(<-p.ended, p.close()); err != nil && !errors.Is(err, errDead) {
		s.t.Error(err)
	}
}

// db is the ledger of the process that lives.
func (s *sim) db() store.DB { return s.process.Load().db }

// running is the process that runs, or that takes the place of one that was killed this moment.
func (s *sim) running() *process {
	for s.process.Load() == nil {
		time.Sleep(time.Second)
	}
	return s.process.Load()
}

func (s *sim) member() bool { return slices.Contains(s.aws.Members(account, group), "t.yamada") }

func (s *sim) grant(db store.DB, id string) store.Grant {
	g, err := store.LoadGrant(context.Background(), db, "login-"+id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		s.t.Error(err)
	}
	return g
}

func (s *sim) violated(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = append(s.failed, fmt.Sprintf(format, args...))
}

// inBubble runs a simulation of which the test starts the process.
func inBubble(t *testing.T, how setup, test func(*sim)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(newSim(t, how)) })
}

// alive runs a simulation with a bot that lives to its end.
func alive(t *testing.T, how setup, test func(*sim)) {
	t.Helper()
	inBubble(t, how, func(s *sim) { s.lifetime(test) })
}

// lifetime has a bot live until the test has ended. The invariants that hold at every moment are looked at every second.
func (s *sim) lifetime(test func(*sim)) {
	s.t.Helper()
	s.run(s.start())
	ctx, leave := context.WithCancel(context.Background())
	go s.patrol(ctx)
	defer func() {
		leave()
		s.end(s.process.Load())
		time.Sleep(time.Minute) // whoever still sleeps wakes up and leaves
		for _, f := range s.failed {
			s.t.Error(f)
		}
	}()
	s.wait(time.Second) // connected
	test(s)
}

// wait lets time pass, and everybody finish what it brings.
func (s *sim) wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}
