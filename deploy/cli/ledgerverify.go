package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"sekisho/deploy/app"
	"sekisho/deploy/config"
	"sekisho/store"
	"sekisho/store/boltdb"
)

type verifyCommand struct {
	Head   store.SealHead `placeholder:"NUMBER:HASH" help:"A head that was read from this ledger before, in the security channel: the ledger must have it."`
	Config string         `type:"existingfile" placeholder:"FILE" help:"A configuration with a bucket under ledger: heads: the ledger must have every head that is stored there."`
}

// Run reports every fault in a copy of the ledger.
func (c verifyCommand) Run(ctx context.Context, s streams, l *ledgerCommands) (err error) {
	heads, err := c.stored(ctx, s) // before the copy is made: the bot may store the next one meanwhile
	if err != nil {
		return err
	}
	ledger, err := l.open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ledger.Close()) }()
	count, faults, err := verify(ctx, s.out, ledger)
	if err != nil {
		return fmt.Errorf("verify ledger %s: %w", l.Path, err)
	}
	if c.Head.Number > 0 {
		heads = append(heads, c.Head)
	}
	for _, head := range heads {
		if err := store.CheckHead(ctx, ledger, head); err != nil {
			faults++
			line(s.out, "%s: %v", l.Path, err)
		}
	}
	if count.Seals > 0 {
		line(s.out, "%s: head %s of %s", l.Path, count.Head, count.Head.At.Format(time.RFC3339))
	}
	line(s.out, "%s: %s, %s", l.Path, amount(count), number(faults, "fault"))
	if count.Old > 0 {
		line(s.out, "%s: what is true of %s is bound by seals only: an older build wrote it", l.Path, number(count.Old, "record"))
	}
	if faults > 0 {
		return fmt.Errorf("%s does not fit together: keep it as it is, compare it with a backup, and find out who can write to it", l.Path)
	}
	return nil
}

// stored returns the heads in the bucket of the configuration, if one is given, and says which is the newest.
func (c verifyCommand) stored(ctx context.Context, s streams) ([]store.SealHead, error) {
	if c.Config == "" {
		return nil, nil
	}
	conf, err := config.Load(c.Config)
	if err != nil {
		return nil, err
	}
	if conf.Heads.Bucket == "" {
		return nil, fmt.Errorf("%s names no bucket: write ledger: {heads: ...}, or leave --config away", c.Config)
	}
	bucket, err := app.Heads(ctx, conf)
	if err != nil {
		return nil, err
	}
	heads, err := bucket.All(ctx)
	if err != nil {
		return nil, err
	}
	if len(heads) == 0 {
		return nil, fmt.Errorf("there is no head in %s: the bot stores the first within two days, see its log", bucket)
	}
	newest := heads[len(heads)-1]
	line(s.out, "%s: %s, the newest of seal %d, stored %s", bucket, number(len(heads), "head"), newest.Number, newest.At.Format(time.RFC3339))
	return heads, nil
}

// verify writes a line for each fault, and returns how many there are. The file's pages are compared once all records could be read.
func verify(ctx context.Context, out io.Writer, ledger *boltdb.Reader) (count store.Count, faults int, err error) {
	count, err = store.Audit(ctx, ledger, func(f store.Fault) {
		faults++
		line(out, "%s: %v", cmp.Or(f.ID, "(no id)"), f.Err)
	})
	if err == nil && faults == 0 {
		err = ledger.Pages(func(fault error) {
			faults++
			line(out, "(pages of the file): %v", fault)
		})
	}
	switch {
	case ctx.Err() != nil:
		err = errInterrupted
	case errors.Is(err, boltdb.ErrDamaged):
		err = fmt.Errorf("%w: keep it as it is, and go on from a backup", err)
	}
	return count, faults, err
}

func amount(c store.Count) string {
	return fmt.Sprintf("%s, %d presses, %s, %s, %s, %s, %s, %d entries, %d rows of indexes", number(c.Grants, "grant"), c.Presses, number(c.Alerts, "alert"),
		number(c.Tasks, "task"), number(c.Offboardings, "offboarding"), number(c.Reports, "report"), number(c.Seals, "seal"), c.Entries, c.Rows)
}

func number(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}
