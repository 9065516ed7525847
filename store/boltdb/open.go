package boltdb

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// lockTimeout is how long Open waits for the process that has the ledger to go away.
const lockTimeout = 3 * time.Second

// ErrInUse says that another process has the ledger open.
var ErrInUse = errors.New("in use by another process")

var (
	docsBucket    = []byte("docs")
	entriesBucket = []byte("entries")
	indexBucket   = []byte("index")
)

// DB is a ledger file. Close it to release its lock.
type DB struct{ bolt *bolt.DB }

// Open opens the ledger at path, and makes an empty one if there is none. Nobody but the owner may read the file. It
// returns ErrInUse if another process holds it for longer than three seconds.
func Open(path string) (*DB, error) {
	if err := create(path); err != nil {
		return nil, fmt.Errorf("create ledger %s: %w", path, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	db, err := open(path)
	if errors.Is(err, berrors.ErrTimeout) {
		return nil, fmt.Errorf("open ledger %s: %w: stop the other sekisho first, or give this one a file of its own", path, ErrInUse)
	}
	if err != nil {
		return nil, fmt.Errorf("open ledger %s: %w", path, err)
	}
	if err := db.View(ours); err != nil {
		return nil, errors.Join(fmt.Errorf("open ledger %s: %w", path, err), db.Close())
	}
	return &DB{bolt: db}, nil
}

// ours tells a ledger from some other bbolt file.
func ours(tx *bolt.Tx) error {
	for _, name := range [][]byte{docsBucket, entriesBucket, indexBucket} {
		if tx.Bucket(name) == nil {
			return fmt.Errorf("this is a bbolt file, but no ledger: it has no bucket %q", name)
		}
	}
	return nil
}

// Close waits for running transactions and releases the file.
func (d *DB) Close() error { return d.bolt.Close() }

func open(path string) (*bolt.DB, error) {
	return bolt.Open(path, 0o600, &bolt.Options{Timeout: lockTimeout, FreelistType: bolt.FreelistMapType})
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
		return nil
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
