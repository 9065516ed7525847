package bot

import (
	"errors"
	"strings"
	"testing"

	"sekisho/bot/fakeslack"
	"sekisho/handlers/access"
	"sekisho/store"
)

// TestWhoApprovedHearsOfIt: in their DM and language, with a way back; and once it is over, where that stood.
func TestWhoApprovedHearsOfIt(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		d := &desk{}
		w.run(d)
		g := lived(t, w.post(request()), approve, plan, apply)
		at, err := w.voice.Approver(t.Context(), store.Card{}, sato, g)
		if said := w.Messages(w.DM(sato)); err != nil || len(said) != 1 || !strings.Contains(said[0].Text, "承認しました") {
			t.Fatalf("%+v, %v", said, err)
		}
		w.press(sato, at, store.Revoke)
		if taken := d.presses(); len(taken) != 1 || taken[0].Verb != store.Revoke || taken[0].Card != at || taken[0].On != g.ID {
			t.Errorf("presses %+v", taken)
		}
		again, err := w.voice.Approver(t.Context(), at, sato, lived(t, g, revoke, undo))
		if said := w.Messages(w.DM(sato)); err != nil || again != at || len(said) != 1 || !strings.Contains(string(said[0].Blocks), "取り消し済み") {
			t.Errorf("redrawn at %+v: %+v, %v", again, said, err)
		}
		w.SetUser(fakeslack.User{ID: "U0LEFT", Deleted: true})
		if _, err := w.voice.Approver(t.Context(), store.Card{}, "U0LEFT", g); !errors.Is(err, access.ErrUnreachable) {
			t.Errorf("who has left: %v", err)
		}
	})
}
