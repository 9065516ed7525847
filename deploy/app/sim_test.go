package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
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
	"sekisho/handlers"
	"sekisho/store"
	"sekisho/store/boltdb"
)

const (
	account   = "123456789012"
	group     = "jit-ops"
	approvals = "C0APPROVALS"
	duration  = 10 * time.Minute
	longest   = 30 * time.Minute
)

// sim is the whole bot between the fakes, in a bubble. The process can be killed at any call to the outside.
type sim struct {
	t       *testing.T
	aws     *fakeaws.AWS
	slack   *fakeslack.Server
	queue   string
	path    string // of the ledger; "" for one in memory
	mem     *store.Mem
	begin   time.Time
	point   point
	process atomic.Pointer[process] // the one that lives
	failed  []string                // invariants that did not hold
	mu      sync.Mutex
}

// process is one life of the bot.
type process struct {
	db    store.DB
	kill  context.CancelFunc
	ended chan error
	close func() error
}

func newSim(t *testing.T, path string) *sim {
	s := &sim{t: t, aws: fakeaws.New(fakeaws.Options{Accounts: []string{account}, Lag: 2 * time.Second}), path: path, mem: &store.Mem{}, begin: time.Now()}
	s.point.dead = make(chan struct{})
	s.aws.AddUserAs(account, "t.yamada", "AIDAYAMADA")
	s.aws.AddGroup(account, group)
	s.queue = s.aws.AddQueue(account, "sign-ins", fakeaws.QueueOptions{Visibility: 30 * time.Second})
	s.slack = fakeslack.New(fakeslack.Workspace{
		BotToken: "xoxb-1", AppToken: "xapp-1",
		Users:    []fakeslack.User{{ID: "U0YAMADA", Name: "t.yamada", Locale: "ja-JP"}, {ID: "U0SATO", Name: "h.sato"}},
		Channels: []fakeslack.Channel{{ID: approvals, Name: "approvals", Members: []string{"U0YAMADA", "U0SATO", "U0BOT"}}},
		Groups:   []fakeslack.UserGroup{{ID: "S0LEADS", Members: []string{"U0SATO", "U0YAMADA"}}},
	})
	t.Cleanup(s.slack.Close)
	return s
}

func settings(queue string) config.Config {
	return config.Config{Channel: approvals, Language: "en", Zone: time.UTC, SignIns: queue, Policy: &handlers.Policy{
		Accounts: map[string]string{account: "production"},
		Entitlements: []handlers.Entitlement{{ID: "prod-operator", Kind: "iam-group", Account: account, Target: group, OnLogin: true,
			Approvers: []string{"usergroup:S0LEADS"}, Need: 1, Within: 20 * time.Minute, Duration: duration, Longest: longest}},
		People: handlers.NewPeople([]handlers.Person{
			{Slack: []string{"U0YAMADA"}, IAM: []handlers.Login{{Account: account, User: "t.yamada"}}}, {Slack: []string{"U0SATO"}}}),
	}}
}

// start starts a process on the ledger as it is.
func (s *sim) start() *process {
	s.t.Helper()
	p := &process{db: s.mem, ended: make(chan error, 1), close: func() error { return nil }}
	if s.path != "" {
		db, err := boltdb.Open(s.path)
		if err != nil {
			s.t.Fatal(err)
		}
		p.db, p.close = db, db.Close
	}
	ctx, kill := context.WithCancel(context.Background())
	p.kill = kill
	tap := &tap{point: &s.point, kill: kill}
	memory := s.slack.Memory()
	a := app.New(settings(s.queue), app.Edges{
		DB: &tappedDB{DB: p.db, tap: tap}, Alone: true, Now: time.Now, Log: slog.New(slog.NewTextHandler(panics{s.t}, nil)),
		AWS: func(string) aws.Config {
			c := s.aws.Config(account)
			c.HTTPClient = &http.Client{Transport: tap.over(s.aws, awsSteps)}
			return c
		},
		Slack: bot.Slack{URL: memory.URL, BotToken: "xoxb-1", AppToken: "xapp-1", Dialer: memory.Dialer,
			HTTP: &http.Client{Transport: tap.over(memory.HTTP.Transport, slackSteps)}},
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

// end waits for a process that was killed.
func (s *sim) end(p *process) {
	s.t.Helper()
	p.kill()
	if err := errors.Join(<-p.ended, p.close()); err != nil && !errors.Is(err, errDead) {
		s.t.Error(err)
	}
}

// signIn puts a record on the queue, as EventBridge does.
func (s *sim) signIn(id string) {
	s.aws.Send(s.queue, "", fmt.Sprintf(`{"source":"aws.signin","account":%q,"detail":{"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin",
		"userIdentity":{"type":"IAMUser","principalId":"AIDAYAMADA","accountId":%q,"userName":"t.yamada"},"eventTime":%q,"sourceIPAddress":"203.0.113.9",
		"responseElements":{"ConsoleLogin":"Success"},"additionalEventData":{"MFAUsed":"Yes"},"eventID":%q,"recipientAccountId":%q}}`,
		account, account, time.Now().UTC().Format(time.RFC3339), id, account))
}

// approve is a person who presses Approve whenever a card has that button, as people do when nothing happens.
func (s *sim) approve(ctx context.Context) {
	for ctx.Err() == nil {
		for _, m := range s.slack.Messages(approvals) {
			_, _ = s.slack.Click(fakeslack.Press{User: "U0SATO", Channel: approvals, TS: m.TS, Action: "approve"}) // not drawn: not pressed
		}
		time.Sleep(20 * time.Second)
	}
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

// point is a place at which the process dies: before or after its nth call to the outside.
type point struct {
	mu    sync.Mutex
	at    int // 0: nowhere
	after bool
	calls int
	what  string // the call that it was
	dead  chan struct{}
}

var errDead = errors.New("the process is dead")

// tap counts the calls of one process, and is where it dies.
type tap struct {
	point *point
	kill  context.CancelFunc
	mu    sync.Mutex
	dead  bool
}

// through makes a call, unless the process is dead or dies now.
func (t *tap) through(what string, call func() error) error {
	t.mu.Lock()
	if t.dead {
		t.mu.Unlock()
		return errDead
	}
	t.point.mu.Lock()
	t.point.calls++
	here := t.point.calls == t.point.at
	if here {
		t.point.what = what
	}
	after := t.point.after
	t.point.mu.Unlock()
	t.dead = t.dead || here
	t.mu.Unlock()
	if !here {
		return call()
	}
	if after {
		_ = call() // it has its effect, and nobody hears of it
	}
	t.kill()
	close(t.point.dead)
	return errDead
}

func (t *tap) alive() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.dead {
		return errDead
	}
	return nil
}

// tappedDB is the ledger, each write a step.
type tappedDB struct {
	store.DB
	tap *tap
}

func (d *tappedDB) Put(ctx context.Context, docs ...store.Doc) error {
	names := []string{}
	for _, doc := range docs {
		names = append(names, doc.ID)
	}
	if strings.HasPrefix(names[0], store.MarkPrefix) { // the clock's, twice a minute: nothing of the job hangs on one
		if err := d.tap.alive(); err != nil {
			return err
		}
		return d.DB.Put(ctx, docs...)
	}
	return d.tap.through("ledger "+strings.Join(names, " "), func() error { return d.DB.Put(ctx, docs...) })
}

func (d *tappedDB) Get(ctx context.Context, id string) (store.Doc, error) {
	if err := d.tap.alive(); err != nil {
		return store.Doc{}, err
	}
	return d.DB.Get(ctx, id)
}

func (d *tappedDB) List(ctx context.Context, index, from string, limit int) ([]store.Row, error) {
	if err := d.tap.alive(); err != nil {
		return nil, err
	}
	return d.DB.List(ctx, index, from, limit)
}

// roundTripper is a network, each call that step names a step.
type roundTripper struct {
	http.RoundTripper
	tap  *tap
	step func(*http.Request) string
}

func (t *tap) over(inner http.RoundTripper, step func(*http.Request) string) http.RoundTripper {
	return roundTripper{inner, t, step}
}

func (r roundTripper) RoundTrip(req *http.Request) (res *http.Response, err error) {
	name := r.step(req)
	if name == "" {
		if err := r.tap.alive(); err != nil {
			return nil, err
		}
		return r.RoundTripper.RoundTrip(req)
	}
	err = r.tap.through(name, func() error { res, err = r.RoundTripper.RoundTrip(req); return err })
	if err != nil && res != nil {
		_ = res.Body.Close()
		res = nil
	}
	return res, err
}

// awsSteps names the calls that count: all but the polling of the queue and the look at the members.
func awsSteps(req *http.Request) string {
	if target := req.Header.Get("X-Amz-Target"); target != "" {
		if strings.HasSuffix(target, "ReceiveMessage") {
			return ""
		}
		return target
	}
	body, err := io.ReadAll(req.Body)
	req.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		return "IAM"
	}
	action := strings.SplitN(string(body), "&", 2)[0]
	if action == "Action=GetGroup" { // the look at the members, every five minutes, changes nothing
		return ""
	}
	return "IAM " + action
}

// slackSteps names the calls that people see.
func slackSteps(req *http.Request) string {
	if method := filepath.Base(req.URL.Path); strings.HasPrefix(method, "chat.") {
		return method
	}
	return ""
}

// inBubble runs a simulation with a ledger in memory, or in a file.
func inBubble(t *testing.T, path string, test func(*sim)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(newSim(t, path)) })
}
