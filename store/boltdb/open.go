package boltdb

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// lockTimeout is how long Open waits for the process that has the ledger to go away.
const lockTimeout = 3 * time.Second

// Errors of the file as a whole.
var (
	ErrInUse   = errors.New("in use by another process")
	ErrClosed  = errors.New("ledger is closed")
	ErrDamaged = errors.New("the file is damaged")
)

var (
	docsBucket    = []byte("docs")
	entriesBucket = []byte("entries")
	indexBucket   = []byte("index")
)

// DB is a ledger file. Close it to release its lock.
type DB struct {
	Reader
	spare   spare
	changes chan *change  // to the writer
	written chan struct{} // closed when the writer has ended
	serving chan struct{} // holds one: whoever serves, and in the end Close
	closing chan struct{}
	close   func() error

	damaged error // what writing came upon, of the writer: from then on bbolt may hold its lock for ever
}

// Open opens the ledger at path, and makes an empty one if there is none. Nobody but the owner may read the file. It
// returns ErrInUse if another process holds it for longer than three seconds, and ErrDamaged for a file that is no ledger, or no longer
// a whole one, which it leaves as it is.
func Open(path string) (*DB, error) {
	if err := create(path); err != nil {
		return nil, fmt.Errorf("create ledger %s: %w", path, err)
	}
	err := openable(path)
	var db *bolt.DB
	if err == nil {
		db, err = open(path)
	}
	if err == nil {
		if err = convert(db); err != nil {
			err = errors.Join(err, db.Close())
		}
	}
	if errors.Is(err, berrors.ErrTimeout) {
		return nil, fmt.Errorf("open ledger %s: %w: stop the other sekisho first, or give this one a file of its own", path, ErrInUse)
	}
	if err != nil {
		return nil, refused(path, err)
	}
	d := &DB{Reader: Reader{bolt: db}, spare: spare{path: path + ".spare"}, changes: make(chan *change), written: make(chan struct{}),
		serving: make(chan struct{}, 1), closing: make(chan struct{})}
	d.close = sync.OnceValue(d.shut)
	go d.write()
	return d, nil
}

// openable tells whether a file is a ledger that can be written to, by reading: bbolt writes to what it opens otherwise. Then it
// makes the file the owner's alone.
func openable(path string) error {
	r, err := openToRead(path, lockTimeout)
	if err != nil {
		return err
	}
	if err := errors.Join(r.free, r.Close()); err != nil {
		return err
	}
	return os.Chmod(path, 0o600)
}

// Close ends Serve, lets the commit that runs finish, and releases the file. A Put that the commit does not hold
// returns ErrClosed, and is not written. A second Close does nothing more.
func (d *DB) Close() error { return d.close() }

func (d *DB) shut() error {
	close(d.closing)
	<-d.written
	d.serving <- struct{}{} // for good
	if d.damaged != nil {
		return d.damaged // the file is released when the process ends
	}
	return d.Reader.Close()
}

func open(path string) (db *bolt.DB, err error) {
	defer damage(&err)()
	return bolt.Open(path, 0o600, &bolt.Options{Timeout: lockTimeout, FreelistType: bolt.FreelistMapType, InitialMmapSize: reserve()})
}

// reserve is how much address space a ledger gets: 10 GB, some two million grants. It costs no memory. There is none to
// spare on 32 bits, and Windows would make the file as large.
func reserve() int {
	if runtime.GOOS == "windows" {
		return 0
	}
	return 10 << (strconv.IntSize / 64 * 30)
}

// create makes an empty ledger, durably and at once, unless there is a file already.
func create(path string) (err error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, ".ledger-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(tmp.Name())) }()
	if err := tmp.Close(); err != nil {
		return err
	}
	if err := initialize(tmp.Name()); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(dir)
}

// initialize writes the buckets; a bbolt transaction is synced when it returns.
func initialize(path string) error {
	db, err := open(path)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{docsBucket, entriesBucket, indexBucket} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return writeVersion(tx)
	})
	return errors.Join(err, db.Close())
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
