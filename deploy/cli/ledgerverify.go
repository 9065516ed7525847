package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"sekisho/store"
	"sekisho/store/boltdb"
)

type verifyCommand struct{}

// Run reports every fault in a copy of the ledger.
func (c verifyCommand) Run(ctx context.Context, s streams, l *ledgerCommands) (err error) {
	ledger, err := l.open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ledger.Close()) }()
	count, faults, err := verify(ctx, s.out, ledger)
	if err != nil {
		return fmt.Errorf("verify ledger %s: %w", l.Path, err)
	}
	line(s.out, "%s: %s, %s", l.Path, amount(count), number(faults, "fault"))
	if faults > 0 {
		return fmt.Errorf("%s does not fit together: keep it as it is, compare it with a backup, and find out who can write to it", l.Path)
	}
	return nil
}

// verify writes a line for each fault, and returns how many there are.
func verify(ctx context.Context, out io.Writer, ledger *boltdb.Reader) (count store.Count, faults int, err error) {
	count, err = store.Audit(ctx, ledger, func(f store.Fault) {
		faults++
		line(out, "%s: %v", cmp.Or(f.ID, "(no id)"), f.Err)
	})
	switch {
	case ctx.Err() != nil:
		err = errInterrupted
	case errors.Is(err, boltdb.ErrDamaged):
		err = fmt.Errorf("%w: keep it as it is, and go on from a backup", err)
	}
	return count, faults, err
}

func amount(c store.Count) string {
	return fmt.Sprintf("%s, %d presses, %s, %s, %s, %s, %d entries, %d rows of indexes", number(c.Grants, "grant"), c.Presses, number(c.Alerts, "alert"),
		number(c.Tasks, "task"), number(c.Offboardings, "offboarding"), number(c.Reports, "report"), c.Entries, c.Rows)
}

func number(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}
