package handlers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sekisho/store"
)

const (
	claimSteps  = 3                                 // the most steps that anybody takes under one claim: to give is to ask again, to plan and to act
	claimMargin = 30 * time.Second                  // for what is written between them, and for the clocks of two programs that differ
	ClaimTime   = claimSteps*StepTime + claimMargin // so a claim that has run out is a dead worker's
)

// IgnoreFaster passes over what failed because somebody was faster: the record is due again, as what it is now.
func IgnoreFaster(err error) error {
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrTaken) || errors.Is(err, ErrMoved) {
		return nil
	}
	return err
}

// NewClaim returns a claim of this process. It is longer than all steps under it.
func (e *Engine) NewClaim() store.Claim {
	return store.Claim{Owner: e.Owner, End: e.Time().Add(ClaimTime).UTC().Round(0)}
}

// Recover voids the claims of a process that is dead. Only who knows that no other lives may call it: the owner of a
// locked ledger file, before Run. The claim on a record that cannot be read stays, and is told.
func (e *Engine) Recover(ctx context.Context) error {
	for stuck := 0; ; {
		rows, err := e.DB.List(ctx, store.ClaimIndex, "", stuck+recoverAtOnce)
		if err != nil || len(rows) == stuck {
			return err
		}
		stuck = 0
		for _, row := range rows {
			r, err := store.Load(ctx, e.DB, row.ID)
			if err == nil {
				err = do(ctx, row.ID, e.of(r).Unclaim)
			}
			if len(store.BrokenIn(err)) > 0 {
				stuck++
				err = e.ReportBroken(ctx, err)
			}
			if err != nil {
				return fmt.Errorf("void claim on %s: %w", row.ID, err)
			}
		}
	}
}

const recoverAtOnce = 100
