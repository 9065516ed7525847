package access_test

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
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
	return w.pressOnAlert(w.voice.alerts[len(w.voice.alerts)-1], user, verb)
}

func (w *world) pressOnAlert(a store.Alert, user string, verb store.Verb) string {
	w.t.Helper()
	w.n++
	p := store.Press{ID: fmt.Sprint(store.PressPrefix, w.n), By: user, Verb: verb, On: a.ID, Terms: a.Terms(), Card: a.Card}
	if verb == store.Keep {
		p.Until, p.Note = time.Now().Add(keptFor), "It is watched."
	}
	return w.pressed(p)
}

// keptFor is how long what a test keeps is kept.
const keptFor = 3 * aDay

func TestThatWasMe(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		if len(w.voice.dms) != 1 || w.voice.dms[0].Subject.Person != "U0YAMADA" {
			t.Fatalf("asked: %+v", w.voice.dms)
		}
		if refusal := w.press("U0SATO", store.Mine); refusal != access.NotYours {
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
	for approved, goOn := range map[bool]int{false: 1, true: 3} { // the holder's message goes on in each new one, and the approver's
		inWorld(t, func(w *world) {
			w.signIn("1")
			if approved {
				w.press("U0SATO", store.Approve)
			}
			w.press("U0YAMADA", store.Mine)
			asked := len(w.voice.dms)
			w.receive(access.Request{ID: "login-2", Account: account, User: "t.yamada", Signin: store.Signin{At: time.Now(), Address: "198.51.100.66"}})
			w.wait(5 * time.Second) // each letter has had its turn
			w.voice.settle()
			g := w.grant("1")
			if open := g.Unanswered(); g.Answer != store.Mine || g.Signin.Address != "203.0.113.9" || len(open) != 1 || open[0].Address != "198.51.100.66" {
				t.Errorf("approved %t: answered %q of %s, open %+v", approved, g.Answer, g.Signin.Address, open)
			}
			if len(w.voice.dms) == asked || w.voice.newDMs != map[bool]int{false: 2, true: 3}[approved] || len(w.voice.continued) != goOn {
				t.Errorf("approved %t: not asked anew in a new message: %d of them, %d go on", approved, w.voice.newDMs, len(w.voice.continued))
			}
			if refusal := w.press("U0YAMADA", store.Mine); refusal != access.Changed {
				t.Errorf("approved %t: the answer to the first question: %q", approved, refusal)
			}
			w.n++
			p := store.Press{ID: fmt.Sprint(store.PressPrefix, w.n), By: "U0YAMADA", Verb: store.Mine, On: g.ID, Terms: g.QuestionTerms()}
			if refusal := w.pressed(p); refusal != "" || len(w.grant("1").Unanswered()) > 0 {
				t.Errorf("approved %t: the answer to the second: %q", approved, refusal)
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
			if a := w.alert("not-me-login-1"); a.State != store.Raised || a.Grant != "login-1" || len(w.voice.alerts) == 0 || w.voice.about != w.grant("1").Card {
				t.Fatalf("alert: %+v, about %v", a, w.voice.about)
			}
			for who, want := range map[string]string{"U0SATO": policy.NotSecurity, "U0YAMADA": policy.NotSecurity, "U0GUEST": people.Guest, "U0STRANGER": people.Stranger} {
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
			if refusal := w.pressAlert("U0CHIEF", store.Keep); refusal != access.Late {
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
		for who, want := range map[string]string{"U0YAMADA2": policy.NotSecurity, "U0SATO": policy.NotSecurity} {
			if refusal := w.pressAlert(who, store.Keep); refusal != want {
				t.Errorf("%s: %q, want %q", who, refusal, want)
			}
		}
		w.govern(func(p *access.Settings) { p.Security = append(p.Security, "U0YAMADA") })
		if refusal := w.pressAlert("U0YAMADA", store.Keep); refusal != policy.Own {
			t.Errorf("for oneself: %q", refusal)
		}
		if refusal := w.pressAlert("U0CHIEF", store.Keep); refusal != "" {
			t.Error(refusal)
		}
		told := len(w.voice.alerts)
		w.wait(keptFor - time.Hour)
		if !w.member() || len(w.voice.alerts) != told {
			t.Errorf("member %t, told %d times more", w.member(), len(w.voice.alerts)-told)
		}
	})
}

// Once its time is over a member who is still there is reported again, in a new message, with who had kept it until when and
// why; also by a bot that was not there at that time. Where members are removed, this one is not before its date.
func TestAKeptMemberIsReportedAgain(t *testing.T) {
	for name, enforce := range map[string]bool{"report": false, "enforce": true} {
		inWorld(t, func(w *world) {
			w.aws.Join(account, "t.yamada", group)
			w.wait(aLook)
			first := w.voice.alerts[len(w.voice.alerts)-1]
			if refusal := w.pressAlert("U0CHIEF", store.Keep); refusal != "" {
				t.Fatal(refusal)
			}
			until := time.Now().Add(keptFor)
			w.govern(func(p *access.Settings) { p.Enforce, p.Removals = enforce, 9 })
			w.wait(keptFor - 10*time.Minute)
			if a := w.suspect(w.userID); a.State != store.Kept || !w.member() || a.Keeping.By != "U0CHIEF" || a.Keeping.Why != "It is watched." ||
				!a.Keeping.Until.Equal(until) {
				t.Errorf("%s: %s, member %t, %+v", name, a.State, w.member(), a.Keeping)
			}
			w.stop()
			time.Sleep(5 * time.Minute)
			w.keeper = w.newKeeper()
			w.run()
			w.wait(10*time.Minute + 15*time.Second)
			again := w.voice.alerts[len(w.voice.alerts)-1]
			if again.State != store.Raised || again.Last != store.Lapse || again.Keeping == nil || again.Keeping.By != "U0CHIEF" || again.Keeping.Why != "It is watched." {
				t.Fatalf("%s: %s by %s, %+v", name, again.State, again.Last, again.Keeping)
			}
			if again.Card.TS == first.Card.TS || again.Earlier.TS != first.Card.TS {
				t.Errorf("%s: it stands at %q, earlier at %q, was at %q", name, again.Card.TS, again.Earlier.TS, first.Card.TS)
			}
			if a := w.suspect(w.userID); a.Card.TS != again.Card.TS || a.Earlier.TS != "" {
				t.Errorf("%s: the ledger has it at %+v, earlier at %+v", name, a.Card, a.Earlier)
			}
			if !w.member() {
				t.Errorf("%s: removed by the look that reports it", name)
			}
			if refusal := w.pressOnAlert(first, "U0CHIEF", store.Keep); refusal != access.Changed {
				t.Errorf("%s: kept by the message from before: %q", name, refusal)
			}
			if enforce {
				w.wait(aLook)
				if w.member() {
					t.Error("it is not removed once its time is over")
				}
				return
			}
			if refusal := w.pressAlert("U0CHIEF", store.Keep); refusal != "" {
				t.Errorf("kept once more: %q", refusal)
			}
			w.aws.Leave(account, "t.yamada", group)
			w.wait(aLook)
			if a := w.suspect(w.userID); a.State != store.Gone {
				t.Errorf("left while it was kept: %s", a.State)
			}
		})
	}
}

// One that is kept can be reported again before its time, by hand, and then removed.
func TestAKeptMemberIsLetGo(t *testing.T) {
	inWorld(t, func(w *world) {
		w.aws.Join(account, "t.yamada", group)
		w.wait(aLook)
		w.pressAlert("U0CHIEF", store.Keep)
		if refusal := w.pressAlert("U0CHIEF", store.Remedy); refusal != access.Late {
			t.Errorf("removed while it is kept: %q", refusal)
		}
		if refusal := w.pressAlert("U0CHIEF", store.Restore); refusal != "" {
			t.Error(refusal)
		}
		if a := w.suspect(w.userID); a.State != store.Raised || a.Keeping != nil || a.Earlier.TS != "" {
			t.Errorf("%s, %+v, earlier at %+v", a.State, a.Keeping, a.Earlier)
		}
		if refusal := w.pressAlert("U0CHIEF", store.Remedy); refusal != "" {
			t.Error(refusal)
		}
		w.wait(time.Minute)
		if w.member() {
			t.Error("still a member")
		}
	})
}

// What was kept before there were dates is reported again by the next look.
func TestAMemberThatWasKeptWithoutADate(t *testing.T) {
	inWorld(t, func(w *world) {
		w.aws.Join(account, "t.yamada", group)
		w.wait(aLook)
		w.stop()
		a := w.suspect(w.userID)
		a, err := a.After(store.Entry{Verb: store.Keep, By: "U0CHIEF", At: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Save(t.Context(), w.db, &a); err != nil {
			t.Fatal(err)
		}
		w.older(a.ID, func(facts map[string]any) {
			for _, name := range []string{"keeping", "last", "last_at"} {
				delete(facts, name)
			}
		})
		w.keeper = w.newKeeper()
		w.run()
		w.wait(aLook)
		if a := w.suspect(w.userID); a.State != store.Raised || a.Last != store.Lapse || a.Keeping != nil || !w.member() {
			t.Errorf("%s, %+v, member %t", a.State, a.Keeping, w.member())
		}
	})
}

// A member who comes again is reported in a new message, too.
func TestAMemberWhoComesAgainRingsABell(t *testing.T) {
	inWorld(t, func(w *world) {
		w.aws.Join(account, "t.yamada", group)
		w.wait(aLook)
		first := w.suspect(w.userID).Card
		w.aws.Leave(account, "t.yamada", group)
		w.wait(aLook)
		w.aws.Join(account, "t.yamada", group)
		w.wait(aLook)
		if a := w.suspect(w.userID); a.State != store.Raised || a.Card == first || a.Earlier.TS != "" {
			t.Errorf("%s at %+v, was at %+v", a.State, a.Card, first)
		}
	})
}

// A wrong list in the ledger must not empty a group at once: the first look reports, and each removes a few.
func TestEnforce(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.Enforce, p.Removals = true, 2 })
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

// Who was reported a minute before a restart is not removed by its first look, and who is only to be reported by none.
func TestEnforceAfterARestart(t *testing.T) {
	for _, enforce := range []bool{true, false} {
		inWorld(t, func(w *world) {
			w.aws.AddUser(account, "m", nil)
			w.aws.Join(account, "m", group)
			w.govern(func(p *access.Settings) { p.Enforce, p.Removals = enforce, 9 })
			w.wait(time.Minute + 15*time.Second)
			w.govern(func(*access.Settings) {})
			w.wait(15 * time.Second)
			if got := w.aws.Members(account, group); len(got) != 1 {
				t.Errorf("enforce %t: removed by the first look after a restart, a minute after the report", enforce)
			}
			w.wait(time.Hour)
			if gone := len(w.aws.Members(account, group)) == 0; gone != enforce {
				t.Errorf("enforce %t: removed in the end is %t", enforce, gone)
			}
		})
	}
}

// A membership whose grant is ending or has just ended is no stranger's.
func TestReconcileLeavesGrantsAlone(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.Enforce, p.Removals = true, 9 })
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
		w.receive(access.Request{ID: "login-3", Account: account, User: "t.yamada"})
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
		w.leads.set(false, "U0GUEST", "U0STRANGER", "U0BOT")
		w.signIn("1")
		for who, want := range map[string]string{"U0GUEST": people.Guest, "U0STRANGER": people.Stranger, "U0BOT": people.Guest} {
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
			w.govern(func(p *access.Settings) { p.MatchEmail = allowed })
			for name, own := range map[string]string{"h.sato@example.com": policy.Own, "sato.second@example.com": policy.NoHolder} {
				w.aws.AddUser(account, name, nil)
				w.receive(access.Request{ID: "login-" + name, Account: account, User: name})
				want := map[bool]string{false: policy.NoHolder, true: own}[allowed]
				if refusal := w.press("U0SATO", store.Approve); refusal != want {
					t.Errorf("%s, allowed %t: %q, want %q", name, allowed, refusal, want)
				}
				if s := w.grant(name).Subject; (s.KnownBy == store.ByEmail) != (want == policy.Own) || (s.Person == "U0SATO") != (want == policy.Own) {
					t.Errorf("%s, allowed %t: %+v", name, allowed, s)
				}
			}
		})
	}
}

// More sign-ins than Slack takes cards for become digests: few messages, every request on one, each still its own.
func TestStorm(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.People = people.New(team(userIDs(100)...)) })
		w.voice.setDown(true)
		for i := range 100 {
			name := fmt.Sprint("user", i)
			w.aws.AddUser(account, name, map[string]string{"sekisho:slack-user-id": fmt.Sprint("U0USER", i)})
			w.receive(access.Request{ID: "login-" + name, Account: account, User: name})
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
