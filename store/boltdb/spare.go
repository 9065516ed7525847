package boltdb

import (
	"crypto/rand"
	"errors"
	"os"
	"time"
)

const (
	spareSize  = 1 << 20     // some thousand endings
	spareEvery = time.Second // that a new one is tried
)

// spare is a file beside the ledger that takes up room. When the disk is full the ledger gets that room, and until the
// spare can be made again takes only what goes on with a record that it has: access ends though nothing new begins.
type spare struct {
	path string
	held bool
	why  error     // why it is not held
	next time.Time // when to try again
}

// keep makes the spare unless it is there.
func (s *spare) keep() {
	if now := time.Now(); !s.held && !now.Before(s.next) {
		s.next = now.Add(spareEvery)
		if s.why = s.fill(); s.why != nil {
			_ = os.Remove(s.path) // half of one is in the way
		}
		s.held = s.why == nil
	}
}

// fill writes what no file system makes smaller.
func (s *spare) fill() error {
	if there, err := os.Stat(s.path); err == nil && there.Size() == spareSize {
		return nil
	}
	file, err := os.OpenFile(s.path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	body := make([]byte, spareSize)
	_, _ = rand.Read(body) // never fails
	_, err = file.Write(body)
	return errors.Join(err, file.Sync(), file.Close())
}

// give lets the ledger have the room, because of err, and tells whether there was any.
func (s *spare) give(err error) bool {
	if !s.held {
		return false
	}
	s.held, s.why, s.next = false, err, time.Now().Add(spareEvery)
	return os.Remove(s.path) == nil
}
