package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"sekisho/handlers"
	"sekisho/store/boltdb"
)

type clockCommand struct{}

// Run opens the ledger itself: the bot must be stopped, as it knows the time better while it runs.
func (c clockCommand) Run(ctx context.Context, s streams, l *ledgerCommands) (err error) {
	if _, err := os.Stat(l.Path); errors.Is(err, fs.ErrNotExist) { // Open would make one
		return missing(l.Path)
	}
	db, err := boltdb.Open(l.Path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	now := time.Now()
	before, err := handlers.ResetClock(ctx, db, now)
	if err != nil {
		return err
	}
	if before.IsZero() {
		line(s.out, "%s had seen no time yet; now it has seen %s", l.Path, now.UTC().Format(time.RFC3339))
		return nil
	}
	line(s.out, "%s had seen %s; now it has seen %s", l.Path, before.Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	return nil
}
