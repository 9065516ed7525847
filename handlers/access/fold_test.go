package access_test

import (
	"fmt"
	"testing"
	"time"

	"sekisho/aws/trail"
	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// signsIn takes in a record of t.yamada's: of `aws login`, or of the console with what it says of MFA.
func (w *world) signsIn(id string, login bool, at time.Time, address, mfa string) {
	w.t.Helper()
	w.receive(access.Request{ID: "login-" + id, Origin: store.SignIn, Account: account, User: "t.yamada",
		Signin: store.Signin{At: at, Address: address, MFA: mfa, Login: login, Principal: w.userID}})
}

// folded reports whether a record ended with the reason that operators read.
func (w *world) folded(id string) bool {
	w.t.Helper()
	entries, err := w.db.Entries(w.t.Context(), w.grant(id).ID, 0)
	if err != nil || len(entries) == 0 {
		w.t.Fatalf("%d entries, %v", len(entries), err)
	}
	e := entries[len(entries)-1]
	return e.Verb == store.Merge && e.Note == access.Folded
}

const place = "203.0.113.9"

// The two records of one `aws login` make one card and one DM, whichever comes first and however late.
func TestALoginAndItsConsoleSignInAreOne(t *testing.T) {
	for _, loginFirst := range []bool{true, false} {
		for _, mfa := range []string{"yes", "no"} {
			t.Run(fmt.Sprint(loginFirst, mfa), func(t *testing.T) {
				inWorld(t, func(w *world) {
					at := time.Now()
					send := func(id string, login bool, at time.Time) {
						if login {
							w.signsIn(id, true, at, place, "")
						} else {
							w.signsIn(id, false, at, place, mfa)
						}
					}
					send("1", loginFirst, at)
					dms, letters := w.voice.newDMs, len(w.voice.newLetter)
					w.wait(5 * time.Minute)
					send("2", !loginFirst, at.Add(time.Minute))
					send("2", !loginFirst, at.Add(time.Minute))
					g, folded := w.grant("1"), w.grant("2")
					if g.Signin.MFA != mfa || !g.Signin.Both || len(g.Further) != 0 || g.State != store.Asked {
						t.Errorf("it is %s, %+v, beside it %+v", g.State, g.Signin, g.Further)
					}
					if folded.State != store.Merged || folded.Into != g.ID || !w.folded("2") {
						t.Errorf("the other is %s into %q: %v", folded.State, folded.Into, w.entries("2"))
					}
					if w.voice.posts != 1 || w.voice.newDMs != dms || len(w.voice.newLetter) != letters {
						t.Errorf("%d cards, %d new DMs, %d new letters", w.voice.posts, w.voice.newDMs-dms, len(w.voice.newLetter)-letters)
					}
					if shown := w.voice.card(); shown.Signin.MFA != mfa {
						t.Errorf("the card shows MFA %q", shown.Signin.MFA)
					}
				})
			})
		}
	}
}

// What is no second record of the same sign-in stands beside it.
func TestWhatIsNotFolded(t *testing.T) {
	for name, c := range map[string]struct {
		login   bool
		after   time.Duration
		address string
	}{
		"another address":      {true, time.Second, otherPlace},
		"an unknown address":   {true, time.Second, ""},
		"later than a minute":  {true, time.Minute + time.Second, place},
		"earlier by more":      {true, -time.Minute - time.Second, place},
		"two console sign-ins": {false, time.Second, place},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				at := time.Now()
				w.signsIn("1", false, at, place, "yes")
				w.wait(2 * time.Minute)
				w.signsIn("2", c.login, at.Add(c.after), c.address, "")
				if g := w.grant("1"); len(g.Further) != 1 || g.Signin.Both || w.folded("2") {
					t.Errorf("%+v, beside it %+v", g.Signin, g.Further)
				}
			})
		})
	}
}

// One `aws login` has one console sign-in: a second one is another.
func TestALoginFoldsOneConsoleSignIn(t *testing.T) {
	inWorld(t, func(w *world) {
		at := time.Now()
		w.signsIn("1", true, at, place, "")
		w.signsIn("2", false, at, place, "yes")
		w.wait(2 * time.Minute)
		w.signsIn("3", false, at.Add(time.Second), place, "yes")
		if g := w.grant("1"); !w.folded("2") || w.folded("3") || len(g.Further) != 1 {
			t.Errorf("beside it %+v", g.Further)
		}
	})
}

// An approval was given to what the card showed: once the console's record says more of MFA it is asked anew.
func TestAFoldTakesBackApprovals(t *testing.T) {
	inWorld(t, func(w *world) {
		w.ruled(func(e *policy.Entitlement) { e.Steps = twoOf("U0SATO", "U0KATO") })
		at := time.Now()
		w.signsIn("1", true, at, place, "")
		w.press("U0SATO", store.Approve)
		if len(w.grant("1").Approvals) != 1 {
			t.Fatal("no approval")
		}
		w.signsIn("2", false, at, place, "no")
		if g := w.grant("1"); g.Signin.MFA != "no" || len(g.Approvals) != 0 {
			t.Errorf("MFA %q, approvals %+v", g.Signin.MFA, g.Approvals)
		}
	})
}

// What was approved does not change. That the console's record says "without MFA" is told, that it says "with" changes nothing.
func TestAFoldIntoLiveAccess(t *testing.T) {
	for mfa, folds := range map[string]bool{"yes": true, "no": false} {
		inWorld(t, func(w *world) {
			at := time.Now()
			w.signsIn("1", true, at, place, "")
			w.press("U0SATO", store.Approve)
			before := w.grant("1")
			w.wait(2 * time.Minute)
			w.signsIn("2", false, at.Add(time.Second), place, mfa)
			g := w.grant("1")
			if folded := w.folded("2"); folded != folds || g.Signin.MFA != "" || folds && !g.Until.Equal(before.Until) || len(g.Further) == 0 != folds {
				t.Errorf("MFA %s: folded %t, ends %s, was %s, %+v, beside it %+v", mfa, folded, g.Until, before.Until, g.Signin, g.Further)
			}
		})
	}
}

// What was denied stays so for both records, and nobody is told twice.
func TestAFoldIntoWhatWasDenied(t *testing.T) {
	inWorld(t, func(w *world) {
		at := time.Now()
		w.signsIn("1", true, at, place, "")
		w.press("U0SATO", store.Deny)
		w.wait(time.Minute)
		dms := w.voice.newDMs
		w.signsIn("2", false, at, place, "no")
		if g := w.grant("2"); !w.folded("2") || g.Refusal.Why != "" || w.voice.newDMs != dms {
			t.Errorf("%s, refusal %+v", g.State, g.Refusal)
		}
	})
}

// A rule that demands MFA refuses `aws login` alone, and asks once the console says that MFA was used, in either order.
func TestALoginWhereMFAIsDemanded(t *testing.T) {
	for _, loginFirst := range []bool{true, false} {
		inWorld(t, func(w *world) {
			w.ruled(func(e *policy.Entitlement) { e.MFARequired = true })
			at, console := time.Now(), "1"
			if loginFirst {
				w.signsIn("1", true, at, place, "")
				if g := w.grant("1"); g.State != store.Ignored || g.Refusal.Why != policy.NoMFA || !g.Signin.Login {
					t.Errorf("aws login alone: %s %+v", g.State, g.Refusal)
				}
				w.signsIn("2", false, at, place, "yes")
				console = "2"
			} else {
				w.signsIn("1", false, at, place, "yes")
				w.signsIn("2", true, at, place, "")
				if !w.folded("2") {
					t.Errorf("the login: %v", w.entries("2"))
				}
			}
			if g := w.grant(console); g.State != store.Asked || w.voice.posts != 1 || len(g.Further) != 0 {
				t.Errorf("login first %t: %s, %d cards, beside it %+v", loginFirst, g.State, w.voice.posts, g.Further)
			}
		})
	}
}

// `aws login` is neither with nor without MFA: from an approved address it prolongs, unless the rule demands MFA. The console's
// own word counts after an approved login only where it says that MFA was used.
func TestALoginProlongs(t *testing.T) {
	for _, c := range []struct {
		name          string
		first, second bool
		firstMFA, mfa string
		address       string
		demanded      bool
		want          bool
	}{
		{"login after MFA", false, true, "yes", "", place, false, true},
		{"login after none", false, true, "no", "", place, false, true},
		{"login after login", true, true, "", "", place, false, true},
		{"MFA after login", true, false, "", "yes", place, false, true},
		{"none after login", true, false, "", "no", place, false, false},
		{"login elsewhere", false, true, "yes", "", otherPlace, false, false},
		{"MFA is demanded", false, true, "yes", "", place, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.ruled(func(e *policy.Entitlement) { e.MFARequired = c.demanded })
				w.signsIn("1", c.first, time.Now(), place, c.firstMFA)
				w.press("U0SATO", store.Approve)
				before := w.grant("1")
				w.wait(3 * time.Hour)
				w.signsIn("2", c.second, time.Now(), c.address, c.mfa)
				if g := w.grant("1"); g.Until.After(before.Until) != c.want || c.want && g.Extension.Open() {
					t.Errorf("ends %s, was %s, extension %+v", g.Until, before.Until, g.Extension)
				}
			})
		})
	}
}

// The two records as CloudTrail writes them are one card, in either order.
func TestTheRecordsOfALoginAreOneCard(t *testing.T) {
	record := func(w *world, name, id, outcome, more string) access.Request {
		at := w.now().UTC().Format(time.RFC3339)
		body := fmt.Sprintf(`{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":%q,"accountId":%q,"userName":"t.yamada"},
			"eventTime":%q,"eventSource":"signin.amazonaws.com","eventName":%q,"awsRegion":"us-east-1","sourceIPAddress":"203.0.113.9",
			"responseElements":%s,"additionalEventData":%s,"eventID":%q,"recipientAccountId":%q}`, w.userID, account, at, name, outcome, more, id, account)
		f := trail.Parse([]byte(body), nil)
		if f.Class != trail.Request {
			t.Fatalf("%s: %s", name, f.Why)
		}
		return f.Request
	}
	for _, loginFirst := range []bool{true, false} {
		inWorld(t, func(w *world) {
			login := record(w, "AuthorizeOAuth2Access", "e1", `null`, `{"success":"true"}`)
			console := record(w, "ConsoleLogin", "e2", `{"ConsoleLogin":"Success"}`, `{"MFAUsed":"Yes"}`)
			if !loginFirst {
				login, console = console, login
			}
			w.receive(login)
			w.receive(console)
			if g := w.voice.card(); w.voice.posts != 1 || g.Signin.MFA != "yes" || !g.Signin.Both || len(g.Further) != 0 {
				t.Errorf("login first %t: %d cards, %+v, beside it %+v", loginFirst, w.voice.posts, g.Signin, g.Further)
			}
		})
	}
}

// A later `aws login` from the address on the card brings nothing new, so approvals stand.
func TestALoginTakesNoApprovalsBack(t *testing.T) {
	for _, c := range []struct {
		address string
		want    int
	}{{place, 1}, {otherPlace, 0}} {
		inWorld(t, func(w *world) {
			w.ruled(func(e *policy.Entitlement) { e.Steps = twoOf("U0SATO", "U0KATO") })
			w.signsIn("1", false, time.Now(), place, "yes")
			w.press("U0SATO", store.Approve)
			w.wait(10 * time.Minute)
			w.signsIn("2", true, time.Now(), c.address, "")
			if g := w.grant("1"); len(g.Approvals) != c.want || len(g.Further) != 1 {
				t.Errorf("from %s: %d approvals, beside it %+v", c.address, len(g.Approvals), g.Further)
			}
		})
	}
}
