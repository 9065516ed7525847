package access_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/audit"
	"sekisho/store"
)

// sealsIn returns the seals of a world's ledger, in order.
func (w *world) sealsIn() []store.Seal {
	w.t.Helper()
	var out []store.Seal
	for {
		s, err := store.LoadSeal(w.t.Context(), w.db, uint64(len(out)+1))
		if errors.Is(err, store.ErrNotFound) {
			return out
		}
		if err != nil {
			w.t.Fatal(err)
		}
		out = append(out, s)
	}
}

// audited fails if the ledger does not fit together.
func (w *world) audited() {
	w.t.Helper()
	if _, err := store.Audit(w.t.Context(), w.db.(store.Whole), func(f store.Fault) { w.t.Errorf("%s: %v", f.ID, f.Err) }); err != nil {
		w.t.Fatal(err)
	}
}

// What happens is sealed within a minute, at a stop, and at the next start if the program was killed; and where nothing
// happens nothing is written.
func TestWhatHappensIsSealed(t *testing.T) {
	inWorld(t, func(w *world) {
		w.wait(0)
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.wait(61 * time.Second)
		first := w.sealsIn()
		if len(first) != 1 || first[0].Why != store.SealMinute || len(first[0].Records) != 3 { // the grant, the press and where from
			t.Fatalf("sealed %+v", first)
		}
		w.wait(30 * time.Minute)
		if n := len(w.sealsIn()); n != 1 {
			t.Errorf("%d seals while nothing happened", n)
		}
		w.press("U0SATO", store.Revoke)
		w.stop()
		if seals := w.sealsIn(); len(seals) != 2 || seals[1].Why != store.SealStop || len(seals[1].Records) != 2 {
			t.Errorf("at the stop: %+v", seals)
		}
		late := store.Press{ID: store.PressPrefix + "late", By: "U0SATO", Verb: store.Approve, On: "login-1", At: time.Now()}
		if err := store.Save(w.t.Context(), w.db, &late); err != nil { // as somebody who was killed then
			t.Fatal(err)
		}
		w.keeper = w.newKeeper()
		w.run()
		w.wait(0)
		if seals := w.sealsIn(); len(seals) != 3 || seals[2].Why != store.SealStart || seals[2].Records[0].ID != late.ID || seals[2].Records[0].Seq != 1 {
			t.Errorf("at the start: %+v", seals)
		}
		w.wait(2 * time.Minute)
		w.audited()
	})
}

// muffled is a ledger that takes no seals, and takes its time for that.
type muffled struct {
	store.DB
	err error // nil: it hangs until its caller gives up
}

func (m muffled) Put(ctx context.Context, docs ...store.Doc) error {
	switch {
	case docs[0].Kind != store.KindSeal:
		return m.DB.Put(ctx, docs...)
	case m.err == nil:
		<-ctx.Done()
		return ctx.Err()
	}
	return m.err
}

// A seal that cannot be written holds up neither what ends access nor the stop, and is made up for.
func TestASealHoldsNothingUp(t *testing.T) {
	for _, failure := range []error{nil, errors.New("disk is full")} {
		t.Run(fmt.Sprint(failure), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				inner := w.db
				w.run()
				w.wait(0)
				w.signIn("1")
				w.press("U0SATO", store.Approve)
				w.is("1", store.Active, true)
				w.stop()
				g := w.voice.card()
				revoke := store.Press{ID: store.PressPrefix + "revoke", By: "U0SATO", Verb: store.Revoke, On: g.ID, Terms: g.Terms(), Card: g.Card}
				if err := w.keeper.Press(t.Context(), revoke); err != nil { // which nobody takes up
					t.Fatal(err)
				}
				w.db = muffled{inner, failure}
				w.keeper = w.newKeeper()
				begin := time.Now()
				w.run()
				w.wait(3 * time.Second)
				w.is("1", store.Ended, false)
				w.wait(5 * time.Minute)
				w.stop()
				if took := time.Since(begin) - 5*time.Minute - 3*time.Second; took > 3*time.Second {
					t.Errorf("the stop took %s", took)
				}
				w.db = inner
				w.keeper = w.newKeeper()
				w.run()
				w.wait(time.Second)
				w.stop()
				w.audited()
				if seals := w.sealsIn(); len(seals) == 0 || seals[len(seals)-1].Why != store.SealStart {
					t.Errorf("not made up for: %+v", seals)
				}
			})
		})
	}
}

// Once a day the head is posted, at the report's time or at nine, with what was sealed since: once over restarts, later where Slack
// takes nothing, and not at all where nothing was sealed.
func TestTheHeadIsPostedDaily(t *testing.T) {
	for name, head := range map[string]*handlers.Daily{
		"with reports":    {At: 7 * 60, Zone: time.UTC},
		"without reports": {At: 9 * 60, Zone: time.FixedZone("two hours ahead", 2*60*60)}, // nine there is seven here
	} {
		reports := name == "with reports"
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				if reports {
					w.audits = &audit.Settings{Report: head}
				}
				w.govern(func(p *access.Settings) { p.Head = head })
				posted := func() []postedHead {
					w.voice.mu.Lock()
					defer w.voice.mu.Unlock()
					return slices.Clone(w.voice.heads)
				}
				until := func(hour int) {
					w.wait(time.Until(time.Now().Truncate(24 * time.Hour).Add(time.Duration(hour) * time.Hour)))
				}
				w.wait(time.Minute)
				w.signIn("1")
				until(6)
				if got := posted(); len(got) > 0 {
					t.Fatalf("too early: %+v", got)
				}
				until(8)
				if got := posted(); len(got) != 1 {
					t.Fatalf("posted %+v", got)
				}
				until(31)
				for range 3 {
					w.govern(func(*access.Settings) {})
					w.wait(2 * time.Hour)
				}
				if got := posted(); len(got) != 2 { // the request has lapsed
					t.Fatalf("once a day, over restarts: %+v", got)
				}
				until(24 + 9)
				before := 2
				if reports {
					before++ // the report itself was sealed; without it nothing was
				}
				if got := posted(); len(got) != before {
					t.Fatalf("on the third day: %+v", got)
				}
				w.signIn("2")
				w.voice.setDown(true)
				until(24 + 9)
				w.voice.setDown(false)
				w.wait(2 * time.Hour)
				got := posted()
				if len(got) != before+1 {
					t.Fatalf("after Slack's outage: %+v", got)
				}
				seals, changes := w.sealsIn(), 0
				for _, s := range seals[got[before-1].Number:got[before].Number] {
					changes += len(s.Records)
				}
				if err := store.CheckHead(t.Context(), w.db.(store.Whole), got[before].SealHead); err != nil || got[before].changes != changes || changes == 0 {
					t.Errorf("%+v of %d changes: %v", got[before], changes, err)
				}
				w.audited()
			})
		})
	}
}

// After a month the ledger has neither the press nor what was ignored, and still what was given; the seals have the rest.
func TestWhatCameToNothingIsDeletedAfterAMonth(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.Keep = 30 * 24 * time.Hour })
		w.wait(time.Minute)
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		press := fmt.Sprint(store.PressPrefix, w.n)
		w.receive(access.Request{ID: "login-2", Origin: store.SignIn, Account: account, User: "nobody",
			Signin: store.Signin{At: time.Now(), Address: "203.0.113.9", MFA: "yes", Principal: "AIDANOBODY"}})
		w.wait(29 * 24 * time.Hour)
		for _, id := range []string{"login-1", "login-2", press} {
			if _, err := w.db.Get(t.Context(), id); err != nil {
				t.Errorf("after 29 days: %v", err)
			}
		}
		w.wait(2 * 24 * time.Hour)
		w.is("1", store.Ended, false)
		for _, id := range []string{"login-2", press} {
			if _, err := w.db.Get(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("after 31 days %s: %v", id, err)
			}
		}
		w.audited()
	})
}
