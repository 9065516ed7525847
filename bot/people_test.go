package bot

import (
	"slices"
	"testing"
	"time"

	"sekisho/bot/fakeslack"
)

func TestMembersAreKnownForAMinute(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		members := func(want ...string) {
			t.Helper()
			if got, err := w.people.Members(t.Context(), "S0LEADS"); err != nil || !slices.Equal(got, want) {
				t.Errorf("members %v, %v, want %v", got, err, want)
			}
		}
		members(sato, kato)
		w.SetGroup(fakeslack.UserGroup{ID: "S0LEADS", Handle: "leads", Members: []string{kato}}) // sato is dismissed
		time.Sleep(time.Minute - time.Nanosecond)
		members(sato, kato)
		if n := w.called("usergroups.users.list"); n != 1 {
			t.Errorf("Slack was asked %d times in a minute", n)
		}
		time.Sleep(time.Nanosecond)
		members(kato)
	})
}

// TestAnAnswerAgesFromTheQuestion: what Slack took long to say is as old as the question.
func TestAnAnswerAgesFromTheQuestion(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		w.failing(func(fakeslack.Call) *fakeslack.Failure { time.Sleep(time.Minute / 2); return nil })
		for range 2 {
			if _, err := w.people.Members(t.Context(), "S0LEADS"); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute / 2)
		}
		if n := w.called("usergroups.users.list"); n != 2 {
			t.Errorf("Slack was asked %d times, want again a minute after the first question", n)
		}
	})
}

func TestLocaleIsKnownForAnHour(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		locale := func(want string) {
			t.Helper()
			if got := w.people.Locale(t.Context(), sato); got != want {
				t.Errorf("locale %q, want %q", got, want)
			}
		}
		locale("ja-JP")
		w.SetUser(fakeslack.User{ID: sato, Name: "h.sato", Locale: "en-US"})
		time.Sleep(time.Hour - time.Nanosecond)
		locale("ja-JP")
		time.Sleep(time.Nanosecond)
		locale("en-US")
	})
}

func TestErrorsAreNotRemembered(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		w.failing(func(fakeslack.Call) *fakeslack.Failure { return &fakeslack.Failure{Error: "internal_error"} })
		if members, err := w.people.Members(t.Context(), "S0LEADS"); err == nil {
			t.Errorf("members %v", members)
		}
		if locale := w.people.Locale(t.Context(), sato); locale != "" {
			t.Errorf("locale %q", locale)
		}
		w.failing(nil)
		if members, err := w.people.Members(t.Context(), "S0LEADS"); err != nil || len(members) != 2 {
			t.Errorf("afterwards: members %v, %v", members, err)
		}
		if locale := w.people.Locale(t.Context(), sato); locale != "ja-JP" {
			t.Errorf("afterwards: locale %q", locale)
		}
	})
}

// TestGroupsAreNotMixedUp: each group and each user has an answer of their own.
func TestGroupsAreNotMixedUp(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		w.SetGroup(fakeslack.UserGroup{ID: "S0SRE", Members: []string{yamada}})
		for range 2 {
			leads, err := w.people.Members(t.Context(), "S0LEADS")
			if err != nil || !slices.Equal(leads, []string{sato, kato}) {
				t.Errorf("leads %v, %v", leads, err)
			}
			sre, err := w.people.Members(t.Context(), "S0SRE")
			if err != nil || !slices.Equal(sre, []string{yamada}) {
				t.Errorf("sre %v, %v", sre, err)
			}
			if a, b := w.people.Locale(t.Context(), sato), w.people.Locale(t.Context(), kato); a != "ja-JP" || b != "en-US" {
				t.Errorf("locales %q, %q", a, b)
			}
		}
	})
}
