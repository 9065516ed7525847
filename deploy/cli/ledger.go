package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf16"

	"sekisho/store/boltdb"
)

// ledgerCommands look at a ledger, whether or not a bot is at work on it: always at a copy as of one moment.
type ledgerCommands struct {
	Path   string        `name:"ledger" default:"./sekisho.db" env:"SEKISHO_LEDGER" placeholder:"FILE" help:"The ledger; ./sekisho.db if nothing is said."`
	Show   showCommand   `cmd:"" help:"List the latest requests, or tell one record's whole story."`
	Export exportCommand `cmd:"" help:"Write everything that happened, one entry a line: record by record in the order of their ids, each record's oldest first. For auditors and spreadsheets."`
	Verify verifyCommand `cmd:"" help:"Recompute every chain of entries and of seals, and compare records, entries, indexes, seals and the pages of the file. Exit code 1 if anything does not fit."`
	Backup backupCommand `cmd:"" help:"Write a verified copy of the ledger to a file."`
	Clock  clockCommand  `cmd:"" name:"reset-clock" help:"Have the ledger take this machine's time for true, with the bot stopped: for a card that says ClockBehind after the clock had run ahead."`
}

// Validate wants a name: an empty SEKISHO_LEDGER is one that a script has not set.
func (l ledgerCommands) Validate() error { return namedLedger(l.Path) }

func namedLedger(path string) error {
	if path == "" {
		return errors.New("the ledger has no name: give its file by --ledger, or by SEKISHO_LEDGER, or leave both away")
	}
	return nil
}

// open returns a copy of the ledger to read. The copy's file has no name any more, so nothing stays behind.
func (l *ledgerCommands) open(ctx context.Context, s streams) (r *boltdb.Reader, err error) {
	file, err := os.CreateTemp("", "sekisho-ledger-*") // mode 0600
	if err != nil {
		return nil, fmt.Errorf("make a temporary copy of the ledger: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(file.Name())) }()
	if err := l.copy(ctx, s, file); err != nil {
		return nil, err
	}
	return boltdb.OpenToRead(file.Name())
}

// copy writes a copy of the ledger, and tells what to do if that cannot be.
func (l *ledgerCommands) copy(ctx context.Context, s streams, file *os.File) error {
	err := boltdb.Copy(ctx, l.Path, &progress{ctx: ctx, to: file, say: s.err, told: time.Now()})
	switch {
	case ctx.Err() != nil:
		return errInterrupted
	case errors.Is(err, boltdb.ErrInUse): // and does not listen: what is missing is the socket
		return err
	case errors.Is(err, fs.ErrNotExist):
		return missing(l.Path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: run this as the user that runs the bot", err)
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("%w: the copy in %s needs as much room as the ledger; set TMPDIR to have those of show, export and verify elsewhere", err, file.Name())
	}
	return err
}

func missing(path string) error {
	return fmt.Errorf("there is no ledger at %s: say with --ledger or SEKISHO_LEDGER where it is", path)
}

// errInterrupted is an error of its own, as what was asked for has not been done, and a script must hear of it.
var errInterrupted = errors.New("interrupted")

// progress passes on what is written, tells once a second how much it was, and ends with its context.
type progress struct {
	ctx     context.Context
	to, say io.Writer
	written int64
	told    time.Time
}

func (p *progress) Write(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := p.to.Write(b)
	p.written += int64(n)
	if time.Since(p.told) >= time.Second {
		p.told = time.Now()
		line(p.say, "copied %d MB", p.written>>20)
	}
	return n, err
}

// line writes one line, in which what does not show is written out.
func line(w io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintln(w, visible(fmt.Sprintf(format, args...)))
}

// visible writes out, as JSON would, what would not show in a terminal but act there: control characters, line ends,
// bidirectional marks, zero width and fillers. Ledgers are full of other people's text.
func visible(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsGraphic(r) && !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			_, _ = fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}

// writeJSON writes a value on one line. What visible writes out means the same in JSON.
func writeJSON(w io.Writer, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	line(w, "%s", body)
	return nil
}
