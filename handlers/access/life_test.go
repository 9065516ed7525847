package access_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

func TestTheMainJob(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.is("1", store.Asked, false)
		w.press("U0SATO", store.Approve)
		w.is("1", store.Active, true)
		g := w.grant("1")
		if g.Until.Sub(g.Start) != 4*time.Hour || g.Max.Sub(g.Start) != 12*time.Hour {
			t.Errorf("from %s until %s, at most %s", g.Start, g.Until, g.Max)
		}
		w.wait(4*time.Hour - time.Second)
		w.is("1", store.Active, true)
		w.wait(3 * time.Second) // the next tick
		w.is("1", store.Ended, false)
		if g := w.voice.card(); g.State != store.Ended || g.Outcome != store.Expire {
			t.Errorf("the card says %s, %s", g.State, g.Outcome)
		}
		want := []store.Verb{store.Receive, store.Ask, store.Approve, store.Plan, store.Apply, store.Soon, store.Expire, store.Undo}
		if got := w.entries("1"); !slices.Equal(got, want) {
			t.Errorf("entries %v, want %v", got, want)
		}
		if got := slices.Compact(slices.Clone(w.voice.lines)); !slices.Equal(got, want) {
			t.Errorf("told %v, want %v", got, want)
		}
	})
}

func TestTheOtherEnds(t *testing.T) {
	for _, c := range []struct {
		who  string
		verb store.Verb
	}{{"U0YAMADA", store.Finish}, {"U0YAMADA2", store.Finish}, {"U0KATO", store.Revoke}, {"U0CHIEF", store.Revoke}} {
		inWorld(t, func(w *world) {
			w.signIn("1")
			w.press("U0SATO", store.Approve)
			if refusal := w.press(c.who, c.verb); refusal != "" {
				t.Errorf("%s by %s: %s", c.verb, c.who, refusal)
			}
			w.is("1", store.Ended, false)
			if g := w.grant("1"); g.Outcome != c.verb || g.EndedBy != c.who {
				t.Errorf("ended by %s of %s", g.Outcome, g.EndedBy)
			}
			w.signIn("2") // after the end, another sign-in is another request
			w.is("2", store.Asked, false)
		})
	}
}

func TestDeniedAndLapsed(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		g := w.voice.card()
		if refusal := w.pressed(store.Press{ID: "press-d", By: "U0SATO", Verb: store.Deny, On: g.ID, Terms: g.Terms(), Card: g.Card, Note: "not today"}); refusal != "" {
			t.Fatal(refusal)
		}
		w.is("1", store.Denied, false)
		if g := w.voice.card(); g.Note != "not today" || g.EndedBy != "U0SATO" {
			t.Errorf("the card says %q by %s", g.Note, g.EndedBy)
		}
		w.wait(time.Hour)
		w.signIn("2")
		w.wait(24*time.Hour - time.Second)
		w.is("2", store.Asked, false)
		if got := w.writes(); got != 0 {
			t.Errorf("%d writes to AWS without an approval", got)
		}
		w.wait(3 * time.Second)
		w.is("2", store.Lapsed, false)
		if refusal := w.press("U0SATO", store.Approve); refusal != access.Late {
			t.Errorf("approved after the time limit: %q", refusal)
		}
	})
}

// A press in the moment between the time limit and the sweep is too late, too.
func TestTooLateBeforeTheSweepSaysSo(t *testing.T) {
	g := store.Grant{State: store.Asked, Lapses: start}
	if _, refusal := (access.Bench{Policy: oneRule(), Grant: g, Press: store.Press{Verb: store.Approve}, Now: start}).Judge(); refusal != access.Over {
		t.Errorf("at the time limit: %q", refusal)
	}
	g = store.Grant{State: store.Active, Until: start}
	if _, refusal := (access.Bench{Policy: oneRule(), Grant: g, Press: store.Press{Verb: store.Finish}, Now: start}).Judge(); refusal != access.Over {
		t.Errorf("at the end: %q", refusal)
	}
}

func TestASignInProlongs(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		begin := w.grant("1").Start
		for i, hours := range []int{2, 5, 8, 11} { // each before the end that the one before has set
			w.wait(time.Until(begin.Add(time.Duration(hours) * time.Hour)))
			w.signIn(fmt.Sprint("more-", i))
			w.is(fmt.Sprint("more-", i), store.Merged, true)
			want := min(time.Duration(hours)*time.Hour+4*time.Hour, 12*time.Hour)
			if got := w.grant("1").Until.Sub(begin).Round(time.Second); got != want {
				t.Errorf("after a sign-in at %d h it ends at %s, want %s", hours, got, want)
			}
		}
		w.wait(time.Hour + 3*time.Second)
		w.is("1", store.Ended, false)
		w.receive(access.Request{ID: "login-more-3", Account: account, User: "t.yamada"}) // redelivered after the end
		w.is("1", store.Ended, false)
		w.signIn("new")
		w.is("new", store.Asked, false)
	})
}

// Signing in endlessly cannot prolong access beyond the maximum that was approved.
func TestEndlessSignIns(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		for i := range 14 {
			w.wait(59 * time.Minute)
			w.signIn(fmt.Sprint("more-", i))
		}
		w.is("1", store.Ended, false)
		if g := w.grant("1"); g.Ended.Sub(g.Start) < 12*time.Hour || g.Ended.Sub(g.Start) > 12*time.Hour+3*time.Second {
			t.Errorf("it lasted %s", g.Ended.Sub(g.Start))
		}
	})
}

// slowEnd is a cloud that goes on showing what has been taken back.
type slowEnd struct {
	access.Cloud
	shows time.Time // until when
}

func (c slowEnd) Step(ctx context.Context, g store.Grant) (handlers.Result, error) {
	result, err := c.Cloud.Step(ctx, g)
	if g.State == store.Ending && time.Now().Before(c.shows) {
		result.Again = 2 * time.Second
	}
	return result, err
}

// Access has ended once AWS does not show it any more, and not as soon as it was told to end.
func TestAnEndThatAWSDoesNotShowYet(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		kind := w.grant("1").Kind
		w.keeper.Clouds[kind] = slowEnd{w.keeper.Clouds[kind], time.Now().Add(time.Minute)}
		w.press("U0KATO", store.Revoke)
		w.wait(50 * time.Second)
		w.is("1", store.Ending, false)
		w.wait(20 * time.Second)
		w.is("1", store.Ended, false)
	})
}

// The sign-in that comes at the last moment prolongs, the one after it does not.
func TestTheLastMillisecond(t *testing.T) {
	for d, want := range map[time.Duration]store.State{-time.Millisecond: store.Merged, 0: store.Asked, time.Millisecond: store.Asked} {
		inWorld(t, func(w *world) {
			w.signIn("1")
			w.wait(time.Second) // so that the end lies between two looks at what is due
			w.press("U0SATO", store.Approve)
			w.wait(time.Until(w.grant("1").Until.Add(d)))
			w.signIn("2")
			w.wait(5 * time.Second) // one that came while the first was ending has its turn by then
			if got := w.grant("2").State; got != want {
				t.Errorf("a sign-in %s from the end is %s, want %s", d, got, want)
			}
		})
	}
}

func TestASignInWhileTheRequestIsOpen(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		seen := w.voice.card()
		w.signIn("2")
		w.is("2", store.Merged, false)
		if w.voice.card().Terms() != seen.Terms() {
			t.Error("the same person from the same address changed the terms")
		}
		w.receive(access.Request{ID: "login-3", Account: account, User: "t.yamada", Signin: store.Signin{At: time.Now(), Address: "198.51.100.66"}})
		w.is("3", store.Merged, false)
		p := store.Press{ID: "press-old", By: "U0SATO", Verb: store.Approve, On: seen.ID, Terms: seen.Terms(), Card: seen.Card}
		if refusal := w.pressed(p); refusal != access.Changed {
			t.Errorf("approving what was shown before another sign-in from elsewhere: %q", refusal)
		}
		w.is("1", store.Asked, false)
		if refusal := w.press("U0SATO", store.Approve); refusal != "" {
			t.Errorf("approving what is shown now: %q", refusal)
		}
		w.is("1", store.Active, true)
	})
}

func TestWhatIsIgnored(t *testing.T) {
	for name, r := range map[string]access.Request{
		"no such user":       {Account: account, User: "nobody"},
		"another user id":    {Account: account, User: "t.yamada", Signin: store.Signin{Principal: "AIDASOMEBODYELSE"}},
		"root's alias":       {Account: account, User: "t.yamada", Signin: store.Signin{Principal: account}},
		"a name like a path": {Account: account, User: "../admin"},
	} {
		inWorld(t, func(w *world) {
			r.ID = "login-1"
			w.receive(r)
			w.wait(time.Hour)
			if g := w.grant("1"); g.State != store.Ignored && name != "a name like a path" {
				t.Errorf("%s: %s", name, g.State)
			}
			if len(w.voice.cards) > 0 || w.writes() > 0 {
				t.Errorf("%s: %d cards, %d writes", name, len(w.voice.cards), w.writes())
			}
		})
	}
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.Entitlements[0].OnLogin = false })
		w.signIn("1")
		w.is("1", store.Ignored, false)
	})
}

// A record that does not say its principal is a request; who it is for is what IAM says.
func TestNoPrincipal(t *testing.T) {
	inWorld(t, func(w *world) {
		w.receive(access.Request{ID: "login-1", Account: account, User: "t.yamada"})
		w.press("U0SATO", store.Approve)
		w.is("1", store.Active, true)
		if g := w.grant("1"); g.Subject.UserID != w.userID {
			t.Errorf("bound to %q, want %q", g.Subject.UserID, w.userID)
		}
	})
}

func TestWhoWasAMemberStaysOne(t *testing.T) {
	inWorld(t, func(w *world) {
		w.aws.Join(account, "t.yamada", group)
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.is("1", store.Active, true)
		w.press("U0YAMADA", store.Finish)
		w.wait(time.Hour)
		w.is("1", store.Ended, true)
	})
}

// The same events in any order, any number of times: the same end in IAM, and never more than one request open.
func TestAnyOrderAnyNumber(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		ids := rapid.SliceOfN(rapid.SampledFrom([]string{"1", "2", "3"}), 3, 12).Draw(rt, "deliveries")
		pauses := rapid.SliceOfN(rapid.IntRange(0, 15), len(ids), len(ids)).Draw(rt, "minutes")
		inWorld(t, func(w *world) {
			w.govern(func(p *access.Settings) {
				p.Entitlements[0].Duration, p.Entitlements[0].Longest = 12*time.Minute, 36*time.Minute
			})
			for i, id := range ids {
				w.signIn(id)
				if len(w.voice.cards) > 0 && w.voice.card().State == store.Asked {
					w.press("U0SATO", store.Approve)
				}
				w.wait(time.Duration(pauses[i]) * time.Minute)
				if open, err := w.db.List(t.Context(), store.SlotIndex, "", 9); err != nil || len(open) > 1 {
					rt.Fatalf("%d open: %v, %v", len(open), open, err)
				}
			}
			w.wait(40 * time.Minute)
			if w.member() {
				rt.Fatal("still a member")
			}
		})
	})
}

// What a record says of its time cannot buy time: one from the future counts as now, an old one takes nothing away.
func TestTheTimeOfASignIn(t *testing.T) {
	for name, c := range map[string]struct {
		at   time.Duration // from now
		want time.Duration // the end, from now
	}{
		"now":             {0, 4 * time.Hour},
		"from the future": {100 * time.Hour, 4 * time.Hour},
		"a while ago":     {-30 * time.Minute, 3*time.Hour + 30*time.Minute},
		"long ago":        {-1000 * time.Hour, 3 * time.Hour},
	} {
		inWorld(t, func(w *world) {
			w.signIn("1")
			w.press("U0SATO", store.Approve)
			w.wait(time.Hour)
			w.receive(access.Request{ID: "login-2", Account: account, User: "t.yamada", Signin: store.Signin{At: time.Now().Add(c.at), Address: "203.0.113.9", MFA: "yes"}})
			if got := time.Until(w.grant("1").Until).Round(time.Second); got != c.want {
				t.Errorf("%s: it ends in %s, want %s", name, got, c.want)
			}
		})
	}
}

// The first entitlement that the person may ask for is what their sign-in asks for.
func TestWhoMayAsk(t *testing.T) {
	for who, want := range map[string]string{"U0YAMADA": "first", "U0YAMADA2": "first", "U0SATO": rule, "U0CHIEF": ""} {
		inWorld(t, func(w *world) {
			w.govern(func(p *access.Settings) {
				first := p.Entitlements[0]
				first.ID, first.Askers = "first", []string{"U0YAMADA2"}
				p.Entitlements[0].Askers = []string{"usergroup:S0LEADS"}
				p.Entitlements = append([]policy.Entitlement{first}, p.Entitlements...)
			})
			w.aws.AddUser(account, "x", map[string]string{"sekisho:slack-user-id": who})
			w.receive(access.Request{ID: "login-1", Account: account, User: "x"})
			if g := w.grant("1"); g.Entitlement != want {
				t.Errorf("%s asks for %q, want %q (%s)", who, g.Entitlement, want, g.Note)
			}
		})
	}
}

// A vote that was given to something else does not count for what the card shows now.
func TestAVoteIsBoundToWhatWasShown(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.Entitlements[0].Steps = twoOf("usergroup:S0LEADS") })
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.receive(access.Request{ID: "login-2", Account: account, User: "t.yamada", Signin: store.Signin{At: time.Now(), Address: "198.51.100.66"}})
		w.press("U0KATO", store.Approve)
		w.is("1", store.Asked, false)
		w.press("U0SATO", store.Approve)
		w.is("1", store.Active, true)
	})
}
