package bot

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"sekisho/bot/fakeslack"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
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
			w.until(func() bool { form, _ := w.Modal(kato); return form.Submit != "" })
			form, _ := w.Modal(kato)
			if shown := w.RenderView(form); form.Title != "Rotate a key" || !strings.Contains(shown, "svc-batch-1") || len(d.begun) != 0 {
				t.Errorf("%s opens %q, begun %q:\n%s", typed, form.Title, d.begun, shown)
			}
			d.decide(policy.Decision{Refusal: access.InUse})
			if delivery, err := w.Submit(kato, form.ID, map[string]string{reasonField: "leak"}); err != nil || !strings.Contains(string(delivery.Response), "being rotated already") {
				t.Errorf("refused: %s, %v", delivery.Response, err)
			}
			if _, open := w.Modal(kato); !open {
				t.Error("the form is closed, and nothing was begun")
			}
			d.decide(policy.Decision{})
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
		w.until(func() bool { form, _ := w.Modal(yamada); return form.Submit != "" })
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
		{"rotate", policy.NotAsker, nil, "no access key that you may rotate"},
		{"rotate batch-1", people.Guest, nil, "Guests of this workspace can't rotate keys."},
		{"rotate", policy.NoPerson, nil, "isn't registered"},
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

// TestARotationThatCannotBegin says so where its reason would be typed: which keys there are, and since when.
func TestARotationThatCannotBegin(t *testing.T) {
	facts := func(why string, of map[string]string) policy.Decision {
		return policy.Decision{Refusal: why, Why: []policy.Reason{{Key: why, Facts: of}}}
	}
	at := fmt.Sprint(signedIn.Unix())
	for name, c := range map[string]struct {
		hinders policy.Decision
		failed  error
		en, ja  string
	}{
		"two keys": {facts(policy.Impossible, map[string]string{"code": "TwoKeys", "keys": oldKey + "=" + at + " " + newKey + "=" + at}), nil,
			oldKey + ", created 2026-11-22 14:00 JST\n" + newKey + ", created 2026-11-22 14:00 JST", newKey + " (作成日時: 2026-11-22 14:00 JST)"},
		"rotating": {facts(access.InUse, map[string]string{"state": "proving", "key": oldKey, "since": at}), nil,
			"This key is being rotated already, since 2026-11-22 14:00 JST: " + oldKey + " is replaced.", oldKey},
		"begun":   {facts(access.InUse, map[string]string{"state": "making", "since": at}), nil, "This key is being rotated already, since 2026-11-22 14:00 JST.", "2026-11-22 14:00 JST から"},
		"asked":   {facts(access.InUse, map[string]string{"state": "asked", "since": at}), nil, "has waited for approval since 2026-11-22 14:00 JST.", "から承認待ち"},
		"held":    {facts(access.InUse, map[string]string{"state": "active", "key": oldKey, "until": at}), nil, oldKey + " of this IAM user until 2026-11-22 14:00 JST.", oldKey},
		"unknown": {facts(access.InUse, nil), nil, "This key is being rotated already, or somebody has it", "すでにローテーション中"},
		"silence": {policy.Decision{}, errors.New("no answer"), "I could not look that up.", "確認できませんでした"},
	} {
		t.Run(name, func(t *testing.T) {
			inSlack(t, func(t *testing.T, w *world) {
				d := &desk{rotates: rotatable(1), hinders: c.hinders}
				w.run(d)
				for user, want := range map[string]string{kato: c.en, sato: c.ja} {
					d.mu.Lock()
					d.failed = nil
					d.mu.Unlock()
					w.failing(func(call fakeslack.Call) *fakeslack.Failure {
						if call.Method == "views.open" { // what follows finds it out
							d.mu.Lock()
							d.failed = c.failed
							d.mu.Unlock()
						}
						return nil
					})
					if delivery, err := w.Slash(user, approvals, "/jit", "rotate batch-1"); err != nil || delivery.Problem != "" {
						t.Fatal(delivery, err)
					}
					var form fakeslack.View
					w.until(func() bool {
						form, _ = w.Modal(user)
						return strings.Contains(w.RenderView(form), strings.Split(want, "\n")[0])
					})
					if shown := w.RenderView(form); !strings.Contains(strings.Join(strings.Fields(shown), " "), strings.Join(strings.Fields(want), " ")) || form.Submit != "" {
						t.Errorf("the form says, with the button %q:\n%s", form.Submit, shown)
					}
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
