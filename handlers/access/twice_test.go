package access_test

import (
	"context"
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/store"
)

// mortal is the ledger of a process that dies once people have heard a number of new messages, before it has written the last
// of them down.
type mortal struct {
	store.DB
	voice *voice
	after int // 0: never
}

func (d *mortal) Put(ctx context.Context, docs ...store.Doc) error {
	if d.after > 0 && d.voice.messages() >= d.after {
		d.voice.setDown(true)
		return errDown
	}
	return d.DB.Put(ctx, docs...)
}

// messages counts the new messages that people have heard.
func (v *voice) messages() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	n := v.posts + len(v.lines) + v.newDMs + v.reminders + len(v.called) + len(v.recalled) + len(v.undone) + len(v.moved)
	for _, letters := range v.newLetter {
		n += letters
	}
	for _, o := range v.offboardings {
		if o.Told[store.OnCard] == 0 {
			n++
		}
	}
	return n
}

// A process that is killed while it tells has one message said twice at most, whomever it tells: all that was owed after an
// outage of Slack is told by one that dies after each message.
func TestKilledWhileTelling(t *testing.T) {
	for name, life := range map[string]func(w *world){
		"request": func(w *world) {
			w.govern(func(p *access.Settings) { p.Entitlements[0].Steps = twoOf("U0SATO", "U0CHIEF", "U0KATO", "U0OTHER") })
			w.signIn("1")
			w.pressOn(w.grant("1"), "U0SATO", store.Approve)
			w.pressOn(w.grant("1"), "U0CHIEF", store.Approve)
			w.wait(time.Minute)
			w.pressOn(w.grant("1"), "U0YAMADA", store.Finish)
			w.wait(time.Minute)
			w.is("1", store.Ended, false)
		},
		"rotation": func(w *world) {
			w.aws.AddUser(account, batch, nil)
			w.keep(w.aws.AddKey(account, batch))
			w.govern(func(p *access.Settings) {
				p.Rotations = []access.Rotation{{ID: "batch", Account: account, User: batch, Secret: keySecret, Rotators: []string{"U0SATO"},
					Steps: twoOf("U0CHIEF", "U0KATO"), Within: 24 * time.Hour, Proof: proof, Grace: grace}}
			})
			task := w.task(w.begin())
			for _, by := range []string{"U0CHIEF", "U0KATO"} {
				w.pressed(store.Press{ID: store.PressPrefix + by, By: by, Verb: store.Approve, On: task.ID, Terms: task.Terms(), Card: task.Card})
			}
			w.wait(time.Minute)
			task = w.task(task.ID)
			w.pressed(store.Press{ID: store.PressPrefix + "back", By: "U0SATO", Verb: store.PutBack, On: task.ID, Terms: task.Terms(), Card: task.Card})
			w.wait(time.Minute)
		},
		"offboarding": func(w *world) {
			w.leaver()
			id := w.offboard()
			w.wait(10 * time.Minute)
			if o := w.offboarding(id); o.State != store.Departed {
				w.t.Fatalf("it is %s", o.State)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			all := 0
			for n := 0; n <= all; n++ {
				inWorld(t, func(w *world) {
					w.voice.setDown(true)
					life(w)
					w.stop()
					w.voice.setDown(false)
					w.keeper.DB = &mortal{w.db, w.voice, n}
					w.run()
					w.wait(20 * time.Minute)
					w.stop()
					w.voice.setDown(false)
					w.keeper.DB = w.db
					w.run()
					w.wait(20 * time.Minute)
					said := w.voice.messages()
					if n == 0 {
						all = said
						t.Logf("%d messages", all)
					}
					if said < all || said > all+1 {
						t.Errorf("killed after message %d: %d messages of %d", n, said, all)
					}
					if rows, err := w.db.List(t.Context(), string(store.Tell), "", 9); err != nil || len(rows) > 0 {
						t.Errorf("killed after message %d: not told: %v, %v", n, rows, err)
					}
				})
			}
		})
	}
}
