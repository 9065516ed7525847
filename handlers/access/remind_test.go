package access_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/store"
)

// said counts the lines of the thread about a verb.
func (v *voice) said(verb store.Verb) (n int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, line := range v.lines {
		if line == verb {
			n++
		}
	}
	return n
}

func (v *voice) bells() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.reminders
}

func TestAWaitingRequestIsRemindedOf(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		for minute := range 300 {
			want := 0
			for _, m := range []int{15, 30, 60, 120} {
				if minute >= m {
					want++
				}
			}
			w.wait(3 * time.Second) // the next tick
			if got := w.voice.said(store.Remind); got != want {
				t.Fatalf("%d reminders after %d minutes, want %d", got, minute, want)
			}
			w.wait(57 * time.Second)
		}
		w.press("U0SATO", store.Approve)
		w.is("1", store.Active, true)
	})
}

// Who was dead does not make up for what they missed, and decided is decided.
func TestNoReminderTwiceNorTooLate(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.wait(16 * time.Minute)
		w.stop()
		time.Sleep(2 * time.Hour)
		w.keeper = w.newKeeper()
		w.run()
		w.wait(time.Minute)
		if got := w.voice.said(store.Remind); got != 2 {
			t.Errorf("%d reminders, want the first and one for all that were missed", got)
		}
		w.press("U0SATO", store.Deny)
		w.wait(3 * time.Hour)
		if got := w.voice.said(store.Remind); got != 2 {
			t.Errorf("%d reminders after the denial", got)
		}
	})
}

// tenOnOneCard are requests that come while Slack does not answer.
func (w *world) tenOnOneCard() {
	w.t.Helper()
	w.voice.setDown(true)
	for n := range 10 {
		user := fmt.Sprintf("user-%d", n)
		w.aws.AddUser(account, user, map[string]string{"sekisho:slack-user-id": "U0OTHER"})
		w.receive(access.Request{ID: "login-" + user, Origin: store.SignIn, Account: account, User: user, Signin: store.Signin{At: time.Now()}})
	}
	w.wait(time.Second)
	w.voice.setDown(false)
}

// An extension on a digest is reminded of at its own time, and not together with the requests beside it.
func TestAnExtensionOnADigest(t *testing.T) {
	inWorld(t, func(w *world) {
		w.tenOnOneCard()
		w.wait(20 * time.Minute) // the requests have been reminded of once
		w.pressOn(w.voice.cardOf("login-user-0"), "U0SATO", store.Approve)
		w.wait(time.Minute)
		g := w.voice.cardOf("login-user-0")
		more := store.Press{ID: store.PressPrefix + "more", By: "U0OTHER", Verb: store.AskMore, On: g.ID, Terms: g.ExtensionTerms()}
		if refusal := w.pressed(more); refusal != "" {
			t.Fatal(refusal)
		}
		for want, wait := range []time.Duration{14 * time.Minute, 2 * time.Minute} { // the others are reminded of in between
			w.wait(wait)
			if g := w.grant("user-0"); g.OfExtension != want || g.Reminders != 1 {
				t.Errorf("%d reminders of the extension, want %d; %d of the request", g.OfExtension, want, g.Reminders)
			}
			if other := w.grant("user-1"); other.Reminders != 2 {
				t.Errorf("%d reminders of a request", other.Reminders)
			}
		}
	})
}

// Ten requests on one card remind once.
func TestADigestRemindsOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		w.tenOnOneCard()
		w.wait(20 * time.Minute)
		bells := 0
		for n := range 10 {
			g := w.grant(fmt.Sprintf("user-%d", n))
			entries, err := w.db.Entries(w.t.Context(), g.ID, 0)
			if last := entries[len(entries)-1]; err != nil || last.Verb != store.Remind || !g.Digest {
				t.Errorf("%s: last is %s, %v", g.ID, last.Verb, err)
			} else if last.Facts["with"] == "" {
				bells++
			}
		}
		if bells != 1 {
			t.Errorf("%d of ten ring", bells)
		}
	})
}

func TestTheHolderHearsOfTheEnd(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.wait(3*time.Hour + 44*time.Minute)
		if n := w.voice.bells(); n != 0 {
			t.Errorf("%d reminders too early", n)
		}
		w.wait(time.Minute + 3*time.Second)
		g := w.grant("1")
		if n := w.voice.bells(); n != 1 || g.Reminder.TS == "" || !g.Warned.Equal(g.Until) {
			t.Errorf("%d reminders; %+v", n, g.Reminding)
		}
		w.signIn("2") // prolongs: the old reminder is redrawn, and there is another before the new end
		if g = w.grant("1"); g.Warned.Equal(g.Until) || !w.voice.reminded[len(w.voice.reminded)-1].Until.Equal(g.Until) {
			t.Errorf("redrawn for the end %s, now %s", w.voice.reminded[len(w.voice.reminded)-1].Until, g.Until)
		}
		w.wait(3*time.Hour + 46*time.Minute)
		if n := w.voice.bells(); n != 2 {
			t.Errorf("%d reminders of two ends", n)
		}
		w.press("U0YAMADA", store.Finish)
		w.is("1", store.Ended, false)
		if last := w.voice.reminded[len(w.voice.reminded)-1]; last.State != store.Ended {
			t.Errorf("the reminder shows %s", last.State)
		}
	})
}

// However often the process dies, the reminder is said; too late for it, it is not.
func TestTheReminderAndTheDead(t *testing.T) {
	for dead, want := range map[time.Duration]int{time.Minute: 1, 14 * time.Minute: 1, 16 * time.Minute: 0} {
		inWorld(t, func(w *world) {
			w.signIn("1")
			w.press("U0SATO", store.Approve)
			w.wait(3*time.Hour + 44*time.Minute)
			w.stop()
			time.Sleep(time.Minute + dead)
			w.keeper = w.newKeeper()
			w.run()
			w.wait(time.Second)
			if n := w.voice.bells(); n != want {
				t.Errorf("dead for %s beyond its time: %d reminders, want %d", dead, n, want)
			}
		})
	}
}

// A reminder that Slack did not take is sent when it does, and not sent any more once the access has ended.
func TestTheReminderWaitsForSlack(t *testing.T) {
	for finished, want := range map[bool]int{false: 1, true: 0} {
		inWorld(t, func(w *world) {
			w.signIn("1")
			w.press("U0SATO", store.Approve)
			card := w.voice.card()
			w.wait(3*time.Hour + 44*time.Minute)
			w.voice.setDown(true)
			w.wait(5 * time.Minute)
			if finished {
				w.pressOn(card, "U0YAMADA", store.Finish)
			}
			w.voice.setDown(false)
			w.wait(time.Minute)
			if n := w.voice.bells(); n != want {
				t.Errorf("finished %t: %d reminders, want %d", finished, n, want)
			}
			if rows, err := w.db.List(context.Background(), string(store.Tell), "", 9); err != nil || len(rows) > 0 {
				t.Errorf("left to tell: %v, %v", rows, err)
			}
		})
	}
}

// A process that dies between the entry and the message leaves the message to the next one.
func TestTheReminderIsSaidAfterACrash(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.wait(3*time.Hour + 44*time.Minute)
		w.voice.setDown(true)
		w.wait(2 * time.Minute)
		if g := w.grant("1"); !g.Warned.Equal(g.Until) || w.voice.bells() != 0 {
			t.Fatalf("entry written %t, %d reminders", g.Warned.Equal(g.Until), w.voice.bells())
		}
		w.stop()
		w.voice.setDown(false)
		w.keeper = w.newKeeper()
		w.run()
		w.wait(15 * time.Second)
		if n := w.voice.bells(); n != 1 {
			t.Errorf("%d reminders", n)
		}
	})
}
