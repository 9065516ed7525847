package boltdb_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sekisho/store"
	"sekisho/store/boltdb"
)

// serve serves a ledger until the test ends, and returns once it does.
func serve(t *testing.T, db *boltdb.DB, path string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- db.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
		if _, err := os.Lstat(path + ".sock"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the socket stays behind: %v", err)
		}
	})
	await(t, path)
}

// await returns once a ledger is served.
func await(t *testing.T, path string) {
	t.Helper()
	for range 500 {
		if conn, err := net.Dial("unix", path+".sock"); err == nil {
			_ = conn.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("not served")
}

func put(t *testing.T, db *boltdb.DB, id string) {
	t.Helper()
	if err := db.Put(t.Context(), store.Doc{ID: id, Facts: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
}

func has(t *testing.T, db interface {
	Get(context.Context, string) (store.Doc, error)
}, id string) {
	t.Helper()
	if _, err := db.Get(t.Context(), id); err != nil {
		t.Error(err)
	}
}

func TestSocketIsTheOwnersAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	serve(t, open(t, path), path)
	info, err := os.Stat(path + ".sock")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := os.Lstat(path + ".sock.new"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("left behind: %v", err)
	}
}

// A process that was killed leaves its socket, and maybe one that it was making.
func TestSocketOfADeadProcess(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	if err := os.Mkdir(path+".sock.new", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path + ".sock", filepath.Join(path+".sock.new", "s")} {
		dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: name, Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		dead.SetUnlinkOnClose(false)
		if err := dead.Close(); err != nil {
			t.Fatal(err)
		}
	}
	db := open(t, path)
	put(t, db, "r")
	serve(t, db, path)
	has(t, reopened(t, path), "r")
}

func TestServeSaysWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	blocked := filepath.Join(dir, "ledger.db")
	if err := os.WriteFile(blocked+".sock", []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	long := filepath.Join(dir, strings.Repeat("d", 120))
	if err := os.Mkdir(long, 0o700); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{blocked: "in the way", filepath.Join(long, "ledger.db"): "relative"} {
		db := open(t, path)
		if err := db.Serve(t.Context()); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), want) {
			t.Errorf("serve: %v, want one with %q", err, want)
		}
		put(t, db, "r") // it goes on
	}
	if body, err := os.ReadFile(blocked + ".sock"); err != nil || string(body) != "mine" {
		t.Errorf("%q, %v", body, err)
	}
	if err := boltdb.Copy(t.Context(), filepath.Join(long, "ledger.db"), io.Discard); err == nil || !strings.Contains(err.Error(), "relative") {
		t.Errorf("copy: %v", err)
	}
}

func TestServeTwice(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	db := open(t, path)
	serve(t, db, path)
	if err := db.Serve(t.Context()); err == nil {
		t.Error("served twice")
	}
	put(t, db, "r")
	has(t, reopened(t, path), "r") // the first still serves
}

// One who asks and does not read holds up neither those who write nor the end of the process.
func TestReaderThatSleeps(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	db := open(t, path)
	body := fmt.Appendf(nil, `"%01000000d"`, 0)
	for i := range 4 { // more than a socket's buffer
		if err := db.Put(t.Context(), store.Doc{ID: fmt.Sprint("r", i), Facts: body}); err != nil {
			t.Fatal(err)
		}
	}
	serve(t, db, path)
	conn, err := net.Dial("unix", path+".sock")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	var size uint64
	if err := binary.Read(conn, binary.BigEndian, &size); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	for i := range 40 { // the file grows over and over
		if err := db.Put(t.Context(), store.Doc{ID: fmt.Sprint("s", i), Facts: body}); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begin); took > 20*time.Second {
		t.Errorf("it was held up for %s", took)
	}
}
