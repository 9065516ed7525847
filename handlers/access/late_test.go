package access_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// lateVerbs are all buttons, each with who may press it, and whether it counts at any age.
var lateVerbs = []struct {
	verb   store.Verb
	by     string
	always bool
}{
	{store.Approve, "U0SATO", false},
	{store.Agree, "U0SATO", false},
	{store.AskMore, "U0YAMADA", false},
	{store.Keep, "U0CHIEF", false},
	{store.Deny, "U0SATO", true},
	{store.Revoke, "U0SATO", true},
	{store.Finish, "U0YAMADA", true},
	{store.Withdraw, "U0YAMADA", true},
	{store.Decline, "U0SATO", true},
	{store.Mine, "U0YAMADA", true}, // an answer, where the rule gives nothing by itself
	{store.NotMine, "U0YAMADA", true},
	{store.Remedy, "U0CHIEF", true},
}

// ages are the ways in which a press is old when it is judged.
var ages = map[string]func(w *world, p store.Press) string{
	"by Slack's clock": func(w *world, p store.Press) string {
		p.Pressed = time.Now().Add(-15*time.Minute - time.Second)
		return w.pressed(p)
	},
	"as Slack said nothing of anybody": func(w *world, p store.Press) string {
		w.leads.silent(p.By)
		w.take(p)
		w.wait(15*time.Minute + time.Second)
		w.leads.silent()
		return w.judgedIn(p, time.Minute)
	},
	"as the bot was down": func(w *world, p store.Press) string {
		w.stop()
		w.take(p)
		time.Sleep(15*time.Minute + time.Second)
		w.keeper = w.newKeeper()
		w.run()
		return w.judgedIn(p, time.Minute)
	},
}

// effect is what presses can have changed of a grant or an alert.
func (w *world) effect(id string) string {
	w.t.Helper()
	r, err := store.Load(w.t.Context(), w.db, id)
	if err != nil {
		w.t.Fatal(err)
	}
	g, is := r.(*store.Grant)
	if !is {
		return fmt.Sprint(r.(*store.Alert).State)
	}
	return fmt.Sprint(g.State, g.Outcome, g.Answer, len(g.Approvals), g.Until, g.Extension.Until, len(g.Extension.Approvals))
}

// take takes a press in, which need not be judged.
func (w *world) take(p store.Press) {
	w.t.Helper()
	if err := w.keeper.Press(w.t.Context(), p); err != nil {
		w.t.Fatal(err)
	}
	w.wait(0)
}

// judgedIn waits, and returns why a press was refused, or "".
func (w *world) judgedIn(p store.Press, d time.Duration) string {
	w.t.Helper()
	w.wait(d)
	p, err := store.LoadPress(w.t.Context(), w.db, p.ID)
	if err != nil || !p.Judged {
		w.t.Fatalf("press %s: judged %t, %v", p.ID, p.Judged, err)
	}
	return p.Refusal
}

// TestOldPresses: what gives or prolongs access, or leaves what was found, gives nothing once it is old, however it has become
// so; what ends or refuses counts at any age.
func TestOldPresses(t *testing.T) {
	for _, v := range lateVerbs {
		for name, age := range ages {
			t.Run(fmt.Sprint(v.verb, " ", name), func(t *testing.T) {
				inWorld(t, func(w *world) {
					p := w.readyFor(v.verb)
					p.ID, p.By, p.Verb, p.Note = store.PressPrefix+"old", v.by, v.verb, "Why."
					before := w.effect(p.On)
					refusal := age(w, p)
					if want := map[bool]string{true: "", false: handlers.TooOld}[v.always]; refusal != want {
						t.Errorf("refused with %q, want %q", refusal, want)
					}
					if after := w.effect(p.On); (after != before) != v.always {
						t.Errorf("%s, was %s", after, before)
					}
					if told := len(w.voice.answers); told != map[bool]int{true: 0, false: 1}[v.always] {
						t.Errorf("%d answers", told)
					}
				})
			})
		}
	}
}

// TestPressOfFifteenMinutes: the limit itself, a clock of Slack's that runs ahead, and a press without a time of Slack's.
func TestPressOfFifteenMinutes(t *testing.T) {
	for pressed, want := range map[time.Duration]string{-15 * time.Minute: "", -15*time.Minute - 1: handlers.TooOld, time.Hour: "", 0: ""} {
		inWorld(t, func(w *world) {
			w.signIn("1")
			g := w.voice.card()
			p := store.Press{ID: store.PressPrefix + "1", By: "U0SATO", Verb: store.Approve, On: g.ID, Terms: g.Terms(), Card: g.Card}
			if pressed != 0 {
				p.Pressed = time.Now().Add(pressed)
			}
			if got := w.pressed(p); got != want {
				t.Errorf("pressed %s from now: %q, want %q", pressed, got, want)
			}
			if got := w.grant("1").State; (got == store.Active) != (want == "") {
				t.Errorf("pressed %s from now: %s", pressed, got)
			}
		})
	}
}

// TestApproveOfTwentyDaysAgo: Slack's groups did not answer for so long. Whoever pressed reads once what to do, and a new press
// gives.
func TestApproveOfTwentyDaysAgo(t *testing.T) {
	inWorld(t, func(w *world) {
		w.ruled(func(e *policy.Entitlement) { e.Within = 30 * 24 * time.Hour })
		w.signIn("1")
		g := w.voice.card()
		w.leads.set(true)
		for n := range 5 {
			w.take(store.Press{ID: fmt.Sprint(store.PressPrefix, "old-", n), By: "U0SATO", Verb: store.Approve, On: g.ID, Terms: g.Terms(), Card: g.Card})
		}
		w.stop()
		w.voice.setDown(true)
		time.Sleep(20 * 24 * time.Hour)
		w.keeper = w.newKeeper()
		w.run()
		w.wait(time.Minute)
		w.is("1", store.Asked, false)
		if len(w.voice.answers) != 0 {
			t.Errorf("%d answers while Slack is down", len(w.voice.answers))
		}
		w.voice.setDown(false)
		w.leads.set(false, "U0SATO")
		w.wait(2 * time.Hour)
		w.is("1", store.Asked, false)
		if len(w.voice.answers) != 1 || w.voice.answers[0].Refusal != handlers.TooOld {
			t.Errorf("answers: %+v", w.voice.answers)
		}
		if refusal := w.press("U0SATO", store.Approve); refusal != "" {
			t.Errorf("pressed again: %q", refusal)
		}
		w.is("1", store.Active, true)
	})
}

// TestOldPressOnWhatIsDecided is late: there is nothing to press again.
func TestOldPressOnWhatIsDecided(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		g := w.voice.card()
		p := store.Press{ID: store.PressPrefix + "old", By: "U0SATO", Verb: store.Approve, On: g.ID, Terms: g.Terms(), Card: g.Card}
		w.leads.silent("U0SATO")
		w.take(p)
		w.press("U0KATO", store.Approve)
		w.wait(time.Hour)
		w.leads.silent()
		if got := w.judgedIn(p, time.Minute); got != access.Late || len(w.voice.answers) != 0 {
			t.Errorf("%q, %d answers", got, len(w.voice.answers))
		}
	})
}

// unreachableVoice cannot write to anybody.
type unreachableVoice struct {
	*voice
	tries int
}

func (v *unreachableVoice) Answer(context.Context, store.Press) error {
	v.tries++
	return access.ErrUnreachable
}

// TestNobodyToTell: who cannot be written to is not written to for ever.
func TestNobodyToTell(t *testing.T) {
	inWorld(t, func(w *world) {
		nobody := &unreachableVoice{voice: w.voice}
		w.stop()
		w.keeper = w.newKeeper()
		w.keeper.Voice = nobody
		w.run()
		w.signIn("1")
		g := w.voice.card()
		w.pressed(store.Press{ID: store.PressPrefix + "1", By: "U0SATO", Verb: store.Approve, On: g.ID, Terms: g.Terms(), Card: g.Card, Pressed: time.Now().Add(-time.Hour)})
		if w.wait(time.Hour); nobody.tries != 1 {
			t.Errorf("%d tries", nobody.tries)
		}
	})
}

// TestOldPressesOnARotation: only to take it back, or to deny it, counts at any age.
func TestOldPressesOnARotation(t *testing.T) {
	old := func(w *world, id string, verb store.Verb, by string) string {
		task := w.task(id)
		w.n++
		return w.pressed(store.Press{ID: fmt.Sprint(store.PressPrefix, w.n), By: by, Verb: verb, On: id, Terms: task.Terms(), Card: task.Card,
			Pressed: time.Now().Add(-time.Hour)})
	}
	inRotation(t, func(r *access.Rotation) { r.Steps = []store.Step{{By: []string{"U0KATO"}, Count: 1}} }, func(w *world, _ string) {
		id := w.begin()
		if got := old(w, id, store.Approve, "U0KATO"); got != handlers.TooOld || w.task(id).State != store.Asked {
			t.Errorf("approve: %q, %s", got, w.task(id).State)
		}
		if got := old(w, id, store.Deny, "U0KATO"); got != "" || w.task(id).State != store.Denied {
			t.Errorf("deny: %q, %s", got, w.task(id).State)
		}
		w.wait(time.Minute)
		id = w.begin()
		if got := old(w, id, store.Withdraw, "U0SATO"); got != "" {
			t.Errorf("withdraw: %q", got)
		}
	})
	inRotation(t, hurried, func(w *world, _ string) {
		id := w.rotate()
		for w.task(id).State != store.Resting {
			w.wait(10 * time.Minute)
			w.putToUse(id)
			if w.task(id).State == store.Rotated {
				t.Fatal("it never rested")
			}
		}
		for _, verb := range []store.Verb{store.PutBack, store.Delete} {
			if got := old(w, id, verb, "U0SATO"); got != handlers.TooOld || w.task(id).State != store.Resting {
				t.Errorf("%s: %q, %s", verb, got, w.task(id).State)
			}
		}
	})
}

// TestOldAnswerGivesNothing where the rule gives by itself.
func TestOldAnswerGivesNothing(t *testing.T) {
	inWorldByItself(t, func(w *world) {
		w.signIn("1")
		g := w.voice.card()
		p := store.Press{ID: store.PressPrefix + "1", By: "U0YAMADA", Verb: store.Mine, On: g.ID, Terms: g.Terms(), Card: g.Card, Pressed: time.Now().Add(-time.Hour)}
		if got := w.pressed(p); got != handlers.TooOld {
			t.Errorf("%q", got)
		}
		w.is("1", store.Asked, false)
	})
}

// signInAt is a sign-in of a time from now, which came into the queue at another.
func (w *world) signInAt(id string, at, sent time.Duration) {
	w.t.Helper()
	r := access.Request{ID: "login-" + id, Origin: store.SignIn, Account: account, User: "t.yamada",
		Signin: store.Signin{At: time.Now().Add(at), Address: "203.0.113.9", MFA: "yes", Principal: w.userID}}
	if sent != 0 {
		r.Sent = time.Now().Add(sent)
	}
	w.receive(r)
}

// TestOldSignIns: a sign-in of more than an hour ago, by CloudTrail's time or by that of the queue, gets no card and prolongs
// nothing. Its person reads so.
func TestOldSignIns(t *testing.T) {
	for name, c := range map[string]struct {
		at, sent time.Duration
		card     bool
	}{
		"now":                      {0, 0, true},
		"an hour ago":              {-time.Hour, -time.Hour, true},
		"longer ago":               {-time.Hour - time.Second, 0, false},
		"30 days ago":              {-30 * 24 * time.Hour, 0, false},
		"of a clock ahead":         {time.Hour, 0, true},
		"long in the queue":        {0, -2 * time.Hour, false},
		"in the queue, of a clock": {time.Hour, -2 * time.Hour, false},
	} {
		inWorld(t, func(w *world) {
			w.signInAt("1", c.at, c.sent)
			g := w.grant("1")
			if c.card {
				if g.State != store.Asked || w.voice.posts != 1 {
					t.Errorf("%s: %s, %d cards", name, g.State, w.voice.posts)
				}
				return
			}
			if g.State != store.Ignored || w.voice.posts != 0 || len(w.voice.dms) != 1 || w.voice.dms[0].Refusal.Why != access.SeenLate {
				t.Errorf("%s: %s, %d cards, %d DMs", name, g.State, w.voice.posts, len(w.voice.dms))
			}
			if g.Note != "the sign-in was seen more than 1h0m0s after it happened" || g.AccountName != "production" {
				t.Errorf("%s: the ledger says %q", name, g.Note)
			}
		})
	}
	given(t, func(w *world) {
		w.wait(3 * time.Hour)
		until := w.grant("1").Until
		w.signInAt("2", -2*time.Hour, 0)
		if g := w.grant("1"); !g.Until.Equal(until) || w.grant("2").Into != g.ID || w.voice.posts != 1 { // it stands beside
			t.Errorf("prolonged from %s to %s, into %q", until, g.Until, w.grant("2").Into)
		}
	})
}

// TestOldSignInsAreNoFlood: after two days in which the bot was down a person reads of all of them once, and of nobody else's.
func TestOldSignInsAreNoFlood(t *testing.T) {
	inWorld(t, func(w *world) {
		w.aws.AddUser(account, "nobodys", nil)
		for n := range 20 {
			w.signInAt(fmt.Sprint(n), -time.Duration(n+2)*time.Hour, 0)
			w.receive(access.Request{ID: fmt.Sprint("login-nobody-", n), Origin: store.SignIn, Account: account, User: "nobodys",
				Signin: store.Signin{At: time.Now().Add(-2 * time.Hour)}})
		}
		if w.wait(10 * time.Minute); len(w.voice.dms) != 1 || w.voice.posts != 0 {
			t.Errorf("%d DMs, %d cards", len(w.voice.dms), w.voice.posts)
		}
	})
}

// silentIAM lets IAM say nothing of users.
func (w *world) silentIAM() { w.aws.Fault(failing("GetUser", fakeaws.Failure{Code: "Throttling"})) }

// TestASignInThatIAMNeverAnswersForLapses after an hour, and its person hears of it. What IAM answers for within the hour gets its
// card.
func TestASignInThatIAMNeverAnswersForLapses(t *testing.T) {
	for after, want := range map[time.Duration]store.State{57 * time.Minute: store.Asked, 63 * time.Minute: store.Ignored} {
		inWorld(t, func(w *world) {
			w.silentIAM()
			w.signIn("1")
			w.wait(after)
			calls := len(w.aws.Calls())
			w.aws.Fault(nil)
			w.wait(2*time.Minute + 5*time.Second) // the longest between two tries
			if g := w.grant("1"); g.State != want || w.member() {
				t.Errorf("after %s: %s %q", after, g.State, g.Note)
			}
			if want != store.Ignored {
				return
			}
			if len(w.voice.dms) != 1 || w.voice.dms[0].Refusal.Why != access.SeenLate || w.voice.dms[0].Subject.Person != "U0YAMADA" {
				t.Errorf("after %s: %d DMs", after, len(w.voice.dms))
			}
			for _, c := range w.aws.Calls()[calls:] {
				if c.Action == "GetUser" {
					t.Errorf("after %s it is tried again", after)
				}
			}
		})
	}
}

// TestARequestThatIAMNeverAnswersForLapses at its rule's time limit, which counts from when it was sent.
func TestARequestThatIAMNeverAnswersForLapses(t *testing.T) {
	for after, want := range map[time.Duration]store.State{50 * time.Minute: store.Asked, 63 * time.Minute: store.Ignored} {
		inWorld(t, func(w *world) {
			w.ruled(func(e *policy.Entitlement) { e.Within = time.Hour })
			w.silentIAM()
			begin := time.Now()
			w.asks(wish("1", nil))
			w.wait(after)
			w.aws.Fault(nil)
			w.wait(2*time.Minute + 5*time.Second) // the longest between two tries
			g := w.wished("1")
			if g.State != want || w.member() {
				t.Fatalf("after %s: %s %q", after, g.State, g.Note)
			}
			if want == store.Asked {
				if d := g.Lapses.Sub(begin); d < time.Hour || d > time.Hour+5*time.Second { // the form waits a moment for IAM
					t.Errorf("lapses %s after it was sent", g.Lapses.Sub(begin))
				}
				return
			}
			if dm := w.voice.dms[len(w.voice.dms)-1]; g.Note != access.Unanswered || dm.State != store.Ignored || dm.Note != access.Unanswered {
				t.Errorf("%q, told %s %q", g.Note, dm.State, dm.Note)
			}
		})
	}
}

// TestTheRuleGivesNothingLongAfter it was asked for by hand: whoever asked does not expect it any more, and asks again.
func TestTheRuleGivesNothingLongAfter(t *testing.T) {
	for after, given := range map[time.Duration]bool{10 * time.Minute: true, 16 * time.Minute: false} {
		inWorldByItself(t, func(w *world) {
			w.silentIAM()
			w.asks(wish("1", nil))
			w.wait(after)
			w.aws.Fault(nil)
			w.wait(2*time.Minute + 5*time.Second) // the longest between two tries
			if g := w.wished("1"); w.member() != given || (g.Note == access.Unanswered) == given {
				t.Errorf("after %s: member %t, %s %q", after, w.member(), g.State, g.Note)
			}
		})
	}
}

// TestOldMessageOfAProgram is answered as too old, whether IAM tells who has sent it or not.
func TestOldMessageOfAProgram(t *testing.T) {
	for _, silent := range []bool{false, true} {
		inWorld(t, func(w *world) {
			if silent {
				w.silentIAM()
			}
			at := func(ago time.Duration) func(*access.Wish) {
				return func(x *access.Wish) { x.Sent = time.Now().Add(-ago) }
			}
			if d := w.asks(w.sent("old", at(time.Hour+time.Second))); d.Refusal != handlers.TooOld || w.wished("old").State != store.Ignored {
				t.Errorf("silent %t: %+v, %s", silent, d, w.wished("old").State)
			}
			if silent {
				return
			}
			if d := w.asks(w.sent("new", at(time.Hour))); d.Refusal != "" || w.wished("new").State != store.Asked {
				t.Errorf("of an hour ago: %+v", d)
			}
			if g := w.wished("new"); !slices.Equal(g.Steps[0].By, []string{"usergroup:S0LEADS", "U0CHIEF"}) {
				t.Errorf("%+v", g)
			}
		})
	}
}
