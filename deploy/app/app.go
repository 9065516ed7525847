package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/prometheus/client_golang/prometheus"

	"sekisho/aws/heads"
	"sekisho/aws/identity"
	"sekisho/aws/trail"
	"sekisho/bot"
	"sekisho/deploy/config"
	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/audit"
	"sekisho/handlers/offboarding"
	"sekisho/store"
)

// Edges are where the program meets the world.
type Edges struct {
	DB    store.DB
	Alone bool // no other process can have the ledger open, so the claims in it are dead ones
	Slack bot.Slack
	AWS   func(account string) aws.Config // "" for the account of the queues
	Now   func() time.Time
	Log   *slog.Logger

	Metrics prometheus.Registerer // nil: nobody reads them
}

// App is the bot, ready to run.
type App struct {
	keeper  *access.Keeper
	audit   *audit.Workflow
	desk    bot.Desk
	bot     *bot.Bot
	pollers []*trail.Poller
	alone   bool
}

// desk is what people press and write at: the workflows of all that they can begin.
type desk struct {
	*access.Keeper
	bot.Offboarder
}

// New joins the parts. It reaches for nothing yet.
func New(c config.Config, e Edges) *App {
	counts := newMetrics(e.Metrics)
	e.DB = counted{e.DB, counts}
	people := bot.New(e.Slack, bot.Place{Cards: c.Channel, Alerts: cmp.Or(c.Security, c.Channel), Security: c.Policy.Security,
		Pen: bot.Pen{Words: bot.In(c.Language), Zone: c.Zone}}, e.Now, e.Log)
	accounts := identity.Accounts{}
	for id := range c.Policy.Accounts {
		accounts[id] = identity.In(e.AWS(id))
	}
	var shelf access.HeadStore
	if c.Heads.Bucket != "" {
		shelf = heads.In(e.AWS(""), heads.Place(c.Heads), e.Now)
	}
	engine := handlers.New(handlers.Engine{DB: e.DB, Now: e.Now, Log: e.Log, Owner: rand.Text()})
	keeper := access.New(engine, access.Keeper{
		Policy: c.Policy, Clouds: identity.Kinds(accounts, identity.Keeping(c.Keys), e.Now), Rosters: identity.Rosters(accounts), Remedies: identity.Remedies(accounts),
		Guards:   identity.Guards(accounts, identity.Keeping(c.Keys), e.Now),
		Rotators: identity.Rotators(accounts, identity.Keeping(c.Keys), e.Now),
		Users:    accounts, Directory: people.People, Voice: people.Voice, HeadStore: shelf,
	})
	offboarder := offboarding.New(engine, offboarding.Offboarder{Policy: &c.Policy.Policy, Rotated: c.Policy.RotatedUsers(), Directory: people.People,
		Closer: accounts, Access: access.Leaving{Keeper: keeper}, Voice: people.Voice})
	audits := audit.New(audit.Workflow{Engine: engine, Rules: auditRules(c), Reader: accounts, Mender: identity.Mender{Accounts: accounts},
		Directory: people.People, Notifier: people.Voice, Leaves: offboarder.LeavesAs, Rotate: keeper.BeginRotation})
	keeper.Leavers, keeper.Rows = offboarder, audits
	return &App{keeper: keeper, audit: audits, desk: desk{keeper, offboarder}, bot: people, pollers: pollers(c, e, keeper, counts.seen), alone: e.Alone}
}

// Run works until the context ends or a part cannot go on; then it stops taking work, finishes what runs or cuts it off, within
// ten seconds, and returns. What else runs beside the bot for as long comes as also.
// What is overdue is revoked first: the ledger's lanes start before Slack and SQS are asked for anything. What ends access
// goes on until all else has returned.
func (a *App) Run(ctx context.Context, also ...func(context.Context) error) error {
	if a.alone {
		if err := a.keeper.Recover(ctx); err != nil {
			return err
		}
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	parts := append(also, a.press)
	for _, p := range a.pollers {
		parts = append(parts, p.Run)
	}
	beside := make([]func(context.Context), len(parts))
	for i, part := range parts {
		beside[i] = func(ctx context.Context) {
			if err := part(ctx); err != nil {
				stop(err)
			}
		}
	}
	a.keeper.Run(ctx, append(beside, a.audit.Run)...)
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

func (a *App) press(ctx context.Context) error { return a.bot.Run(ctx, a.desk) }

// Poke makes the bot look at what is due now: the clock was moved.
func (a *App) Poke() { a.keeper.Wake() }

// Audit looks for stale credentials now, and reports them.
func (a *App) Audit(ctx context.Context) error { return a.audit.Report(ctx) }

// Look compares the managed groups with the ledger now, not only when it is their turn.
func (a *App) Look(ctx context.Context) error { return a.keeper.Reconcile(ctx) }
