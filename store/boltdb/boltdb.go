package boltdb

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"

	bolt "go.etcd.io/bbolt"

	"sekisho/store"
)

var _ store.DB = (*DB)(nil)

// row is a record as it stands in the file.
type row struct {
	Version uint64          `json:"version"`
	Keys    []store.Key     `json:"keys,omitempty"`
	Body    json.RawMessage `json:"body"`
}

// Get implements store.DB.
func (d *DB) Get(_ context.Context, id string) (store.Doc, error) {
	var r row
	err := d.bolt.View(func(tx *bolt.Tx) (err error) {
		r, err = read(tx, id)
		return err
	})
	if err == nil && r.Version == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return store.Doc{}, fmt.Errorf("get %s: %w", id, err)
	}
	return store.Doc{ID: id, Version: r.Version, Body: r.Body}, nil
}

// Entries implements store.DB.
func (d *DB) Entries(_ context.Context, id string, after uint64) ([]store.Entry, error) {
	var out []store.Entry
	err := d.bolt.View(func(tx *bolt.Tx) error {
		c, prefix := tx.Bucket(entriesBucket).Cursor(), []byte(id+"\x00")
		for k, v := c.Seek(entryKey(id, after+1)); bytes.HasPrefix(k, prefix); k, v = c.Next() {
			var e store.Entry
			if err := json.Unmarshal(v, &e); err != nil {
				return err
			}
			out = append(out, e)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read entries of %s: %w", id, err)
	}
	return out, nil
}

// List implements store.DB.
func (d *DB) List(_ context.Context, index, from string, limit int) ([]store.Row, error) {
	var out []store.Row
	err := d.bolt.View(func(tx *bolt.Tx) error {
		b := tx.Bucket(indexBucket).Bucket([]byte(index))
		if b == nil {
			return nil
		}
		c := b.Cursor()
		for k, _ := c.Seek([]byte(from)); k != nil && len(out) < limit; k, _ = c.Next() {
			value, id, _ := strings.Cut(string(k), "\x00")
			out = append(out, store.Row{Value: value, ID: id})
		}
		return nil
	})
	return out, err
}

// Put implements store.DB.
func (d *DB) Put(_ context.Context, docs ...store.Doc) error {
	return d.bolt.Update(func(tx *bolt.Tx) error {
		for _, doc := range docs { // all old keys go first: one record may take the slot that another leaves
			if err := leave(tx, doc, docs); err != nil {
				return fmt.Errorf("put %s at version %d: %w", doc.ID, doc.Version, err)
			}
		}
		for _, doc := range docs {
			if err := enter(tx, doc); err != nil {
				return fmt.Errorf("put %s: %w", doc.ID, err)
			}
		}
		return nil
	})
}

// leave checks the version and removes the keys that the record had.
func leave(tx *bolt.Tx, doc store.Doc, docs []store.Doc) error {
	times := 0
	for _, other := range docs {
		if other.ID == doc.ID {
			times++
		}
	}
	old, err := read(tx, doc.ID)
	if err != nil {
		return err
	}
	if old.Version != doc.Version || times > 1 {
		return store.ErrConflict
	}
	for _, k := range old.Keys {
		if err := tx.Bucket(indexBucket).Bucket([]byte(k.Index)).Delete(indexKey(k, doc.ID)); err != nil {
			return err
		}
	}
	return nil
}

// enter writes the record, its keys and its entries.
func enter(tx *bolt.Tx, doc store.Doc) error {
	for _, k := range doc.Keys {
		b, err := tx.Bucket(indexBucket).CreateBucketIfNotExists([]byte(k.Index))
		if err != nil {
			return err
		}
		if held, _ := b.Cursor().Seek([]byte(k.Value + "\x00")); k.Unique && bytes.HasPrefix(held, []byte(k.Value+"\x00")) {
			return fmt.Errorf("%s %s: %w", k.Index, k.Value, store.ErrTaken)
		}
		if err := b.Put(indexKey(k, doc.ID), nil); err != nil {
			return err
		}
	}
	for _, e := range doc.Entries {
		body, err := json.Marshal(e)
		if err != nil {
			return err
		}
		if err := tx.Bucket(entriesBucket).Put(entryKey(doc.ID, e.Seq), body); err != nil {
			return err
		}
	}
	body, err := json.Marshal(row{Version: doc.Version + 1, Keys: doc.Keys, Body: doc.Body})
	if err != nil {
		return err
	}
	return tx.Bucket(docsBucket).Put([]byte(doc.ID), body)
}

// read returns a record, or one with version 0 if there is none.
func read(tx *bolt.Tx, id string) (row, error) {
	var r row
	body := tx.Bucket(docsBucket).Get([]byte(id))
	if body == nil {
		return r, nil
	}
	err := json.Unmarshal(body, &r)
	return r, err
}

func indexKey(k store.Key, id string) []byte { return []byte(k.Value + "\x00" + id) }

func entryKey(id string, seq uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte(id+"\x00"), seq)
}
