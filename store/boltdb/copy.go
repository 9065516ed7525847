package boltdb

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	berrors "go.etcd.io/bbolt/errors"
)

// Copy writes a copy of the ledger at path as of one moment, also while another process has it open and serves it with
// [DB.Serve]. ErrInUse says that there is such a process but it did not answer for three seconds.
func Copy(ctx context.Context, path string, w io.Writer) error {
	err := copyFree(path, w)
	for end := time.Now().Add(lockTimeout); errors.Is(err, berrors.ErrTimeout); {
		err = copyServed(ctx, path, w)
		if !unanswered(err) {
			break
		}
		if time.Now().After(end) {
			err = fmt.Errorf("%w, which gives no copies: stop it, or try again: %w", ErrInUse, err)
			break
		}
		// It is starting or stopping.
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case <-time.After(lockTimeout / 60):
			err = copyFree(path, w)
		}
	}
	if errors.Is(err, ErrDamaged) {
		return refused(path, err)
	}
	if err != nil {
		return fmt.Errorf("copy ledger %s: %w", path, err)
	}
	return nil
}

// copyFree copies a ledger that nobody has open for writing, and returns ErrTimeout at once if somebody has.
func copyFree(path string, w io.Writer) error {
	r, err := openToRead(path, time.Nanosecond)
	if err != nil {
		return err
	}
	return errors.Join(r.Snapshot(w), r.Close())
}

// copyServed asks the process that has the ledger. The answer is the copy's length in 8 bytes, and the copy.
func copyServed(ctx context.Context, path string, w io.Writer) error {
	socket, err := socketPath(path)
	if err != nil {
		return err
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "unix", socket)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // nothing was written to it
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	var size uint64
	if err = binary.Read(conn, binary.BigEndian, &size); err == nil && size > math.MaxInt64 {
		return fmt.Errorf("what listens on %s is no sekisho", socket)
	}
	if err == nil {
		_, err = io.CopyN(w, conn, int64(size))
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
		return errors.New("the process that has it broke off, as it stops or as the copy took too long: try again")
	}
	return err
}

// unanswered tells whether nobody listens on the socket.
func unanswered(err error) bool {
	return errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED)
}

// socketPath returns where the owner of a ledger listens: beside the file itself, whatever link leads to it.
func socketPath(path string) (string, error) {
	file, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	const longest = len(syscall.RawSockaddrUnix{}.Path) - 1
	socket := file + ".sock"
	if n := len(nursery(socket)); n > longest {
		return "", fmt.Errorf("the path %s is %d bytes longer than that of a socket may be: start sekisho in the ledger's folder with a path "+
			"relative to it, or move the ledger to one with a shorter name", socket, n-longest)
	}
	return socket, nil
}

// nursery is where a socket is made before it takes its place.
func nursery(socket string) string { return filepath.Join(socket+".new", "s") }
