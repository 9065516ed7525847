package access_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// otherPlace is an address from which nobody has signed in at first.
const otherPlace = "198.51.100.66"

// signInFrom is another sign-in of t.yamada.
func (w *world) signInFrom(id, address, mfa string) {
	w.t.Helper()
	w.receive(access.Request{ID: "login-" + id, Origin: store.SignIn, Account: account, User: "t.yamada",
		Signin: store.Signin{At: time.Now(), Address: address, MFA: mfa, Principal: w.userID}})
}

// TestSecondSignIns: what a sign-in does to access that was approved for one from 203.0.113.9 with MFA.
func TestSecondSignIns(t *testing.T) {
	for _, c := range []struct {
		address, mfa string
		want         map[policy.Prolong]store.Verb
	}{
		{"203.0.113.9", "yes", map[policy.Prolong]store.Verb{"": store.Extend, policy.ProlongSame: store.Extend, policy.ProlongAsk: store.AskMore, policy.ProlongAlways: store.Extend}},
		{otherPlace, "yes", map[policy.Prolong]store.Verb{"": store.AskMore, policy.ProlongSame: store.AskMore, policy.ProlongAsk: store.AskMore, policy.ProlongAlways: store.Extend}},
		{"203.0.113.9", "no", map[policy.Prolong]store.Verb{"": store.AskMore, policy.ProlongAsk: store.AskMore, policy.ProlongAlways: store.Extend}},
		{"203.0.113.9", "", map[policy.Prolong]store.Verb{"": store.AskMore, policy.ProlongAsk: store.AskMore, policy.ProlongAlways: store.Extend}},
		{"", "yes", map[policy.Prolong]store.Verb{"": store.AskMore, policy.ProlongAsk: store.AskMore, policy.ProlongAlways: store.Extend}},
		{"", "", map[policy.Prolong]store.Verb{"": store.AskMore, policy.ProlongAsk: store.AskMore, policy.ProlongAlways: store.Extend}},
	} {
		for prolong, want := range c.want {
			t.Run(fmt.Sprintf("%s %q %q", prolong, c.address, c.mfa), func(t *testing.T) {
				inWorld(t, func(w *world) {
					w.ruled(func(e *policy.Entitlement) { e.Prolong = prolong })
					w.signIn("1")
					w.press("U0SATO", store.Approve)
					before := w.grant("1")
					w.wait(3 * time.Hour)
					w.signInFrom("2", c.address, c.mfa)
					after := w.grant("1")
					later := before.Until.Add(3 * time.Hour)
					switch want {
					case store.Extend:
						if !after.Until.Equal(later) || after.Extension.Open() {
							t.Errorf("ends %s, want %s, extension %+v", after.Until, later, after.Extension)
						}
					case store.AskMore:
						x := after.Extension
						if !after.Until.Equal(before.Until) || !x.Until.Equal(later) || x.Signin == nil || x.Signin.Address != c.address || x.By != store.Self {
							t.Errorf("ends %s, was %s, extension %+v", after.Until, before.Until, x)
						}
					}
					if after.Signin != before.Signin || after.Terms() != before.Terms() || after.Answer != before.Answer || after.Subject != before.Subject {
						t.Errorf("what was approved is %+v, was %+v", after.Signin, before.Signin)
					}
					if f := after.Further; len(f) != 1 || f[0].Address != c.address || f[0].MFA != c.mfa || f[0].Apart {
						t.Errorf("beside it stands %+v", f)
					}
					if w.voice.newDMs != 3 || w.voice.newLetter["U0SATO"] != 2 || len(w.voice.continued) != 3 { // the holder has one that it was given
						t.Errorf("new messages: holder %d, approver %d; %d went on", w.voice.newDMs, w.voice.newLetter["U0SATO"], len(w.voice.continued))
					}
				})
			})
		}
	}
}

// What an approver has agreed to of a sign-in from otherPlace is covered: another one from there prolongs.
func TestAnAgreedSignInIsCovered(t *testing.T) {
	given(t, func(w *world) {
		w.wait(3 * time.Hour)
		w.signInFrom("2", otherPlace, "yes")
		if refusal := w.onExtension("U0YAMADA", store.Agree); refusal != policy.Own {
			t.Errorf("agreed to by the holder: %q", refusal)
		}
		if refusal := w.onExtension("U0KATO", store.Agree); refusal != "" {
			t.Fatal(refusal)
		}
		g := w.grant("1")
		if g.Until.Sub(g.Start).Round(time.Second) != 7*time.Hour || g.Extension.Open() {
			t.Errorf("%s in all, %+v", g.Until.Sub(g.Start), g.Extension)
		}
		w.wait(2 * time.Hour)
		w.signInFrom("3", otherPlace, "yes")
		if g = w.grant("1"); g.Until.Sub(g.Start).Round(time.Second) != 9*time.Hour {
			t.Errorf("%s in all after another from there", g.Until.Sub(g.Start))
		}
		w.wait(time.Hour)
		w.signInFrom("4", otherPlace, "no")
		if g = w.grant("1"); g.Until.Sub(g.Start).Round(time.Second) != 9*time.Hour || !g.Extension.Open() {
			t.Errorf("%s in all after one with less MFA, %+v", g.Until.Sub(g.Start), g.Extension)
		}
	})
}

// An address from which access was approved is known from then on, also where a rule asks about each sign-in.
func TestAnApprovedAddressIsKnown(t *testing.T) {
	inWorld(t, func(w *world) {
		w.ruled(func(e *policy.Entitlement) { e.Prolong = policy.ProlongAsk })
		w.signIn("1")
		w.signIn("2")
		if f := w.grant("1"); !f.Signin.First || len(f.Further) > 0 {
			t.Fatalf("before the approval %+v, %+v", f.Signin, f.Further)
		}
		w.press("U0SATO", store.Approve)
		w.wait(time.Hour)
		w.signIn("3")
		if f := w.grant("1").Further; len(f) != 1 || f[0].First {
			t.Errorf("after it %+v", f)
		}
	})
}

// Who approved reads the end as it is by now.
func TestApproversReadTheEndOfNow(t *testing.T) {
	given(t, func(w *world) {
		for _, c := range []struct {
			prolongs string
			how      func()
		}{
			{"an extension", func() { w.signInFrom("2", otherPlace, "yes"); w.onExtension("U0KATO", store.Agree) }},
			{"a sign-in", func() { w.signIn("3") }},
		} {
			w.wait(time.Hour)
			c.how()
			w.wait(10 * time.Second)
			read, g := w.voice.approvers["U0SATO"], w.grant("1")
			if last := read[len(read)-1]; g.Until.Equal(g.Start.Add(4*time.Hour)) || !last.Until.Equal(g.Until) {
				t.Errorf("after %s the approver reads of %s, it ends %s", c.prolongs, last.Until, g.Until)
			}
		}
	})
}

// Whose vote is lost with the right to approve reads that it does not count any more, and anew once they have voted again.
func TestAVoterReadsThatTheirVoteIsLost(t *testing.T) {
	inWorld(t, func(w *world) {
		w.ruled(func(e *policy.Entitlement) {
			e.Steps = []store.Step{{By: []string{"usergroup:S0LEADS", "U0CHIEF"}, Count: 3}}
		})
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.wait(10 * time.Second) // until it was their letter's turn
		leads := w.leads.members
		w.leads.set(false, "U0KATO", "U0OTHER")
		w.press("U0KATO", store.Approve)
		w.wait(10 * time.Second)
		read := w.voice.approvers["U0SATO"]
		if last := read[len(read)-1]; len(read) != 2 || w.voice.newLetter["U0SATO"] != 1 || votesOf(last, "U0SATO") || !votesOf(last, "U0KATO") {
			t.Errorf("drawn %d times in %d messages, the last with %+v", len(read), w.voice.newLetter["U0SATO"], last.Approvals)
		}
		w.leads.set(false, leads...)
		w.press("U0SATO", store.Approve)
		w.wait(10 * time.Second)
		if read = w.voice.approvers["U0SATO"]; w.voice.newLetter["U0SATO"] != 2 || !votesOf(read[len(read)-1], "U0SATO") {
			t.Errorf("voted again: %d messages", w.voice.newLetter["U0SATO"])
		}
	})
}

func votesOf(g store.Grant, account string) bool {
	return slices.ContainsFunc(g.Approvals, func(a store.Approval) bool { return a.By == account })
}

// While an extension waits a sign-in only stands on the card. The votes on the extension were given without it.
func TestASignInWhileAnExtensionWaits(t *testing.T) {
	inWorld(t, func(w *world) {
		w.ruled(func(e *policy.Entitlement) { e.Steps = twoOf("usergroup:S0LEADS", "U0CHIEF") })
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.press("U0KATO", store.Approve)
		w.wait(time.Hour)
		w.onExtension("U0YAMADA", store.AskMore)
		w.onExtension("U0CHIEF", store.Agree)
		stale, before := w.voice.card(), w.grant("1")
		w.signInFrom("2", otherPlace, "no")
		g := w.grant("1")
		if !g.Extension.Until.Equal(before.Extension.Until) || g.Extension.Signin != nil || len(g.Extension.Approvals) != 0 {
			t.Errorf("extension %+v", g.Extension)
		}
		if r := w.voice.recalled; len(r) != 1 || r[0].Account != "U0CHIEF" || !r[0].Extension {
			t.Errorf("told %+v", r)
		}
		p := store.Press{ID: "press-stale", By: "U0SATO", Verb: store.Agree, On: g.ID, Terms: stale.ExtensionTerms(), Card: stale.Card}
		if refusal := w.pressed(p); refusal != access.Changed {
			t.Errorf("agreed to without the sign-in: %q", refusal)
		}
		if refusal := w.onExtension("U0CHIEF", store.Agree) + w.onExtension("U0SATO", store.Agree); refusal != "" {
			t.Errorf("agreed anew: %q", refusal)
		}
	})
}

// Each voter whose approval a sign-in takes back hears so in a new message, once; who votes again is not asked to.
func TestVotersHearThatTheyNoLongerCount(t *testing.T) {
	inWorld(t, func(w *world) {
		w.ruled(func(e *policy.Entitlement) {
			e.Steps = []store.Step{{By: []string{"usergroup:S0LEADS", "U0CHIEF"}, Count: 3}}
		})
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.press("U0KATO", store.Approve)
		w.signInFrom("2", otherPlace, "no")
		g := w.grant("1")
		if len(g.Approvals) != 0 || g.Signin.Address != "203.0.113.9" || len(g.Besides()) != 1 {
			t.Fatalf("%d approvals, %+v", len(g.Approvals), g.Further)
		}
		w.wait(time.Minute)
		var told []string
		for _, r := range w.voice.recalled {
			if told = append(told, r.Account); r.Why != store.BySignIn || r.Extension {
				t.Errorf("told %+v", r)
			}
		}
		if slices.Sort(told); !slices.Equal(told, []string{"U0KATO", "U0SATO"}) || len(w.grant("1").Recalls) != 0 {
			t.Errorf("told %v, still owed %v", told, w.grant("1").Recalls)
		}
		entries, err := w.db.Entries(t.Context(), "login-1", 0)
		if last := entries[len(entries)-1]; err != nil || last.Verb != store.Again || last.Facts[store.FactRecalled] != "U0SATO U0KATO" {
			t.Errorf("the thread is told %+v", last)
		}
		w.signInFrom("3", otherPlace, "no") // which changes nothing more
		w.press("U0SATO", store.Approve)
		if w.voice.newLetter["U0SATO"] != 2 {
			t.Errorf("%d messages to who voted anew", w.voice.newLetter["U0SATO"])
		}
		w.press("U0KATO", store.Approve)
		w.press("U0CHIEF", store.Approve)
		if w.is("1", store.Active, true); len(w.voice.recalled) != 2 {
			t.Errorf("told %+v", w.voice.recalled)
		}
		if g := w.grant("1"); !g.Covers(store.Signin{Address: otherPlace, MFA: "no"}) {
			t.Errorf("what stood on the card was not approved: %+v", g.Further)
		}
	})
}

// A request by hand takes the place of what a sign-in has asked for: its voters hear of it as well.
func TestVotersHearOfAnotherRequest(t *testing.T) {
	inWorld(t, func(w *world) {
		w.ruled(func(e *policy.Entitlement) { e.Steps = twoOf("U0SATO", "U0KATO") })
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.asks(wish("2", func(x *access.Wish) { x.Reason = "Roll forward." }))
		w.wait(time.Minute)
		if r := w.voice.recalled; len(r) != 1 || r[0].Account != "U0SATO" || r[0].Why != store.ByRequest {
			t.Errorf("told %+v", r)
		}
	})
}

// A sign-in leaves what was asked for by hand alone, while it waits and once it is given. Its person is asked about it.
func TestASignInLeavesARequestAlone(t *testing.T) {
	inWorld(t, func(w *world) {
		w.ruled(func(e *policy.Entitlement) { e.Steps = twoOf("U0SATO", "U0KATO") })
		w.asks(wish("1", nil))
		w.press("U0SATO", store.Approve)
		for _, state := range []store.State{store.Asked, store.Active} {
			before := w.wished("1")
			if before.State != state {
				t.Fatalf("%s, want %s", before.State, state)
			}
			w.wait(16 * time.Minute)
			w.govern(func(p *access.Settings) { p.Entitlements[0].Duration += time.Minute }) // which would change a sign-in's request
			asked := w.voice.newDMs
			w.signInFrom(string(state), otherPlace, "no")
			g := w.wished("1")
			if g.Signin != before.Signin || g.Terms() != before.Terms() || len(g.Approvals) != len(before.Approvals) || !g.Until.Equal(before.Until) ||
				g.Duration != before.Duration || g.Extension.Open() || len(g.Besides()) != 0 {
				t.Errorf("%s: %+v", state, g)
			}
			if f := g.Further; len(f) != 1 || !f[0].Apart || w.grant(string(state)).Into != g.ID {
				t.Errorf("%s: apart from it stands %+v", state, f)
			}
			if w.voice.newDMs != asked+1 || len(w.voice.recalled) != 0 {
				t.Errorf("%s: %d new messages to the holder, %v to voters", state, w.voice.newDMs-asked, w.voice.recalled)
			}
			w.press("U0KATO", store.Approve)
		}
		if n := w.voice.newLetter["U0SATO"]; n != 1 {
			t.Errorf("%d messages to an approver who saw no sign-in", n)
		}
	})
}

// A storm of sign-ins like one another is a few entries and fewer messages. Each is counted.
func TestAStormOfSignInsIsFolded(t *testing.T) {
	given(t, func(w *world) {
		w.wait(time.Hour)
		before := w.grant("1")
		for i := range 120 {
			w.signInFrom(fmt.Sprint("storm-", i), otherPlace, "no")
			w.wait(time.Second)
		}
		g := w.grant("1")
		if n := g.Chain.Seq - before.Chain.Seq; n > 4 || g.Forgotten != 0 || len(g.Further) != 1 || g.Further[0].Times != 120 {
			t.Errorf("%d entries, %d forgotten: %+v", n, g.Forgotten, g.Further)
		}
		if w.voice.newDMs != 3 || w.voice.newLetter["U0SATO"] != 2 {
			t.Errorf("new messages: holder %d, approver %d", w.voice.newDMs, w.voice.newLetter["U0SATO"])
		}
	})
}

// Sign-ins from many addresses: the newest few are remembered, what was approved stays, and messages are few.
func TestSignInsFromManyAddresses(t *testing.T) {
	given(t, func(w *world) {
		w.wait(time.Hour)
		before := w.grant("1")
		for i := range 20 {
			w.signInFrom(fmt.Sprint("many-", i), fmt.Sprint("198.51.100.", i+1), "yes")
			w.wait(time.Second)
		}
		g := w.grant("1")
		if len(g.Further) != store.MostFurther || g.Forgotten != 20-store.MostFurther || g.Further[len(g.Further)-1].Address != "198.51.100.20" || g.Terms() != before.Terms() {
			t.Errorf("%d forgotten: %+v", g.Forgotten, g.Further)
		}
		if w.voice.newDMs > 5 || w.voice.newLetter["U0SATO"] > 4 {
			t.Errorf("new messages: holder %d, approver %d", w.voice.newDMs, w.voice.newLetter["U0SATO"])
		}
	})
}

// What an approver limited no sign-in prolongs, nor asks to. It is told all the same.
func TestASignInAsksNothingOfWhatIsLimited(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		g := w.voice.card()
		w.pressed(store.Press{ID: "press-1h", By: "U0SATO", Verb: store.Approve, On: g.ID, Terms: g.Terms(), Card: g.Card, Duration: time.Hour})
		w.wait(30 * time.Minute)
		w.signInFrom("2", otherPlace, "no")
		if g := w.grant("1"); g.Until.Sub(g.Start) != time.Hour || g.Extension.Open() || w.voice.newLetter["U0SATO"] != 2 {
			t.Errorf("%s in all, %+v, %d messages", g.Until.Sub(g.Start), g.Extension, w.voice.newLetter["U0SATO"])
		}
	})
}

// "Not me" about a later sign-in ends what the first one was approved for, and the alert is about the later one.
func TestNotMeAboutALaterSignIn(t *testing.T) {
	given(t, func(w *world) {
		w.press("U0YAMADA", store.Mine)
		w.wait(time.Hour)
		w.signInFrom("2", otherPlace, "no")
		if refusal := w.press("U0YAMADA", store.NotMine); refusal != "" {
			t.Error(refusal)
		}
		w.is("1", store.Ended, false)
		if a := w.alert("not-me-login-1"); a.Signin.Address != otherPlace || a.Signin.MFA != "no" {
			t.Errorf("the alert is about %+v", a.Signin)
		}
	})
}

// A rule can demand MFA. Whose sign-in had none reads why; that the record does not say is not enough.
func TestARuleDemandsMFA(t *testing.T) {
	for mfa, want := range map[string]store.State{"yes": store.Asked, "no": store.Ignored, "": store.Ignored} {
		inWorld(t, func(w *world) {
			w.ruled(func(e *policy.Entitlement) { e.MFARequired, e.Prolong = true, policy.ProlongAlways })
			w.signInFrom("1", "203.0.113.9", mfa)
			g := w.grant("1")
			if g.State != want || want == store.Ignored && (g.Refusal.Why != policy.NoMFA || len(w.voice.dms) != 1 || w.voice.posts != 0) {
				t.Errorf("MFA %q: %s, %+v, %d messages", mfa, g.State, g.Refusal, len(w.voice.dms))
			}
		})
	}
	inWorld(t, func(w *world) {
		w.ruled(func(e *policy.Entitlement) { e.MFARequired = true })
		if d := w.asks(wish("1", nil)); d.Refusal != "" {
			t.Errorf("a request by hand, which has no sign-in: %q", d.Refusal)
		}
	})
}

// A sign-in that the rule refuses uses what its user has all the same: it stands on the card, and prolongs nothing.
func TestARefusedSignInStandsBesideAccess(t *testing.T) {
	for _, approved := range []bool{false, true} {
		inWorld(t, func(w *world) {
			w.ruled(func(e *policy.Entitlement) {
				e.MFARequired, e.Prolong, e.Steps = true, policy.ProlongAlways, twoOf("U0SATO", "U0KATO")
			})
			w.signIn("1")
			if w.press("U0SATO", store.Approve); approved {
				w.press("U0KATO", store.Approve)
			}
			w.wait(time.Hour)
			before := w.grant("1")
			w.signInFrom("2", "203.0.113.9", "no")
			g := w.grant("1")
			if !g.Until.Equal(before.Until) || g.Extension.Open() || len(g.Besides()) != 1 || w.grant("2").State != store.Merged || w.voice.newDMs != map[bool]int{false: 2, true: 3}[approved] {
				t.Errorf("approved %t: until %s, %+v, %+v, %d messages", approved, g.Until, g.Extension, g.Further, w.voice.newDMs)
			}
			if told := len(w.voice.recalled); (told == 1) == approved {
				t.Errorf("approved %t: told %+v", approved, w.voice.recalled)
			}
		})
	}
}

// An address is first seen until access from there was approved: who tries twice does not become known by that.
func TestAFirstSeenAddress(t *testing.T) {
	inWorld(t, func(w *world) {
		first := func(id string) bool { return w.grant(id).Signin.First }
		w.signIn("1")
		terms := w.voice.card()
		w.press("U0SATO", store.Deny)
		w.wait(time.Hour)
		if w.signIn("2"); !first("1") || !first("2") {
			t.Errorf("first seen %t, and again after a denial %t", first("1"), first("2"))
		}
		if known := terms; known.Terms() == func() string { known.Signin.First = false; return known.Terms() }() {
			t.Error("an approval is not bound to it")
		}
		w.press("U0SATO", store.Approve)
		w.wait(5 * time.Hour)
		if w.signIn("3"); first("3") {
			t.Error("access from there was approved, and the address is first seen")
		}
		w.press("U0SATO", store.Approve)
		w.wait(time.Hour)
		w.signInFrom("4", otherPlace, "yes")
		if g := w.grant("3"); !g.Further[0].First || g.Signin.First {
			t.Errorf("beside it stands %+v", g.Further)
		}
		w.onExtension("U0KATO", store.Agree)
		w.wait(8 * time.Hour)
		if w.signInFrom("5", otherPlace, "yes"); first("5") {
			t.Error("an extension from there was agreed to, and the address is first seen")
		}
	})
}

// A sign-in of whose address nothing is known is marked for that, not as first seen.
func TestAnUnknownAddressIsNotFirstSeen(t *testing.T) {
	inWorld(t, func(w *world) {
		if w.signInFrom("1", "", "yes"); w.grant("1").Signin.First {
			t.Error("it is")
		}
	})
}

// A sign-in without MFA that one rule takes does not prolong what another rule has given that demands MFA.
func TestAnotherRulesSignInWithoutMFA(t *testing.T) {
	inWorld(t, func(w *world) {
		w.ruled(func(e *policy.Entitlement) { e.MFARequired, e.Prolong = true, policy.ProlongAlways })
		w.signInFrom("1", "203.0.113.9", "yes")
		w.press("U0SATO", store.Approve)
		w.wait(time.Hour)
		until := w.grant("1").Until
		w.govern(func(p *access.Settings) {
			lax := p.Entitlements[0]
			lax.ID, lax.MFARequired = "lax", false
			p.Entitlements = []policy.Entitlement{lax, p.Entitlements[0]}
		})
		w.signInFrom("2", "203.0.113.9", "no")
		w.wait(time.Minute)
		if g := w.grant("1"); !g.Until.Equal(until) || g.State != store.Active || len(g.Besides()) != 1 {
			t.Errorf("it is %s until %s, was until %s, beside it %d", g.State, g.Until, until, len(g.Besides()))
		}
	})
}
