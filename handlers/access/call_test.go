package access_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// calls are those who have been asked to decide, in order; "all ..." is the thread.
func (v *voice) calls() (out []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, c := range v.called {
		out = append(out, c.who)
	}
	return out
}

// crowd makes n people who are registered, and whom S0LEADS has in it.
func (w *world) crowd(n int) {
	persons := []people.Person{{Slack: []string{"U0YAMADA"}, IAM: []people.Login{{Account: account, User: "t.yamada"}}}}
	var ids []string
	for i := range n {
		ids = append(ids, fmt.Sprintf("U0LEAD%d", i))
		persons = append(persons, people.Person{Slack: ids[i:]})
	}
	w.leads.set(false, ids...)
	w.govern(func(p *access.Settings) {
		p.People = people.New(persons)
		p.Entitlements[0].Steps[0].By = []string{"usergroup:S0LEADS"}
	})
}

// Each person who could count for the first step is asked once, and nobody else: not the holder, by whatever account, nor
// guests, strangers, who is not registered, or who is in another step.
func TestWhoIsAskedToDecide(t *testing.T) {
	for _, origin := range []store.Origin{store.SignIn, store.Requested} {
		inWorld(t, func(w *world) {
			w.leads.set(false, "U0SATO2", "U0SATO", "U0YAMADA", "U0YAMADA2", "U0GUEST", "U0STRANGER", "U0NOBODY")
			w.leads.also("S0CHIEFS", "U0KATO")
			w.govern(func(p *access.Settings) {
				p.Entitlements[0].Steps = []store.Step{{By: []string{"usergroup:S0LEADS", "U0CHIEF", "U0SATO"}, Count: 1}, {By: []string{"usergroup:S0CHIEFS"}, Count: 1}}
				p.People = people.New([]people.Person{
					{Slack: []string{"U0YAMADA", "U0YAMADA2"}, IAM: []people.Login{{Account: account, User: "t.yamada"}}},
					{Slack: []string{"U0SATO", "U0SATO2"}}, {Slack: []string{"U0KATO"}}, {Slack: []string{"U0CHIEF"}}, {Slack: []string{"U0GUEST"}}, {Slack: []string{"U0STRANGER"}}})
			})
			if w.signIn("1"); origin == store.Requested {
				w.press("U0SATO", store.Deny)
				w.voice.called = nil
				if d, err := w.keeper.Request(w.t.Context(), access.Wish{ID: access.WishPrefix + "1", By: "U0YAMADA", Entitlement: rule, Reason: "x"}); err != nil || d.Refusal != "" {
					t.Fatalf("%+v, %v", d, err)
				}
			}
			w.wait(time.Minute)
			card := w.voice.card()
			if got := w.voice.calls(); !slices.Equal(got, []string{"U0SATO2", "U0CHIEF"}) || w.voice.called[0].grant.Card != card.Card {
				t.Errorf("%s: asked %v", origin, got)
			}
			w.press("U0CHIEF", store.Approve) // the next step's are called in the thread
			w.signIn("2")
			w.wait(time.Hour)
			if got := w.voice.calls(); len(got) != 2 {
				t.Errorf("%s: asked again: %v", origin, got)
			}
		})
	}
}

// Nobody is asked where nobody can approve, or nobody has to.
func TestWhoIsNotAsked(t *testing.T) {
	for name, change := range map[string]func(*access.Settings){
		"of nobody's user": func(p *access.Settings) {
			p.People = people.New([]people.Person{{Slack: []string{"U0SATO"}}})
		},
		"given by the rule": func(p *access.Settings) { p.Entitlements[0].Auto = &policy.Auto{Longest: 12 * time.Hour} },
		"the holder decides": func(p *access.Settings) {
			p.Entitlements[0].Steps[0].By = []string{"U0YAMADA"}
			escalatesTo(p, "U0SATO")
		},
	} {
		inWorld(t, func(w *world) {
			w.govern(change)
			w.signIn("1")
			w.wait(time.Minute)
			if got := w.voice.calls(); len(got) > 0 {
				t.Errorf("%s: asked %v", name, got)
			}
			if g := w.grant("1"); g.State != store.Asked || g.Untold() {
				t.Errorf("%s: %s, untold %t", name, g.State, g.Untold())
			}
		})
	}
}

func escalatesTo(p *access.Settings, who string) {
	p.Entitlements[0].Escalation = &policy.Escalation{After: time.Hour, To: []string{who}}
}

// Ten are written to; where there are more, or they are not known, the thread calls them. It is said once.
func TestManyAreCalledInTheThread(t *testing.T) {
	for n, want := range map[int]int{10: 10, 11: 1} {
		inWorld(t, func(w *world) {
			w.crowd(n)
			w.signIn("1")
			w.wait(time.Hour)
			if got := w.voice.calls(); len(got) != want || strings.HasPrefix(got[0], "all ") != (want == 1) {
				t.Errorf("%d people: asked %v", n, got)
			}
		})
	}
	inWorld(t, func(w *world) {
		w.ruled(func(e *policy.Entitlement) { e.Steps[0].By = []string{"usergroup:S0GONE", "U0YAMADA", "U0SATO"} })
		w.signIn("1")
		w.wait(time.Hour)
		if got := w.voice.calls(); !slices.Equal(got, []string{"all usergroup:S0GONE U0SATO"}) || w.voice.said(store.Remind) != 3 {
			t.Errorf("a group that is gone: asked %v, reminded %d times", got, w.voice.said(store.Remind))
		}
	})
}

// They come after the card and the question to the holder, at a pace of their own, and stop once somebody has decided.
func TestCallsHoldNothingUp(t *testing.T) {
	inWorld(t, func(w *world) {
		w.crowd(10)
		w.signIn("1")
		first := w.voice.calls()
		if len(w.voice.cards) == 0 || len(w.voice.dms) == 0 || len(first) == 0 || len(first) == 10 {
			t.Fatalf("%d cards, %d questions, asked %v at once", len(w.voice.cards), len(w.voice.dms), first)
		}
		w.press("U0LEAD1", store.Approve)
		w.is("1", store.Active, true)
		w.wait(time.Hour)
		if got := w.voice.calls(); len(got) != len(first) {
			t.Errorf("asked %v after the decision", got)
		}
	})
}

// Of many requests at once not all letters can be written before the first reminder: that one calls the rest.
func TestCallsAreLeftOutWhereTooManyWait(t *testing.T) {
	inWorld(t, func(w *world) {
		w.crowd(10)
		for n := range 20 {
			user := fmt.Sprintf("user-%d", n)
			w.aws.AddUser(account, user, map[string]string{"sekisho:slack-user-id": "U0YAMADA"})
			w.receive(access.Request{ID: "login-" + user, Origin: store.SignIn, Account: account, User: user, Signin: store.Signin{At: time.Now()}})
			w.wait(time.Second)
		}
		w.wait(20 * time.Minute)
		w.voice.settle()
		n := len(w.voice.called)
		if last := w.voice.called[n-1].at.Sub(w.voice.called[0].at); n < 140 || n > 160 || last > 16*time.Minute {
			t.Errorf("%d letters, the last after %s", n, last)
		}
		if n := w.voice.said(store.Remind); n != 20 {
			t.Errorf("%d reminders", n)
		}
		for n := range 20 {
			if w.grant(fmt.Sprintf("user-%d", n)).Untold() {
				t.Errorf("user-%d: something is left to tell", n)
			}
		}
	})
}

// What is on a digest is one of many: nobody is written to.
func TestADigestAsksNobody(t *testing.T) {
	inWorld(t, func(w *world) {
		w.voice.setDown(true)
		for n := range 10 {
			user := fmt.Sprintf("user-%d", n)
			w.aws.AddUser(account, user, map[string]string{"sekisho:slack-user-id": "U0OTHER"})
			w.receive(access.Request{ID: "login-" + user, Origin: store.SignIn, Account: account, User: user, Signin: store.Signin{At: time.Now()}})
		}
		w.voice.setDown(false)
		w.wait(10 * time.Minute)
		if got := w.voice.calls(); len(got) > 0 {
			t.Errorf("asked %v", got)
		}
	})
}

// What was not delivered is sent again, by the next process as well, and nobody is asked twice for it.
func TestCallsAreSaidAfterACrash(t *testing.T) {
	inWorld(t, func(w *world) {
		w.crowd(10)
		w.signIn("1")
		w.wait(7 * time.Second)
		if n := len(w.voice.calls()); n < 5 || n > 8 {
			t.Fatalf("%d asked before the crash", n)
		}
		w.voice.setDown(true)
		w.wait(time.Minute)
		w.stop()
		w.voice.setDown(false)
		w.keeper = w.newKeeper()
		w.run()
		w.wait(2 * time.Minute)
		got := w.voice.calls()
		if slices.Sort(got); len(got) != 10 || len(slices.Compact(got)) != 10 {
			t.Errorf("asked %v", got)
		}
	})
}

// Everybody who was asked to decide reads once, in the same message, that nothing waits for them any more, and how it was decided.
func TestCallsAreClosed(t *testing.T) {
	for _, c := range []struct {
		decide func(*world)
		want   store.State
	}{
		{func(w *world) { w.press("U0SATO", store.Approve) }, store.Active},
		{func(w *world) { w.press("U0SATO", store.Deny) }, store.Denied},
		{func(w *world) { w.press("U0YAMADA", store.Withdraw) }, store.Withdrawn},
		{func(w *world) { w.wait(25 * time.Hour) }, store.Lapsed},
	} {
		inWorld(t, func(w *world) {
			w.leads.set(false, "U0SATO", "U0KATO", "U0CHIEF")
			w.govern(func(p *access.Settings) {
				p.Entitlements[0].Steps = []store.Step{{By: []string{"usergroup:S0LEADS"}, Count: 1}}
			})
			w.signIn("1")
			w.wait(time.Minute)
			if len(w.voice.settled) > 0 {
				t.Error("closed before it was decided")
			}
			c.decide(w)
			w.wait(time.Minute)
			w.voice.settle()
			var who []string
			for _, s := range w.voice.settled {
				who = append(who, s.who)
				if decided := s.grant.State; decided != c.want && (c.want != store.Active || decided != store.Approved) {
					t.Errorf("%s reads %s, want %s", s.who, decided, c.want)
				}
			}
			if got := strings.Join(slices.Sorted(slices.Values(who)), " "); got != "U0CHIEF U0KATO U0SATO" {
				t.Errorf("%s: closed are the messages of %q; called were %v", c.want, got, w.voice.calls())
			}
			if g := w.grant("1"); len(g.Calls) > 0 {
				t.Errorf("still to be closed: %v", g.Calls)
			}
		})
	}
}
