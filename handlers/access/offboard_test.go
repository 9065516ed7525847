package access_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers/access"
	"sekisho/handlers/offboarding"
	"sekisho/handlers/people"
	"sekisho/store"
)

// whole is what Yamada has in each of two accounts, and what it looks like once it has ended.
var (
	leaver = []people.Login{{Account: account, User: "t.yamada"}, {Account: other, User: "yamada"}}
	ended  = []string{"groups ", "password false", "keys -"}
)

// inOffboarding runs a test with a person who has everything in two accounts, and a policy of their own in one of them.
func inOffboarding(t *testing.T, test func(w *world)) {
	t.Helper()
	inWorld(t, func(w *world) {
		w.leaver()
		test(w)
	})
}

// leaver gives Yamada all there is, and the bot its rules.
func (w *world) leaver() {
	w.aws.AddUser(other, "yamada", nil)
	for _, l := range leaver {
		w.aws.AddGroup(l.Account, "staff")
		w.aws.Join(l.Account, l.User, "staff")
		w.aws.AddKey(l.Account, l.User)
		w.aws.AddPassword(l.Account, l.User)
	}
	w.aws.AddUserPolicy(account, "t.yamada", "by-hand")
	w.govern(func(p *access.Settings) {
		p.Accounts = map[string]string{account: "production", other: "staging"}
		p.Rotations = []access.Rotation{{ID: "batch", Account: account, User: "t.yamada", Secret: keySecret, Rotators: []string{"U0SATO"},
			Within: time.Hour, Proof: proof, Grace: grace}}
		persons := []people.Person{{Slack: []string{"U0YAMADA", "U0YAMADA2"}, IAM: leaver}}
		for _, id := range []string{"U0SATO", "U0KATO", "U0CHIEF", "U0OTHER", "U0GUEST", "U0STRANGER", "U0GONE", "U0TAGGED"} {
			persons = append(persons, people.Person{Slack: []string{id}})
		}
		p.People = people.New(persons)
	})
}

// offboard confirms it, which must be possible, and returns its id.
func (w *world) offboard() string {
	w.t.Helper()
	refusal, err := w.offboarder.Offboard(w.t.Context(), "U0CHIEF", "U0YAMADA", "last day")
	if err != nil || refusal != "" {
		w.t.Fatalf("offboard: %q, %v", refusal, err)
	}
	id, err := store.Holder(w.t.Context(), w.db, store.OffboardingSlot("U0YAMADA"))
	if err != nil {
		w.t.Fatal(err)
	}
	w.wait(0)
	return id
}

// offboarding is one as the ledger has it, its chain verified.
func (w *world) offboarding(id string) store.Offboarding {
	w.t.Helper()
	o, err := store.LoadOffboarding(w.t.Context(), w.db, id)
	if err != nil {
		w.t.Fatal(err)
	}
	entries, err := w.db.Entries(w.t.Context(), id, 0)
	if err != nil || o.Chain.Verify(entries) != nil {
		w.t.Errorf("entries of %s: %v, %v", id, err, o.Chain.Verify(entries))
	}
	return o
}

// has is what an IAM user has in truth.
func (w *world) has(l people.Login) []string {
	keys := ""
	for _, k := range w.aws.Keys(l.Account, l.User) {
		keys += map[bool]string{true: "+", false: "-"}[k.Active]
	}
	return []string{"groups " + strings.Join(w.aws.Groups(l.Account, l.User), ","), fmt.Sprint("password ", w.aws.HasPassword(l.Account, l.User)), "keys " + keys}
}

func (w *world) hasNothing(l people.Login) {
	w.t.Helper()
	if got := w.has(l); !slices.Equal(got, ended) {
		w.t.Errorf("%s has %q", l.User, got)
	}
}

// results are the lines of the card, in order.
func results(o store.Offboarding) (out []string) {
	for _, h := range o.Holdings {
		out = append(out, fmt.Sprintf("%s %s: %s%s", h.Kind, h.Name, h.Result, h.Work.Trouble))
	}
	slices.Sort(out)
	return out
}

// A request that found a membership there before took nothing back, and its line says so. The membership ends with the others.
func TestOffboardAMemberFromBefore(t *testing.T) {
	inOffboarding(t, func(w *world) {
		w.aws.Join(account, "t.yamada", group)
		w.signIn("1")
		w.press("U0KATO", store.Approve)
		w.is("1", store.Active, true)
		o := w.offboarding(w.offboard())
		w.wait(time.Minute)
		o = w.offboarding(o.ID)
		if got := results(o); !slices.Contains(got, "grant "+group+": held") || !slices.Contains(got, "group "+group+": ended") || w.member() {
			t.Errorf("%q, member %t", got, w.member())
		}
	})
}

func TestOffboard(t *testing.T) {
	inOffboarding(t, func(w *world) {
		w.signIn("1")
		w.press("U0KATO", store.Approve)
		w.wait(5 * time.Second)
		w.is("1", store.Active, true)
		x := wish("2", nil)
		shown, refusal, err := w.offboarder.Leaver(w.t.Context(), "U0CHIEF", "U0YAMADA2")
		if err != nil || refusal != "" || len(shown.Users) != 2 || len(shown.Grants) != 1 || len(shown.Users[0].Held) != 4 || len(shown.Users[1].Held) != 3 {
			t.Errorf("the form shows %+v, %q, %v", shown, refusal, err)
		}
		id := w.offboard()
		w.wait(30 * time.Second)
		o := w.offboarding(id)
		if o.State != store.Looking {
			t.Errorf("%s: %v", o.State, results(o))
		}
		if d, err := w.keeper.Request(w.t.Context(), x); err != nil || d.Refusal != people.BeingOffboarded {
			t.Errorf("a request meanwhile: %q, %v", d.Refusal, err)
		}
		w.signIn("3")
		if g := w.grant("3"); g.State != store.Ignored || g.Note != people.BeingOffboarded {
			t.Errorf("a sign-in meanwhile is %s %q", g.State, g.Note)
		}
		w.wait(time.Minute)
		o = w.offboarding(id)
		want := []string{"grant " + group + ": ended", "group staff: ended", "group staff: ended", "key", "key",
			"password : ended", "password : ended", "policy by-hand: by_hand", "user : ended", "user : ended"}
		got := results(o)
		for i, line := range got {
			if strings.HasPrefix(line, "key AKIA") && strings.HasSuffix(line, ": ended") {
				got[i] = "key"
			}
		}
		if o.State != store.Departed || !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", o.State, got, want)
		}
		if g := w.grant("1"); g.State != store.Ended || g.Outcome != store.Revoke || g.EndedBy != "U0CHIEF" {
			t.Errorf("the grant is %s by %s of %s", g.State, g.Outcome, g.EndedBy)
		}
		for _, l := range leaver {
			w.hasNothing(l)
		}
		if last := w.voice.offboardings[len(w.voice.offboardings)-1]; last.State != store.Departed {
			t.Errorf("the card says %s", last.State)
		}
		if d, err := w.keeper.Request(w.t.Context(), x); err != nil || d.Refusal != people.BeingOffboarded {
			t.Errorf("a request afterwards: %q, %v", d.Refusal, err)
		}
	})
}

// What changes between the form and the work, and during it: what is approved or given by hand meanwhile is ended, and what
// somebody has deleted is gone.
func TestOffboardWhatHasChanged(t *testing.T) {
	inOffboarding(t, func(w *world) {
		w.signIn("1")
		if _, _, err := w.offboarder.Leaver(w.t.Context(), "U0CHIEF", "U0YAMADA"); err != nil {
			t.Fatal(err)
		}
		w.press("U0KATO", store.Approve)
		w.aws.AddGroup(account, "late")
		w.aws.Join(account, "t.yamada", "late")
		w.aws.DeleteUser(other, "yamada")
		id := w.offboard()
		w.wait(30 * time.Second)
		w.is("1", store.Ended, false)
		w.hasNothing(leaver[0])
		o := w.offboarding(id)
		if gone := o.Users()[1]; gone.Result != store.WasGone || o.State != store.Looking {
			t.Errorf("%s: the user who is gone is %+v", o.State, gone)
		}
		w.aws.Join(account, "t.yamada", "staff") // by hand, just before the last look
		w.wait(2 * time.Minute)
		w.hasNothing(leaver[0])
		w.wait(time.Minute)
		if o := w.offboarding(id); o.State != store.Departed {
			t.Errorf("%s: %v", o.State, results(o))
		}
	})
}

// A request that waits is denied, and one whose membership was there before is taken all the same: it is not the grant's.
func TestOffboardWhatWasThereBefore(t *testing.T) {
	inOffboarding(t, func(w *world) {
		w.aws.Join(account, "t.yamada", group)
		w.signIn("1")
		w.press("U0KATO", store.Approve)
		w.wait(5 * time.Second)
		w.is("1", store.Active, true)
		id := w.offboard()
		w.wait(time.Minute)
		w.is("1", store.Ended, false)
		w.wait(2 * time.Minute)
		if o := w.offboarding(id); o.State != store.Departed || !slices.Contains(results(o), "group "+group+": ended") {
			t.Errorf("%s: %v", o.State, results(o))
		}
	})
	inOffboarding(t, func(w *world) {
		w.signIn("1")
		w.offboard()
		w.is("1", store.Denied, false)
		if g := w.grant("1"); g.EndedBy != "U0CHIEF" || g.Note != "last day" {
			t.Errorf("denied by %s: %q", g.EndedBy, g.Note)
		}
		if refusal := w.press("U0KATO", store.Approve); refusal != access.Late {
			t.Errorf("approved then: %q", refusal)
		}
	})
}

// What is approved while the person is being offboarded is refused, at the press and before AWS is touched.
func TestNothingIsGivenToWhoLeaves(t *testing.T) {
	inOffboarding(t, func(w *world) {
		w.signIn("1")
		o := store.Offboarding{ID: store.OffboardingPrefix + "1", Person: "U0YAMADA", By: "U0CHIEF"}
		o, err := o.After(store.Entry{Verb: store.Begin, At: time.Now()})
		o.Claim = store.Claim{Owner: "another", End: time.Now().Add(time.Hour)} // it is somebody's who has not come to the request yet
		if err != nil || store.Save(w.t.Context(), w.db, &o) != nil {
			t.Fatal(err)
		}
		if refusal := w.press("U0KATO", store.Approve); refusal != people.BeingOffboarded {
			t.Errorf("approved: %q", refusal)
		}
		g, err := w.grant("1").After(store.Entry{Verb: store.Approve, By: "U0KATO", At: time.Now(), Until: time.Now().Add(time.Hour), Steps: []int{1}})
		if err != nil || store.Save(w.t.Context(), w.db, &g) != nil { // approved just before
			t.Fatal(err)
		}
		w.wait(10 * time.Second)
		if g := w.grant("1"); g.State != store.Ended || g.Outcome != store.Refuse || g.Note != people.BeingOffboarded || w.member() {
			t.Errorf("%s, %s %q", g.State, g.Outcome, g.Note)
		}
	})
}

// Who leaves decides nothing any more, and what they approved just before is not given. What ends access they may press.
func TestWhoLeavesDecidesNothing(t *testing.T) {
	inOffboarding(t, func(w *world) {
		w.govern(func(p *access.Settings) {
			p.Security, p.Rotations[0].Rotators = []string{"U0CHIEF", "U0KATO"}, []string{"U0KATO"}
			p.People = people.New([]people.Person{{Slack: []string{"U0YAMADA"}, IAM: leaver[:1]}, {Slack: []string{"U0SATO"}}, {Slack: []string{"U0CHIEF"}},
				{Slack: []string{"U0KATO"}, IAM: leaver[1:]}})
		})
		w.signIn("1")
		if refusal, err := w.offboarder.Offboard(w.t.Context(), "U0CHIEF", "U0KATO", "x"); err != nil || refusal != "" {
			t.Fatal(refusal, err)
		}
		if refusal := w.press("U0KATO", store.Approve); refusal != people.Leaves {
			t.Errorf("approved: %q", refusal)
		}
		if _, d, err := w.keeper.Rotate(w.t.Context(), "U0KATO", "batch", "leak suspected"); err != nil || d.Refusal != people.Leaves {
			t.Errorf("rotated: %q, %v", d.Refusal, err)
		}
		if refusal, err := w.offboarder.Offboard(w.t.Context(), "U0KATO", "U0YAMADA", "x"); err != nil || refusal != people.Leaves {
			t.Errorf("offboarded: %q, %v", refusal, err)
		}
		g, err := w.grant("1").After(store.Entry{Verb: store.Approve, By: "U0KATO", At: time.Now(), Until: time.Now().Add(time.Hour), Steps: []int{1}})
		if err != nil || store.Save(w.t.Context(), w.db, &g) != nil {
			t.Fatal(err)
		}
		w.wait(10 * time.Second)
		if g := w.grant("1"); g.State != store.Ended || g.Outcome != store.Refuse || g.Note != people.Leaves || w.member() {
			t.Errorf("%s, %s %q", g.State, g.Outcome, g.Note)
		}
		w.signIn("2")
		if refusal := w.press("U0KATO", store.Deny); refusal != "" {
			t.Errorf("denied: %q", refusal)
		}
	})
}

// A grant that does not end says so on the card of the offboarding as well.
func TestOffboardAGrantThatDoesNotEnd(t *testing.T) {
	inOffboarding(t, func(w *world) {
		w.signIn("1")
		w.press("U0KATO", store.Approve)
		w.wait(5 * time.Second)
		w.aws.Fault(func(c fakeaws.Call) *fakeaws.Failure {
			if c.Action == "RemoveUserFromGroup" && c.Params["GroupName"] == group {
				return &fakeaws.Failure{Code: "AccessDenied"}
			}
			return nil
		})
		id := w.offboard()
		w.wait(2 * time.Minute)
		o := w.offboarding(id)
		if o.State != store.Leaving || !slices.Contains(results(o), "grant "+group+": AccessDenied") || w.has(leaver[1])[0] != "groups " {
			t.Errorf("%s: %v", o.State, results(o))
		}
		w.aws.Fault(nil)
		w.wait(3 * time.Minute)
		if o = w.offboarding(id); o.State != store.Departed {
			t.Errorf("%s: %v", o.State, results(o))
		}
	})
}

// A key that a rotation looks after is left to it, and one of another's grant to that.
func TestOffboardLeavesRotations(t *testing.T) {
	inOffboarding(t, func(w *world) {
		w.keep(w.aws.Keys(account, "t.yamada")[0].ID)
		if _, d, err := w.keeper.Rotate(w.t.Context(), "U0SATO", "batch", "leak suspected"); err != nil || d.Refusal != "" {
			t.Fatal(d, err)
		}
		w.wait(10 * time.Second)
		id := w.offboard()
		w.wait(2 * time.Minute)
		o := w.offboarding(id)
		left := 0
		for _, h := range o.Holdings {
			if h.Kind == store.HeldKey && h.Account == account && h.Result == store.ByRotation {
				left++
			}
		}
		if o.State != store.Departed || left != 2 || w.has(leaver[0])[2] != "keys ++" {
			t.Errorf("%s: %v, %v", o.State, results(o), w.has(leaver[0]))
		}
	})
}

// Of whom only a tag knows, the IAM user is found by what they have; and a name that passes to another user meanwhile is not
// that person's any more.
func TestOffboardWhomATagKnows(t *testing.T) {
	inOffboarding(t, func(w *world) {
		id := w.aws.AddUser(account, "tagged", map[string]string{"sekisho:slack-user-id": "U0TAGGED"})
		w.aws.Join(account, "tagged", "staff")
		if _, refusal, err := w.offboarder.Leaver(w.t.Context(), "U0CHIEF", "U0TAGGED"); err != nil || refusal != offboarding.NoLeaver {
			t.Errorf("without anything in the ledger: %q, %v", refusal, err)
		}
		w.receive(access.Request{ID: "login-1", Origin: store.SignIn, Account: account, User: "tagged", Signin: store.Signin{At: time.Now(), Principal: id}})
		w.press("U0KATO", store.Approve)
		w.aws.Fault(func(c fakeaws.Call) *fakeaws.Failure {
			if c.Action == "RemoveUserFromGroup" {
				return &fakeaws.Failure{Code: "AccessDenied"}
			}
			return nil
		})
		if refusal, err := w.offboarder.Offboard(w.t.Context(), "U0CHIEF", "U0TAGGED", "x"); err != nil || refusal != "" {
			t.Fatal(refusal, err)
		}
		under, err := store.Holder(w.t.Context(), w.db, store.OffboardingSlot("U0TAGGED"))
		if err != nil {
			t.Fatal(err)
		}
		w.wait(time.Minute)
		w.aws.DeleteUser(account, "tagged")
		w.aws.AddUser(account, "tagged", nil)
		w.aws.Join(account, "tagged", "staff")
		w.aws.Fault(nil)
		w.wait(3 * time.Minute)
		if o := w.offboarding(under); o.State != store.Departed || o.Users()[0].Result != store.WasGone {
			t.Errorf("%s: %v", o.State, results(o))
		}
		if got := w.aws.Groups(account, "tagged"); !slices.Equal(got, []string{"staff"}) {
			t.Errorf("another user of the name is in %v", got)
		}
	})
}

// A name that has passed to another user before the offboarding begins, or to another person, is left alone: only the grant
// that was given by it ends.
func TestOffboardLeavesTheNameToAnother(t *testing.T) {
	for name, passes := range map[string]func(w *world){
		"made anew": func(w *world) {
			w.aws.DeleteUser(account, "tagged")
			w.aws.AddUser(account, "tagged", nil)
			w.aws.Join(account, "tagged", "staff")
		},
		"another person's by the configuration": func(w *world) {
			w.govern(func(p *access.Settings) {
				p.People = people.New([]people.Person{{Slack: []string{"U0CHIEF"}}, {Slack: []string{"U0KATO"}}, {Slack: []string{"U0TAGGED"}},
					{Slack: []string{"U0SATO"}, IAM: []people.Login{{Account: account, User: "Tagged"}}}})
			})
		},
	} {
		inOffboarding(t, func(w *world) {
			id := w.aws.AddUser(account, "tagged", map[string]string{"sekisho:slack-user-id": "U0TAGGED"})
			w.aws.Join(account, "tagged", "staff")
			w.receive(access.Request{ID: "login-1", Origin: store.SignIn, Account: account, User: "tagged", Signin: store.Signin{At: time.Now(), Principal: id}})
			w.press("U0KATO", store.Approve)
			w.wait(5 * time.Second)
			w.is("1", store.Active, false)
			passes(w)
			shown, _, err := w.offboarder.Leaver(w.t.Context(), "U0CHIEF", "U0TAGGED")
			if err != nil || len(shown.Users) != 1 || !shown.Users[0].Gone {
				t.Errorf("%s: the form shows %+v, %v", name, shown, err)
			}
			if refusal, err := w.offboarder.Offboard(w.t.Context(), "U0CHIEF", "U0TAGGED", "x"); err != nil || refusal != "" {
				t.Fatal(refusal, err)
			}
			under, err := store.Holder(w.t.Context(), w.db, store.OffboardingSlot("U0TAGGED"))
			if err != nil {
				t.Fatal(err)
			}
			w.wait(3 * time.Minute)
			if o := w.offboarding(under); o.State != store.Departed || o.Users()[0].Result != store.WasGone {
				t.Errorf("%s: %s, %v", name, o.State, results(o))
			}
			if got := w.aws.Groups(account, "tagged"); !slices.Equal(got, []string{"staff"}) {
				t.Errorf("%s: the other is in %v", name, got)
			}
			w.is("1", store.Ended, false)
		})
	}
}

// While another person's grant issues a key, those that were there before are the leaver's own.
func TestOffboardWhileAnothersKeyIsIssued(t *testing.T) {
	inOffboarding(t, func(w *world) {
		own := w.aws.Keys(account, "t.yamada")[0].ID
		w.given(store.Grant{ID: "request-1", Kind: "access-key", Account: account, Target: "t.yamada", Exclusive: true,
			Subject: store.Subject{User: "sato", UserID: "AIDASATO", Person: "U0SATO"}}, map[string]string{store.FactKeysBefore: own})
		issued := w.aws.AddKey(account, "t.yamada")
		id := w.offboard()
		w.wait(3 * time.Minute)
		o := w.offboarding(id)
		for _, k := range w.aws.Keys(account, "t.yamada") {
			if k.Active != (k.ID == issued) {
				t.Errorf("%s, active %t: %v", k.ID, k.Active, results(o))
			}
		}
		if !slices.Contains(results(o), "key "+issued+": grant") {
			t.Errorf("%v", results(o))
		}
	})
}

// A rotation that waits for approvals looks after no key yet: it could be denied, and the key stay with who has left.
func TestOffboardDoesNotWaitForAnApproval(t *testing.T) {
	inOffboarding(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.Rotations[0].Steps = []store.Step{{By: []string{"U0KATO"}, Count: 1}} })
		task, d, err := w.keeper.Rotate(w.t.Context(), "U0SATO", "batch", "leak suspected")
		if err != nil || d.Refusal != "" || task.State != store.Asked {
			t.Fatal(task.State, d, err)
		}
		id := w.offboard()
		w.wait(3 * time.Minute)
		w.hasNothing(leaver[0])
		if o := w.offboarding(id); o.State != store.Departed {
			t.Errorf("%s: %v", o.State, results(o))
		}
	})
}

// A crash between any two writes of an offboarding is mended by who comes after.
func TestCrashInAnOffboarding(t *testing.T) {
	for n := range 30 {
		inOffboarding(t, func(w *world) {
			w.signIn("1")
			w.press("U0KATO", store.Approve)
			w.wait(5 * time.Second)
			w.is("1", store.Active, true)
			var err error
			w.dies(n, func() { _, err = w.offboarder.Offboard(w.t.Context(), "U0CHIEF", "U0YAMADA", "last day") })
			if err != nil { // it was not taken in, and who confirmed it was told so
				w.offboard()
				w.wait(3 * time.Minute)
			}
			for _, l := range leaver {
				w.hasNothing(l)
			}
			if g := w.grant("1"); g.State != store.Ended || g.EndedBy != "U0CHIEF" {
				t.Errorf("cut at %d: the grant is %s by %s", n, g.State, g.EndedBy)
			}
			last := w.voice.offboardings[len(w.voice.offboardings)-1]
			if o := w.offboarding(last.ID); o.State != store.Departed || last.State != o.State || len(results(o)) != 10 {
				t.Errorf("cut at %d: %s, drawn as %s: %v", n, o.State, last.State, results(o))
			}
		})
	}
}

// A key that is being issued to who leaves ends with its grant, whatever call of its issue fails however; and what else the
// key's user has stays, if that is not the person's.
func TestOffboardWhileTheirKeyIsIssued(t *testing.T) {
	for _, target := range []string{"svc-deploy", "t.yamada"} {
		for _, action := range []string{"CreateAccessKey", "CreateSecret", "PutResourcePolicy", "GetSecretValue"} {
			for _, f := range []fakeaws.Failure{{Code: "ServiceFailure", Done: true}, {Hang: true, Done: true}, {Hang: true}} {
				inOffboarding(t, func(w *world) {
					w.aws.AddUser(account, "svc-deploy", nil)
					w.aws.Join(account, "svc-deploy", "staff")
					own := w.aws.AddKey(account, "svc-deploy")
					w.govern(func(p *access.Settings) {
						rule := keyRule(false)
						rule.Target = target
						p.Entitlements = append(p.Entitlements, rule)
					})
					if d := w.asks(wishForKey("1")); d.Refusal != "" {
						t.Fatal(d)
					}
					w.aws.Fault(failing(action, f))
					w.press("U0CHIEF", store.Approve)
					w.wait(15 * time.Second)
					id := w.offboard()
					w.wait(15 * time.Second)
					w.aws.Fault(nil)
					w.wait(6 * time.Minute)
					if g := w.wished("1"); g.State != store.Ended {
						t.Errorf("%s of %s, %+v: the grant is %s", action, target, f, g.State)
					}
					if o := w.offboarding(id); o.State != store.Departed {
						t.Errorf("%s of %s, %+v: %s, %v", action, target, f, o.State, results(o))
					}
					if w.hasNothing(leaver[1]); len(w.active("t.yamada")) > 0 || !slices.Equal(w.active("svc-deploy"), []string{own}) {
						t.Errorf("%s of %s, %+v: active are %v and %v", action, target, f, w.active("t.yamada"), w.active("svc-deploy"))
					}
					if got := w.aws.Groups(account, "svc-deploy"); !slices.Equal(got, []string{"staff"}) {
						t.Errorf("the key's user is in %v", got)
					}
				})
			}
		}
	}
}
