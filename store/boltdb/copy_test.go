package boltdb_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sekisho/store/boltdb"
)

// reopened copies a ledger and opens the copy.
func reopened(t *testing.T, path string) *boltdb.Reader {
	t.Helper()
	var copied bytes.Buffer
	if err := boltdb.Copy(t.Context(), path, &copied); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(file, copied.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := boltdb.OpenToRead(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func TestCopyOfAFreeLedger(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	db := open(t, path)
	put(t, db, "r")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	has(t, reopened(t, path), "r")
	has(t, open(t, path), "r") // the lock is free again
}

// Copies are taken while many write: each is a ledger as of one moment, with all that Put had returned for.
func TestCopyOfALedgerInUse(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	db := open(t, path)
	serve(t, db, path)
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				if err := live(ctx, db, fmt.Sprintf("login-%d-%d", w, n), nil); err != nil && ctx.Err() == nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 5 {
		id := fmt.Sprint("login-before-", i)
		if err := live(t.Context(), db, id, nil); err != nil {
			t.Fatal(err)
		}
		copied := reopened(t, path)
		has(t, copied, id)
		sound(t, copied)
	}
	stop()
	wg.Wait()
}

// Whoever asks by another name of the file finds the same socket.
func TestCopyThroughALink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, link := filepath.Join(dir, "ledger.db"), filepath.Join(dir, "link.db")
	db := open(t, path)
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	serve(t, db, path)
	put(t, db, "r")
	has(t, reopened(t, link), "r")
}

// A copy that breaks off is an error, never a shorter ledger.
func TestCopyThatBreaksOff(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	open(t, path)
	listener, err := net.Listen("unix", path+".sock")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	answers := make(chan []byte)
	go func() {
		for answer := range answers {
			if conn, err := listener.Accept(); err == nil {
				_, _ = conn.Write(answer)
				_ = conn.Close()
			}
		}
	}()
	defer close(answers)
	for name, answer := range map[string][]byte{"nothing": nil, "half a length": {0, 0, 0}, "half a copy": {0, 0, 0, 0, 0, 0, 0, 9, 'x'}, "another protocol": []byte("HTTP/1.1 400 Bad Request"), "nonsense": []byte("\xff\xff\xff\xff\xff\xff\xff\xff")} {
		answers <- answer
		if err := boltdb.Copy(t.Context(), path, io.Discard); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCopyOfALedgerThatIsNotServed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	open(t, path)
	if err := boltdb.Copy(t.Context(), path, io.Discard); !errors.Is(err, boltdb.ErrInUse) || !strings.Contains(err.Error(), path) {
		t.Errorf("copy: %v", err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer stop()
	if err := boltdb.Copy(ctx, path, io.Discard); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("copy that nobody waits for: %v", err)
	}
}

// The bot is starting: it has the lock already and listens a moment later.
func TestCopyWaitsForTheSocket(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	db := open(t, path)
	put(t, db, "r")
	copied := make(chan error, 1)
	go func() { copied <- boltdb.Copy(context.Background(), path, io.Discard) }()
	time.Sleep(100 * time.Millisecond)
	serve(t, db, path)
	if err := <-copied; err != nil {
		t.Error(err)
	}
}

func TestCopyOfNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	if err := boltdb.Copy(t.Context(), path, io.Discard); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("copy: %v", err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it was made: %v", err)
	}
}
