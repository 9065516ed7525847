package demo

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sekisho/aws/fakeaws"
	"sekisho/aws/identity"
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

//go:embed sekisho.yaml
var defaults []byte

// world is everything around the bot, and the bot.
type world struct {
	clock  *clock
	slack  *fakeslack.Server
	web    *http.Server // Slack's, on a real socket
	url    string
	aws    *fakeaws.AWS
	config config.Config
	queue  string
	asking string // the queue of programs
	folder string // of the ledger
	bot    *running
	fleet  fleet
	named  names
	broken outages

	noting func(store.DB) store.DB // stands between the bot and its ledger; nil for nothing
	log    *slog.Logger            // of the bot; nil: nobody reads it
}

// running is a bot at work.
type running struct {
	ledger *boltdb.DB
	poke   func()
	look   func() // at the managed groups
	audit  func()
	stop   context.CancelFunc
	life   lifeline
	ended  chan error
}

// newWorld makes a workspace and an account in which this user exists.
func newWorld(lang string, who access.Request) (*world, error) {
	c, err := settings(lang, who)
	if err != nil {
		return nil, err
	}
	w, err := build(c, func(ws *fakeslack.Workspace) {
		ws.Users = usersIn(lang) // so that who follows the stories can read what only one person sees
	})
	if err != nil {
		return nil, err
	}
	if who.Signin.Principal == "" {
		w.aws.AddUser(who.Account, who.User, nil)
	} else {
		w.aws.AddUserAs(who.Account, who.User, who.Signin.Principal)
	}
	return w, nil
}

// build makes the places that a configuration names: its accounts with their groups, its queues, and the workspace. No
// IAM user is there yet.
func build(c config.Config, change func(*fakeslack.Workspace)) (_ *world, err error) {
	w := &world{clock: &clock{}, config: c}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if w.folder, err = os.MkdirTemp("", "sekisho-demo-"); err != nil {
		return nil, fmt.Errorf("make folder for the ledger: %w", err)
	}
	w.aws = fakeaws.New(fakeaws.Options{Now: w.clock.now, Accounts: slices.Sorted(maps.Keys(c.Policy.Accounts))})
	w.aws.Fault(w.broken.failure)
	for _, rule := range groupsOf(c) {
		w.aws.AddGroup(rule.Account, rule.Target)
	}
	if err := w.addServers(); err != nil {
		return nil, fmt.Errorf("furnish the made-up AWS: %w", err)
	}
	w.queue = w.aws.AddQueue(c.Policy.Entitlements[0].Account, "sekisho-sign-ins", fakeaws.QueueOptions{})
	w.asking = w.aws.AddQueue(c.Policy.Entitlements[0].Account, "sekisho-requests", fakeaws.QueueOptions{})
	w.config.SignIns, w.config.Requests = w.queue, w.asking
	ws := workspace(w.clock.now)
	change(&ws)
	w.slack = fakeslack.New(ws)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open a port for the made-up Slack: %w", err)
	}
	w.url = "http://" + listener.Addr().String() + "/api/"
	w.web = &http.Server{Handler: w.slack}
	go func() { _ = w.web.Serve(listener) }() // ends with close
	return w, nil
}

// groupsOf are the rules of a configuration that give membership of a group.
func groupsOf(c config.Config) []policy.Entitlement {
	return slices.DeleteFunc(slices.Clone(c.Policy.Entitlements), func(e policy.Entitlement) bool { return e.Kind != identity.KindGroup })
}

// settings are the stories', for whoever signs in: the record that was given may be of any user and account, which is the
// production account then.
func settings(lang string, who access.Request) (config.Config, error) {
	c, err := spoken(lang)
	if err != nil {
		return c, err
	}
	production := c.Policy.Entitlements[0].Account
	c.Policy.Accounts = map[string]string{who.Account: "production"}
	c.Policy.Entitlements = slices.DeleteFunc(c.Policy.Entitlements, func(e policy.Entitlement) bool { return e.Account != production })
	for i := range c.Policy.Entitlements {
		c.Policy.Entitlements[i].Account = who.Account
	}
	for i, r := range c.Policy.Rotations {
		if strings.EqualFold(r.User, who.User) {
			return c, otherStory.err(lang, who.User)
		}
		c.Policy.Rotations[i].Account = who.Account
	}
	c.Policy.People = people.New([]people.Person{
		{Slack: []string{yamada}, IAM: []people.Login{{Account: who.Account, User: who.User}}},
		{Slack: []string{sato}},
		{Slack: []string{suzuki}},
	})
	return c, nil
}

// spoken is the demo's configuration with cards in a language.
func spoken(lang string) (config.Config, error) {
	c, err := config.Parse(defaults)
	if err != nil {
		return c, fmt.Errorf("read the demo's configuration: %w", err)
	}
	if c.Language = lang; lang == "ja" {
		c.Zone = time.FixedZone("JST", 9*60*60)
	}
	return c, nil
}

// start starts the bot on the ledger as it is.
func (w *world) start(ctx context.Context) error {
	ledger, err := boltdb.Open(filepath.Join(w.folder, "ledger.db"))
	if err != nil {
		return err
	}
	var db store.DB = ledger
	if w.noting != nil {
		db = w.noting(db)
	}
	life := newLifeline()
	a := app.New(w.config, app.Edges{
		DB: db, Alone: true, Now: w.clock.now, Log: cmp.Or(w.log, slog.New(slog.DiscardHandler)),
		AWS:   func(account string) aws.Config { return life.aws(w.awsConfig(account)) },
		Slack: life.slack(bot.Slack{URL: w.url, BotToken: botToken, AppToken: appToken}),
	})
	ctx, stop := context.WithCancel(ctx)
	w.bot = &running{ledger: ledger, poke: a.Poke, stop: stop,
		look:  func() { _ = a.Look(ctx) },  // what it does not see now it sees in five minutes
		audit: func() { _ = a.Audit(ctx) }, // and what it does not find now, in the morning
		life:  life, ended: make(chan error, 1)}
	ended := w.bot.ended
	go func() { ended <- a.Run(ctx) }()
	return nil
}

// awsConfig reaches an account of the made-up AWS; the queue is in the first rule's.
func (w *world) awsConfig(account string) aws.Config {
	return w.aws.Config(cmp.Or(account, w.config.Policy.Entitlements[0].Account))
}

// halt stops the bot as SIGTERM would.
func (w *world) halt() error {
	if w.bot == nil {
		return nil
	}
	w.bot.stop()
	err := errors.Join(<-w.bot.ended, w.bot.ledger.Close())
	w.bot.life.cut() // connections that wait to be used again
	w.bot = nil
	return err
}

// close ends everything and removes the ledger.
func (w *world) close() error {
	err := w.halt()
	if w.web != nil {
		err = errors.Join(err, w.web.Close())
	}
	if w.slack != nil {
		w.slack.Close()
	}
	return errors.Join(err, os.RemoveAll(w.folder))
}

// pen is the words of the cards, to find what they say.
func (w *world) pen() bot.Pen { return bot.Pen{Words: bot.In(w.config.Language), Zone: w.config.Zone} }
