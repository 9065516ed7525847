package handlers_test

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"sekisho/handlers"
	"sekisho/store"
)

func (w *world) alert(id string) store.Alert {
	w.t.Helper()
	a, err := store.LoadAlert(w.t.Context(), w.db, store.AlertPrefix+id)
	if err != nil {
		w.t.Fatal(err)
	}
	entries, err := w.db.Entries(w.t.Context(), a.ID, 0)
	if err != nil || a.Chain.Verify(entries) != nil {
		w.t.Errorf("chain of %s: %v, %v", a.ID, err, a.Chain.Verify(entries))
	}
	return a
}

// pressAlert presses a button of an alert as it was last drawn.
func (w *world) pressAlert(user string, verb store.Verb) string {
	w.t.Helper()
	a := w.voice.alerts[len(w.voice.alerts)-1]
	w.n++
	return w.pressed(store.Press{ID: fmt.Sprint(store.PressPrefix, w.n), By: user, Verb: verb, On: a.ID, Terms: a.Terms(), Card: a.Card})
}

func TestThatWasMe(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		if len(w.voice.dms) != 1 || w.voice.dms[0].Subject.Person != "U0YAMADA" {
			t.Fatalf("asked: %+v", w.voice.dms)
		}
		if refusal := w.press("U0SATO", store.Mine); refusal != handlers.NotYours {
			t.Errorf("somebody else's answer: %q", refusal)
		}
		if refusal := w.press("U0YAMADA", store.Mine); refusal != "" {
			t.Errorf("the answer: %q", refusal)
		}
		w.is("1", store.Asked, false)
		if g := w.voice.card(); g.Answer != store.Mine {
			t.Errorf("the card says %q", g.Answer)
		}
		w.press("U0SATO", store.Approve)
		w.is("1", store.Active, true)
	})
}

// Another sign-in is another question: the answer to the one before says nothing of it.
func TestAskedAnew(t *testing.T) {
	for _, approved := range []bool{false, true} {
		inWorld(t, func(w *world) {
			w.signIn("1")
			if approved {
				w.press("U0SATO", store.Approve)
			}
			w.press("U0YAMADA", store.Mine)
			asked := len(w.voice.dms)
			w.receive(handlers.Request{ID: "login-2", Account: account, User: "t.yamada", Signin: store.Signin{At: time.Now(), Address: "198.51.100.66"}})
			if g := w.grant("1"); g.Answer != "" || g.Signin.Address != "198.51.100.66" {
				t.Errorf("approved %t: answered %q of %s", approved, g.Answer, g.Signin.Address)
			}
			if len(w.voice.dms) == asked {
				t.Errorf("approved %t: not asked anew", approved)
			}
		})
	}
}

// "Not me" ends what there is, before anybody else has done anything, and the security group can shut the user out.
func TestNotMe(t *testing.T) {
	for _, approved := range []bool{false, true} {
		inWorld(t, func(w *world) {
			w.aws.AddPassword(account, "t.yamada")
			key := w.aws.AddKey(account, "t.yamada")
			w.signIn("1")
			if approved {
				w.press("U0SATO", store.Approve)
			}
			w.press("U0YAMADA", store.NotMine)
			w.is("1", map[bool]store.State{false: store.Denied, true: store.Ended}[approved], false)
			if a := w.alert("not-me-login-1"); a.State != store.Raised || a.Grant != "login-1" || len(w.voice.alerts) == 0 {
				t.Fatalf("alert: %+v", a)
			}
			for who, want := range map[string]string{"U0SATO": handlers.NotSecurity, "U0YAMADA": handlers.NotSecurity, "U0GUEST": handlers.Guest, "U0STRANGER": handlers.Stranger} {
				if refusal := w.pressAlert(who, store.Remedy); refusal != want {
					t.Errorf("%s: %q, want %q", who, refusal, want)
				}
			}
			if !w.aws.HasPassword(account, "t.yamada") {
				t.Error("the password is gone without the security group")
			}
			if refusal := w.pressAlert("U0CHIEF", store.Remedy); refusal != "" {
				t.Errorf("the security group: %q", refusal)
			}
			a := w.alert("not-me-login-1")
			if a.State != store.Acted || a.By != "U0CHIEF" || a.Effects["inactive_keys"] != key {
				t.Errorf("alert: %+v", a)
			}
			if w.aws.HasPassword(account, "t.yamada") || w.aws.Keys(account, "t.yamada")[0].Active {
				t.Errorf("left: password %t, keys %v", w.aws.HasPassword(account, "t.yamada"), w.aws.Keys(account, "t.yamada"))
			}
			if last := w.voice.alerts[len(w.voice.alerts)-1]; last.State != store.Acted {
				t.Errorf("the alert's card says %s", last.State)
			}
			if refusal := w.pressAlert("U0CHIEF", store.Keep); refusal != handlers.Late {
				t.Errorf("after it was done: %q", refusal)
			}
		})
	}
}

func TestAnUnknownMember(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		id := w.aws.AddUser(account, "intruder", nil)
		w.aws.Join(account, "intruder", group)
		w.wait(5*time.Minute + 15*time.Second)
		a := w.alert("member-" + store.MemberKey(account, group, id))
		if a.State != store.Raised || a.Subject.User != "intruder" || len(w.voice.alerts) != 1 {
			t.Fatalf("alert: %+v, told %d times", a, len(w.voice.alerts))
		}
		w.wait(time.Hour)
		if len(w.voice.alerts) != 1 || !slices.Equal(w.aws.Members(account, group), []string{"intruder", "t.yamada"}) {
			t.Errorf("told %d times, members %v", len(w.voice.alerts), w.aws.Members(account, group))
		}
		if refusal := w.pressAlert("U0CHIEF", store.Remedy); refusal != "" {
			t.Error(refusal)
		}
		w.is("1", store.Active, true) // whom a grant explains stays
		if got := w.aws.Members(account, group); !slices.Equal(got, []string{"t.yamada"}) {
			t.Errorf("members: %v", got)
		}
		w.aws.Join(account, "intruder", group) // and comes again
		w.wait(5*time.Minute + 15*time.Second)
		if a = w.alert("member-" + store.MemberKey(account, group, id)); a.State != store.Raised {
			t.Errorf("the second time: %s", a.State)
		}
		w.aws.Leave(account, "intruder", group)
		w.wait(5*time.Minute + 15*time.Second)
		if a = w.alert("member-" + store.MemberKey(account, group, id)); a.State != store.Gone {
			t.Errorf("after leaving: %s", a.State)
		}
	})
}

func TestAKeptMember(t *testing.T) {
	inWorld(t, func(w *world) {
		w.aws.Join(account, "t.yamada", group)
		w.wait(5*time.Minute + 15*time.Second)
		for who, want := range map[string]string{"U0YAMADA2": handlers.NotSecurity, "U0SATO": handlers.NotSecurity} {
			if refusal := w.pressAlert(who, store.Keep); refusal != want {
				t.Errorf("%s: %q, want %q", who, refusal, want)
			}
		}
		w.govern(func(p *handlers.Policy) { p.Security = append(p.Security, "U0YAMADA") })
		if refusal := w.pressAlert("U0YAMADA", store.Keep); refusal != handlers.Own {
			t.Errorf("for oneself: %q", refusal)
		}
		if refusal := w.pressAlert("U0CHIEF", store.Keep); refusal != "" {
			t.Error(refusal)
		}
		told := len(w.voice.alerts)
		w.wait(time.Hour)
		if !w.member() || len(w.voice.alerts) != told {
			t.Errorf("member %t, told %d times more", w.member(), len(w.voice.alerts)-told)
		}
	})
}

// A wrong list in the ledger must not empty a group at once: the first look reports, and each removes a few.
func TestEnforce(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *handlers.Policy) { p.Enforce, p.Removals = true, 2 })
		for i := range 5 {
			w.aws.AddUser(account, fmt.Sprint("m", i), nil)
			w.aws.Join(account, fmt.Sprint("m", i), group)
		}
		w.wait(15 * time.Second)
		for look, want := range []int{5, 3, 1, 0} {
			if look > 0 {
				w.wait(5*time.Minute + 10*time.Second)
			}
			if got := len(w.aws.Members(account, group)); got != want {
				t.Errorf("after look %d: %d members, want %d", look+1, got, want)
			}
		}
	})
}

// A membership whose grant is ending or has just ended is no stranger's.
func TestReconcileLeavesGrantsAlone(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *handlers.Policy) { p.Enforce, p.Removals = true, 9 })
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.wait(5 * time.Hour)
		if len(w.voice.alerts) != 0 {
			t.Errorf("alerts: %+v", w.voice.alerts)
		}
	})
}

func TestClockSetBack(t *testing.T) {
	inWorld(t, func(w *world) {
		var skew atomic.Int64 // nanoseconds
		w.stop()
		w.keeper.Now = func() time.Time { return time.Now().Add(time.Duration(skew.Load())) }
		w.run()
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.is("1", store.Active, true)
		w.signIn("2")
		w.wait(time.Minute)
		skew.Store(int64(-2 * time.Hour))
		w.press("U0YAMADA", store.Finish)
		w.wait(5 * time.Second)
		w.is("1", store.Ended, false) // what ends goes on
		w.receive(handlers.Request{ID: "login-3", Account: account, User: "t.yamada"})
		w.press("U0SATO", store.Approve)
		w.wait(time.Minute)
		w.is("3", store.Approved, false) // nothing is given
		if g := w.voice.cardOf("login-3"); g.Trouble != "ClockBehind" {
			t.Errorf("the card says %s, %q", g.State, g.Trouble)
		}
		skew.Store(0)
		w.wait(time.Minute)
		w.is("3", store.Active, true)
	})
}

// A clock that jumps forward ends access, and lets nobody have it longer when it jumps back.
func TestClockSetForward(t *testing.T) {
	inWorld(t, func(w *world) {
		var skew atomic.Int64 // nanoseconds
		w.stop()
		w.keeper.Now = func() time.Time { return time.Now().Add(time.Duration(skew.Load())) }
		w.run()
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		skew.Store(int64(5 * time.Hour))
		w.wait(3 * time.Second)
		w.is("1", store.Ended, false)
		skew.Store(0)
		w.wait(time.Hour)
		w.is("1", store.Ended, false)
	})
}

func TestGuestsAndStrangers(t *testing.T) {
	inWorld(t, func(w *world) {
		w.leads.set(false, "U0GUEST", "U0STRANGER")
		w.signIn("1")
		for who, want := range map[string]string{"U0GUEST": handlers.Guest, "U0STRANGER": handlers.Stranger} {
			if refusal := w.press(who, store.Approve); refusal != want {
				t.Errorf("%s: %q, want %q", who, refusal, want)
			}
		}
		w.is("1", store.Asked, false)
	})
}

func TestPeopleByEmail(t *testing.T) {
	for _, allowed := range []bool{false, true} {
		inWorld(t, func(w *world) {
			w.govern(func(p *handlers.Policy) { p.MatchEmail = allowed })
			w.aws.AddUser(account, "h.sato@example.com", nil)
			w.receive(handlers.Request{ID: "login-1", Account: account, User: "h.sato@example.com"})
			want := map[bool]string{false: handlers.NoHolder, true: handlers.Own}[allowed]
			if refusal := w.press("U0SATO", store.Approve); refusal != want {
				t.Errorf("allowed %t: %q, want %q", allowed, refusal, want)
			}
		})
	}
}

// More sign-ins than Slack takes cards for become digests: few messages, every request on one, each still its own.
func TestStorm(t *testing.T) {
	inWorld(t, func(w *world) {
		w.voice.setDown(true)
		for i := range 100 {
			name := fmt.Sprint("user", i)
			w.aws.AddUser(account, name, map[string]string{"sekisho:slack-user-id": fmt.Sprint("U0USER", i)})
			w.receive(handlers.Request{ID: "login-" + name, Account: account, User: name})
		}
		w.voice.setDown(false)
		w.wait(time.Minute)
		if w.voice.posts > 12 {
			t.Errorf("%d messages for 100 requests", w.voice.posts)
		}
		for i := range 100 {
			g := w.grant(fmt.Sprint("user", i))
			if g.Card.TS == "" || w.voice.cardOf(g.ID).Card != g.Card {
				t.Fatalf("%s stands on %q", g.ID, g.Card.TS)
			}
		}
		g := w.grant("user42")
		if refusal := w.pressOn(g, "U0SATO", store.Approve); refusal != "" {
			t.Errorf("approving on a digest: %q", refusal)
		}
		if got := w.aws.Members(account, group); !slices.Equal(got, []string{"user42"}) {
			t.Errorf("members: %v", got)
		}
		if g := w.voice.cardOf("login-user42"); g.State != store.Active {
			t.Errorf("the digest shows it as %s", g.State)
		}
	})
}
