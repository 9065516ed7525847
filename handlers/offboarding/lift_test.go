package offboarding_test

import (
	"testing"
	"time"

	"sekisho/handlers/offboarding"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

func TestNothingIsLiftedBeforeAllHasEnded(t *testing.T) {
	inOffboarding(t, func(w *world) {
		w.offboard()
		if got, err := w.offboarder.Lift(t.Context(), "U0CHIEF", "U0YAMADA", "x"); err != nil || got != offboarding.NotDone {
			t.Errorf("%q, %v", got, err)
		}
	})
}

// offboarded runs a test in which Yamada has left, and all has ended.
func offboarded(t *testing.T, test func(w *world, id string)) {
	t.Helper()
	inOffboarding(t, func(w *world) {
		id := w.offboard()
		w.wait(3 * time.Minute)
		if o := w.offboarding(id); o.State != store.Departed {
			t.Fatalf("%s: %v", o.State, results(o))
		}
		test(w, id)
	})
}

// Security does not lift what stands of themselves, also not as one whom the configuration names by another account since.
func TestNobodyLiftsTheirOwn(t *testing.T) {
	offboarded(t, func(w *world, _ string) {
		w.govern(func(p *policy.Policy) { p.Security = []string{"U0CHIEF", "U0YAMADA2"} })
		if got, err := w.offboarder.Lift(t.Context(), "U0YAMADA2", "U0YAMADA", "mine"); err != nil || got != people.Leaves {
			t.Errorf("%q, %v", got, err)
		}
	})
}
