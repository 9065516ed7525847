package boltdb

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"sekisho/store"
)

var _ store.Whole = (*Reader)(nil)

// Reader is a ledger file that can be read. Close it when done.
type Reader struct {
	bolt *bolt.DB
	free error // why its list of free pages cannot be read, so that nobody can write to it

	kindless bool // no record has its kind, as the build that wrote it told that by the id
}

// OpenToRead opens the ledger at path, which must be there and which nobody writes to: a copy. Nothing of it changes.
func OpenToRead(path string) (*Reader, error) {
	r, err := openToRead(path, time.Nanosecond)
	if err != nil {
		return nil, refused(path, err)
	}
	if err := r.view(func(tx *bolt.Tx) error {
		v, err := readable(tx)
		r.kindless = v.Writer < kinds
		return err
	}); err != nil {
		return nil, errors.Join(refused(path, err), r.Close())
	}
	return r, nil
}

// refused says that a ledger cannot be opened, the same whatever it is to be opened for.
func refused(path string, err error) error {
	if errors.Is(err, ErrDamaged) {
		return fmt.Errorf("open ledger %s: %w: keep it as it is, and go on from a backup", path, err)
	}
	return fmt.Errorf("open ledger %s: %w", path, err)
}

// openToRead returns bbolt's ErrTimeout if somebody has the file open for writing for as long as it waits. A file that is not a
// whole ledger is ErrDamaged, and stays as it is.
func openToRead(path string, wait time.Duration) (*Reader, error) {
	if info, err := os.Stat(path); err == nil && info.Size() == 0 { // bbolt would begin one
		return nil, noLedger("it is empty")
	}
	r := &Reader{}
	db, err := readOnly(path, wait, true)
	if errors.Is(err, ErrDamaged) { // and perhaps no more of it than the list of free pages
		r.free = fmt.Errorf("%w: its list of free pages cannot be read", ErrDamaged)
		db, err = readOnly(path, wait, false)
	}
	var file *fs.PathError
	var system syscall.Errno
	switch {
	case errors.Is(err, berrors.ErrTimeout), errors.As(err, &file), errors.As(err, &system):
		return nil, err
	case err != nil:
		return nil, noLedger("it does not begin like one")
	}
	r.bolt = db
	if err := r.view(ours); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func readOnly(path string, wait time.Duration, free bool) (db *bolt.DB, err error) {
	defer damage(&err)()
	return bolt.Open(path, 0, &bolt.Options{ReadOnly: true, Timeout: wait, PreLoadFreelist: free, FreelistType: bolt.FreelistMapType})
}

// noLedger is ErrDamaged where nothing tells a damaged ledger from what never was one.
func noLedger(why string, args ...any) error {
	return fmt.Errorf("%w, or it is no ledger: %s", ErrDamaged, fmt.Sprintf(why, args...))
}

// Close releases the file.
func (r *Reader) Close() error { return r.bolt.Close() }

// view reads in one transaction. A page that leads nowhere is an error here and not the end of the process: the other
// records can be read, and somebody's access has to end.
func (r *Reader) view(read func(*bolt.Tx) error) (err error) {
	defer damage(&err)()
	return r.bolt.View(read)
}

// damage turns what bbolt does with a damaged page, panic or fault, into ErrDamaged.
func damage(err *error) func() {
	before := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(before)
		if p := recover(); p != nil {
			*err = fmt.Errorf("%w: %v", ErrDamaged, p)
		}
	}
}

// ours tells a whole ledger from one that was cut, and from some other bbolt file.
func ours(tx *bolt.Tx) error {
	info, err := os.Stat(tx.DB().Path())
	if err != nil {
		return err
	}
	if info.Size() < tx.Size() {
		return noLedger("it ends after %d of %d bytes", info.Size(), tx.Size())
	}
	for _, name := range [][]byte{docsBucket, entriesBucket, indexBucket} {
		if tx.Bucket(name) == nil {
			return noLedger("it has no bucket %q", name)
		}
	}
	return nil
}

// Pages reports each page that is not just once in use or free: the next write would take it from the record that it belongs to. It
// may be asked of a ledger in which every record can be read, as what bbolt does here with a page that leads nowhere ends the process.
func (r *Reader) Pages(found func(error)) error {
	if r.free != nil {
		found(r.free)
		return nil
	}
	return r.view(func(tx *bolt.Tx) error {
		for err := range tx.Check() {
			found(err)
		}
		return nil
	})
}

// Snapshot writes a copy of the whole ledger as of now: a file that Open opens. Others may read and write meanwhile.
func (r *Reader) Snapshot(w io.Writer) error {
	err := r.view(func(tx *bolt.Tx) error {
		_, err := tx.WriteTo(w)
		return err
	})
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: it ends too early", ErrDamaged)
	}
	return err
}

// row is a record as it stands in the file.
type row struct {
	Version  uint64          `json:"version"`
	Kind     string          `json:"kind,omitempty"`
	Keys     []store.Key     `json:"keys,omitempty"`
	Chain    store.Chain     `json:"chain,omitzero"`
	Old      bool            `json:"old,omitempty"`
	Facts    json.RawMessage `json:"facts"`
	Progress json.RawMessage `json:"progress,omitempty"`
}

// Get implements store.DB.
func (r *Reader) Get(_ context.Context, id string) (store.Doc, error) {
	var held row
	err := r.view(func(tx *bolt.Tx) (err error) {
		held, err = r.read(tx, id)
		return err
	})
	if err == nil && held.Version == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return store.Doc{}, fmt.Errorf("get %s: %w", id, broken(id, err))
	}
	return store.Doc{ID: id, Kind: held.Kind, Version: held.Version, Chain: held.Chain, Facts: held.Facts, Progress: held.Progress,
		Keys: held.Keys, Old: held.Old}, nil
}

// Entries implements store.DB.
func (r *Reader) Entries(_ context.Context, id string, after uint64) ([]store.Entry, error) {
	var out []store.Entry
	err := r.view(func(tx *bolt.Tx) (err error) {
		out, err = entries(tx, id, after)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read entries of %s: %w", id, broken(id, err))
	}
	return out, nil
}

// broken names the record of which the file has something else than what was written.
func broken(id string, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	if errors.Is(err, ErrDamaged) || errors.As(err, &syntax) || errors.As(err, &kind) {
		return &store.Broken{ID: id, Err: err}
	}
	return err
}

// List implements store.DB.
func (r *Reader) List(_ context.Context, index, from string, limit int) ([]store.Row, error) {
	return r.rows(index, from, limit, func(string) bool { return false })
}

// Due implements store.DB.
func (r *Reader) Due(_ context.Context, queue string, now time.Time, limit int) ([]store.Row, error) {
	last := store.Stamp(now)
	return r.rows(queue, "", limit, func(value string) bool { return value > last })
}

// rows returns the rows of an index from a value on, until one is beyond.
func (r *Reader) rows(index, from string, limit int, beyond func(value string) bool) ([]store.Row, error) {
	var out []store.Row
	err := r.view(func(tx *bolt.Tx) error {
		b := tx.Bucket(indexBucket).Bucket([]byte(index))
		if b == nil {
			return nil
		}
		c := b.Cursor()
		for k, _ := c.Seek([]byte(from)); k != nil && len(out) < limit; k, _ = c.Next() {
			value, id, _ := strings.Cut(string(k), "\x00")
			if beyond(value) {
				break
			}
			out = append(out, store.Row{Value: value, ID: id})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list index %s: %w", index, err)
	}
	return out, nil
}

// Next implements store.Whole.
func (r *Reader) Next(_ context.Context, after string) (store.Doc, error) {
	var doc store.Doc
	err := r.view(func(tx *bolt.Tx) error {
		// No id holds a NUL, so this is beyond the id, and beyond its entries too.
		beyond := []byte(after + "\x01")
		id, _ := tx.Bucket(docsBucket).Cursor().Seek(beyond)
		entry, _ := tx.Bucket(entriesBucket).Cursor().Seek(beyond)
		if of, _, _ := bytes.Cut(entry, []byte{0}); id == nil || of != nil && bytes.Compare(of, id) < 0 {
			id = of
		}
		if id == nil {
			return store.ErrNotFound
		}
		if string(id) <= after { // and so without end
			return fmt.Errorf("%w: %q is out of order", ErrDamaged, id)
		}
		doc.ID = string(id)
		held, err := r.read(tx, doc.ID)
		if err != nil {
			return err
		}
		doc.Kind, doc.Version, doc.Chain, doc.Keys = held.Kind, held.Version, held.Chain, held.Keys
		doc.Facts, doc.Progress, doc.Old = held.Facts, held.Progress, held.Old
		doc.Entries, err = entries(tx, doc.ID, 0)
		return err
	})
	if err != nil {
		return doc, fmt.Errorf("get the record after %q: %w", after, err)
	}
	return doc, nil
}

// Indexes implements store.Whole.
func (r *Reader) Indexes(context.Context) ([]string, error) {
	var names []string
	err := r.view(func(tx *bolt.Tx) error {
		return tx.Bucket(indexBucket).ForEachBucket(func(name []byte) error {
			names = append(names, string(name))
			return nil
		})
	})
	return names, err
}

// read returns a record with its kind, or one with version 0 if there is none.
func (r *Reader) read(tx *bolt.Tx, id string) (row, error) {
	held, err := read(tx, id)
	if r.kindless {
		held.Kind = store.KindByID(id)
	}
	return held, err
}

// read returns a record as it stands in the file, or one with version 0 if there is none.
func read(tx *bolt.Tx, id string) (row, error) {
	var r row
	body := tx.Bucket(docsBucket).Get([]byte(id))
	if body == nil {
		return r, nil
	}
	err := json.Unmarshal(body, &r)
	return r, err
}

func entries(tx *bolt.Tx, id string, after uint64) ([]store.Entry, error) {
	var out []store.Entry
	c, prefix := tx.Bucket(entriesBucket).Cursor(), []byte(id+"\x00")
	for k, v := c.Seek(entryKey(id, after+1)); bytes.HasPrefix(k, prefix); k, v = c.Next() {
		var e store.Entry
		if err := json.Unmarshal(v, &e); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

func indexKey(k store.Key, id string) []byte { return []byte(k.Value + "\x00" + id) }

func entryKey(id string, seq uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte(id+"\x00"), seq)
}
