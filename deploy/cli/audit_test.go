package cli_test

import (
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

// grants reads all grants of a ledger that nobody holds now.
func (h *house) read(visit func(db *boltdb.Reader, doc store.Doc)) {
}
