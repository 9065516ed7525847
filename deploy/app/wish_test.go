package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sekisho/bot/fakeslack"
	"sekisho/deploy/config"
	"sekisho/handlers/access"
	"sekisho/store"
)

// form types /jit request and returns the form once it can be filled in. While nobody answers there is none.
func (s *sim) form(user string) (fakeslack.View, bool) {
	if d, err := s.slack.Slash(user, approvals, "/jit", "request"); err != nil || d.Problem != "" {
		return fakeslack.View{}, false
	}
	time.Sleep(2 * time.Second)
	v, open := s.slack.Modal(user)
	return v, open && v.Submit != ""
}

// wish is a person who asks for access until the form closes, as people do: once more where Slack says that it failed,
// from the beginning where nothing comes of it.
func (s *sim) wish(ctx context.Context, more map[string]string) {
	values := map[string]string{"reason": "Roll back."}
	maps.Copy(values, more)
	for ctx.Err() == nil {
		form, ok := s.form("U0YAMADA")
		for ok && ctx.Err() == nil {
			_, _ = s.slack.Submit("U0YAMADA", form.ID, values)
			v, open := s.slack.Modal("U0YAMADA")
			if !open || len(v.Errors) > 0 { // taken in, or they have it: the first time nobody heard of it
				return
			}
			time.Sleep(5 * time.Second)
		}
		time.Sleep(5 * time.Second)
	}
}

// A person asks by hand, and the process is killed at every step of what follows: they get access once, and lose it.
func TestRequestKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	killedAtEveryStep(t, 0)
}

// The same for a request that begins later: also who is killed while it waits gives it then, and no sooner.
func TestLaterRequestKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	killedAtEveryStep(t, 8*time.Minute)
}

// killedAtEveryStep lives through a request that begins so much later.
func killedAtEveryStep(t *testing.T, later time.Duration) {
	for n, reached := 1, true; reached && !t.Failed(); n += stride() {
		reached = false
		for _, after := range []bool{false, true} {
			inBubble(t, setup{}, func(s *sim) {
				s.point.at, s.point.after = n, after
				s.run(s.start())
				people, leave := context.WithCancel(context.Background())
				go s.approve(people)
				go s.supervise(people, false)
				values, begin := map[string]string{}, time.Now()
				if later > 0 {
					values["starts"] = fmt.Sprint(begin.Add(later).Unix())
				}
				s.wish(people, values)
				time.Sleep(2 * time.Minute)
				if held, err := s.first(s.db(), "t.yamada"); later > 0 && (err != nil || !held.Ahead() || s.member()) {
					s.violated("two minutes later %s is %s, %v, member %t", held.ID, held.State, err, s.member())
				}
				time.Sleep(time.Until(begin.Add(later + 2*time.Minute)))
				held, err := s.first(s.db(), "t.yamada")
				if err != nil || held.Origin != store.Requested || !s.member() {
					s.violated("two minutes after its start %s is %s, %v, member %t", held.ID, held.State, err, s.member())
				}
				time.Sleep(time.Hour)
				leave()
				synctest.Wait()
				p := s.process.Load()
				s.atTheEnd(p.db)
				if g, err := store.LoadGrant(context.Background(), p.db, held.ID); err != nil || g.Outcome != store.Expire {
					s.violated("%s ended by %q, %v", held.ID, g.Outcome, err)
				} else {
					s.checkOver(p.db, g)
				}
				s.end(p)
				time.Sleep(time.Minute) // whoever still sleeps wakes up and leaves
				reached = reached || s.point.what != ""
				for _, f := range s.failed {
					t.Errorf("killed at step %d (after: %t), %s: %s", n, after, s.point.what, f)
				}
			})
		}
		if !reached {
			t.Logf("%d steps", n-1)
			if n < 20 {
				t.Error("the job did not run")
			}
		}
	}
}

// A form can say anything: what its sender may not ask for is refused, whatever the form was drawn for.
func TestForgedForms(t *testing.T) {
	t.Parallel()
	how := setup{users: []string{"other"}, workspace: outsiders, config: func(c *config.Config) {
		rule := c.Policy.Entitlements[0]
		for _, id := range []string{"for-others", "elsewhere"} {
			e := rule
			e.ID, e.OnLogin = id, false
			if e.Askers = []string{"U0KATO"}; id == "elsewhere" {
				e.Askers, e.Account = nil, account2 // where nobody has an IAM user
			}
			c.Policy.Entitlements = append(c.Policy.Entitlements, e)
		}
		mapOutsiders(c)
	}}
	alive(t, how, func(s *sim) {
		form, ok := s.form("U0YAMADA")
		if !ok || strings.Contains(string(form.Blocks), "for-others") || strings.Contains(string(form.Blocks), "elsewhere") {
			t.Fatalf("form %s", form.Blocks)
		}
		d, err := s.slack.Submit("U0YAMADA", form.ID, map[string]string{"ends": "1", "reason": "Roll back."})
		if err != nil || d.Problem != "" || !strings.Contains(string(d.Response), `"ends"`) {
			t.Fatalf("%+v, %v", d, err)
		}
		n := 0
		send := func(user, target, drawn, iam, seconds string) {
			n++
			s.slack.Redeliver(forgeForm(t, d, fmt.Sprint("V0FORGED", n), user, target, drawn, iam, seconds))
		}
		for _, user := range []string{"U0YAMADA", "U0GUEST", "U0SINGLE", "U0STRANGER", "U0GONE", "U0ROBOT", "U0UNMAPPED", "U0SATO", "", "U0 SATO\n"} {
			for _, target := range []string{"for-others", "elsewhere", "prod-operator", "root", "", "*", "prod-operator\x00", strings.Repeat("x", 3000)} {
				for _, iam := range []string{"", "other", "root", "../t.yamada"} {
					if user == "U0YAMADA" && target == "prod-operator" && iam == "" {
						continue // they may
					}
					send(user, target, target, iam, "600")
					send(user, target, "prod-operator", iam, "600")
				}
			}
		}
		for _, seconds := range []string{"-600", "1801", "9223372036854775807", "99999999999999999999999", "0x10", "1h"} {
			send("U0YAMADA", "prod-operator", "prod-operator", "", seconds)
		}
		s.wait(10 * time.Second)
		for _, index := range []string{store.SlotIndex, string(store.Give), string(store.Take), string(store.Post), string(store.Tell), string(store.Judge)} {
			if rows, err := s.db().List(context.Background(), index, "", 9); err != nil || len(rows) > 0 {
				t.Errorf("%d forged forms left %v in %s, %v", n, rows, index, err)
			}
		}
		s.slack.Redeliver(forgeForm(t, d, "V0TRUE", "U0YAMADA", "prod-operator", "prod-operator", "t.yamada", "600")) // the same road takes a true one
		s.wait(10 * time.Second)
		if g, err := s.first(s.db(), "t.yamada"); err != nil || g.State != store.Asked || !strings.HasPrefix(g.ID, access.WishPrefix) {
			t.Errorf("%s %s, %v", g.ID, g.State, err)
		}
		t.Logf("%d forged forms", n)
	})
}

// forgeForm makes a form that Slack vouches for with other contents.
func forgeForm(t *testing.T, d fakeslack.Delivery, id, user, target, drawn, iam, seconds string) fakeslack.Delivery {
	var payload map[string]any
	if err := json.Unmarshal(d.Payload, &payload); err != nil {
		t.Fatal(err)
	}
	chosen := func(value string) map[string]any {
		return map[string]any{"type": "static_select", "selected_option": map[string]any{"value": value}}
	}
	payload["user"].(map[string]any)["id"] = user
	view := payload["view"].(map[string]any)
	view["id"], view["private_metadata"] = id, "20261122T050000Z "+drawn
	view["state"] = map[string]any{"values": map[string]any{
		"target": map[string]any{"target": chosen(target)}, "user:x": map[string]any{"user": chosen(iam)},
		"duration:" + drawn: map[string]any{"duration": chosen(seconds)},
		"reason":            map[string]any{"reason": map[string]any{"value": "Roll <!channel> back."}}}}
	raw, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	d.Payload = raw
	return d
}
