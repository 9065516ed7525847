package boltdb

import (
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
	writes = 2 // by which this build writes
	reads  = 2 // that a build must know to read what this one writes
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

// readable tells whether this build can read a file.
func readable(tx *bolt.Tx) error {
	v, err := versionOf(tx)
	if err == nil && v.Reader == 0 {
		err = ErrOlder
	}
	return err
}

// convert gives a file that an older build has written this build's format, in one transaction, unless something in it is live.
func convert(db *bolt.DB) (err error) {
	defer damage(&err)()
	return db.Update(func(tx *bolt.Tx) error {
		v, err := versionOf(tx)
		if err != nil || v.Reader > 0 {
			return err
		}
		if err := convertDocs(tx); err != nil {
			return err
		}
		return writeVersion(tx)
	})
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
