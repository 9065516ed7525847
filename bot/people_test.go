package bot

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"sekisho/bot/fakeslack"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/store"
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

// TestAGroupThatIsGone is known as such, also if it is disabled, and no failure of Slack.
func TestAGroupThatIsGone(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		w.SetGroup(fakeslack.UserGroup{ID: "S0LEADS", Members: []string{sato}, Disabled: true})
		for _, group := range []string{"S0NEVER", "S0LEADS", "S0LEADS"} {
			if members, err := w.people.Members(t.Context(), group); !errors.Is(err, people.ErrNoGroup) || members != nil {
				t.Errorf("%s: %v, %v", group, members, err)
			}
		}
		if n := w.called("usergroups.users.list"); n != 2 {
			t.Errorf("Slack was asked %d times", n)
		}
		w.failing(refusing("usergroups.users.list", "ratelimited"))
		if _, err := w.people.Members(t.Context(), "S0SRE"); err == nil || errors.Is(err, people.ErrNoGroup) {
			t.Errorf("a failure: %v", err)
		}
	})
}

func TestLocaleIsKnownForAnHour(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		locale := func(want string) {
			t.Helper()
			if got := w.people.reader(t.Context(), sato).locale; got != want {
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
		if locale := w.people.reader(t.Context(), sato).locale; locale != "" {
			t.Errorf("locale %q", locale)
		}
		w.failing(nil)
		if members, err := w.people.Members(t.Context(), "S0LEADS"); err != nil || len(members) != 2 {
			t.Errorf("afterwards: members %v, %v", members, err)
		}
		if locale := w.people.reader(t.Context(), sato).locale; locale != "ja-JP" {
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
			if a, b := w.people.reader(t.Context(), sato).locale, w.people.reader(t.Context(), kato).locale; a != "ja-JP" || b != "en-US" {
				t.Errorf("locales %q, %q", a, b)
			}
		}
	})
}

func TestAccount(t *testing.T) {
	for _, c := range []struct {
		user fakeslack.User
		want people.Account
	}{
		{fakeslack.User{}, people.Account{}},
		{fakeslack.User{Restricted: true}, people.Account{Guest: true}},
		{fakeslack.User{UltraRestricted: true}, people.Account{Guest: true}},
		{fakeslack.User{Bot: true}, people.Account{Bot: true}},
		{fakeslack.User{Deleted: true}, people.Account{Deleted: true}},
		{fakeslack.User{TeamID: "T0ELSEWHERE"}, people.Account{Stranger: true}},
		{fakeslack.User{TeamID: "T0ELSEWHERE", Restricted: true}, people.Account{Stranger: true, Guest: true}},
	} {
		inSlack(t, func(t *testing.T, w *world) {
			c.user.ID = "U0SOMEBODY"
			w.SetUser(c.user)
			if got, err := w.people.Account(t.Context(), c.user.ID); err != nil || got != c.want {
				t.Errorf("%+v is %+v, %v, want %+v", c.user, got, err, c.want)
			}
		})
	}
}

// TestEitherSignMakesAStranger: Slack says is_stranger of some users of another workspace and not of all, and the id of their
// workspace of all.
func TestEitherSignMakesAStranger(t *testing.T) {
	for _, c := range []struct {
		team     string
		stranger bool
		want     bool
	}{
		{"T0HOME", false, false},
		{"T0HOME", true, true},
		{"T0ELSEWHERE", false, true},
		{"T0ELSEWHERE", true, true},
		{"", false, true},
	} {
		inSlack(t, func(t *testing.T, w *world) {
			got, err := w.people.account(t.Context(), &slack.User{ID: sato, TeamID: c.team, IsStranger: c.stranger})
			if err != nil || got.Stranger != c.want {
				t.Errorf("of team %q, is_stranger %t: %+v, %v", c.team, c.stranger, got, err)
			}
		})
	}
}

// TestEitherSignMakesAGuest: a guest of several channels, and one of a single channel.
func TestEitherSignMakesAGuest(t *testing.T) {
	for _, u := range []slack.User{{IsRestricted: true}, {IsUltraRestricted: true}, {IsRestricted: true, IsUltraRestricted: true}} {
		inSlack(t, func(t *testing.T, w *world) {
			u.ID, u.TeamID = sato, "T0HOME"
			if got, err := w.people.account(t.Context(), &u); err != nil || got != (people.Account{Guest: true}) {
				t.Errorf("is_restricted %t, is_ultra_restricted %t: %+v, %v", u.IsRestricted, u.IsUltraRestricted, got, err)
			}
		})
	}
}

// TestSomebodyWhomSlackDoesNotKnow is as good as deleted, and no member.
func TestSomebodyWhomSlackDoesNotKnow(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		if got, err := w.people.Account(t.Context(), "U0NEVER"); err != nil || got != (people.Account{Deleted: true}) {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// TestAccountIsKnownForAMinute: who is made a guest, or leaves, stops deciding a minute later at most.
func TestAccountIsKnownForAMinute(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		account := func(want people.Account) {
			t.Helper()
			if got, err := w.people.Account(t.Context(), sato); err != nil || got != want {
				t.Errorf("account %+v, %v, want %+v", got, err, want)
			}
		}
		account(people.Account{})
		w.SetUser(fakeslack.User{ID: sato, Deleted: true})
		time.Sleep(time.Minute - time.Nanosecond)
		account(people.Account{})
		time.Sleep(time.Nanosecond)
		account(people.Account{Deleted: true})
		if users, teams := w.called("users.info"), w.called("auth.test"); users != 2 || teams != 1 {
			t.Errorf("Slack was asked %d times for the user and %d times for the workspace", users, teams)
		}
	})
}

// TestAccountThatSlackDoesNotTell is an error, and neither a yes nor a no.
func TestAccountThatSlackDoesNotTell(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		for _, method := range []string{"auth.test", "users.info"} {
			w.failing(refusing(method, "internal_error"))
			if got, err := w.people.Account(t.Context(), sato); err == nil || !strings.Contains(err.Error(), "internal_error") {
				t.Errorf("%s fails: %+v, %v", method, got, err)
			}
		}
		w.failing(nil)
		if got, err := w.people.Account(t.Context(), sato); err != nil || got != (people.Account{}) {
			t.Errorf("afterwards: %+v, %v", got, err)
		}
	})
}

// TestByEmail finds members of the workspace alone: of a stranger's address their own workspace says whose it is.
func TestByEmail(t *testing.T) {
	const email = "taro@example.com"
	for name, c := range map[string]struct {
		user fakeslack.User
		want string
	}{
		"member":          {fakeslack.User{Email: email}, "U0SOMEBODY"},
		"in capitals":     {fakeslack.User{Email: "Taro@Example.com"}, "U0SOMEBODY"},
		"another address": {fakeslack.User{Email: "jiro@example.com"}, ""},
		"stranger":        {fakeslack.User{Email: email, TeamID: "T0ELSEWHERE"}, ""},
		"guest":           {fakeslack.User{Email: email, UltraRestricted: true}, ""},
		"bot":             {fakeslack.User{Email: email, Bot: true}, ""},
		"deleted":         {fakeslack.User{Email: email, Deleted: true}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			inSlack(t, func(t *testing.T, w *world) {
				c.user.ID = "U0SOMEBODY"
				w.SetUser(c.user)
				if got, err := w.people.ByEmail(t.Context(), email); err != nil || got != c.want {
					t.Errorf("%q, %v, want %q", got, err, c.want)
				}
			})
		})
	}
}

// TestByEmailWithoutTheScope says so: nobody must be taken for a person whom Slack does not know.
func TestByEmailWithoutTheScope(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		for _, code := range []string{"missing_scope", "internal_error"} {
			w.failing(refusing("users.lookupByEmail", code))
			if got, err := w.people.ByEmail(t.Context(), "taro@example.com"); got != "" || !answers(err, []string{code}) || err.Error() == code {
				t.Errorf("%q, %v: want Slack's answer, and what it was an answer to", got, err)
			}
		}
	})
}

// TestTimesAreTheReaders: where Slack shows no dates they are written in the zone of who reads, with its name, and a day that
// they choose begins there. Where Slack names none that is known, it is the configuration's.
func TestTimesAreTheReaders(t *testing.T) {
	for zone, want := range map[string][2]string{
		"America/New_York": {"You already have it until 2026-11-22 00:00 EST.", "2030-01-31 00:00 EST"}, "Asia/Kolkata": {"You already have it until 2026-11-22 10:30 IST.", "2030-01-31 00:00 IST"},
		"Mars/Olympus": {"You already have it until 2026-11-22 14:00 JST.", "2030-01-31 00:00 JST"},
	} {
		t.Run(zone, func(t *testing.T) {
			inSlack(t, func(t *testing.T, w *world) {
				w.SetUser(fakeslack.User{ID: kato, Name: "kato", Locale: "en-US", TZ: zone})
				until, err := time.Parse("2006-01-02 15:04 MST", "2030-01-31 00:00 UTC")
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Until(until.AddDate(0, -2, 0)))
				d := &desk{offers: offers()[:1], decides: wishRefused(access.Already, ""), alert: alerts(t)["unknown-raised"]}
				w.run(d)
				form := w.wishForm(kato)
				if _, err := w.Submit(kato, form.ID, map[string]string{reasonField: "x"}); err != nil {
					t.Fatal(err)
				}
				if form, _ = w.Modal(kato); form.Errors[targetField] != want[0] {
					t.Errorf("%q, want %q", form.Errors, want[0])
				}
				card, err := w.voice.Alert(t.Context(), d.alert, store.Card{})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := w.Click(fakeslack.Press{User: kato, Channel: card.Channel, TS: card.TS, Action: string(keepUntil)}); err != nil {
					t.Fatal(err)
				}
				w.until(func() bool { form, _ = w.Modal(kato); return form.CallbackID == string(keepUntil) })
				if abbreviation := strings.Fields(want[1])[2]; !strings.Contains(string(form.Blocks), "("+abbreviation+")") {
					t.Errorf("the form does not say %s: %s", abbreviation, form.Blocks)
				}
				if sent, err := w.Submit(kato, form.ID, map[string]string{untilField: "2030-01-31", noteField: "x"}); err != nil || len(d.presses()) != 1 {
					t.Fatal(sent, err)
				}
				begins, err := time.LoadLocation(zone)
				if err != nil {
					begins = tokyo
				}
				if got := d.presses()[0].Until.In(begins).Format("2006-01-02 15:04 MST"); got != want[1] {
					t.Errorf("kept until %s, want %s", got, want[1])
				}
			})
		})
	}
}
