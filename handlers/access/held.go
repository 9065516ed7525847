package access

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"sekisho/handlers"
	"sekisho/store"
)

// settleHeld writes that a request found its access there before, which its holder and who approved it read in a new message.
// Where that defeats a managed group, the alert for security is in the same write.
func (k *Keeper) settleHeld(ctx context.Context, mine store.Grant, facts map[string]string) error {
	for {
		g, err := store.LoadGrant(ctx, k.DB, mine.ID)
		if err != nil {
			return err
		}
		if g.Claim != mine.Claim {
			return fmt.Errorf("settle %s: claim lost: %w", g.ID, handlers.ErrMoved)
		}
		g.Claim = store.Claim{}
		outcome := heldFacts(g, facts)
		outcome[store.FactNews] = store.ToApprovers
		g, err = g.After(store.Entry{Verb: store.Apply, By: store.Self, At: k.Time(), Facts: outcome})
		if err != nil {
			return err
		}
		records := []store.Record{&g}
		if _, ok := k.Rosters[g.Kind]; ok {
			a, news, err := k.suspect(ctx, managed{g.Kind, g.Account, g.Target}, g.Effects[store.FactGroup], g.Subject, g.ID)
			if err != nil {
				return err
			}
			if news {
				records = append(records, &a)
			}
		}
		if err = k.Save(ctx, records...); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

// heldFacts are the facts of an outcome, which say so where the access was there before.
func heldFacts(g store.Grant, facts map[string]string) map[string]string {
	if !g.AlreadyHeld() {
		return facts
	}
	out := map[string]string{store.FactHeld: "true"}
	maps.Copy(out, facts)
	return out
}
