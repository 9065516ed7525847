package boltdb

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	bolt "go.etcd.io/bbolt"

	"sekisho/store"
)

// The versions of the file's format. A build that writes another format raises writes; one whose format the builds before
// cannot read raises reads as well.
const (
	writes = 3 // by which this build writes
	reads  = 3 // that a build must know to read what this one writes

	kinds = 3 // the first by which each record has its kind
)

// Errors of the file's version.
var (
	ErrNewer = errors.New("a newer build has written it, in a format that this build does not know: start that one, or a newer one")
	ErrOlder = errors.New("an older build has written it, and no build since has opened it to serve: use that one, or start this one's serve " +
		"once, which converts it")
	ErrLive = errors.New("an older build has written it, and this build does not take over what is live: start the older one again and let " +
		"it run until its `sekisho ledger show` has nothing that waits or is live, or end that in Slack; then start this one")
)

var (
	metaBucket = []byte("meta")
	versionKey = []byte("version")
)

// version is what a file says of its format. The first builds wrote none.
type version struct {
	Writer int `json:"writer"`
	Reader int `json:"reader"`
}

// versionOf returns the version of a file, or the zero one.
func versionOf(tx *bolt.Tx) (v version, err error) {
	meta := tx.Bucket(metaBucket)
	if meta == nil {
		return v, nil
	}
	if err = json.Unmarshal(meta.Get(versionKey), &v); err == nil && v.Reader > writes {
		err = ErrNewer
	}
	return v, err
}

// readable returns the version of a file that this build can read.
func readable(tx *bolt.Tx) (version, error) {
	v, err := versionOf(tx)
	if err == nil && v.Reader == 0 {
		err = ErrOlder
	}
	return v, err
}

// convert gives a file that an older build has written this build's format. Of one without a version nothing may be live.
func convert(db *bolt.DB) (err error) {
	defer damage(&err)()
	var v version
	if err := db.View(func(tx *bolt.Tx) error {
		v, err = versionOf(tx)
		return err
	}); err != nil {
		return err
	}
	switch {
	case v.Reader == 0:
		return db.Update(func(tx *bolt.Tx) error {
			if err := convertDocs(tx); err != nil {
				return err
			}
			return writeVersion(tx)
		})
	case v.Writer < kinds:
		return addKinds(db)
	}
	return nil
}

// batch is how many records one transaction converts: what it changes stands in memory until it ends.
const batch = 5000

// addKinds stores its kind with each record, which builds before told by its id. A crash leaves a file of the version before, in which
// some have theirs, and the next start goes on. A record that cannot be read stays as it is.
func addKinds(db *bolt.DB) error {
	for after := []byte(nil); ; {
		err := db.Update(func(tx *bolt.Tx) error {
			var err error
			if after, err = addSomeKinds(tx, after); err == nil && after == nil {
				err = writeVersion(tx)
			}
			return err
		})
		if err != nil || after == nil {
			return err
		}
	}
}

// addSomeKinds returns the id of the last record that it has come to, or nil where there are no more.
func addSomeKinds(tx *bolt.Tx, after []byte) ([]byte, error) {
	docs := tx.Bucket(docsBucket)
	c := docs.Cursor()
	id, body := c.Seek(after)
	for range batch {
		if id == nil {
			return nil, nil
		}
		after = bytes.Clone(id)
		var held row
		if json.Unmarshal(body, &held) == nil && held.Kind == "" {
			held.Kind = store.KindByID(string(after))
			with, err := json.Marshal(held)
			if err != nil {
				return nil, err
			}
			if err := docs.Put(after, with); err != nil {
				return nil, err
			}
			c.Seek(after) // a cursor's place is not sure once something was written
		}
		id, body = c.Next()
	}
	return after, nil
}

func writeVersion(tx *bolt.Tx) error {
	meta, err := tx.CreateBucketIfNotExists(metaBucket)
	if err != nil {
		return err
	}
	body, err := json.Marshal(version{writes, reads})
	if err != nil {
		return err
	}
	return meta.Put(versionKey, body)
}

// older is a record as it stands in a file without a version.
type older struct {
	Version uint64          `json:"version"`
	Keys    []store.Key     `json:"keys"`
	Body    json.RawMessage `json:"body"`
}

func convertDocs(tx *bolt.Tx) error {
	var docs []sheet
	var live []string
	err := tx.Bucket(docsBucket).ForEach(func(id, body []byte) error {
		var was older
		if err := json.Unmarshal(body, &was); err != nil {
			return fmt.Errorf("convert %s: %w", id, err)
		}
		all, err := entries(tx, string(id), 0)
		if err != nil {
			return fmt.Errorf("convert %s: %w", id, err)
		}
		doc, isLive, err := store.Converted(string(id), was.Body, all)
		if err != nil {
			return err
		}
		if isLive {
			live = append(live, string(id))
		}
		doc.Version = was.Version - 1 // the conversion is no change
		s, err := ready(doc)
		s.old = was.Keys
		docs = append(docs, s)
		return err
	})
	if err != nil {
		return err
	}
	if len(live) > 0 {
		const some = 5
		return fmt.Errorf("%w: %d records are, such as %s", ErrLive, len(live), strings.Join(live[:min(some, len(live))], ", "))
	}
	return (&change{docs: docs}).write(tx)
}
