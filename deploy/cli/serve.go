package cli

import (
	"context"
	"errors"
	"log/slog"
	"os"

	"sekisho/deploy/app"
	"sekisho/deploy/config"
	"sekisho/store"
	"sekisho/store/boltdb"
)

type serveCommand struct {
	Config string `required:"" type:"existingfile" placeholder:"FILE" help:"The configuration."`
	Ledger string `default:"sekisho.db" env:"SEKISHO_LEDGER" placeholder:"FILE" help:"The ledger; made if there is none."`

	Metrics string `env:"SEKISHO_METRICS" placeholder:"ADDRESS" help:"Count for Prometheus at http://ADDRESS/metrics, such as 127.0.0.1:9464. Whoever reaches the address can read."`
}

// Validate wants a ledger.
func (c serveCommand) Validate() error { return namedLedger(c.Ledger) }

// Run runs the bot until it is told to stop. It opens the ledger before anything else: what is overdue is revoked
// whether or not Slack can be reached.
func (c serveCommand) Run(ctx context.Context, s streams) error {
	err := c.serve(ctx, logger(s.err))
	if err != nil && secret.MatchString(err.Error()) {
		return errors.New(discreet(err.Error()))
	}
	return err
}

func (c serveCommand) serve(ctx context.Context, log *slog.Logger) (err error) {
	conf, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	edges, err := app.Environment(ctx, conf, os.Getenv, log)
	if err != nil {
		return err
	}
	ledger, err := boltdb.Open(c.Ledger)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, ledger.Close())
		log.LogAttrs(context.WithoutCancel(ctx), slog.LevelInfo, "stopped")
	}()
	edges.DB, edges.Alone = ledger, true
	beside := []func(context.Context) error{func(ctx context.Context) error {
		if err := ledger.Serve(ctx); err != nil { // no reason to stop: `sekisho ledger` waits until the bot does
			log.Warn("copies of the ledger cannot be given", "err", err)
		}
		return nil
	}}
	if c.Metrics != "" {
		g, err := listen(c.Metrics)
		if err != nil {
			return err
		}
		edges.Metrics, beside = g, append(beside, g.serve)
	}
	beside = append(beside, func(ctx context.Context) error { return c.look(ctx, conf, edges) })
	log.Info("started", "ledger", c.Ledger, "accounts", len(conf.Policy.Accounts), "entitlements", len(conf.Policy.Entitlements))
	return app.New(conf, edges).Run(ctx, beside...)
}

// look looks up what the configuration names, beside what ends access: nothing waits for it. Without its queues or channels the bot
// cannot work, so that is an error, unless something is open in the ledger: then it stays to end that.
func (c serveCommand) look(ctx context.Context, conf config.Config, edges app.Edges) error {
	places, err := config.PlacesOf(c.Config)
	if err != nil {
		return err
	}
	refuse := func(faults []app.Fault) error {
		var broken []error
		for _, f := range faults {
			says := places.Of(f.Section, f.Text) + ": " + f.Says
			edges.Log.Error("the configuration does not fit what is there", "says", says)
			if f.Fatal {
				broken = append(broken, errors.New(says))
			}
		}
		if len(broken) == 0 {
			return nil
		}
		open, err := store.Live(ctx, edges.DB)
		if err != nil || len(open) == 0 {
			return errors.Join(append(broken, err)...)
		}
		edges.Log.Error("the bot goes on without it, to end what is open", "open", len(open))
		return nil
	}
	if err := refuse(app.LookAtWays(ctx, conf, edges)); err != nil {
		return err
	}
	return refuse(app.LookAtGroups(ctx, conf, edges))
}
