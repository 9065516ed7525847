package boltdb

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Serve gives copies of the ledger to [Copy] in other processes of the same user, one at a time, until the context or
// the ledger is closed; then it returns nil, and what it was sending breaks off. It listens on the socket "PATH.sock",
// which is the owner's alone. An error means that no copies are given; the ledger itself goes on.
func (d *DB) Serve(ctx context.Context) error {
	select {
	case d.serving <- struct{}{}:
		defer func() { <-d.serving }()
	default:
		return fmt.Errorf("serve ledger %s: it is served already, or closed", d.bolt.Path())
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		defer stop()
		select {
		case <-d.closing:
		case <-ctx.Done():
		}
	}()
	if err := d.serve(ctx); err != nil && ctx.Err() == nil {
		return fmt.Errorf("serve ledger %s: %w", d.bolt.Path(), err)
	}
	return nil
}

func (d *DB) serve(ctx context.Context) error {
	socket, err := socketPath(d.bolt.Path())
	if err != nil {
		return err
	}
	listener, err := listen(socket)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(socket) }() // a dead one is no harm
	defer context.AfterFunc(ctx, func() { _ = listener.Close() })()
	defer func() { _ = listener.Close() }()
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		d.answer(ctx, conn)
	}
}

// answer sends the length and the copy. A reader that stops reading is given half a minute, and the time that a slow
// disk of 1 MB/s would need: while a copy is read, no page that it holds can be used again. Whatever goes wrong, who
// asked sees that the copy is shorter than its length.
func (d *DB) answer(ctx context.Context, conn net.Conn) {
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	_ = d.view(func(tx *bolt.Tx) error {
		patience := 30*time.Second + time.Duration(tx.Size()>>20)*time.Second
		if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
			return err
		}
		if err := binary.Write(conn, binary.BigEndian, uint64(tx.Size())); err != nil {
			return err
		}
		_, err := tx.WriteTo(conn)
		return err
	})
}

// listen makes a socket that nobody but the owner can ever connect to: in a folder of the owner's, from where it takes
// its place with the right mode. A socket that stands there is a dead process's, as this one holds the ledger's lock.
func listen(socket string) (net.Listener, error) {
	if info, err := os.Lstat(socket); err == nil && info.Mode().Type() != fs.ModeSocket {
		return nil, fmt.Errorf("%s is in the way: it is no socket, so it is not replaced: move it", socket)
	}
	newborn := nursery(socket)
	folder := filepath.Dir(newborn)
	for _, left := range []string{newborn, folder} { // by a crash
		if err := os.Remove(left); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("make way for a socket: %w", err)
		}
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(folder) }() // or else the next start does it
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: newborn, Net: "unix"})
	if err != nil {
		return nil, err
	}
	listener.SetUnlinkOnClose(false) // its name is another by then
	if err = os.Chmod(newborn, 0o600); err == nil {
		err = os.Rename(newborn, socket)
	}
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}
