package access_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// never are hours outside of which the bubble's first Saturday lies.
func never() *policy.Hours {
	return &policy.Hours{Zone: time.UTC, Days: [7]bool{time.Wednesday: true}, From: 9 * 60, To: 18 * 60, Refuse: true}
}

// Whose sign-in a rule refuses reads why, and what the rule says; and asks nobody else.
func TestWhoIsTurnedAwayReadsWhy(t *testing.T) {
	for why, change := range map[string]func(*policy.Entitlement){
		policy.OutsideHours: func(e *policy.Entitlement) { e.Hours = never() },
		policy.NoApprover:   func(e *policy.Entitlement) { e.Steps = []store.Step{{By: []string{"U0YAMADA"}, Count: 1}} },
		policy.Excluded:     func(e *policy.Entitlement) { e.Excluded = []string{"U0YAMADA2"} },
	} {
		t.Run(why, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.ruled(change)
				w.signIn("1")
				if len(w.voice.dms) != 1 || w.voice.posts != 0 || w.writes() != 0 {
					t.Fatalf("%d DMs, %d cards, %d writes", len(w.voice.dms), w.voice.posts, w.writes())
				}
				g := w.voice.dms[0]
				if g.ID != "login-1" || g.State != store.Ignored || g.Refusal.Why != why || g.Target != group || g.AccountName != "production" {
					t.Errorf("told of %+v", g)
				}
				if hours := g.Refusal.Facts["hours"]; (hours == "wed 09:00-18:00 UTC") != (why == policy.OutsideHours) {
					t.Errorf("hours %q", hours)
				}
				if g := w.grant("1"); g.Untold() || g.DM.TS == "" {
					t.Errorf("untold %t, DM %+v", g.Untold(), g.DM)
				}
			})
		})
	}
}

// A sign-in for what IAM would not have now asks nobody, as a request by hand does.
func TestASignInForAGroupThatIsGone(t *testing.T) {
	inWorld(t, func(w *world) {
		w.ruled(func(e *policy.Entitlement) { e.Target = "no-such-group" })
		w.signIn("1")
		if len(w.voice.dms) != 1 || w.voice.posts != 0 {
			t.Fatalf("%d DMs, %d cards", len(w.voice.dms), w.voice.posts)
		}
		g := w.voice.dms[0]
		if g.State != store.Ignored || g.Refusal.Why != policy.Impossible || g.Refusal.Facts["code"] != "NoSuchEntity" {
			t.Errorf("told of %s for %q %v", g.State, g.Refusal.Why, g.Refusal.Facts)
		}
		w.wait(2 * time.Hour)
		w.aws.AddGroup(account, "no-such-group")
		if w.signIn("2"); w.voice.posts != 1 {
			t.Errorf("%d cards once the group is there", w.voice.posts)
		}
	})
}

// A person is told once an hour, however often they sign in and however often the bot is started.
func TestTurnedAwayIsNoFlood(t *testing.T) {
	inWorld(t, func(w *world) {
		w.ruled(func(e *policy.Entitlement) { e.Hours = never() })
		for n := range 20 {
			w.signIn(fmt.Sprint(n))
			w.wait(time.Minute)
			if n == 10 {
				w.govern(func(*access.Settings) {})
			}
		}
		if len(w.voice.dms) != 1 {
			t.Errorf("%d DMs", len(w.voice.dms))
		}
		w.wait(40 * time.Minute)
		w.signIn("later")
		if len(w.voice.dms) != 2 {
			t.Errorf("%d DMs after an hour", len(w.voice.dms))
		}
	})
}

// What Slack did not take is told by the next run.
func TestTurnedAwayIsToldAfterARestart(t *testing.T) {
	inWorld(t, func(w *world) {
		w.ruled(func(e *policy.Entitlement) { e.Hours = never() })
		w.voice.setDown(true)
		w.signIn("1")
		w.signIn("2")
		w.wait(time.Minute)
		w.govern(func(*access.Settings) {})
		w.voice.setDown(false)
		w.wait(time.Minute)
		if !slices.ContainsFunc(w.voice.dms, func(g store.Grant) bool { return g.ID == "login-1" }) || len(w.voice.dms) != 1 {
			t.Errorf("%d DMs", len(w.voice.dms))
		}
	})
}

// Whom nobody knows, and who is a guest or of another workspace, hears nothing of the rules.
func TestNobodyElseIsTold(t *testing.T) {
	for tag, dms := range map[string]int{"": 0, "U0GUEST": 0, "U0STRANGER": 0, "U0TAGGED": 1} {
		inWorld(t, func(w *world) {
			w.ruled(func(e *policy.Entitlement) { e.Hours = never() })
			w.govern(func(p *access.Settings) { p.People = people.New(team("U0GUEST", "U0STRANGER", "U0TAGGED")) })
			tags := map[string]string{}
			if tag != "" {
				tags["sekisho:slack-user-id"] = tag
			}
			id := w.aws.AddUser(account, "tagged", tags)
			w.receive(access.Request{ID: "login-1", Origin: store.SignIn, Account: account, User: "tagged", Signin: store.Signin{Principal: id}})
			if g := w.grant("1"); g.State != store.Ignored || g.Untold() || len(w.voice.dms) != dms {
				t.Errorf("%q: %s, untold %t, %d DMs", tag, g.State, g.Untold(), len(w.voice.dms))
			}
		})
	}
}
