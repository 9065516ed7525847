package boltdb

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"

	"sekisho/store"
)

var _ store.DB = (*DB)(nil)

// most is how many Puts one commit holds, so that none waits for a transaction without end.
const most = 128

// errRefused ends a transaction in which there is nothing to commit.
var errRefused = errors.New("all refused")

// change is a Put on its way through the writer.
type change struct {
	ctx  context.Context // the caller's: who has gone away is not served
	docs []sheet
	err  error      // why it is refused
	done chan error // holds one: the writer waits for nobody
}

// sheet is a record ready to be written.
type sheet struct {
	store.Doc
	row     []byte
	entries [][]byte
	old     []store.Key // that the record had
}

// Put implements store.DB. Where the context has ended before the writer took it up, nothing is written, and the error
// is the context's. Where it ends while the commit runs, or the disk itself fails in it, the outcome is store.ErrUnknown.
func (d *DB) Put(ctx context.Context, docs ...store.Doc) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("put: not written: %w", err)
	}
	if err := store.CheckSize(docs...); err != nil {
		return err
	}
	c := &change{ctx: ctx, done: make(chan error, 1)}
	for _, doc := range docs {
		s, err := ready(doc)
		if err != nil {
			return fmt.Errorf("put %q: %w", doc.ID, err)
		}
		c.docs = append(c.docs, s)
	}
	select {
	case d.changes <- c:
	case <-ctx.Done(): // the writer has been busy all the while, as on a disk that hangs
		return fmt.Errorf("put: not written: %w: %w", store.ErrUnwritten, ctx.Err())
	case <-d.closing:
		return fmt.Errorf("put: not written: %w", ErrClosed)
	}
	select {
	case err := <-c.done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-c.done: // the writer was done at the same moment
		return err
	default:
		return fmt.Errorf("put: %w: %w", store.ErrUnknown, ctx.Err())
	}
}

// ready encodes a record, in its caller's time and not in the writer's, and refuses what bbolt would not take.
func ready(doc store.Doc) (sheet, error) {
	s := sheet{Doc: doc}
	longest := len(doc.ID)
	for _, k := range doc.Keys {
		if k.Index == "" {
			return s, errors.New("a key without an index")
		}
		longest = max(longest, len(k.Index), len(doc.ID)+len(k.Value))
	}
	if doc.ID == "" || longest > bolt.MaxKeySize-len("\x00")-8 { // an entry's number has 8 bytes
		return s, errors.New("no id, or an id or key that is too long")
	}
	var err error
	if s.row, err = json.Marshal(row{doc.Version + 1, doc.Kind, doc.Keys, doc.Chain, doc.Old, doc.Facts, doc.Progress}); err != nil {
		return s, err
	}
	for _, e := range doc.Entries {
		body, err := json.Marshal(e)
		if err != nil {
			return s, err
		}
		s.entries = append(s.entries, body)
	}
	return s, nil
}

// write commits what comes until the ledger is closed.
func (d *DB) write() {
	defer close(d.written)
	for {
		select {
		case c := <-d.changes:
			d.commit(d.gather(c))
		case <-d.closing:
			return
		}
	}
}

// gather returns a change and those that wait behind it.
func (d *DB) gather(first *change) []*change {
	group := []*change{first}
	for len(group) < most {
		select {
		case c := <-d.changes:
			group = append(group, c)
		default:
			return group
		}
	}
	return group
}

// commit writes the changes of a group that can be written, durably, and tells each how it went.
func (d *DB) commit(group []*change) {
	d.spare.keep()
	d.refuseNew(group)
	err := d.damaged
	if err == nil {
		err = d.update(group)
	}
	if errors.Is(err, ErrDamaged) {
		d.damaged = err
	} else if err != nil && !errors.Is(err, errRefused) && d.spare.give(err) {
		d.refuseNew(group)
		err = d.update(group)
	}
	for _, c := range group {
		switch {
		case c.err != nil:
			c.done <- c.err
		case err != nil:
			c.done <- fmt.Errorf("%w: %w", store.ErrUnknown, d.unwritten(err))
		default:
			c.done <- nil
		}
	}
}

func (d *DB) unwritten(err error) error {
	return fmt.Errorf("put: %w: write %s: %w", store.ErrUnwritten, d.bolt.Path(), err)
}

// refuseNew refuses what would begin a record while there is room only for what ends.
func (d *DB) refuseNew(group []*change) {
	for _, c := range group {
		if !d.spare.held && slices.ContainsFunc(c.docs, func(s sheet) bool { return s.Version == 0 }) {
			c.err = d.unwritten(fmt.Errorf("what room is left is kept for what ends: %w", d.spare.why))
		}
	}
}

// update is one transaction. A damaged page that it comes to is an error, as in view, and nothing is written.
func (d *DB) update(group []*change) (err error) {
	defer damage(&err)()
	return d.bolt.Update(func(tx *bolt.Tx) error {
		refused := 0
		for _, c := range group {
			if c.err == nil {
				c.err = c.check(tx)
			}
			if c.err != nil {
				refused++
			} else if err := c.write(tx); err != nil {
				return err
			}
		}
		if refused == len(group) {
			return errRefused
		}
		return nil
	})
}

// check tells whether the change can be made, after those that the transaction holds already.
func (c *change) check(tx *bolt.Tx) error {
	if err := c.ctx.Err(); err != nil {
		return fmt.Errorf("put: not written: %w", err)
	}
	writes := map[string]bool{}
	for i, s := range c.docs {
		old, err := read(tx, s.ID)
		if err == nil && (old.Version != s.Version || writes[s.ID]) {
			err = store.ErrConflict
		}
		if err != nil {
			return fmt.Errorf("put %s at version %d: %w", s.ID, s.Version, err)
		}
		writes[s.ID] = true
		c.docs[i].old = old.Keys
	}
	wanted := map[store.Key]bool{}
	for _, s := range c.docs {
		for _, k := range s.Keys {
			if !k.Unique || s.Delete {
				continue
			}
			// A holder that is written too gives the key up, or wants it again.
			if held := holder(tx, k); wanted[k] || held != "" && !writes[held] {
				return fmt.Errorf("put %s: %s: %w", s.ID, k, store.ErrTaken)
			}
			wanted[k] = true
		}
	}
	return nil
}

// write makes the change. What it returns is an error of the file, as check has let the change pass.
func (c *change) write(tx *bolt.Tx) error {
	for _, s := range c.docs { // all old keys go first: one record may take the slot that another leaves
		for _, k := range s.old {
			if b := tx.Bucket(indexBucket).Bucket([]byte(k.Index)); b != nil {
				if err := b.Delete(indexKey(k, s.ID)); err != nil {
					return err
				}
			}
		}
	}
	for _, s := range c.docs {
		if err := s.write(tx); err != nil {
			return err
		}
	}
	return nil
}

func (s sheet) write(tx *bolt.Tx) error {
	if s.Delete {
		return s.delete(tx)
	}
	for _, k := range s.Keys {
		b, err := tx.Bucket(indexBucket).CreateBucketIfNotExists([]byte(k.Index))
		if err != nil {
			return err
		}
		if err := b.Put(indexKey(k, s.ID), nil); err != nil {
			return err
		}
	}
	if err := s.makeWay(tx); err != nil {
		return err
	}
	for i, e := range s.Entries {
		if err := tx.Bucket(entriesBucket).Put(entryKey(s.ID, e.Seq), s.entries[i]); err != nil {
			return err
		}
	}
	return tx.Bucket(docsBucket).Put([]byte(s.ID), s.row)
}

// delete takes a record away with its entries. Its keys are gone already.
func (s sheet) delete(tx *bolt.Tx) error {
	var keys [][]byte // a cursor's place is not sure once something was deleted
	prefix := []byte(s.ID + "\x00")
	c := tx.Bucket(entriesBucket).Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		keys = append(keys, bytes.Clone(k))
	}
	for _, k := range keys {
		if err := tx.Bucket(entriesBucket).Delete(k); err != nil {
			return err
		}
	}
	return tx.Bucket(docsBucket).Delete([]byte(s.ID))
}

// makeWay deletes the entries in whose place the new ones come. There are none, but of a record that is rebuilt.
func (s sheet) makeWay(tx *bolt.Tx) error {
	if len(s.Entries) == 0 {
		return nil
	}
	c, prefix := tx.Bucket(entriesBucket).Cursor(), []byte(s.ID+"\x00")
	first := entryKey(s.ID, s.Entries[0].Seq)
	for k, _ := c.Seek(first); bytes.HasPrefix(k, prefix); k, _ = c.Seek(first) {
		if err := c.Delete(); err != nil {
			return err
		}
	}
	return nil
}

// holder returns the id of a record that stands in an index under the key's value, or "".
func holder(tx *bolt.Tx, k store.Key) string {
	b := tx.Bucket(indexBucket).Bucket([]byte(k.Index))
	if b == nil {
		return ""
	}
	prefix := []byte(k.Value + "\x00")
	held, _ := b.Cursor().Seek(prefix)
	if id, holds := bytes.CutPrefix(held, prefix); holds {
		return string(id)
	}
	return ""
}
