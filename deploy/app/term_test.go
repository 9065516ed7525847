package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sekisho/bot/fakeslack"
	"sekisho/deploy/config"
	"sekisho/store"
)

// forTomorrow is a rule that gives an hour, with a day to decide.
func forTomorrow(c *config.Config) {
	rule := &c.Policy.Entitlements[0]
	rule.Within, rule.Longest = 24*time.Hour, 2*time.Hour
}

// asksFor asks by the form for access from a time to another, and has it approved.
func (s *sim) asksFor(from, to time.Time) store.Grant {
	s.t.Helper()
	form, ok := s.form("U0YAMADA")
	if !ok {
		s.t.Fatal("no form")
	}
	values := map[string]string{"reason": "Roll back.", "starts": fmt.Sprint(from.Unix()), "ends": fmt.Sprint(from.Unix())}
	send := func() fakeslack.View {
		if d, err := s.slack.Submit("U0YAMADA", form.ID, values); err != nil || d.Problem != "" {
			s.t.Fatalf("%+v, %v", d, err)
		}
		s.wait(3 * time.Second)
		v, _ := s.slack.Modal("U0YAMADA")
		return v
	}
	if v := send(); v.Errors["ends"] == "" {
		s.t.Errorf("ends as it starts: %v", v.Errors)
	}
	values["ends"] = fmt.Sprint(to.Unix())
	if v := send(); len(v.Errors) > 0 {
		s.t.Fatalf("%v", v.Errors)
	}
	g, err := s.first(s.db(), "t.yamada")
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.pressAt(g.Card, "U0SATO", store.Approve, g); err != nil {
		s.t.Fatal(err)
	}
	s.wait(3 * time.Second)
	if g, err = s.first(s.db(), "t.yamada"); err != nil {
		s.t.Fatal(err)
	}
	return g
}

// Asked for and approved today: access is there tomorrow from nine to ten, and at no other time.
func TestForTomorrow(t *testing.T) {
	t.Parallel()
	alive(t, setup{config: forTomorrow}, func(s *sim) {
		y, m, d := time.Now().UTC().Date()
		nine := time.Date(y, m, d+1, 9, 0, 0, 0, time.UTC)
		g := s.asksFor(nine, nine.Add(time.Hour))
		if card := s.card(g); !strings.Contains(card, nine.Format("Approved, starts 2006-01-02 15:04 MST")) || g.State != store.Approved {
			t.Errorf("%s, and the card\n%s", g.State, card)
		}
		for _, at := range []struct {
			when   time.Time
			member bool
		}{
			{nine.Add(-20 * time.Hour), false}, {nine.Add(-time.Second), false}, {nine.Add(overrun), true},
			{nine.Add(time.Hour - time.Second), true}, {nine.Add(time.Hour + overrun), false},
		} {
			s.wait(time.Until(at.when))
			if s.member() != at.member {
				t.Errorf("%s: member %t", at.when, s.member())
			}
		}
		s.wait(time.Hour)
		s.atTheEnd(s.db())
		if g, err := store.LoadGrant(t.Context(), s.db(), g.ID); err != nil || g.Outcome != store.Expire {
			t.Errorf("%s %s, %v", g.State, g.Outcome, err)
		} else {
			s.checkOver(s.db(), g)
		}
	})
}

// The clock stands behind at the start: nothing is given before it is right again, and the end stays what it is.
func TestForLaterWhileTheClockIsBehind(t *testing.T) {
	t.Parallel()
	alive(t, setup{config: forTomorrow, late: marked}, func(s *sim) {
		from := time.Now().Add(time.Hour).Truncate(time.Second)
		g := s.asksFor(from, from.Add(time.Hour))
		s.wait(10 * time.Minute)
		s.skew.Store(int64(-2 * time.Hour))
		s.wait(time.Until(from.Add(10 * time.Minute)))
		if now, err := store.LoadGrant(t.Context(), s.db(), g.ID); err != nil || s.member() || now.State != store.Approved {
			t.Errorf("while the clock is behind: member %t, %s, %v", s.member(), now.State, err)
		}
		s.skew.Store(0)
		s.wait(tried + overrun)
		if !s.member() {
			t.Error("not given once the clock is right")
		}
		s.wait(time.Until(from.Add(time.Hour + overrun)))
		if s.member() {
			t.Error("access goes on beyond its end")
		}
		s.wait(time.Hour)
		s.atTheEnd(s.db())
	})
}
