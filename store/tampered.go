package store

import (
	"context"
	"errors"
	"fmt"
)

// Broken is the error of a record that stands in the ledger and cannot be used.
type Broken struct {
	ID  string
	Err error
}

func (b *Broken) Error() string { return fmt.Sprintf("record %s cannot be read: %v", b.ID, b.Err) }

func (b *Broken) Unwrap() error { return b.Err }

// BrokenIn returns the ids of the records that an error names as [Broken], each once.
func BrokenIn(err error) []string {
	switch joined := err.(type) {
	case *Broken:
		return []string{joined.ID}
	case interface{ Unwrap() []error }:
		var ids []string
		for _, each := range joined.Unwrap() {
			ids = union(ids, BrokenIn(each))
		}
		return ids
	}
	if inner := errors.Unwrap(err); inner != nil {
		return BrokenIn(inner)
	}
	return nil
}

// Tampered is the kind of the alerts about records that cannot be used as they stand in the ledger. The Target is the record's id, the
// Note why. Such an alert has no remedy here: it is closed once the record can be read.
const Tampered AlertKind = "tampered"

// The Notes of an alert about a record that cannot be used.
const (
	CannotBeRead = "CannotBeRead" // it is no record any more
	DoesNotFit   = "DoesNotFit"   // it is not what its entries say, and nothing is done about it
	IsRebuilt    = "IsRebuilt"    // it was not what its entries said, and ends as those say that fit
)

// TamperedAlertID is the id of the one alert about a record that cannot be used.
func TamperedAlertID(record string) string { return AlertPrefix + string(Tampered) + "-" + record }

// Readable is nil if a record can be read, or is not there.
func Readable(ctx context.Context, db DB, id string) error {
	_, err := Load(ctx, db, id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}
