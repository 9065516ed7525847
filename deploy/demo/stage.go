package demo

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"sekisho/bot/fakeslack"
	"sekisho/deploy/config"
	"sekisho/store"
)

// login is an IAM user of the demo.
type login struct {
	account, user, userID, keyID string
	password, key                time.Time // when they were made; now unless said
	mfa                          bool
}

// stage is the world as the page shows it, with a person in it who may pull every lever. Its methods may be called from
// several goroutines.
type stage struct {
	*world
	ctx     context.Context // of the page: what it starts ends with it
	name    string          // of this world: a page that has drawn another one begins anew
	logins  []login
	journal *journal
	bell    bell
	running sync.WaitGroup // what watches, and bots that were killed and do not know it yet

	lever sync.Mutex // is held by who starts or stops the bot, so one at a time

	renaming sync.RWMutex // is held by who gives something in IAM another name, and shared by all who call it by one
	mu       sync.Mutex   // guards what follows, world.bot and world.config
	lang     string
	down     map[string]bool   // "iam", "slack"
	tags     map[string]string // of IAM users, by their unique ids
	anew     bool              // the bot is being started anew

	happened []happening // the oldest first
}

// newStage makes the world and starts the bot. Close it after ctx has ended.
func newStage(ctx context.Context, lang string) (*stage, error) {
	c, err := spoken(lang)
	if err != nil {
		return nil, err
	}
	w, err := build(c, func(ws *fakeslack.Workspace) { ws.Users = usersIn(lang) })
	if err != nil {
		return nil, err
	}
	s := &stage{world: w, name: rand.Text(), ctx: ctx, lang: lang, down: map[string]bool{}}
	s.journal = newJournal(s.bell.ring)
	s.noting = func(db store.DB) store.DB { return noted{db, s.journal} }
	s.furnish()
	furnished := len(s.aws.Calls())
	s.running.Go(func() { s.follow(furnished) })
	s.running.Go(s.listen)
	if err := s.startBot(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// unmanaged is a group that the bot does not give.
const unmanaged = "developers"

// settings are those the bot runs with, or would.
func (s *stage) settings() config.Config {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.config
}

// furnish makes the IAM users, with what there is to be disabled, and to be found stale: an own key that is old, a password
// that nobody signs in with, and all that somebody had who has left.
func (s *stage) furnish() {
	long, longer := s.clock.now().AddDate(0, 0, -120), s.clock.now().AddDate(0, 0, -200)
	production, payments := s.config.Policy.Entitlements[0].Account, s.config.Policy.Entitlements[1].Account
	for _, l := range []login{
		{account: production, user: "t.yamada", key: long, mfa: true}, {account: production, user: "a.mori", mfa: true},
		{account: production, user: "legacy-batch", password: longer}, {account: production, user: "k.tanaka"}, {account: payments, user: "k.ito", mfa: true},
	} {
		l.userID = s.aws.AddUser(l.account, l.user, nil)
		s.aws.AddPasswordAt(l.account, l.user, cmp.Or(l.password, s.clock.now()))
		l.keyID = s.aws.AddKeyAt(l.account, l.user, cmp.Or(l.key, s.clock.now()))
		s.aws.UseKey(l.keyID, "s3")
		if l.mfa {
			s.aws.AddMFA(l.account, l.user)
		}
		s.logins = append(s.logins, l)
	}
	s.aws.AddGroup(production, unmanaged) // which nobody asks for: who leaves is taken out of it
	s.aws.Join(production, "t.yamada", unmanaged)
	s.aws.AddUserPolicy(production, "t.yamada", "read-billing")
	for _, p := range s.config.Policy.Programs {
		s.aws.AddRole(p.Account, p.Role, "")
	}
}

// listen rings at every change in Slack.
func (s *stage) listen() {
	for {
		changed := s.slack.Changed()
		s.bell.ring()
		select {
		case <-changed:
		case <-s.ctx.Done():
			return
		}
	}
}

var (
	errAlreadyRuns = say("error.already_runs")
	errNotRunning  = say("error.not_running")
)

// startBot starts the bot on the ledger as it is.
func (s *stage) startBot() error {
	s.lever.Lock()
	defer s.lever.Unlock()
	return s.begin()
}

// begin starts the bot. The caller holds lever.
func (s *stage) begin() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bot != nil {
		return errAlreadyRuns
	}
	defer s.bell.ring()
	return s.start(s.ctx)
}

// kill ends the bot without a goodbye, between any two of its steps.
func (s *stage) kill() error {
	s.lever.Lock()
	defer s.lever.Unlock()
	return s.drop()
}

// drop kills the bot. The caller holds lever.
func (s *stage) drop() error {
	s.mu.Lock()
	b := s.bot
	s.bot = nil
	s.mu.Unlock()
	if b == nil {
		return errNotRunning
	}
	defer s.bell.ring()
	b.life.cut()
	b.stop()
	s.running.Go(func() { <-b.ended })
	return b.ledger.Close()
}

// pass moves the clock. Servers work in the time that passes, and who looks at the clock is told, so that nobody waits for
// the next tick.
func (s *stage) pass(d time.Duration) {
	s.work(s.clock.now().Add(d)) // before the bot can look: what it sees then, they have done by then
	s.clock.skip(d)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bot != nil {
		s.bot.poke()
	}
}

// close ends everything. The context must have ended.
func (s *stage) close() error {
	s.lever.Lock()
	defer s.lever.Unlock()
	var err error
	if e := s.drop(); !errors.Is(e, errNotRunning) {
		err = e
	}
	err = errors.Join(err, s.world.close())
	s.running.Wait()
	return err
}
