package access_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// picky is a voice that fails now and then, before or after it was heard.
type picky struct {
	*voice
	fails func(what string) (heard bool, err error)
}

func (p *picky) Card(ctx context.Context, at store.Card, grants ...store.Grant) (store.Card, error) {
	heard, err := p.fails("card")
	if !heard && err != nil {
		return at, err
	}
	card, _ := p.voice.Card(ctx, at, grants...)
	if err != nil {
		return at, err
	}
	return card, nil
}

func (p *picky) Thread(ctx context.Context, g store.Grant, e store.Entry) (bool, error) {
	heard, err := p.fails("thread")
	if heard || err == nil {
		_, _ = p.voice.Thread(ctx, g, e)
	}
	return true, err
}

func (p *picky) DM(ctx context.Context, g store.Grant) (store.Card, error) {
	if _, err := p.fails("dm"); err != nil {
		return g.DM, err
	}
	return p.voice.DM(ctx, g)
}

// told runs the main job with a voice, and returns the thread as people saw it.
func told(t *testing.T, fails func(string) (bool, error)) (*world, []store.Verb) {
	t.Helper()
	var out *world
	inWorld(t, func(w *world) {
		w.stop()
		w.keeper.Voice = &picky{w.voice, fails}
		w.run()
		w.signIn("1")
		w.wait(time.Minute)
		w.press("U0SATO", store.Approve)
		w.wait(time.Minute)
		w.press("U0YAMADA", store.Finish)
		w.wait(5 * time.Minute)
		w.is("1", store.Ended, false)
		if g := w.voice.card(); g.State != store.Ended {
			t.Errorf("the card says %s", g.State)
		}
		if rows, err := w.db.List(t.Context(), string(store.Tell), "", 9); err != nil || len(rows) > 0 {
			t.Errorf("not told: %v, %v", rows, err)
		}
		out = w
	})
	return out, out.voice.lines
}

var story = []store.Verb{store.Receive, store.Ask, store.Approve, store.Plan, store.Apply, store.Finish, store.Undo, store.Recheck}

func TestEveryEntryIsToldInOrder(t *testing.T) {
	_, lines := told(t, func(string) (bool, error) { return false, nil })
	if !slices.Equal(lines, story) {
		t.Errorf("told %v, want %v", lines, story)
	}
}

// What fails before it is heard is said once, what fails after it was heard at most once more; nothing is left out.
func TestNothingIsLeftOut(t *testing.T) {
	for _, heard := range []bool{false, true} {
		for _, what := range []string{"card", "thread", "dm"} {
			n := 0
			w, lines := told(t, func(called string) (bool, error) {
				if called != what {
					return false, nil
				}
				if n++; n%2 == 1 {
					return heard, errDown
				}
				return false, nil
			})
			if got := slices.Compact(slices.Clone(lines)); !slices.Equal(got, story) {
				t.Errorf("%s fails, heard %t: told %v, want %v", what, heard, got, story)
			}
			if twice := len(lines) > len(story); twice != (heard && what == "thread") {
				t.Errorf("%s fails, heard %t: %d lines for %d entries", what, heard, len(lines), len(story))
			}
			if len(w.voice.dms) == 0 {
				t.Errorf("%s fails, heard %t: nobody was asked", what, heard)
			}
		}
	}
}

// Who cannot be written to keeps nobody else from hearing.
func TestUnreachable(t *testing.T) {
	asked := 0
	w, lines := told(t, func(what string) (bool, error) {
		if what == "dm" {
			asked++
			return false, fmt.Errorf("open DM: %w", access.ErrUnreachable)
		}
		return false, nil
	})
	if !slices.Equal(lines, story) || len(w.voice.dms) != 0 {
		t.Errorf("told %v, DMs %d", lines, len(w.voice.dms))
	}
	if asked > 6 { // one for each change of state
		t.Errorf("tried %d times to reach somebody who cannot be", asked)
	}
}

// What changes nothing that a card shows does not redraw it.
func TestNoNeedlessRedraws(t *testing.T) {
	w, _ := told(t, func(string) (bool, error) { return false, nil })
	if got := len(w.voice.cards); got > 5 { // asked, approved, active, ending, ended
		t.Errorf("drawn %d times", got)
	}
}

// A refusal is delivered when Slack answers again, but not when it is old.
func TestAnswers(t *testing.T) {
	for outage, want := range map[time.Duration]int{time.Second: 1, 30 * time.Minute: 1, 2 * time.Hour: 0} {
		inWorld(t, func(w *world) {
			w.signIn("1")
			g := w.voice.card()
			w.voice.setDown(true)
			p := store.Press{ID: "press-1", By: "U0OTHER", Verb: store.Approve, On: g.ID, Terms: g.Terms(), Card: g.Card}
			if refusal := w.pressed(p); refusal != policy.NotApprover {
				t.Errorf("refusal %q", refusal)
			}
			w.wait(outage)
			w.voice.setDown(false)
			w.wait(time.Minute)
			if got := len(w.voice.answers); got != want {
				t.Errorf("after an outage of %s: %d answers, want %d", outage, got, want)
			}
			if p, err := store.LoadPress(t.Context(), w.db, "press-1"); err != nil || !p.Heard {
				t.Errorf("still to be told: %+v, %v", p, err)
			}
		})
	}
}

// A press on what does not exist is answered, and does nothing.
func TestPressOnNothing(t *testing.T) {
	inWorld(t, func(w *world) {
		for i, on := range []string{"login-none", "alert-none", "", "press-1", "mark-clock"} {
			p := store.Press{ID: fmt.Sprint("press-x", i), By: "U0SATO", Verb: store.Approve, On: on}
			if refusal := w.pressed(p); refusal != handlers.Gone {
				t.Errorf("on %q: %q", on, refusal)
			}
		}
	})
}

// A process that died while it acted leaves claims. Who has the ledger alone voids them and goes on at once; who has not
// waits until they have run out.
func TestClaimsOfTheDead(t *testing.T) {
	for _, alone := range []bool{true, false} {
		inWorld(t, func(w *world) {
			w.signIn("1")
			w.press("U0SATO", store.Approve)
			w.stop()
			g := w.grant("1")
			g, err := g.After(store.Entry{Verb: store.Expire, By: store.Self, At: time.Now()})
			if err != nil {
				t.Fatal(err)
			}
			g.Claim = store.Claim{Owner: "the dead", End: time.Now().Add(time.Minute)}
			alert := store.Alert{ID: "alert-1", Kind: store.Unknown, Account: account, Target: group, Subject: store.Subject{User: "nobody", UserID: "AIDANOBODY"}}
			for _, v := range []store.Verb{store.Raise, store.Remedy} {
				if alert, err = alert.After(store.Entry{Verb: v, By: store.Self, At: time.Now()}); err != nil {
					t.Fatal(err)
				}
			}
			alert.Claim = g.Claim
			if err := store.Save(t.Context(), w.db, &g, &alert); err != nil {
				t.Fatal(err)
			}
			if alone {
				if err := w.keeper.Recover(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			w.run()
			w.wait(10 * time.Second)
			if ended := w.grant("1").State == store.Ended; ended != alone {
				t.Errorf("alone %t: after ten seconds it is %s", alone, w.grant("1").State)
			}
			w.wait(time.Minute)
			w.is("1", store.Ended, false)
			if a, err := store.LoadAlert(t.Context(), w.db, "alert-1"); err != nil || a.State != store.Acted {
				t.Errorf("alone %t: the alert is %s, %v", alone, a.State, err)
			}
		})
	}
}

// A kind that this program does not know stays in the ledger, is told as trouble, and is ended by one that does.
func TestAnUnknownKind(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.stop()
		known := w.keeper.Clouds
		w.keeper.Clouds = map[string]access.Cloud{}
		w.run()
		w.press("U0YAMADA", store.Finish)
		w.wait(time.Minute)
		w.is("1", store.Ending, true)
		if g := w.voice.card(); g.Trouble == "" {
			t.Error("the card says nothing of it")
		}
		w.stop()
		w.keeper.Clouds = known
		w.run()
		w.wait(20 * time.Second)
		w.is("1", store.Ended, false)
	})
}

// A ledger that cannot be read for a while stops nothing for good.
func TestLedgerUnreadable(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.stop()
		broken := &unreadable{DB: w.db, broken: true}
		w.keeper.DB = broken
		w.run()
		w.wait(5 * time.Hour)
		w.is("1", store.Active, true)
		w.stop()
		broken.broken = false
		w.run()
		w.wait(10 * time.Second)
		w.is("1", store.Ended, false)
	})
}

type unreadable struct {
	store.DB
	broken bool
}

func (d *unreadable) Get(ctx context.Context, id string) (store.Doc, error) {
	if d.broken {
		return store.Doc{}, errors.New("input/output error")
	}
	return d.DB.Get(ctx, id)
}
