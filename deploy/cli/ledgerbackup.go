package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"sekisho/store/boltdb"
)

type backupCommand struct {
	Out   string `arg:"" placeholder:"OUT" help:"The file to write."`
	Force bool   `help:"Replace OUT if it is there."`
}

// Validate wants a name.
func (c backupCommand) Validate() error {
	if c.Out == "" {
		return errors.New("no OUT: name the file to write")
	}
	return nil
}

// Run writes OUT as a whole or not at all: under another name in the same folder, synced, verified, and moved. A copy
// with faults is kept too, as it may be all there is, but never in the place of another.
func (c backupCommand) Run(ctx context.Context, s streams, l *ledgerCommands) (err error) {
	if err := c.free(l.Path); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(c.Out), ".sekisho-backup-*") // mode 0600
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no folder %s: make it, or name a file in another", filepath.Dir(c.Out))
	}
	if err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close(), gone(file.Name())) }()
	if err := l.copy(ctx, s, file); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	copied, err := boltdb.OpenToRead(file.Name())
	if err != nil {
		return err
	}
	count, faults, err := verify(ctx, s.err, copied)
	if err := errors.Join(err, copied.Close()); err != nil {
		return fmt.Errorf("verify the copy of %s: %w", l.Path, err)
	}
	if faults == 0 {
		if err := opens(file.Name()); err != nil {
			return fmt.Errorf("open the copy of %s as serve would: %w", l.Path, err)
		}
	}
	if err := c.place(file.Name(), faults == 0); err != nil {
		return fmt.Errorf("write backup %s: %w", c.Out, err)
	}
	line(s.out, "%s: %s", c.Out, amount(count))
	if faults > 0 {
		return fmt.Errorf("%s was written, with %s: see sekisho ledger verify", c.Out, number(faults, "fault"))
	}
	return nil
}

// opens opens a copy as serve would.
func opens(path string) error {
	db, err := boltdb.Open(path)
	if err != nil {
		return err
	}
	return db.Close()
}

// free tells, before anything is copied, whether OUT may be written.
func (c backupCommand) free(ledger string) error {
	out, err := os.Stat(c.Out)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	if of, err := os.Stat(ledger); err == nil && os.SameFile(out, of) {
		return fmt.Errorf("%s is the ledger itself: name another file", c.Out)
	}
	if !out.Mode().IsRegular() {
		return fmt.Errorf("%s is no file that could be replaced: name one", c.Out)
	}
	if !c.Force {
		return fmt.Errorf("%s is there already: name another file, or replace it with --force", c.Out)
	}
	return nil
}

// place gives the copy its name, durably. Only a sound one replaces another, and only by --force: a link never does.
func (c backupCommand) place(written string, sound bool) error {
	put := os.Link
	if c.Force && sound {
		put = os.Rename
	}
	err := put(written, c.Out)
	if errors.Is(err, fs.ErrExist) && c.Force {
		return errors.New("the copy has faults, so it does not replace the one that is there: name another file")
	}
	if err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(c.Out))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// gone removes a file that may have got another name meanwhile.
func gone(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
