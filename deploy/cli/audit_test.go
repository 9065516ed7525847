package cli_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sekisho/store"
	"sekisho/store/boltdb"
)

// audit has the program verify its ledger, which nobody holds now.
func (h *house) audit() {
	h.t.Helper()
	code, out, errOut := run("ledger", "--ledger", h.ledger, "verify")
	if code != 0 {
		h.t.Errorf("ledger verify exits with %d:\n%s%s", code, out, errOut)
	}
}

// look opens the ledger, which nobody holds now.
func (h *house) look(visit func(*boltdb.DB)) {
	h.t.Helper()
	db := must(boltdb.Open(h.ledger))(h.t)
	visit(db)
	if err := db.Close(); err != nil {
		h.t.Error(err)
	}
}

// grants are all that the ledger holds.
func (h *house) grants() (all []store.Grant) {
	h.t.Helper()
	h.look(func(db *boltdb.DB) {
		for doc, err := db.Next(h.t.Context(), ""); err == nil; doc, err = db.Next(h.t.Context(), doc.ID) {
			if strings.HasPrefix(doc.ID, "login-") {
				all = append(all, must(store.LoadGrant(h.t.Context(), db, doc.ID))(h.t))
			}
		}
	})
	return all
}

// isQuiet asks the program that is running for a copy of its ledger, and tells whether there is nothing left to do in it,
// other than looking again at what has ended.
func (h *house) isQuiet() bool {
	ctx, cancel := context.WithTimeout(h.t.Context(), 10*time.Second)
	defer cancel()
	path := filepath.Join(h.dir, "copy.db")
	file := must(os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600))(h.t)
	err := boltdb.Copy(ctx, h.ledger, file)
	if closed := file.Close(); err != nil || closed != nil { // it has not come up yet
		return false
	}
	db := must(boltdb.OpenToRead(path))(h.t)
	defer func() { _ = db.Close() }()
	for _, index := range []string{store.SlotIndex, string(store.Give), string(store.Judge), string(store.Post), string(store.Tell)} {
		if rows := must(db.List(ctx, index, "", 1))(h.t); len(rows) > 0 {
			return false
		}
	}
	return h.depth(h.queue) == 0
}
