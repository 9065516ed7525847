package offboarding_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/aws/identity"
	"sekisho/handlers/offboarding"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Who may: somebody of the security group, and nobody themselves. Others learn nothing of anybody.
func TestWhoMayOffboard(t *testing.T) {
	for by, want := range map[string]string{"U0CHIEF": "", "U0SATO": policy.NotSecurity, "U0YAMADA": policy.NotSecurity,
		"U0NOBODY": policy.NoPerson, "U0GUEST": people.Guest, "U0STRANGER": people.Stranger, "U0GONE": people.Guest} {
		inOffboarding(t, func(w *world) {
			w.leads.also("S0SECURITY", "U0CHIEF", "U0NOBODY", "U0GUEST", "U0STRANGER", "U0GONE")
			w.leads.leave("U0GONE")
			w.govern(func(p *policy.Policy) { p.Security = []string{"usergroup:S0SECURITY"} })
			shown, refusal, err := w.offboarder.Leaver(w.t.Context(), by, "U0YAMADA")
			if err != nil || refusal != want || want != "" && shown.Person.Account()+fmt.Sprint(shown.Users) != "[]" {
				t.Errorf("%s sees %+v, %q, %v; want %q", by, shown, refusal, err, want)
			}
			if got := w.offboarder.Offboards(w.t.Context(), by); got != (want == "") {
				t.Errorf("%s may: %t", by, got)
			}
			if refusal, err = w.offboarder.Offboard(w.t.Context(), by, "U0YAMADA", "x"); err != nil || refusal != want {
				t.Errorf("by %s: %q, %v; want %q", by, refusal, err, want)
			}
		})
	}
}

// Whom: by a mention of any account, by an IAM user where that is one person's, and never oneself.
func TestWhomToOffboard(t *testing.T) {
	inOffboarding(t, func(w *world) {
		w.govern(func(p *policy.Policy) {
			p.People = people.New([]people.Person{{Slack: []string{"U0YAMADA", "U0YAMADA2"}, IAM: leaver}, {Slack: []string{"U0CHIEF", "U0CHIEF2"}},
				{Slack: []string{"U0SATO"}, IAM: []people.Login{{Account: other, User: "T.Yamada"}}}, {Slack: []string{"U0KATO"}}})
		})
		for whom, want := range map[string]string{"U0YAMADA": "U0YAMADA", "U0YAMADA2": "U0YAMADA", "YAMADA": "U0YAMADA", "production/t.yamada": "U0YAMADA",
			account + "/T.YAMADA": "U0YAMADA", "staging/t.yamada": "U0SATO", "t.yamada": offboarding.TwoLeavers, "U0CHIEF2": policy.Own,
			"U0KATO": offboarding.NoLeaver, "nobody": offboarding.NoLeaver, "production/nobody": offboarding.NoLeaver, "": offboarding.NoLeaver, "root": offboarding.NoLeaver} {
			shown, refusal, err := w.offboarder.Leaver(w.t.Context(), "U0CHIEF", whom)
			if got := shown.Person.Account(); err != nil || refusal != want && got != want || refusal != "" && len(shown.Users) > 0 {
				t.Errorf("%q is %q, %q, %v; want %s", whom, got, refusal, err, want)
			}
		}
		for person, want := range map[string]string{"U0CHIEF": policy.Own, "U0KATO": offboarding.NoLeaver} {
			if refusal, err := w.offboarder.Offboard(w.t.Context(), "U0CHIEF", person, "x"); refusal != want || err != nil {
				t.Errorf("offboard %s: %q, %v; want %s", person, refusal, err, want)
			}
		}
	})
}

// One account that does not answer is said on the form, does not keep the other from ending, and ends once it answers.
func TestOffboardWithoutAnAnswer(t *testing.T) {
	for _, f := range []fakeaws.Failure{{Hang: true}, {Code: "AccessDenied"}, {Code: "Throttling"}, {}} {
		for i, silent := range leaver {
			inOffboarding(t, func(w *world) { w.silent(f, i, silent, leaver[1-i]) })
		}
	}
}

func (w *world) silent(f fakeaws.Failure, i int, silent, answers people.Login) {
	w.t.Helper()
	w.aws.Fault(func(c fakeaws.Call) *fakeaws.Failure {
		if c.Account == silent.Account {
			return &f
		}
		return nil
	})
	shown, _, err := w.offboarder.Leaver(w.t.Context(), "U0CHIEF", "U0YAMADA")
	if err != nil || shown.Users[1-i].Trouble != "" || shown.Users[i].Trouble == "" {
		w.t.Fatalf("%+v: the form shows %+v, %v", f, shown, err)
	}
	id := w.offboard()
	w.wait(5 * time.Second)
	w.hasNothing(answers)
	w.wait(10 * time.Minute)
	o := w.offboarding(id)
	user, _ := o.Find(shown.Users[i].Holding)
	if o.State != store.Leaving || user.Work.Trouble != shown.Users[i].Trouble || w.has(silent)[0] != "groups staff" {
		w.t.Errorf("%+v: %s, %v", f, o.State, results(o))
	}
	if n := len(w.voice.lines); n > 60 {
		w.t.Errorf("%d lines", n)
	}
	w.aws.Fault(nil)
	w.wait(time.Minute)
	w.hasNothing(silent)
	w.wait(2 * time.Minute)
	if o = w.offboarding(id); o.State != store.Departed {
		w.t.Errorf("%+v: %s, %v", f, o.State, results(o))
	}
}

// Whatever call fails however, before or after its effect, all is ended once AWS answers.
func TestFaultsOfAnOffboarding(t *testing.T) {
	for _, action := range []string{"GetUser", "ListGroupsForUser", "ListAccessKeys", "GetLoginProfile", "ListUserPolicies", "ListAttachedUserPolicies",
		"RemoveUserFromGroup", "UpdateAccessKey", "DeleteLoginProfile"} {
		for _, f := range []fakeaws.Failure{{Code: "AccessDenied"}, {Code: "ServiceFailure", Done: true}, {Hang: true, Done: true}} {
			inOffboarding(t, func(w *world) {
				w.aws.Fault(func(c fakeaws.Call) *fakeaws.Failure {
					if c.Action == action {
						return &f
					}
					return nil
				})
				id := w.offboard()
				w.wait(5 * time.Minute)
				if o := w.offboarding(id); o.State == store.Departed && !f.Done {
					t.Errorf("%s, %+v: over with %v", action, f, results(o))
				}
				w.aws.Fault(nil)
				w.wait(4 * time.Minute)
				if o := w.offboarding(id); o.State != store.Departed {
					t.Errorf("%s, %+v: %s with %v", action, f, o.State, results(o))
				}
				for _, l := range leaver {
					w.hasNothing(l)
				}
			})
		}
	}
}

// Two who confirm at once begin one, and what is revoked by then is no trouble.
func TestTwoConfirmations(t *testing.T) {
	inOffboarding(t, func(w *world) {
		w.govern(func(p *policy.Policy) { p.Security = []string{"U0CHIEF", "U0SATO"} })
		answers := make(chan string)
		for _, by := range []string{"U0CHIEF", "U0SATO"} {
			go func() {
				refusal, err := w.offboarder.Offboard(w.t.Context(), by, "U0YAMADA", "x")
				answers <- refusal + fmt.Sprint(err)
			}()
		}
		got := []string{<-answers, <-answers}
		slices.Sort(got)
		if !slices.Equal(got, []string{"<nil>", people.BeingOffboarded + "<nil>"}) {
			t.Errorf("answers %q", got)
		}
		w.wait(2 * time.Minute)
		for _, l := range leaver {
			w.hasNothing(l)
		}
	})
}

// While Slack is away it goes on, and is told afterwards.
func TestOffboardWithoutSlack(t *testing.T) {
	inOffboarding(t, func(w *world) {
		id := w.offboard()
		w.voice.setDown(true)
		w.wait(2 * time.Minute)
		for _, l := range leaver {
			w.hasNothing(l)
		}
		w.voice.setDown(false)
		w.wait(time.Minute)
		if last := w.voice.offboardings[len(w.voice.offboardings)-1]; last.State != store.Departed || last.ID != id {
			t.Errorf("the card says %s", last.State)
		}
		synctest.Wait()
	})
}

// What IAM does not show yet, or still shows, is looked at again: nothing is said to be ended that can be seen.
func TestOffboardWhereIAMIsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, fakeaws.Options{Lag: 8 * time.Second})
		w.run()
		defer func() { w.stop() }()
		w.wait(10 * time.Second)
		id := w.offboard()
		w.wait(5 * time.Second)
		if o := w.offboarding(id); o.State != store.Leaving {
			t.Errorf("%s while IAM still shows it: %v", o.State, results(o))
		}
		w.wait(2 * time.Minute)
		if o := w.offboarding(id); o.State != store.Departed {
			t.Errorf("%s: %v", o.State, results(o))
		}
		for _, l := range leaver {
			w.hasNothing(l)
		}
	})
}

// The card does not go on saying that AWS does not answer once it does, though not all can be ended yet.
func TestOffboardingSaysWhatIsSoNow(t *testing.T) {
	inOffboarding(t, func(w *world) {
		denied := func(action string) {
			w.aws.Fault(func(c fakeaws.Call) *fakeaws.Failure {
				if c.Action == action {
					return &fakeaws.Failure{Code: "AccessDenied"}
				}
				return nil
			})
		}
		denied("ListAccessKeys")
		id := w.offboard()
		w.wait(2 * time.Minute)
		card := func() store.Offboarding { return w.voice.offboardings[len(w.voice.offboardings)-1] }
		if user := card().Users()[0]; user.Work.Trouble != "AccessDenied" {
			t.Errorf("the card says %+v", user)
		}
		denied("RemoveUserFromGroup")
		w.wait(2 * time.Minute)
		if user := card().Users()[0]; user.Work.Trouble != "" || !slices.Contains(results(card()), "group staff: AccessDenied") {
			t.Errorf("the card says %+v of %v", user, results(card()))
		}
		w.aws.Fault(nil)
		w.wait(3 * time.Minute)
		if o := w.offboarding(id); o.State != store.Departed {
			t.Errorf("%s: %v", o.State, results(o))
		}
	})
}

// A group that is renamed while a leaver is taken out of it is the same group: its line is ended once the user is out.
func TestALeaversGroupIsRenamed(t *testing.T) {
	inOffboarding(t, func(w *world) {
		w.aws.Fault(failing("RemoveUserFromGroup", fakeaws.Failure{Code: "AccessDenied"}))
		id := w.offboard()
		w.wait(20 * time.Second)
		w.aws.RenameGroup(account, "staff", "everybody")
		w.wait(time.Minute)
		group := store.Holding{Kind: store.HeldGroup, Account: account, User: "t.yamada", Name: "staff", ID: w.aws.GroupID(account, "everybody")}
		if h, ok := w.offboarding(id).Find(group); !ok || h.Result != "" {
			t.Errorf("the group's line: %+v, %t", h, ok)
		}
		w.aws.Fault(nil)
		w.wait(5 * time.Minute)
		o := w.offboarding(id)
		if h, _ := o.Find(group); o.State != store.Departed || h.Result != store.WasEnded {
			t.Errorf("%s: %v", o.State, results(o))
		}
		w.hasNothing(leaver[0])
	})
}

// What the ledger has given ends by its own workflow: a request is denied, a grant revoked, each by who confirmed the offboarding, and
// the offboarding waits until the grant says that it has ended.
func TestOffboardWaitsForTheEndOfAGrant(t *testing.T) {
	inOffboarding(t, func(w *world) {
		now := time.Now()
		given := func(id string, verbs ...store.Verb) {
			g := store.Grant{ID: id, Kind: identity.KindGroup, Account: account, Target: group, Subject: store.Subject{User: "t.yamada", UserID: "AIDA" + id, Person: "U0YAMADA"},
				Duration: time.Hour, Longest: time.Hour, Lapses: now.Add(time.Hour), Steps: []store.Step{{By: []string{"U0SATO"}, Count: 1}}}
			for _, v := range verbs {
				var err error
				if g, err = g.After(store.Entry{Verb: v, By: "U0SATO", At: now, Steps: []int{1}, Until: now.Add(time.Hour)}); err != nil {
					t.Fatal(v, err)
				}
			}
			if err := store.Save(t.Context(), w.db, &g); err != nil {
				t.Fatal(err)
			}
		}
		given("request-1", store.Receive, store.Ask)
		given("request-2", store.Receive, store.Ask, store.Approve, store.Plan, store.Apply)
		id := w.offboard()
		w.wait(5 * time.Minute)
		if o := w.offboarding(id); o.State != store.Leaving || !slices.Contains(results(o), "request "+group+": ended") || !slices.Contains(results(o), "grant "+group+": ") {
			t.Errorf("%s before the grant has ended: %q", o.State, results(o))
		}
		for grant, want := range map[string]store.State{"request-1": store.Denied, "request-2": store.Ending} {
			g, err := store.LoadGrant(t.Context(), w.db, grant)
			if err != nil || g.State != want || g.EndedBy != "U0CHIEF" || g.Offboarding != id {
				t.Errorf("%s is %s, ended by %q for %q, %v", grant, g.State, g.EndedBy, g.Offboarding, err)
			}
		}
		g, err := store.LoadGrant(t.Context(), w.db, "request-2")
		if err == nil {
			g, err = g.After(store.Entry{Verb: store.Undo, By: store.Self, At: time.Now()})
		}
		if err != nil || store.Save(t.Context(), w.db, &g) != nil {
			t.Fatal(err)
		}
		w.wait(5 * time.Minute)
		if o := w.offboarding(id); o.State != store.Departed || !slices.Contains(results(o), "grant "+group+": ended") || w.access.voided != 1 {
			t.Errorf("%s: %q; votes made void %d times", o.State, results(o), w.access.voided)
		}
	})
}
