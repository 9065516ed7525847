package bot

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"sekisho/bot/fakeslack"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/store"
)

// TestAFormSentTwice: every form has its effect once, and the second time the answer of the first, whatever would be refused by
// then.
func TestAFormSentTwice(t *testing.T) {
	typed := func(text string) func(*world) {
		return func(w *world) {
			if d, err := w.Slash(kato, approvals, "/jit", text); err != nil || d.Problem != "" {
				w.t.Fatal(d, err)
			}
		}
	}
	pressed := func(verb store.Verb) func(*world) { return func(w *world) { w.click(kato, w.post(request()), verb) } }
	for name, c := range map[string]struct {
		open   func(*world)
		values map[string]string
	}{
		"request": {typed("request"), map[string]string{reasonField: "x"}}, "rotation": {typed("rotate batch-1"), map[string]string{reasonField: "x"}},
		"offboarding": {typed("offboard <@U0YAMADA>"), map[string]string{reasonField: "x"}}, "lifting": {typed("offboard <@U0YAMADA>"), map[string]string{reasonField: "x"}},
		"denial": {pressed(store.Deny), map[string]string{"deny": "x"}}, "approval": {pressed(approveWith), nil},
	} {
		t.Run(name, func(t *testing.T) {
			inSlack(t, func(t *testing.T, w *world) {
				leaver := "form/offboard"
				if name == "lifting" {
					leaver = "form/offboard-lift"
				}
				d := &desk{offers: offers()[:1], rotates: rotatable(1), leaver: leavers()[leaver], grant: request()}
				w.run(d)
				c.open(w)
				var form fakeslack.View
				w.until(func() bool { form, _ = w.Modal(kato); return form.Submit != "" })
				first, err := w.Submit(kato, form.ID, c.values)
				if err != nil || first.Problem != "" || first.Response != nil {
					t.Fatalf("sent: %+v, %v", first, err)
				}
				taken := d.counts()
				d.mu.Lock()
				d.decides, d.refusal = wishRefused(access.InUse, ""), people.BeingOffboarded
				d.mu.Unlock()
				again, err := w.Resubmit(first)
				if err != nil || again.Problem != "" || again.Response != nil || d.counts() != taken {
					t.Errorf("sent again: %+v, %v, taken in %d times more", again, err, d.counts()-taken)
				}
			})
		})
	}
}

// counts is how much was taken in.
func (d *desk) counts() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.wishes) + len(d.begun) + len(d.ended) + len(d.taken)
}

// TestAFormSentTwiceAtOnce: the second waits for the answer of the first. What was not taken in is looked at anew.
func TestAFormSentTwiceAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f sentForms
		var all sync.WaitGroup
		takes := 0
		for range 3 {
			all.Go(func() {
				got := f.once(t.Context(), "V1", time.Now(), func() reply { takes++; time.Sleep(time.Second); return reply{} })
				if got.none || got.says != nil {
					t.Errorf("answered %+v", got)
				}
			})
		}
		all.Wait()
		for _, answer := range []reply{{says: "wrong"}, {none: true}} {
			for range 2 {
				if got := f.once(t.Context(), "V2", time.Now(), func() reply { takes++; return answer }); !cmp.Equal(got.says, answer.says) || got.none != answer.none {
					t.Errorf("answered %+v, want %+v", got, answer)
				}
			}
		}
		time.Sleep(2 * sentFor)
		f.once(t.Context(), "V3", time.Now(), func() reply { takes++; return reply{} })
		if takes != 1+2*2+1 || len(f.forms) != 1 {
			t.Errorf("taken in %d times, %d remembered", takes, len(f.forms))
		}
	})
}
