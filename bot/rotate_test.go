package bot

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"sekisho/bot/fakeslack"
	"sekisho/handlers"
)

// TestRotateByCommand: what is named opens its form, and the form begins it, or says why not.
func TestRotateByCommand(t *testing.T) {
	for _, typed := range []string{"rotate batch-1", "ROTATE Svc-Batch-1"} {
		inSlack(t, func(t *testing.T, w *world) {
			d := &desk{rotates: rotatable(3)}
			w.run(d)
			if _, err := w.Slash(kato, approvals, "/jit", typed); err != nil {
				t.Fatal(err)
			}
			w.until(func() bool { _, open := w.Modal(kato); return open })
			form, _ := w.Modal(kato)
			if shown := w.RenderView(form); form.Title != "Rotate a key" || !strings.Contains(shown, "svc-batch-1") || len(d.begun) != 0 {
				t.Errorf("%s opens %q, begun %q:\n%s", typed, form.Title, d.begun, shown)
			}
			d.decide(handlers.Decision{Refusal: handlers.InUse})
			if delivery, err := w.Submit(kato, form.ID, map[string]string{reasonField: "leak"}); err != nil || !strings.Contains(string(delivery.Response), "being rotated already") {
				t.Errorf("refused: %s, %v", delivery.Response, err)
			}
			if _, open := w.Modal(kato); !open {
				t.Error("the form is closed, and nothing was begun")
			}
			d.decide(handlers.Decision{})
			if delivery, err := w.Submit(kato, form.ID, map[string]string{reasonField: "leak"}); err != nil || delivery.Problem != "" {
				t.Errorf("%+v, %v", delivery, err)
			}
			if _, open := w.Modal(kato); open || !slices.Equal(d.begun, []string{kato + " batch-1 leak", kato + " batch-1 leak"}) {
				t.Errorf("open %t, begun %q", open, d.begun)
			}
		})
	}
}

// TestRotateIsAskedForWithAReason, where somebody has to decide on it.
func TestRotateIsAskedForWithAReason(t *testing.T) {
	for i, optional := range []bool{true, true, false} {
		form := string(body(t, penIn("en").RotateForm(rotatable(3)[i])))
		if strings.Contains(form, `"optional":true`) != optional {
			t.Errorf("%d: %s", i, form)
		}
	}
}

// TestRotateFromTheList: alone it lists them, and a button opens the form; what is under way by then takes the list's place.
func TestRotateFromTheList(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		d := &desk{rotates: rotatable(3)}
		w.run(d)
		said := w.jit(yamada, "rotate")
		for _, part := range []string{"svc-batch-1", "svc-batch-2", "すでにローテーション中", "キーをローテーション"} {
			if !strings.Contains(said, part) {
				t.Errorf("no %q in\n%s", part, said)
			}
		}
		list := w.Ephemerals(yamada)[0]
		press := fakeslack.Press{User: yamada, Channel: approvals, TS: list.TS, Block: "batch-3", Action: rotateVerb}
		if _, err := w.Click(press); err != nil {
			t.Fatal(err)
		}
		w.until(func() bool { _, open := w.Modal(yamada); return open })
		if form, _ := w.Modal(yamada); !strings.Contains(w.RenderView(form), "svc-batch-3") {
			t.Errorf("form %s", w.RenderView(form))
		}
		press.Block = "batch-1"
		d.mu.Lock()
		d.rotates[0].Busy = true
		d.mu.Unlock()
		if _, err := w.Click(press); err != nil {
			t.Fatal(err)
		}
		w.until(func() bool { return !strings.Contains(w.Render(w.Ephemerals(yamada)[0]), "svc-batch-3") })
		if said := w.Render(w.Ephemerals(yamada)[0]); !strings.Contains(said, "すでにローテーション中") {
			t.Errorf("said %s", said)
		}
		if len(d.presses()) != 0 || len(d.begun) != 0 {
			t.Errorf("presses %v, begun %v", d.presses(), d.begun)
		}
	})
}

// TestNothingToRotate: who cannot begin one reads why.
func TestNothingToRotate(t *testing.T) {
	for _, c := range []struct {
		typed, refusal string
		failed         error
		says           string
	}{
		{"rotate", handlers.NotAsker, nil, "no access key that you may rotate"},
		{"rotate batch-1", handlers.Guest, nil, "Guests of this workspace can't rotate keys."},
		{"rotate", handlers.NoPerson, nil, "isn't registered"},
		{"rotate", "", errors.New("no answer"), "try again in a minute"},
		{"rotate *nothing*", "", nil, "no rotation called `*nothing*`"},
		{"rotate batch-2", "", nil, "is being rotated already"},
	} {
		t.Run(c.typed, func(t *testing.T) {
			inSlack(t, func(t *testing.T, w *world) {
				d := &desk{refusal: c.refusal, failed: c.failed, rotates: rotatable(3)}
				w.run(d)
				w.jit(kato, c.typed)
				if said := w.Ephemerals(kato)[0]; !strings.Contains(said.Text, c.says) || len(said.Blocks) > 0 {
					t.Errorf("said %q, want %q; blocks %s", said.Text, c.says, said.Blocks)
				}
			})
		})
	}
}

// TestRotateWhenSlackFails: nothing is begun, and the log says that there was no form.
func TestRotateWhenSlackFails(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		d := &desk{rotates: rotatable(1)}
		w.run(d)
		w.failing(refusing("views.open", "internal_error"))
		if delivery, err := w.Slash(kato, approvals, "/jit", "rotate batch-1"); err != nil || !delivery.Acked {
			t.Errorf("%+v, %v", delivery, err)
		}
		synctest.Wait()
		if !strings.Contains(w.log.String(), "form not opened") || len(d.begun) != 0 {
			t.Errorf("begun %v, log %s", d.begun, w.log)
		}
	})
}
