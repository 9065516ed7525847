package offboarding

import (
	"context"

	"sekisho/handlers"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// NotDone refuses to lift an offboarding while something is to be ended still.
const NotDone = "not_done"

// Lift lets the person behind a Slack account ask again who was offboarded. With a refusal nothing was stored. Nobody lifts
// their own, and nothing is lifted before all has ended.
func (w *Offboarder) Lift(ctx context.Context, by, account, reason string) (string, error) {
	if refusal, err := w.mayOffboard(ctx, by); err != nil || refusal != "" {
		return refusal, err
	}
	person := w.Policy.People.OrSelf(account)
	standing, err := w.standingOf(ctx, person)
	if err == nil && standing.ID != "" {
		_, err = w.Verify(ctx, standing.ID)
	}
	switch {
	case len(store.BrokenIn(err)) > 0:
		return handlers.Unusable, w.ReportBroken(ctx, err)
	case err != nil:
		return "", err
	case !standing.Stands():
		return NoLeaver, nil
	case w.Policy.People.In(w.Policy.People.Of(by), []store.Person{person, standing.Person}):
		return policy.Own, nil
	case standing.Open():
		return NotDone, nil
	case !policy.Says(reason):
		return policy.NoReason, nil
	}
	_, err = w.update(ctx, standing.ID, func(o store.Offboarding) (store.Offboarding, error) {
		return o.After(store.Entry{Verb: store.Lift, By: by, At: w.Time(), Note: reason})
	})
	if err == nil {
		w.Log.Info("offboarding lifted", "id", standing.ID, "by", by, "person", standing.Person)
	}
	return "", err
}
